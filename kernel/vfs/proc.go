package vfs

import (
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"unsafe"

	"eggcup/kernel/config"
	"eggcup/kernel/core/boot"
)

// programPath is what the program is called; os.Executable returns it.
const programPath = "/program"

// fillProc adds what the standard library and common packages read.
func (s *System) fillProc(proc *inode) {
	self := s.makeDirectory(proc, "1", 0o555)
	if config.Inet {
		s.make(proc, "net", syscall.S_IFLNK|0o777, symlink("self/net"))
	}
	s.make(proc, "self", syscall.S_IFLNK|0o777, symlink("1"))
	for _, file := range [...]struct {
		path string
		text func() []byte
	}{
		{"cpuinfo", cpuinfo},
		{"cmdline", func() []byte { return text(strings.Join(programArguments(), " ") + "\n") }},
		{"diskstats", diskCounters},
		{"filesystems", func() []byte { return []byte("nodev\tproc\nnodev\tsysfs\nnodev\ttmpfs\nnodev\tdevtmpfs\n") }},
		{"loadavg", func() []byte { return text("0.00 0.00 0.00 1/" + threads() + " 1\n") }},
		{"meminfo", meminfo},
		{"mounts", s.mountTable},
		{"partitions", partitions},
		{"stat", statistics},
		{"swaps", fixed("Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority")},
		{"uptime", uptime},
		{"vmstat", vmCounters},
		{"version", func() []byte { return text("Linux version " + release() + " (eggcup)\n") }},
		{"sys/fs/file-max", fixed("65536")},
		{"sys/fs/nr_open", fixed("65536")},
		{"sys/fs/pipe-max-size", fixed("65536")},
		{"sys/kernel/domainname", fixed("(none)")},
		{"sys/kernel/hostname", func() []byte { return text(hostname() + "\n") }},
		{"sys/kernel/osrelease", func() []byte { return text(release() + "\n") }},
		{"sys/kernel/ostype", fixed("Linux")},
		{"sys/kernel/pid_max", fixed("32768")},
		{"sys/kernel/threads-max", fixed("65536")},
		{"sys/kernel/cap_last_cap", fixed("40")},
		{"sys/kernel/random/boot_id", bootID()},
		{"sys/kernel/random/uuid", uuid},
		{"sys/net/core/somaxconn", fixed("4096")},
		{"sys/net/ipv4/ip_forward", fixed("0")},
		{"sys/net/ipv4/ip_local_port_range", fixed("16000\t65535")},
		{"sys/vm/swappiness", fixed("0")},
		{"sys/vm/max_map_count", fixed("65530")},
		{"sys/vm/overcommit_memory", fixed("1")},
	} {
		s.makeText(proc, file.path, file.text)
	}
	s.fillSelf(self)
}

// programArguments is what the program was started with.
func programArguments() (arguments []string) {
	for i := 0; ; i++ {
		argument, ok := boot.Argument(i)
		if !ok {
			return arguments
		}
		arguments = append(arguments, argument)
	}
}

// fillSelf adds what /proc tells of the program.
func (s *System) fillSelf(self *inode) {
	for _, file := range [...]struct {
		path string
		text func() []byte
	}{
		{"cgroup", fixed("0::/")},
		{"cmdline", func() []byte { return text(strings.Join(programArguments(), "\x00") + "\x00") }},
		{"comm", fixed("program")},
		{"environ", func() []byte { return text(strings.Join(append(syscall.Environ(), ""), "\x00")) }},
		{"limits", limits},
		{"maps", programMaps},
		{"mountinfo", s.mountInfo},
		{"mounts", s.mountTable},
		{"io", fixed("rchar: 0\nwchar: 0\nsyscr: 0\nsyscw: 0\nread_bytes: 0\nwrite_bytes: 0\ncancelled_write_bytes: 0")},
		{"oom_score", fixed("0")},
		{"oom_score_adj", fixed("0")},
		{"schedstat", func() []byte { return numbered(busy()) }},
		{"smaps", programMemory},
		{"stat", programStat},
		{"statm", programStatm},
		{"status", programStatus},
	} {
		s.makeText(self, file.path, file.text)
	}
	if config.Inet {
		s.fillNet(self)
	}
	s.make(self, "exe", syscall.S_IFLNK|0o777, symlink(programPath))
	s.make(self, "cwd", syscall.S_IFLNK|0o777, magic(func() (string, *inode) { return s.pathOf(s.cwd), s.cwd }))
	s.make(self, "root", syscall.S_IFLNK|0o777, magic(func() (string, *inode) { return "/", s.root }))
	fds := s.makeDirectory(self, "fd", 0o500)
	fds.directory().live = func() []entry { return s.descriptorLinks(fds.fs) }
}

// descriptorLinks is /proc/self/fd: a link for each open descriptor.
func (s *System) descriptorLinks(fs *filesystem) (links []entry) {
	for _, fd := range s.kernel.opened() {
		n := &inode{fs: fs, ino: 1<<32 + uint64(fd), mode: syscall.S_IFLNK | 0o700, nlink: 1}
		n.body = magic(func() (string, *inode) { return s.descriptorTarget(fs, fd) })
		links = append(links, entry{name: strconv.Itoa(fd), node: n})
	}
	return links
}

// descriptorTarget returns what a link of /proc/self/fd shows, and the file
// that it leads to. s.mu is held.
func (s *System) descriptorTarget(fs *filesystem, fd int) (string, *inode) {
	f, errno := s.file(fd)
	switch {
	case errno == errNotOurs:
		other := &inode{fs: fs, ino: 1<<33 + uint64(fd), mode: syscall.S_IFCHR | 0o620, nlink: 1, body: descriptorFile(fd)}
		if fd <= 2 {
			return "/dev/console", other
		}
		return "anon_inode:[" + strconv.Itoa(fd) + "]", other
	case errno != 0:
		return "", nil
	case f.node.isDir():
		return s.pathOf(f.node), f.node
	}
	path := "/" + f.name
	if f.above != nil {
		path = strings.TrimRight(s.pathOf(f.above), "/") + path
	}
	if f.node.nlink == 0 {
		path += " (deleted)"
	}
	return path, f.node
}

// fixed is a text that never changes, as a line.
func fixed(line string) func() []byte { return func() []byte { return text(line + "\n") } }

func meminfo() []byte {
	var info syscall.Sysinfo_t
	syscall.Sysinfo(&info)
	var b []byte
	for _, line := range [...]struct {
		name  string
		bytes uint64
	}{
		{"MemTotal:       ", info.Totalram},
		{"MemFree:        ", info.Freeram},
		{"MemAvailable:   ", info.Freeram},
		{"Buffers:        ", 0},
		{"Cached:         ", 0},
		{"SwapCached:     ", 0},
		{"Active:         ", info.Totalram - info.Freeram},
		{"Inactive:       ", 0},
		{"SwapTotal:      ", 0},
		{"SwapFree:       ", 0},
		{"Dirty:          ", 0},
		{"Shmem:          ", 0},
		{"Slab:           ", 0},
		{"SReclaimable:   ", 0},
	} {
		number := strconv.FormatUint(line.bytes/1024, 10)
		b = append(b, line.name+strings.Repeat(" ", max(0, 8-len(number)))+number+" kB\n"...)
	}
	return b
}

// seconds writes a time with hundredths.
func seconds(ns int64) string {
	fraction := ns / 1e7 % 100
	return strconv.FormatInt(ns/1e9, 10) + "." + string([]byte{byte('0' + fraction/10), byte('0' + fraction%10)})
}

// sinceBoot is the time since boot in nanoseconds.
func sinceBoot() int64 {
	const bootTime = 7 // CLOCK_BOOTTIME
	var t syscall.Timespec
	syscall.Syscall(syscall.SYS_CLOCK_GETTIME, bootTime, uintptr(unsafe.Pointer(&t)), 0)
	return t.Nano()
}

// busy is the time that the processor had something to do, in nanoseconds.
func busy() int64 {
	var usage syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return usage.Utime.Nano()
}

// ticks is a time in hundredths of a second, as text.
func ticks(ns int64) string { return strconv.FormatInt(ns/1e7, 10) }

func uptime() []byte {
	up := sinceBoot()
	return text(seconds(up) + " " + seconds(max(up-busy(), 0)) + "\n")
}

func numbered(ns int64) []byte { return text(strconv.FormatInt(ns, 10) + " 0 0\n") }

func threads() string {
	var info syscall.Sysinfo_t
	syscall.Sysinfo(&info)
	return strconv.Itoa(int(info.Procs))
}

// statistics is /proc/stat. Time is the program's or idle: the kernel does not
// tell its own apart.
func statistics() []byte {
	now, up, used := now(), sinceBoot(), busy()
	line := " " + ticks(used) + " 0 0 " + ticks(max(up-used, 0)) + " 0 0 0 0 0 0\n"
	b := text("cpu " + line)
	for i := range runtime.NumCPU() {
		b = append(b, "cpu"+strconv.Itoa(i)+line...)
	}
	return append(b, "intr 0\nctxt 0\nbtime "+strconv.FormatInt((now-up)/1e9, 10)+"\nprocesses 1\nprocs_running 1\nprocs_blocked 0\n"...)
}

func (s *System) mountTable() (b []byte) {
	for _, m := range s.mounts {
		b = append(b, m.fs.name+" "+m.path+" "+m.fs.name+" rw,relatime 0 0\n"...)
	}
	return b
}

func (s *System) mountInfo() (b []byte) {
	for i, m := range s.mounts {
		number := strconv.Itoa(i + 1)
		b = append(b, number+" 1 0:"+strconv.FormatUint(m.fs.device, 10)+" / "+m.path+" rw,relatime - "+
			m.fs.name+" "+m.fs.name+" rw\n"...)
	}
	return b
}

// vmCounters is /proc/vmstat: nothing is paged.
func vmCounters() []byte {
	used, total := memoryUse()
	return text("nr_free_pages " + strconv.FormatUint((total-used)/pageSize, 10) +
		"\npgpgin 0\npgpgout 0\npswpin 0\npswpout 0\npgfault 0\npgmajfault 0\noom_kill 0\n")
}

// partitions are the disks, which have none.
func partitions() []byte {
	b := text("major minor  #blocks  name\n\n")
	for i, disk := range disks() {
		size := disk.Sectors() * uint64(disk.SectorSize()) / 1024
		b = append(b, " 254 "+strconv.Itoa(16*i)+" "+strconv.FormatUint(size, 10)+" "+disk.Name()+"\n"...)
	}
	return b
}

// diskCounters is /proc/diskstats. What goes to a disk is not counted.
func diskCounters() (b []byte) {
	for i, disk := range disks() {
		b = append(b, " 254 "+strconv.Itoa(16*i)+" "+disk.Name()+strings.Repeat(" 0", 17)+"\n"...)
	}
	return b
}

// uuid is a random one, of version 4.
func uuid() []byte {
	var r [16]byte
	randomDevice{}.readAt(r[:], 0)
	r[6], r[8] = r[6]&0x0f|0x40, r[8]&0x3f|0x80
	const digits = "0123456789abcdef"
	var b []byte
	for i, v := range r {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			b = append(b, '-')
		}
		b = append(b, digits[v>>4], digits[v&15])
	}
	return append(b, '\n')
}

// bootID is a UUID that stays the same until the machine boots again.
func bootID() func() []byte {
	var once sync.Once
	var id []byte
	return func() []byte {
		once.Do(func() { id = uuid() })
		return id
	}
}
