package vfs

import (
	"strconv"
	"strings"
	"syscall"
	"unsafe"
)

// loadAddress is where the image starts, with its ELF header: one page before
// the code (configurator/build/layout.py).
const loadAddress = 0x100000

// segment is a part of the program in memory.
type segment struct {
	start, end, offset uintptr
	access             string
}

// image returns the program's file as it lies in memory and the segments it is
// made of; replaced by tests.
//
// Specification: System V ABI, chapters 4 and 5 (ELF-64).
var image = func() (file []byte, segments []segment) {
	const headerSize, phoff, phnum, entrySize = 64, 32, 56, 56
	header := memoryAt(loadAddress, headerSize)
	if string(header[:4]) != "\x7fELF" {
		return nil, nil
	}
	table, end := load64(header[phoff:]), uintptr(0)
	for i := range uintptr(header[phnum]) {
		entry := memoryAt(loadAddress+table+i*entrySize, entrySize)
		const load = 1
		if entry[0] != load {
			continue
		}
		offset, start := load64(entry[8:]), load64(entry[16:])
		size, whole := load64(entry[32:]), load64(entry[40:])
		segments = append(segments, segment{start, start + whole, offset, accessOf(entry[4])})
		end = max(end, offset+size)
	}
	return memoryAt(loadAddress, end), segments
}

// program is the program's own file: the image in memory, in which data is what
// it is at the moment. What a linker put behind that is not loaded, so the
// header says that there are no sections.
type program struct{}

// Where an ELF header has offset, number and names of the sections.
var sectionFields = [...]struct{ start, end int64 }{{40, 48}, {60, 64}}

func (program) size() int64 {
	file, _ := image()
	return int64(len(file))
}

func (program) readAt(p []byte, off int64) (int, syscall.Errno) {
	file, _ := image()
	n, errno := text(file).readAt(p, off)
	for _, field := range sectionFields {
		if from, to := max(field.start-off, 0), min(field.end-off, int64(n)); from < to {
			clear(p[from:to])
		}
	}
	return n, errno
}

func (program) writeAt([]byte, int64) (int, syscall.Errno) { return 0, syscall.EBADF }

func (program) truncate(int64) syscall.Errno { return syscall.ETXTBSY }

func (program) flush() syscall.Errno { return 0 }

func (program) blocks() int64 { return 0 }

func load64(b []byte) (v uintptr) {
	for i := range 8 {
		v |= uintptr(b[i]) << (8 * i)
	}
	return v
}

// accessOf spells the flags of a segment.
func accessOf(flags byte) string {
	access := []byte("---p")
	for i, bit := range [...]byte{4, 2, 1} {
		if flags&bit != 0 {
			access[i] = "rwx"[i]
		}
	}
	return string(access)
}

// programMaps is /proc/self/maps: the program, without what it has mapped.
func programMaps() (b []byte) {
	_, segments := image()
	for _, s := range segments {
		b = append(b, hex(s.start)+"-"+hex((s.end+pageSize-1)&^(pageSize-1))+" "+s.access+" "+hex(s.offset)+" 00:01 2"+
			strings.Repeat(" ", 26)+programPath+"\n"...)
	}
	return b
}

// programMemory is /proc/self/smaps: all memory in use is told of the first part
// that is written.
func programMemory() (b []byte) {
	_, segments := image()
	used, _ := memoryUse()
	for _, s := range segments {
		size := uint64(s.end-s.start) / 1024
		resident := size
		if s.access[1] == 'w' {
			resident = used / 1024
		}
		b = append(b, hex(s.start)+"-"+hex((s.end+pageSize-1)&^(pageSize-1))+" "+s.access+" "+hex(s.offset)+" 00:01 2"+
			strings.Repeat(" ", 26)+programPath+"\n"...)
		for _, line := range [...]struct {
			name string
			kib  uint64
		}{
			{"Size", max(size, resident)}, {"KernelPageSize", 4}, {"MMUPageSize", 4}, {"Rss", resident}, {"Pss", resident},
			{"Shared_Clean", 0}, {"Shared_Dirty", 0}, {"Private_Clean", 0}, {"Private_Dirty", resident},
			{"Referenced", resident}, {"Anonymous", resident}, {"Swap", 0}, {"SwapPss", 0}, {"Locked", 0},
		} {
			b = append(b, pad(line.name+":", 16)+strconv.FormatUint(line.kib, 10)+" kB\n"...)
		}
	}
	return b
}

// hex writes at least eight digits.
func hex(v uintptr) string {
	digits := strconv.FormatUint(uint64(v), 16)
	return strings.Repeat("0", max(0, 8-len(digits))) + digits
}

// memoryUse returns the memory in use, and the machine's, in bytes.
func memoryUse() (used, total uint64) {
	var info syscall.Sysinfo_t
	syscall.Sysinfo(&info)
	return info.Totalram - info.Freeram, info.Totalram
}

// programStat is /proc/self/stat (proc_pid_stat(5)): of the 52 fields those
// that can be known, the others 0.
func programStat() []byte {
	fields := make([]string, 52)
	for i := range fields {
		fields[i] = "0"
	}
	used, total := memoryUse()
	for at, value := range map[int]string{
		1: "1", 2: "(program)", 3: "R", 5: "1", 6: "1", 8: "-1", 18: "20",
		14: ticks(busy()), // utime
		20: threads(),
		23: strconv.FormatUint(total, 10),
		24: strconv.FormatUint(used/pageSize, 10),
		25: "18446744073709551615",
	} {
		fields[at-1] = value
	}
	return text(strings.Join(fields, " ") + "\n")
}

func programStatm() []byte {
	used, total := memoryUse()
	resident := strconv.FormatUint(used/pageSize, 10)
	return text(strconv.FormatUint(total/pageSize, 10) + " " + resident + " 0 0 0 " + resident + " 0\n")
}

func programStatus() []byte {
	used, total := memoryUse()
	kib := func(bytes uint64) string { return strconv.FormatUint(bytes/1024, 10) + " kB\n" }
	return text("Name:\tprogram\nUmask:\t0022\nState:\tR (running)\nTgid:\t1\nPid:\t1\nPPid:\t0\nTracerPid:\t0\n" +
		"Uid:\t" + identity(sysGetresuid) + "\nGid:\t" + identity(sysGetresgid) + "\nFDSize:\t64\nGroups:\t0\n" +
		"VmPeak:\t" + kib(total) + "VmSize:\t" + kib(total) + "VmHWM:\t" + kib(used) + "VmRSS:\t" + kib(used) +
		"VmSwap:\t0 kB\nThreads:\t" + threads() + "\nCpus_allowed_list:\t" + string(processors()) +
		"voluntary_ctxt_switches:\t0\nnonvoluntary_ctxt_switches:\t0\n")
}

// Numbers that package syscall does not have.
const (
	sysGetresuid = 118
	sysGetresgid = 120
)

// identity is the real, effective and saved user or group, and that for files.
func identity(call uintptr) string {
	var id [3]uint32
	syscall.RawSyscall(call, uintptr(unsafe.Pointer(&id[0])), uintptr(unsafe.Pointer(&id[1])), uintptr(unsafe.Pointer(&id[2])))
	return numbers("\t", uint64(id[0]), uint64(id[1]), uint64(id[2]), uint64(id[1]))
}

// numbers writes numbers with a text between them.
func numbers(between string, values ...uint64) string {
	var b []byte
	for i, v := range values {
		if i > 0 {
			b = append(b, between...)
		}
		b = strconv.AppendUint(b, v, 10)
	}
	return string(b)
}

// limits is /proc/self/limits.
func limits() []byte {
	b := text("Limit                     Soft Limit           Hard Limit           Units     \n")
	for _, l := range [...][3]string{
		{"Max cpu time", "unlimited", "seconds"},
		{"Max file size", "unlimited", "bytes"},
		{"Max data size", "unlimited", "bytes"},
		{"Max stack size", "unlimited", "bytes"},
		{"Max resident set", "unlimited", "bytes"},
		{"Max processes", "unlimited", "processes"},
		{"Max open files", openFiles(), "files"},
		{"Max address space", "unlimited", "bytes"},
	} {
		b = append(b, pad(l[0], 26)+pad(l[1], 21)+pad(l[1], 21)+pad(l[2], 10)+"\n"...)
	}
	return b
}

func openFiles() string {
	var limit syscall.Rlimit
	syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit)
	return strconv.FormatUint(limit.Cur, 10)
}

func pad(s string, n int) string { return s + strings.Repeat(" ", n-len(s)) }

// unameField is the text of a field of struct utsname.
func unameField(field func(*syscall.Utsname) *[65]int8) string {
	var u syscall.Utsname
	syscall.Uname(&u)
	var b []byte
	for _, c := range field(&u) {
		if c == 0 {
			break
		}
		b = append(b, byte(c))
	}
	return string(b)
}

func release() string {
	return unameField(func(u *syscall.Utsname) *[65]int8 { return &u.Release })
}

func hostname() string {
	return unameField(func(u *syscall.Utsname) *[65]int8 { return &u.Nodename })
}
