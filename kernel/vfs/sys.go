package vfs

import (
	"runtime"
	"strconv"
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
	s.makeDirectory(sys, "class", 0o555)
}

// processors is the range of their numbers.
func processors() []byte {
	if n := runtime.NumCPU(); n > 1 {
		return text("0-" + strconv.Itoa(n-1) + "\n")
	}
	return text("0\n")
}
