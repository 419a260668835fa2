// filetree looks at the files that an eggcup kernel has by itself: those of the image, /etc, /dev, /proc, /sys and /tmp.
package main

import (
	"bytes"
	"crypto/x509"
	"debug/elf"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"regexp"
	"runtime/pprof"
	"strings"
	"syscall"
	"time"

	"eggcup/tests/boot/programs/internal/check"
)

func main() {
	image()
	etc()
	zones()
	devices()
	console()
	proc()
	itself()
	full()
	whole()
	check.Done()
}

func read(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return "error: " + err.Error()
	}
	return string(b)
}

func contains(path, pattern string) {
	text := read(path)
	check.That(regexp.MustCompile(pattern).MatchString(text), path, "%q", text)
}

// image is about ROOTFS_DIR: what it brings is there, and can be changed.
func image() {
	contains("/data/link", "^from the image\n$")
	info, err := os.Stat("/data/sub/text")
	check.That(err == nil && info.Mode() == 0o755, "a mode from the image", "%v %v", info, err)
	check.That(err == nil && info.Sys().(*syscall.Stat_t).Blocks == 0, "a file of the image takes no memory", "")
	f, err := os.OpenFile("/data/sub/text", os.O_RDWR, 0)
	check.Must(err, "a file of the image can be written")
	_, err = f.WriteAt([]byte("FROM"), 0)
	check.NoError(err, "is written")
	f.Close()
	contains("/data/sub/text", "^FROM the image\n$")
	check.NoError(os.Rename("/data/sub", "/data/renamed"), "a folder of the image is renamed")
	contains("/data/renamed/text", "^FROM the image\n$")
}

func etc() {
	contains("/etc/hostname", "^guest\n$")
	contains("/etc/hosts", `127\.0\.0\.1\s+localhost(?s).*guest`)
	contains("/etc/nsswitch.conf", "^services: files\n$") // the image's own
	contains("/etc/resolv.conf", "^$")
	contains("/etc/services", `https\s+443/tcp`)
	contains("/etc/protocols", `tcp\s+6`)
	name, err := os.Hostname()
	check.That(name == "guest" && err == nil, "Hostname", "%q %v", name, err)
	me, err := user.Current()
	check.That(err == nil && me.Username == "root" && me.HomeDir == "/root", "user.Current", "%+v %v", me, err)
	nobody, err := user.Lookup("nobody")
	check.That(err == nil && nobody.Uid == "65534", "user.Lookup", "%+v %v", nobody, err)
	group, err := user.LookupGroupId("0")
	check.That(err == nil && group.Name == "root", "user.LookupGroupId", "%+v %v", group, err)
	pool, err := x509.SystemCertPool()
	check.That(err == nil && len(pool.Subjects()) == 1, "SystemCertPool", "%v", err) //nolint:staticcheck // the one way to count
	check.NoError(os.WriteFile("/etc/resolv.conf", []byte("nameserver 9.9.9.9\n"), 0o644), "write resolv.conf")
	contains("/etc/resolv.conf", `^nameserver 9\.9\.9\.9\n$`)
}

func zones() {
	then := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	name, offset := then.Local().Zone()
	check.That(name == "CEST" && offset == 7200, "the local time zone", "%s %d", name, offset)
	place, err := time.LoadLocation("Europe/Berlin")
	check.That(err == nil && then.In(place).Hour() == 14, "LoadLocation", "%v", err)
	_, err = time.LoadLocation("Europe/Nowhere")
	check.That(err != nil, "LoadLocation of none", "")
}

func devices() {
	f, err := os.OpenFile("/dev/null", os.O_RDWR, 0)
	check.Must(err, "/dev/null")
	n, err := f.Write(make([]byte, 1000))
	check.That(n == 1000 && err == nil, "/dev/null takes all", "%d %v", n, err)
	_, err = f.Read(make([]byte, 1))
	check.That(err == io.EOF, "/dev/null is empty", "%v", err)
	f.Close()
	zero, err := os.Open("/dev/zero")
	check.Must(err, "/dev/zero")
	b := bytes.Repeat([]byte{1}, 5000)
	_, err = io.ReadFull(zero, b)
	check.That(err == nil && bytes.Count(b, []byte{0}) == len(b), "/dev/zero", "%v", err)
	zero.Close()
	fullDevice, err := os.OpenFile("/dev/full", os.O_RDWR, 0)
	check.Must(err, "/dev/full")
	_, err = fullDevice.Write(b)
	check.That(errors.Is(err, syscall.ENOSPC), "/dev/full is ENOSPC", "%v", err)
	fullDevice.Close()
	for _, name := range []string{"/dev/random", "/dev/urandom"} {
		f, err := os.Open(name)
		check.Must(err, name)
		one, other := make([]byte, 3000), make([]byte, 3000)
		_, err1 := io.ReadFull(f, one)
		_, err2 := io.ReadFull(f, other)
		check.That(err1 == nil && err2 == nil && !bytes.Equal(one, other), name+" is random", "%v %v", err1, err2)
		f.Close()
	}
	info, err := os.Stat("/dev/zero")
	check.That(err == nil && info.Mode()&fs.ModeCharDevice != 0 && info.Sys().(*syscall.Stat_t).Rdev == 1<<8|5, "a device number", "%v", err)
}

func console() {
	for _, name := range []string{"/dev/console", "/dev/tty", "/dev/stdout", "/proc/self/fd/1"} {
		f, err := os.OpenFile(name, os.O_WRONLY, 0)
		check.Must(err, "open "+name)
		_, err = f.WriteString("ok written to " + name + "\n")
		check.NoErrorQuiet(err, "write to "+name)
		f.Close()
	}
	info, err := os.Stdout.Stat()
	check.That(err == nil && info.Mode()&fs.ModeCharDevice != 0, "standard output is a device", "%v", err)
	flags, _, errno := syscall.Syscall(syscall.SYS_FCNTL, 0, syscall.F_GETFL, 0)
	check.That(errno == 0 && flags&syscall.O_NONBLOCK == 0, "standard input still blocks", "%#x", flags)
}

func proc() {
	contains("/proc/cpuinfo", `processor\t: 0\nvendor_id\t: \S+(?s).*flags\t\t: .*sse2`)
	contains("/proc/meminfo", `^MemTotal: +[1-9]\d+ kB\nMemFree: +[1-9]\d+ kB\n`)
	contains("/proc/uptime", `^\d+\.\d\d \d+\.\d\d\n$`)
	contains("/proc/loadavg", `^0\.00 0\.00 0\.00 1/\d+ 1\n$`)
	contains("/proc/stat", `^cpu  \d+(?s).*\nbtime \d+\n`)
	contains("/proc/version", `^Linux version 6\.`)
	contains("/proc/sys/net/core/somaxconn", "^4096\n$")
	contains("/proc/sys/kernel/hostname", "^guest\n$")
	contains("/proc/sys/fs/file-max", `^\d+\n$`)
	contains("/proc/sys/kernel/random/uuid", `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\n$`)
	contains("/proc/self/cmdline", "^/program\x00one\x00two words\x00$")
	contains("/proc/self/environ", "(^|\x00)EGGCUP_TEST=yes\x00")
	contains("/proc/self/status", `(?s)^Name:\tprogram.*\nThreads:\t\d+\n`)
	contains("/proc/self/stat", `^1 \(program\) R 0 1 1 0 -1( \d+){44}\n$`)
	contains("/proc/self/maps", `^00100000-[0-9a-f]{8} r-xp 00000000 .* /program\n`)
	contains("/proc/self/mountinfo", ` /tmp rw,relatime - tmpfs `)
	contains("/proc/self/limits", `Max open files +\d+ +\d+ +files`)
	contains("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size", "^2097152\n$")
	contains("/sys/devices/system/cpu/online", "^0\n$")
	_, err := os.Create("/proc/new")
	check.That(errors.Is(err, fs.ErrNotExist), "nothing can be made in /proc", "%v", err)
	f, err := os.Open("/etc/hosts")
	check.Must(err, "open a file")
	defer f.Close()
	link, err := os.Readlink("/proc/self/fd/" + itoa(int(f.Fd())))
	check.That(err == nil && link == "/etc/hosts", "/proc/self/fd names it", "%q %v", link, err)
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + itoa(n%10)
}

// itself is about the program as a file.
func itself() {
	path, err := os.Executable()
	check.That(err == nil && path == "/program", "Executable", "%q %v", path, err)
	file, err := elf.Open(path)
	check.That(err == nil && file.Machine == elf.EM_X86_64 && len(file.Progs) > 2, "the program is an ELF file", "%v", err)
	_, err = os.OpenFile(path, os.O_WRONLY, 0)
	check.That(errors.Is(err, syscall.ETXTBSY), "that cannot be written", "%v", err)
	var profile bytes.Buffer
	check.NoError(pprof.Lookup("heap").WriteTo(&profile, 0), "a heap profile, which reads the maps")
}

// full fills /tmp, whose size the configuration sets to 4 MiB.
func full() {
	f, err := os.Create(filepath.Join(os.TempDir(), "large"))
	check.Must(err, "Create in /tmp")
	total, piece := 0, make([]byte, 100_000)
	for err == nil {
		var n int
		n, err = f.Write(piece)
		total += n
		if total > 1<<30 {
			break
		}
	}
	check.That(errors.Is(err, syscall.ENOSPC), "/tmp is full: ENOSPC", "%v", err)
	check.That(total > 3<<20 && total <= 4<<20, "after 4 MiB", "%d", total)
	check.That(errors.Is(os.Mkdir("/tmp/d", 0o755), syscall.ENOSPC) || os.Remove("/tmp/d") == nil, "a directory may not fit either", "")
	check.NoError(os.WriteFile("/elsewhere", piece, 0o600), "elsewhere there is room")
	check.NoError(f.Truncate(0), "Truncate makes room")
	_, err = f.WriteAt(piece, 0)
	check.NoError(err, "and a write succeeds")
	f.Close()
	for range 200 { // each would fill /tmp if the removed ones stayed
		check.NoErrorQuiet(os.WriteFile("/tmp/large", make([]byte, 2<<20), 0o600), "fill /tmp half")
		check.NoErrorQuiet(os.Remove("/tmp/large"), "empty it")
	}
	var status syscall.Statfs_t
	err = syscall.Statfs("/tmp", &status)
	check.That(err == nil && status.Blocks == 1024 && status.Bfree > 1000, "Statfs of /tmp", "%+v %v", status, err)
	check.That(errors.Is(os.Rename("/elsewhere", "/tmp/elsewhere"), syscall.EXDEV), "Rename to another file system is EXDEV", "")
}

// whole walks over everything that there is and reads it.
func whole() {
	files := 0
	err := filepath.WalkDir("/", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		files++
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		_, err = io.Copy(io.Discard, f)
		return err
	})
	check.That(err == nil && files > 40, "WalkDir over everything, reading it", "%d files, %v", files, err)
	check.That(!strings.Contains(read("/proc/self/fd"), "no such"), "a directory read as a file", "%q", read("/proc/self/fd"))
}
