package vfs

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
	"unsafe"
)

// TestCasesAgainstLinux goes through what random steps meet seldom or never.
func TestCasesAgainstLinux(t *testing.T) {
	long := strings.Repeat("n", 255)
	for name, run := range map[string]func(p *pair){
		"empty path": func(p *pair) {
			p.open("", syscall.O_RDONLY, 0)
			p.open("", syscall.O_RDWR|syscall.O_CREAT, 0o644)
			p.stat("", 0)
			p.stat("", atEmptyPath)
			p.onPath("mkdir", syscall.SYS_MKDIRAT, "", 0o755)
			p.onPath("unlink", syscall.SYS_UNLINKAT, "", 0)
			p.readlink("")
			p.symlink("", "a")
			p.symlink("a", "")
		},
		"long names": func(p *pair) {
			p.onPath("mkdir", syscall.SYS_MKDIRAT, long, 0o755)
			p.onPath("mkdir", syscall.SYS_MKDIRAT, long+"n", 0o755)
			p.open(long+"n", syscall.O_RDONLY, 0)
			p.open("missing/"+long+"n", syscall.O_RDONLY, 0)
			p.stat(long+"/"+long+"n/x", 0)
			p.stat(strings.Repeat("./", 2047)+"x", 0)
			p.stat(strings.Repeat("./", 2048), 0)
			p.stat(strings.Repeat("./", 3000), 0)
			p.symlink(strings.Repeat("s", 4095), "a")
			p.symlink(strings.Repeat("s", 4096), "b")
		},
		"loops": func(p *pair) {
			p.symlink("b", "a")
			p.symlink("a", "b")
			p.open("a", syscall.O_RDWR|syscall.O_CREAT, 0o644)
			p.stat("a/x", 0)
			for i := range 42 {
				p.symlink(fmt.Sprint("l", i+1), fmt.Sprint("l", i))
			}
			p.open("l42", syscall.O_WRONLY|syscall.O_CREAT, 0o644)
			p.stat("l0", 0)
			p.stat("l1", 0)
			p.stat("l2", 0)
			p.stat("l3", 0)
		},
		"dangling links": func(p *pair) {
			p.symlink("nowhere/file", "a")
			p.open("a", syscall.O_RDWR|syscall.O_CREAT, 0o644)
			p.symlink("made", "b")
			p.open("b", syscall.O_RDWR|syscall.O_CREAT|syscall.O_EXCL, 0o644)
			p.open("b", syscall.O_RDWR|syscall.O_CREAT|syscall.O_NOFOLLOW, 0o644)
			p.open("b", syscall.O_RDWR|syscall.O_CREAT, 0o644)
			p.stat("made", 0)
			p.onPath("mkdir", syscall.SYS_MKDIRAT, "a", 0o755)
			p.onTwo("link", syscall.SYS_LINKAT, "b", "hard", 0)
			p.readlink("hard")
			p.onTwo("link", syscall.SYS_LINKAT, "b", "followed", atSymlinkFollow)
			p.stat("followed", 0)
		},
		"nameless files": func(p *pair) {
			f := p.open(".", syscall.O_RDWR|oTmpfile, 0o600)
			if f < 0 {
				p.t.Skip("the file system of the test cannot do O_TMPFILE")
			}
			p.write(f, []byte("nameless"))
			p.fstat(f)
			p.linkDescriptor(f, "named")
			p.fstat(f)
			p.whole("named")
			g := p.open(".", syscall.O_RDWR|oTmpfile|syscall.O_EXCL, 0o600)
			p.linkDescriptor(g, "other")
			p.open(".", syscall.O_RDONLY|oTmpfile, 0o600)
			p.open("named", syscall.O_RDWR|oTmpfile, 0o600)
			p.open("missing", syscall.O_RDWR|oTmpfile, 0o600)
		},
		"paths only": func(p *pair) {
			p.symlink("target", "link")
			f := p.open("link", oPath|syscall.O_NOFOLLOW, 0)
			p.fstat(f)
			p.read(f, 10)
			p.write(f, []byte("x"))
			p.onDescriptor("fchmod", syscall.SYS_FCHMOD, f, 0o600)
			p.onDescriptor("fsync", syscall.SYS_FSYNC, f)
			p.onDescriptor("flock", syscall.SYS_FLOCK, f, syscall.LOCK_EX)
			p.onDescriptor("lseek", syscall.SYS_LSEEK, f, 0, 0)
			p.readlinkOf(f)
			d := p.open(".", oPath|syscall.O_DIRECTORY, 0)
			p.list(d, 4096)
			p.below(d, "made below it")
			p.readlinkOf(d)
		},
		"exchange": func(p *pair) {
			p.onPath("mkdir", syscall.SYS_MKDIRAT, "d", 0o755)
			p.onPath("mkdir", syscall.SYS_MKDIRAT, "d/e", 0o755)
			p.write(p.open("f", syscall.O_CREAT|syscall.O_RDWR, 0o644), []byte("file"))
			p.onTwo("rename", sysRenameat2, "f", "d/e", renameExchange)
			p.onTwo("rename", sysRenameat2, "d", "d/e", renameExchange)
			p.onTwo("rename", sysRenameat2, "f", "d", renameExchange)
			p.onTwo("rename", sysRenameat2, "d/", "f/", renameExchange)
			p.onTwo("rename", sysRenameat2, "d", "missing", renameExchange)
			p.onTwo("rename", sysRenameat2, "d", "f", 7)
			p.onTwo("rename", sysRenameat2, "d", "f", renameExchange|renameNoReplace)
			p.onTwo("rename", sysRenameat2, ".", "x", 0)
			p.onTwo("rename", sysRenameat2, "d", "..", 0)
			p.onTwo("rename", sysRenameat2, "d", ".", renameNoReplace)
		},
		"removed directory": func(p *pair) {
			p.onPath("mkdir", syscall.SYS_MKDIRAT, "d", 0o755)
			d := p.open("d", syscall.O_RDONLY|syscall.O_DIRECTORY, 0)
			p.onPath("rmdir", syscall.SYS_UNLINKAT, "d", atRemoveDir)
			p.list(d, 4096)
			p.fstat(d)
			p.below(d, "new")
			p.below(d, ".")
		},
		"times": func(p *pair) {
			p.open("f", syscall.O_CREAT|syscall.O_RDWR, 0o644)
			p.symlink("f", "link")
			for _, times := range [][2]syscall.Timespec{
				{{Sec: 1, Nsec: 2}, {Sec: 3, Nsec: 999999999}},
				{{Sec: -1, Nsec: 5}, {Nsec: utimeOmit}},
				{{Nsec: utimeOmit}, {Sec: 1 << 31, Nsec: 0}},
				{{Nsec: utimeOmit}, {Nsec: utimeOmit}},
				{{Nsec: 1e9}, {}},
				{{}, {Nsec: -1}},
			} {
				p.times("f", times, 0)
				p.times("link", times, atSymlinkNofollow)
				p.times("missing", times, 0)
				p.times("f", times, 0x8000)
			}
		},
		"extended status": func(p *pair) {
			f := p.open("f", syscall.O_CREAT|syscall.O_RDWR, 0o4751)
			p.write(f, make([]byte, 12345))
			p.onTwo("link", syscall.SYS_LINKAT, "f", "g", 0)
			p.symlink("f", "link")
			p.onPath("fchownat", syscall.SYS_FCHOWNAT, "link", 0, 0, atSymlinkNofollow)
			for _, path := range []string{"f", "g", "link", "missing", ""} {
				p.statx(path, 0)
				p.statx(path, atSymlinkNofollow)
			}
			p.statx("f", 0x40)
		},
		"own root's bits": func(p *pair) {
			p.open("f", syscall.O_CREAT|syscall.O_RDWR, 0o777)
			p.onPath("chmod", syscall.SYS_FCHMODAT, "f", 0o6775)
			p.onPath("fchownat", syscall.SYS_FCHOWNAT, "f", -1, -1, 0)
			p.stat("f", 0)
			p.onPath("mkdir", syscall.SYS_MKDIRAT, "d", 0o755)
			p.onPath("chmod", syscall.SYS_FCHMODAT, "d", 0o2755)
			p.onPath("mkdir", syscall.SYS_MKDIRAT, "d/e", 0o700)
			p.open("d/f", syscall.O_CREAT|syscall.O_RDWR, 0o644)
			p.tree(".")
		},
		"special files": func(p *pair) {
			for _, mode := range []int{0o644, syscall.S_IFREG | 0o600, syscall.S_IFIFO | 0o622, syscall.S_IFSOCK | 0o777, syscall.S_IFDIR | 0o755, 0o170000} {
				path := fmt.Sprintf("m%o", mode)
				p.onPath("mknod", syscall.SYS_MKNODAT, path, mode, 0)
				p.stat(path, 0)
				p.onPath("mknod", syscall.SYS_MKNODAT, path, mode, 0)
			}
			p.open(fmt.Sprintf("m%o", syscall.S_IFSOCK|0o777), syscall.O_RDWR, 0)
		},
		"append": func(p *pair) {
			f := p.open("f", syscall.O_CREAT|syscall.O_RDWR|syscall.O_APPEND, 0o644)
			g := p.open("f", syscall.O_RDWR, 0)
			p.write(f, []byte("one"))
			p.write(g, []byte("TWO-TWO"))
			p.write(f, []byte("three"))
			p.transferAt(f, syscall.SYS_PWRITE64, []byte("four"), 0)
			p.onDescriptor("lseek", syscall.SYS_LSEEK, f, 0, seekCurrent)
			p.vector(f, syscall.SYS_WRITEV, []byte("five and six"))
			p.onDescriptor("lseek", syscall.SYS_LSEEK, f, 0, seekCurrent)
			p.whole("f")
		},
		"limits of offsets": func(p *pair) {
			f := p.open("f", syscall.O_CREAT|syscall.O_RDWR, 0o644)
			p.onDescriptor("lseek", syscall.SYS_LSEEK, f, -1, seekSet)
			p.onDescriptor("lseek", syscall.SYS_LSEEK, f, -1, seekCurrent)
			p.onDescriptor("lseek", syscall.SYS_LSEEK, f, 5, 9)
			p.onDescriptor("lseek", syscall.SYS_LSEEK, f, 0, seekData)
			p.onDescriptor("lseek", syscall.SYS_LSEEK, f, 0, seekHole)
			p.onDescriptor("ftruncate", syscall.SYS_FTRUNCATE, f, 1<<40)
			p.onDescriptor("lseek", syscall.SYS_LSEEK, f, 1<<40, seekData)
			p.onDescriptor("lseek", syscall.SYS_LSEEK, f, 0, seekEnd)
			p.read(f, 10)
			p.fstat(f)
		},
		"locks": func(p *pair) {
			f := p.open("f", syscall.O_CREAT|syscall.O_RDWR, 0o644)
			g := p.open("f", syscall.O_RDONLY, 0)
			const without = syscall.LOCK_NB
			for _, s := range []struct{ file, operation int }{
				{f, syscall.LOCK_SH}, {g, syscall.LOCK_SH | without}, {f, syscall.LOCK_EX | without},
				{g, syscall.LOCK_UN}, {f, syscall.LOCK_EX | without}, {g, syscall.LOCK_SH | without},
				{f, syscall.LOCK_SH}, {g, syscall.LOCK_SH | without}, {g, 0}, {g, syscall.LOCK_UN}, {g, syscall.LOCK_UN},
			} {
				p.onDescriptor("flock", syscall.SYS_FLOCK, s.file, s.operation)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPair(t)
			p.t = t
			run(p)
			p.tree(".")
		})
	}
}

// linkDescriptor gives an open file a name, by /proc.
func (p *pair) linkDescriptor(f int, path string) {
	p.t.Helper()
	p.both(fmt.Sprintf("link descriptor %d to %q", f, path), syscall.SYS_LINKAT, func(i int) []any {
		return []any{atFDCWD, cString(fmt.Sprintf("/proc/self/fd/%d", p.fds[i][f])), p.top[i], cString(path), atSymlinkFollow}
	})
}

// readlinkOf reads the link that a descriptor of O_PATH is.
func (p *pair) readlinkOf(f int) {
	p.t.Helper()
	b := make([]byte, 100)
	p.same(fmt.Sprintf("readlink of %d", f), syscall.SYS_READLINKAT, func(i int) []any {
		return []any{p.fds[i][f], cString(""), unsafe.Pointer(&b[0]), len(b)}
	})
}

// below makes and looks up a name in an open directory.
func (p *pair) below(f int, name string) {
	p.t.Helper()
	p.same(fmt.Sprintf("mkdir %q below %d", name, f), syscall.SYS_MKDIRAT, func(i int) []any {
		return []any{p.fds[i][f], cString(name), 0o755}
	})
	p.same(fmt.Sprintf("access %q below %d", name, f), syscall.SYS_FACCESSAT, func(i int) []any {
		return []any{p.fds[i][f], cString(name), 0}
	})
}

// times sets times and compares those that are then there.
func (p *pair) times(path string, times [2]syscall.Timespec, flags int) {
	p.t.Helper()
	var st [2]syscall.Stat_t
	_, errno := p.same(fmt.Sprintf("utimensat %q %v %#x", path, times, flags), syscall.SYS_UTIMENSAT, func(i int) []any {
		return []any{p.top[i], cString(path), unsafe.Pointer(&times), flags}
	})
	if errno != 0 {
		return
	}
	p.both("stat", syscall.SYS_NEWFSTATAT, func(i int) []any {
		return []any{p.top[i], cString(path), unsafe.Pointer(&st[i]), flags}
	})
	for i, spec := range times {
		if spec.Nsec == utimeOmit {
			continue
		}
		linux, here := st[0].Atim, st[1].Atim
		if i == 1 {
			linux, here = st[0].Mtim, st[1].Mtim
		}
		if linux != here {
			p.differ("time %d of %q: Linux has %v, we have %v", i, path, linux, here)
		}
	}
}

// statx compares the fields that are not the file system's own.
func (p *pair) statx(path string, flags int) {
	p.t.Helper()
	var b [2][statxSize]byte
	_, errno := p.same(fmt.Sprintf("statx %q %#x", path, flags), sysStatx, func(i int) []any {
		return []any{p.top[i], cString(path), flags, statxBasicStats, unsafe.Pointer(&b[i])}
	})
	if errno != 0 {
		return
	}
	for _, field := range [][2]int{{16, 30}, {40, 48}} { // nlink, uid, gid, mode; size
		linux, here := b[0][field[0]:field[1]], b[1][field[0]:field[1]]
		if string(linux) != string(here) {
			p.differ("statx of %q from %d: Linux has %x, we have %x", path, field[0], linux, here)
		}
	}
}
