package vfs

import (
	"runtime"
	"strconv"
	"strings"

	"eggcup/kernel/config"
)

// fillSys adds what is read from /sys.
func (s *System) fillSys(sys *inode) {
	hugePages := fixed("2097152")
	s.makeText(sys, "kernel/mm/transparent_hugepage/hpage_pmd_size", hugePages)
	s.makeText(sys, "kernel/mm/transparent_hugepage/enabled", fixed("[always] madvise never"))
	for _, name := range [...]string{"online", "possible", "present"} {
		s.makeText(sys, "devices/system/cpu/"+name, processors)
	}
	s.makeDirectory(s.makeDirectory(sys, "fs", 0o555), "cgroup", 0o555)
	class := s.makeDirectory(sys, "class", 0o555)
	if config.Inet {
		s.fillInterfaces(class)
	}
	s.makeDirectory(sys, "block", 0o555)
	for n := range runtime.NumCPU() {
		number := strconv.Itoa(n)
		for name, value := range map[string]string{
			"physical_package_id": "0", "die_id": "0", "core_id": number, "core_cpus_list": number, "thread_siblings_list": number,
			"core_siblings_list": strings.TrimSpace(string(processors())),
		} {
			s.makeText(sys, "devices/system/cpu/cpu"+number+"/topology/"+name, fixed(value))
		}
	}
}

// processors is the range of their numbers.
func processors() []byte {
	if n := runtime.NumCPU(); n > 1 {
		return text("0-" + strconv.Itoa(n-1) + "\n")
	}
	return text("0\n")
}
