package vfs

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
	"syscall"
	"testing"
	"unsafe"
)

// pair runs the same calls on Linux, in a folder of its own, and on a System,
// and compares what they answer.
type pair struct {
	t       testing.TB
	linux   linux
	ours    ours
	top     [2]int // descriptor of the folder, on Linux and here
	fds     [2][]int
	history []string
	links   bool // whether Linux counts the links of directories
}

func newPair(t testing.TB) *pair {
	folder := t.TempDir()
	system, kernel := newTestSystem(t)
	p := &pair{t: t, ours: ours{system, kernel}}
	old := syscall.Umask(0o22)
	t.Cleanup(func() { syscall.Umask(old) })
	if _, errno := p.ours.call(syscall.SYS_MKDIR, cString("/work"), 0o755); errno != 0 {
		t.Fatal(errno)
	}
	paths := [2]string{folder, "/work"}
	for range 12 { // deep, so that no path leads out of the folder
		for i := range paths {
			paths[i] += "/deeper"
			if _, errno := p.of(i).call(syscall.SYS_MKDIR, cString(paths[i]), 0o755); errno != 0 {
				t.Fatal(errno)
			}
		}
	}
	for i, path := range paths {
		fd, errno := p.of(i).call(syscall.SYS_OPEN, cString(path), syscall.O_RDONLY|syscall.O_DIRECTORY|syscall.O_CLOEXEC, 0)
		if errno != 0 {
			t.Fatal(path, errno)
		}
		p.top[i] = fd
	}
	var st syscall.Stat_t
	p.linux.call(syscall.SYS_FSTAT, p.top[0], unsafe.Pointer(&st))
	p.links = st.Nlink == 2
	t.Cleanup(func() {
		for _, fd := range p.fds[0] {
			if fd >= 0 {
				p.linux.close(fd)
			}
		}
		p.linux.close(p.top[0])
	})
	return p
}

func (p *pair) of(i int) caller {
	if i == 0 {
		return p.linux
	}
	return p.ours
}

// note remembers what was done, for the report of a difference.
func (p *pair) note(format string, arguments ...any) {
	p.history = append(p.history, fmt.Sprintf(format, arguments...))
}

func (p *pair) differ(format string, arguments ...any) {
	p.t.Helper()
	last := p.history[max(0, len(p.history)-30):]
	p.t.Fatalf("%s\nafter %d steps, the last:\n  %s", fmt.Sprintf(format, arguments...), len(p.history), strings.Join(last, "\n  "))
}

// both makes a call on both sides, with the arguments that the function makes
// for each, and returns the answers when they agree.
func (p *pair) both(what string, number uintptr, arguments func(i int) []any) (r [2]int, errno syscall.Errno) {
	p.t.Helper()
	p.note("%s", what)
	var errnos [2]syscall.Errno
	for i := range 2 {
		r[i], errnos[i] = p.of(i).call(number, arguments(i)...)
	}
	if errnos[0] != errnos[1] {
		p.differ("%s: Linux says %v, we say %v (%d, %d)", what, show(errnos[0]), show(errnos[1]), r[0], r[1])
	}
	return r, errnos[0]
}

// same is both for answers that must be the same number too.
func (p *pair) same(what string, number uintptr, arguments func(i int) []any) (int, syscall.Errno) {
	p.t.Helper()
	r, errno := p.both(what, number, arguments)
	if errno == 0 && r[0] != r[1] {
		p.differ("%s: Linux returns %d, we return %d", what, r[0], r[1])
	}
	return r[0], errno
}

func show(errno syscall.Errno) string {
	if errno == 0 {
		return "success"
	}
	return fmt.Sprintf("%d %v", int(errno), errno)
}

// open opens a path on both sides; the index of the new pair of descriptors is
// -1 when it fails.
func (p *pair) open(path string, flags, mode int) int {
	p.t.Helper()
	fds, errno := p.both(fmt.Sprintf("open %q %#x %o", path, flags, mode), syscall.SYS_OPENAT, func(i int) []any {
		return []any{p.top[i], cString(path), flags | syscall.O_CLOEXEC, mode}
	})
	if errno != 0 {
		return -1
	}
	p.fds[0], p.fds[1] = append(p.fds[0], fds[0]), append(p.fds[1], fds[1])
	return len(p.fds[0]) - 1
}

func (p *pair) close(f int) {
	p.note("close %d", f)
	for i := range 2 {
		if fd := p.fds[i][f]; fd >= 0 {
			p.of(i).close(fd)
			p.fds[i][f] = -1
		}
	}
}

func (p *pair) read(f, n int) int {
	p.t.Helper()
	p.rewindDirectory(f)
	buffers := [2][]byte{make([]byte, n+1), make([]byte, n+1)}
	got, errno := p.same(fmt.Sprintf("read %d, %d bytes", f, n), syscall.SYS_READ, func(i int) []any {
		return []any{p.fds[i][f], unsafe.Pointer(&buffers[i][0]), n}
	})
	if errno == 0 && !slices.Equal(buffers[0], buffers[1]) {
		p.differ("%d bytes that were read differ", got)
	}
	return got
}

func (p *pair) write(f int, b []byte) {
	p.t.Helper()
	b = append(b, 0)
	p.same(fmt.Sprintf("write %d, %d bytes", f, len(b)-1), syscall.SYS_WRITE, func(i int) []any {
		return []any{p.fds[i][f], unsafe.Pointer(&b[0]), len(b) - 1}
	})
}

// onPath makes a call of the *at family on one path.
func (p *pair) onPath(name string, number uintptr, path string, rest ...any) syscall.Errno {
	p.t.Helper()
	_, errno := p.same(fmt.Sprintf("%s %q %v", name, path, rest), number, func(i int) []any {
		return append([]any{p.top[i], cString(path)}, rest...)
	})
	return errno
}

// onTwo makes a call of the *at family on two paths.
func (p *pair) onTwo(name string, number uintptr, old, path string, flags int) syscall.Errno {
	p.t.Helper()
	_, errno := p.same(fmt.Sprintf("%s %q %q %d", name, old, path, flags), number, func(i int) []any {
		return []any{p.top[i], cString(old), p.top[i], cString(path), flags}
	})
	return errno
}

func (p *pair) symlink(target, path string) {
	p.t.Helper()
	p.same(fmt.Sprintf("symlink %q %q", target, path), syscall.SYS_SYMLINKAT, func(i int) []any {
		return []any{cString(target), p.top[i], cString(path)}
	})
}

func (p *pair) readlink(path string) {
	p.t.Helper()
	buffers := [2][]byte{make([]byte, 64), make([]byte, 64)}
	p.same(fmt.Sprintf("readlink %q", path), syscall.SYS_READLINKAT, func(i int) []any {
		return []any{p.top[i], cString(path), unsafe.Pointer(&buffers[i][0]), 64}
	})
	if !slices.Equal(buffers[0], buffers[1]) {
		p.differ("readlink %q: %q and %q", path, buffers[0], buffers[1])
	}
}

// stat compares what stat(2) tells, but for times, numbers and what each file
// system may decide.
func (p *pair) stat(path string, flags int) {
	p.t.Helper()
	var st [2]syscall.Stat_t
	_, errno := p.both(fmt.Sprintf("stat %q %#x", path, flags), syscall.SYS_NEWFSTATAT, func(i int) []any {
		return []any{p.top[i], cString(path), unsafe.Pointer(&st[i]), flags}
	})
	if errno == 0 {
		p.compare(path, st)
	}
}

func (p *pair) fstat(f int) {
	p.t.Helper()
	var st [2]syscall.Stat_t
	_, errno := p.both(fmt.Sprintf("fstat %d", f), syscall.SYS_FSTAT, func(i int) []any {
		return []any{p.fds[i][f], unsafe.Pointer(&st[i])}
	})
	if errno == 0 {
		p.compare(fmt.Sprintf("descriptor %d", f), st)
	}
}

func (p *pair) compare(what string, st [2]syscall.Stat_t) {
	p.t.Helper()
	type facts struct {
		mode, uid, gid uint32
		nlink          uint64
		size           int64
	}
	var both [2]facts
	for i, s := range st {
		both[i] = facts{s.Mode, s.Uid, s.Gid, s.Nlink, s.Size}
		if s.Mode&syscall.S_IFMT == syscall.S_IFDIR {
			both[i].size = 0
			if !p.links {
				both[i].nlink = 0
			}
		}
	}
	if both[0] != both[1] {
		p.differ("stat of %s: Linux has %+v, we have %+v", what, both[0], both[1])
	}
}

// list compares the names, and their types, in an open directory.
func (p *pair) list(f, size int) {
	p.t.Helper()
	p.note("list %d with %d bytes", f, size)
	var names [2][]string
	for i := range 2 {
		names[i] = list(p.of(i), p.fds[i][f], size)
	}
	if !slices.Equal(names[0], names[1]) {
		p.differ("the directory has on Linux %q and here %q", names[0], names[1])
	}
}

// list returns the sorted entries that a descriptor still gives, or an error.
func list(c caller, fd, size int) (names []string) {
	for {
		b := make([]byte, size)
		n, errno := c.call(syscall.SYS_GETDENTS64, fd, unsafe.Pointer(&b[0]), size)
		if errno != 0 {
			return []string{show(errno)}
		}
		if n <= 0 {
			sort.Strings(names)
			return names
		}
		for b = b[:n]; len(b) > 0; {
			length := int(b[16]) | int(b[17])<<8
			name, _, _ := strings.Cut(string(b[19:length]), "\x00")
			names = append(names, fmt.Sprintf("%s %d", name, b[18]))
			b = b[length:]
		}
	}
}

// tree compares the two folders from the top to the bottom.
func (p *pair) tree(path string) {
	p.t.Helper()
	f := p.open(path, syscall.O_RDONLY|syscall.O_DIRECTORY|syscall.O_NOFOLLOW, 0)
	if f < 0 {
		return
	}
	defer p.close(f)
	names := list(p.linux, p.fds[0][f], 4096)
	if here := list(p.ours, p.fds[1][f], 4096); !slices.Equal(names, here) {
		p.differ("%q has on Linux %q and here %q", path, names, here)
	}
	for _, entry := range names {
		name, kind, _ := strings.Cut(entry, " ")
		below := path + "/" + name
		if name == "." || name == ".." {
			continue
		}
		p.stat(below, atSymlinkNofollow)
		switch kind {
		case "4":
			p.tree(below)
		case "8":
			p.whole(below)
		case "10":
			p.readlink(below)
		}
	}
}

// whole compares the content of a file.
func (p *pair) whole(path string) {
	p.t.Helper()
	f := p.open(path, syscall.O_RDONLY, 0)
	if f < 0 {
		return
	}
	defer p.close(f)
	for range 64 { // enough, unless the file is sparse
		before := len(p.history)
		got := p.read(f, 64<<10)
		p.history = p.history[:before]
		if got <= 0 {
			break
		}
	}
}

// TestRandomAgainstLinux runs random sequences of calls on both sides.
func TestRandomAgainstLinux(t *testing.T) {
	sequences, steps := 100, 400
	if testing.Short() {
		sequences = 10
	}
	for seed := range sequences {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(uint64(seed), 2026))
			p := newPair(t)
			for range steps {
				step(p, func(n int) int { return r.IntN(n) })
			}
			p.tree(".")
		})
	}
}

// FuzzAgainstLinux lets the fuzzer choose the calls.
func FuzzAgainstLinux(f *testing.F) {
	for seed := range 8 {
		r := rand.New(rand.NewPCG(uint64(seed), 7))
		b := make([]byte, 300)
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, choices []byte) {
		p := newPair(t)
		for len(choices) > 0 {
			step(p, func(n int) int {
				if len(choices) == 0 {
					return 0
				}
				c := choices[0]
				choices = choices[1:]
				return int(c) % n
			})
		}
		p.tree(".")
	})
}

// names and suffixes make paths that often meet.
var (
	names    = []string{"a", "b", "c", "d", ".", "..", "x/y"}
	suffixes = []string{"", "", "", "", "", "/", "/.", "/.."}
)

func randomPath(pick func(int) int) string {
	var parts []string
	for range 1 + pick(3) {
		parts = append(parts, names[pick(len(names))])
	}
	return strings.Join(parts, "/") + suffixes[pick(len(suffixes))]
}

// randomFlags are those that matter together.
func randomFlags(pick func(int) int) int {
	flags := pick(3)
	for _, flag := range []int{syscall.O_CREAT, syscall.O_EXCL, syscall.O_TRUNC, syscall.O_APPEND, syscall.O_NOFOLLOW, syscall.O_DIRECTORY, oPath} {
		odds := 3
		if flag == oPath || flag == syscall.O_DIRECTORY {
			odds = 12
		}
		if pick(odds) == 0 {
			flags |= flag
		}
	}
	if flags&(syscall.O_CREAT|syscall.O_DIRECTORY) == syscall.O_CREAT|syscall.O_DIRECTORY {
		flags &^= syscall.O_DIRECTORY // Linux before 6.4 made the file and then failed
	}
	return flags
}

// step does one of the things that can be done to files.
func step(p *pair, pick func(int) int) {
	p.t.Helper()
	path, other := randomPath(pick), randomPath(pick)
	stepOnPath := []func(){
		func() { p.open(path, randomFlags(pick), []int{0o644, 0o600, 0o777, 0o666}[pick(4)]) },
		func() { p.open(path, syscall.O_RDWR|syscall.O_CREAT, 0o644) },
		func() { p.onPath("mkdir", syscall.SYS_MKDIRAT, path, []int{0o755, 0o777, 0o1777}[pick(3)]) },
		func() { p.onPath("mkdir", syscall.SYS_MKDIRAT, names[pick(4)]+"/"+names[pick(4)], 0o755) },
		func() { p.onPath("unlink", syscall.SYS_UNLINKAT, path, 0) },
		func() { p.onPath("rmdir", syscall.SYS_UNLINKAT, path, atRemoveDir) },
		func() { p.onTwo("rename", sysRenameat2, path, other, []int{0, 0, 0, 1, 2, 3}[pick(6)]) },
		func() {
			p.onTwo("link", syscall.SYS_LINKAT, path, other, []int{0, 0, atSymlinkFollow}[pick(3)])
		},
		func() { p.symlink(strings.Replace(other, "..", "b", 2), path) },
		func() { p.readlink(path) },
		func() { p.stat(path, []int{0, atSymlinkNofollow}[pick(2)]) },
		func() { p.onPath("chmod", syscall.SYS_FCHMODAT, path, 0o600|pick(0o10000)) },
		func() {
			p.onPath("access", syscall.SYS_FACCESSAT, path, pick(9))
		},
		func() { p.truncate(path, pick(5)*pick(50_000)-pick(2)) },
	}
	if len(p.fds[0]) == 0 || pick(2) == 0 {
		stepOnPath[pick(len(stepOnPath))]()
		return
	}
	stepOnDescriptor(p, pick)
}

func (p *pair) truncate(path string, size int) {
	f := p.open(path, syscall.O_WRONLY, 0)
	if f < 0 {
		return
	}
	p.onDescriptor("ftruncate", syscall.SYS_FTRUNCATE, f, size)
	p.close(f)
}

// onDescriptor makes a call on an open file.
func (p *pair) onDescriptor(name string, number uintptr, f int, rest ...any) {
	p.t.Helper()
	p.same(fmt.Sprintf("%s %d %v", name, f, rest), number, func(i int) []any {
		return append([]any{p.fds[i][f]}, rest...)
	})
}

func stepOnDescriptor(p *pair, pick func(int) int) {
	p.t.Helper()
	f := pick(len(p.fds[0]))
	if p.fds[0][f] < 0 {
		return
	}
	b := make([]byte, pick(4)*pick(20_000))
	for i := range b {
		b[i] = byte(i*7 + len(p.history))
	}
	steps := []func(){
		func() { p.read(f, pick(3)*pick(40_000)) },
		func() { p.read(f, pick(100)) },
		func() { p.write(f, b) },
		func() { p.write(f, b) },
		func() { p.fstat(f) },
		func() { p.close(f) },
		func() { p.seek(f, pick(6)*pick(30_000)-pick(100), pick(3)) },
		func() { p.onDescriptor("ftruncate", syscall.SYS_FTRUNCATE, f, pick(5)*pick(50_000)-pick(2)) },
		func() { p.transferAt(f, syscall.SYS_PREAD64, b, pick(100_000)-pick(2)) },
		func() { p.transferAt(f, syscall.SYS_PWRITE64, b, pick(100_000)-pick(2)) },
		func() { p.onDescriptor("fchmod", syscall.SYS_FCHMOD, f, 0o600|pick(0o10000)) },
		func() { p.onDescriptor("fsync", syscall.SYS_FSYNC, f) },
		func() { p.allocate(f, []int{0, 1, 3, 0x10, 0x11}[pick(5)], pick(60_000)-pick(2), pick(60_000)) },
		func() { p.vector(f, []uintptr{syscall.SYS_READV, syscall.SYS_WRITEV}[pick(2)], b) },
		func() { p.rewindAndList(f, []int{24, 64, 4096}[pick(3)]) },
	}
	steps[pick(len(steps))]()
}

// seek leaves directories alone: their offsets are each file system's own.
func (p *pair) seek(f, off, whence int) {
	p.t.Helper()
	var st syscall.Stat_t
	p.linux.call(syscall.SYS_FSTAT, p.fds[0][f], unsafe.Pointer(&st))
	if st.Mode&syscall.S_IFMT == syscall.S_IFREG {
		p.onDescriptor("lseek", syscall.SYS_LSEEK, f, off, whence)
	}
}

// rewindAndList reads a directory from its start.
func (p *pair) rewindAndList(f, size int) {
	p.t.Helper()
	p.rewindDirectory(f)
	p.list(f, size)
}

// rewindDirectory goes to the start of a directory: what a call says in the
// middle depends on the offsets of the file system.
func (p *pair) rewindDirectory(f int) {
	for i := range 2 {
		var st syscall.Stat_t
		if p.of(i).call(syscall.SYS_FSTAT, p.fds[i][f], unsafe.Pointer(&st)); st.Mode&syscall.S_IFMT == syscall.S_IFDIR {
			p.of(i).call(syscall.SYS_LSEEK, p.fds[i][f], 0, 0)
		}
	}
}

func (p *pair) transferAt(f int, number uintptr, b []byte, off int) {
	p.t.Helper()
	buffers := [2][]byte{append(slices.Clone(b), 0), append(slices.Clone(b), 0)}
	p.same(fmt.Sprintf("p%d %d, %d bytes at %d", number, f, len(b), off), number, func(i int) []any {
		return []any{p.fds[i][f], unsafe.Pointer(&buffers[i][0]), len(b), off}
	})
	if !slices.Equal(buffers[0], buffers[1]) {
		p.differ("pread: the bytes differ")
	}
}

// allocate leaves out what Linux's file systems disagree about: whether zeroing
// and holes are there at all.
func (p *pair) allocate(f, mode, off, size int) {
	p.t.Helper()
	if mode&fallocZeroRange != 0 {
		if _, errno := p.linux.call(syscall.SYS_FALLOCATE, p.fds[0][f], mode, off, size); errno == syscall.EOPNOTSUPP {
			return
		}
	}
	p.onDescriptor("fallocate", syscall.SYS_FALLOCATE, f, mode, off, size)
}

func (p *pair) vector(f int, number uintptr, b []byte) {
	p.t.Helper()
	p.rewindDirectory(f)
	var buffers [2][]byte
	p.same(fmt.Sprintf("vector %d %d of %d bytes", number, f, len(b)), number, func(i int) []any {
		buffers[i] = append(slices.Clone(b), 0)
		half := len(b) / 2
		v := []syscall.Iovec{
			{Base: &buffers[i][0], Len: uint64(half)},
			{},
			{Base: &buffers[i][half], Len: uint64(len(b) - half)},
		}
		return []any{p.fds[i][f], unsafe.Pointer(&v[0]), len(v)}
	})
	if !slices.Equal(buffers[0], buffers[1]) {
		p.differ("readv: the bytes differ")
	}
}
