package vfs

import (
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"eggcup/kernel/blockdev"
	"eggcup/kernel/netconf"
)

// TestEverythingReads opens and reads all that there is.
func TestEverythingReads(t *testing.T) {
	header := append([]byte("\x7fELF"), make([]byte, 200)...)
	old := image
	image = func() ([]byte, []segment) { return header, []segment{{0x100000, 0x1000c8, 0, "r-xp"}} }
	defer func() { image = old }()
	system, kernel := newTestSystem(t)
	o := ours{system, kernel}
	files := 0
	err := fs.WalkDir(goFS{o, "/"}, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		files++
		_, err = fs.ReadFile(goFS{o, "/"}, path)
		return err
	})
	if err != nil || files < 40 {
		t.Errorf("%d files: %v", files, err)
	}
	if maps := o.get(t, "/proc/self/maps"); !strings.HasPrefix(maps, "00100000-00101000 r-xp 00000000 ") {
		t.Errorf("maps: %q", maps)
	}
}

// TestResolvConf follows what the network says until the program says otherwise.
func TestResolvConf(t *testing.T) {
	system, kernel := newTestSystem(t)
	o := ours{system, kernel}
	defer netconf.SetResolver("test", nil, nil)
	netconf.SetResolver("test", []string{"192.0.2.1"}, nil)
	if got := o.get(t, "/etc/resolv.conf"); got != "nameserver 192.0.2.1\n" {
		t.Errorf("resolv.conf is %q", got)
	}
	netconf.SetResolver("test", []string{"192.0.2.2"}, nil)
	if got := o.get(t, "/etc/resolv.conf"); got != "nameserver 192.0.2.2\n" {
		t.Errorf("after a change it is %q", got)
	}
	o.put(t, "/etc/resolv.conf", "nameserver 192.0.2.3\n")
	netconf.SetResolver("test", []string{"192.0.2.4"}, nil)
	if got := o.get(t, "/etc/resolv.conf"); got != "nameserver 192.0.2.3\n" {
		t.Errorf("after the program has written it it is %q", got)
	}
}

// TestReadOnlyTrees tries to change /proc and /sys.
func TestReadOnlyTrees(t *testing.T) {
	system, kernel := newTestSystem(t)
	o := ours{system, kernel}
	for _, c := range []struct {
		name string
		do   func() syscall.Errno
		want syscall.Errno
	}{
		{"create", func() syscall.Errno { _, e := o.call(syscall.SYS_CREAT, cString("/proc/x"), 0o600); return e }, syscall.ENOENT},
		{"mkdir", func() syscall.Errno { _, e := o.call(syscall.SYS_MKDIR, cString("/sys/x"), 0o700); return e }, syscall.EPERM},
		{"unlink", func() syscall.Errno { _, e := o.call(syscall.SYS_UNLINK, cString("/proc/uptime")); return e }, syscall.EPERM},
		{"chmod", func() syscall.Errno { _, e := o.call(syscall.SYS_CHMOD, cString("/proc/uptime"), 0o666); return e }, syscall.EPERM},
		{"write", func() syscall.Errno {
			_, e := o.call(syscall.SYS_OPEN, cString("/proc/sys/kernel/hostname"), syscall.O_WRONLY, 0)
			return e
		}, syscall.EACCES},
		{"rename", func() syscall.Errno {
			_, e := o.call(syscall.SYS_RENAME, cString("/proc/uptime"), cString("/proc/x"))
			return e
		}, syscall.EPERM},
		{"rmdir of a mount", func() syscall.Errno { _, e := o.call(syscall.SYS_RMDIR, cString("/tmp")); return e }, syscall.EBUSY},
		{"rename of a mount", func() syscall.Errno {
			_, e := o.call(syscall.SYS_RENAME, cString("/tmp"), cString("/t"))
			return e
		}, syscall.EBUSY},
		{"rmdir of the root", func() syscall.Errno { _, e := o.call(syscall.SYS_RMDIR, cString("/")); return e }, syscall.EBUSY},
	} {
		if errno := c.do(); errno != c.want {
			t.Errorf("%s: %v, want %v", c.name, errno, c.want)
		}
	}
}

// TestGetcwd follows the working directory through renames, mounts and removal.
func TestGetcwd(t *testing.T) {
	system, kernel := newTestSystem(t)
	o := ours{system, kernel}
	getcwd := func() string {
		b := make([]byte, 100)
		n, errno := o.call(syscall.SYS_GETCWD, unsafe.Pointer(&b[0]), len(b))
		if errno != 0 {
			return errno.Error()
		}
		return string(b[:n-1])
	}
	at := func(number uintptr, arguments ...any) {
		t.Helper()
		if _, errno := o.call(number, arguments...); errno != 0 {
			t.Fatal(errno)
		}
	}
	is := func(want string) {
		t.Helper()
		if got := getcwd(); got != want {
			t.Errorf("the working directory is %q, want %q", got, want)
		}
	}
	is("/")
	at(syscall.SYS_MKDIR, cString("/tmp/a"), 0o755)
	at(syscall.SYS_MKDIR, cString("/tmp/a/b"), 0o755)
	at(syscall.SYS_CHDIR, cString("/tmp/a/b"))
	is("/tmp/a/b")
	at(syscall.SYS_RENAME, cString("/tmp/a"), cString("/tmp/c"))
	is("/tmp/c/b")
	at(syscall.SYS_RMDIR, cString("../b"))
	is(syscall.ENOENT.Error())
	at(syscall.SYS_CHDIR, cString("/proc/self/fd/.."))
	is("/proc/1")
	at(syscall.SYS_CHDIR, cString("../../tmp"))
	is("/tmp")
	var small [3]byte
	if _, errno := o.call(syscall.SYS_GETCWD, unsafe.Pointer(&small[0]), len(small)); errno != syscall.ERANGE {
		t.Errorf("in 3 bytes: %v", errno)
	}
}

// ramDisk is a disk in memory that insists on whole sectors.
type ramDisk struct {
	data     []byte
	readOnly bool
	broken   bool
	flushes  int
}

func (d *ramDisk) Name() string    { return "vda" }
func (d *ramDisk) SectorSize() int { return 512 }
func (d *ramDisk) Sectors() uint64 { return uint64(len(d.data) / 512) }
func (d *ramDisk) ReadOnly() bool  { return d.readOnly }
func (d *ramDisk) Flush() error    { d.flushes++; return nil }

func (d *ramDisk) check(p []byte, off int64) error {
	switch {
	case d.broken:
		return errors.New("no answer")
	case off%512 != 0 || len(p)%512 != 0:
		return blockdev.ErrUnaligned
	}
	return nil
}

func (d *ramDisk) ReadAt(p []byte, off int64) (int, error) {
	if err := d.check(p, off); err != nil {
		return 0, err
	}
	n := copy(p, d.data[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (d *ramDisk) WriteAt(p []byte, off int64) (int, error) {
	if d.readOnly {
		return 0, blockdev.ErrReadOnly
	}
	if err := d.check(p, off); err != nil {
		return 0, err
	}
	if off+int64(len(p)) > int64(len(d.data)) {
		return 0, blockdev.ErrRange
	}
	return copy(d.data[off:], p), nil
}

// TestBlockFile reads and writes a disk at odd places; the disk is registered
// after the tree was made.
func TestBlockFile(t *testing.T) {
	system, kernel := newTestSystem(t)
	o := ours{system, kernel}
	disk := &ramDisk{data: make([]byte, 300*512)}
	old := disks
	disks = func() []blockdev.Device { return []blockdev.Device{disk} }
	defer func() { disks = old }()
	fd, errno := o.call(syscall.SYS_OPEN, cString("/dev/vda"), syscall.O_RDWR, 0)
	if errno != 0 {
		t.Fatal(errno)
	}
	model := make([]byte, len(disk.data))
	for i, c := range []struct{ off, n int }{{0, 512}, {100, 10}, {510, 4}, {1000, 100_000}, {300*512 - 3, 3}, {7, 70_000}} {
		b := slices.Repeat([]byte{byte(i + 1)}, c.n)
		copy(model[c.off:], b)
		if n, errno := o.call(syscall.SYS_PWRITE64, fd, unsafe.Pointer(&b[0]), c.n, c.off); n != c.n || errno != 0 {
			t.Fatalf("write %+v: %d %v", c, n, errno)
		}
		if !slices.Equal(model, disk.data) {
			t.Fatalf("after a write %+v the disk is wrong", c)
		}
		got := make([]byte, c.n+1000)
		n, errno := o.call(syscall.SYS_PREAD64, fd, unsafe.Pointer(&got[0]), len(got), c.off)
		if errno != 0 || !slices.Equal(got[:n], model[c.off:min(len(model), c.off+len(got))]) {
			t.Fatalf("read %+v: %d %v", c, n, errno)
		}
	}
	b := make([]byte, 1000)
	want := func(what string, number uintptr, off, n int, errno syscall.Errno) {
		t.Helper()
		if got, e := o.call(number, fd, unsafe.Pointer(&b[0]), len(b), off); got != n || e != errno {
			t.Errorf("%s: %d %v, want %d %v", what, got, e, n, errno)
		}
	}
	want("a write across the end", syscall.SYS_PWRITE64, 300*512-10, 10, 0)
	want("a write behind the end", syscall.SYS_PWRITE64, 300*512, -1, syscall.ENOSPC)
	want("a read behind the end", syscall.SYS_PREAD64, 300*512, 0, 0)
	var size uint64
	if _, errno := o.call(syscall.SYS_IOCTL, fd, blkGetSize, unsafe.Pointer(&size)); errno != 0 || size != 300*512 {
		t.Errorf("BLKGETSIZE64: %d %v", size, errno)
	}
	if end, errno := o.call(syscall.SYS_LSEEK, fd, 0, seekEnd); end != 300*512 || errno != 0 {
		t.Errorf("the end is at %d (%v)", end, errno)
	}
	before := disk.flushes
	o.call(syscall.SYS_FSYNC, fd)
	o.call(syscall.SYS_FDATASYNC, fd)
	o.call(syscall.SYS_SYNC)
	if disk.flushes != before+3 {
		t.Errorf("%d flushes for three syncs", disk.flushes-before)
	}
	disk.readOnly = true
	want("a write to a read-only disk", syscall.SYS_PWRITE64, 0, -1, syscall.EPERM)
	disk.broken = true
	want("a read from a broken disk", syscall.SYS_PREAD64, 0, -1, syscall.EIO)
}
