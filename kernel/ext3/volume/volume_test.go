package volume

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"eggcup/kernel/vfs"
)

// layouts are volumes as mke2fs makes them.
var layouts = map[string][]string{
	"1 KiB blocks":    {"-b", "1024"},
	"4 KiB blocks":    {"-b", "4096"},
	"small inodes":    {"-b", "1024", "-I", "128"},
	"several groups":  {"-b", "1024", "-g", "1024"},
	"without types":   {"-b", "1024", "-O", "^filetype,^dir_index"},
	"without reserve": {"-b", "2048", "-m", "0", "-O", "^resize_inode,^sparse_super"},
}

// tester drives a volume as package vfs does, and knows what has to be in it.
type tester struct {
	t      *testing.T
	v      *Volume
	random *rand.Rand
	files  map[string][]byte // by path; nil is a directory, "/" the root
}

func newTester(t *testing.T, d *disk, seed uint64) *tester {
	return &tester{t, mount(t, d), rand.New(rand.NewPCG(seed, 0)), map[string][]byte{"/": nil}}
}

func (x *tester) must(errno syscall.Errno, what string) {
	x.t.Helper()
	if errno != 0 {
		x.t.Fatalf("%s: %v", what, errno)
	}
}

// find walks to a file.
func (x *tester) find(path string) uint64 {
	x.t.Helper()
	at := x.v.Root()
	for _, name := range strings.FieldsFunc(path, func(r rune) bool { return r == '/' }) {
		entries, errno := x.v.Entries(at)
		x.must(errno, "list "+path)
		k := slices.IndexFunc(entries, func(e vfs.VolumeEntry) bool { return e.Name == name })
		if k < 0 {
			x.t.Fatalf("%s is not there", path)
		}
		at = entries[k].File
	}
	return at
}

func split(path string) (string, string) {
	at := strings.LastIndex(path, "/")
	return path[:at+1], path[at+1:]
}

func attributes(mode uint32) vfs.Attributes {
	t := time.Now().UnixNano()
	return vfs.Attributes{Mode: mode, Mtime: t, Ctime: t, Atime: t, Btime: t}
}

func (x *tester) create(path string, mode uint32) uint64 {
	x.t.Helper()
	folder, name := split(path)
	number, errno := x.v.Create(x.find(folder), name, attributes(mode), "")
	x.must(errno, "create "+path)
	x.files[path] = nil
	if mode&syscall.S_IFMT == syscall.S_IFREG {
		x.files[path] = []byte{}
	}
	return number
}

func (x *tester) write(path string, p []byte, off int) {
	x.t.Helper()
	n, errno := x.v.WriteAt(x.find(path), p, int64(off))
	x.must(errno, "write "+path)
	if n != len(p) {
		x.t.Fatalf("write %s: %d of %d", path, n, len(p))
	}
	content := x.files[path]
	if grow := off + len(p) - len(content); grow > 0 {
		content = append(content, make([]byte, grow)...)
	}
	copy(content[off:], p)
	x.files[path] = content
}

func (x *tester) truncate(path string, size int) {
	x.t.Helper()
	x.must(x.v.Truncate(x.find(path), int64(size)), "truncate "+path)
	content := x.files[path]
	if grow := size - len(content); grow > 0 {
		content = append(content, make([]byte, grow)...)
	}
	x.files[path] = append([]byte{}, content[:size]...)
}

// remove removes a file, or an empty directory.
func (x *tester) remove(path string) {
	x.t.Helper()
	folder, name := split(path)
	number := x.find(path)
	x.must(x.v.Unlink(x.find(folder), name), "unlink "+path)
	x.v.Forget(number)
	delete(x.files, path)
}

func (x *tester) rename(old, path string) {
	x.t.Helper()
	oldFolder, oldName := split(old)
	folder, name := split(path)
	replaced := uint64(0)
	if _, ok := x.files[path]; ok {
		replaced = x.find(path)
	}
	x.must(x.v.Rename(x.find(oldFolder), oldName, x.find(folder), name), "rename "+old)
	if replaced != 0 {
		x.v.Forget(replaced)
	}
	moved := map[string][]byte{}
	for p, content := range x.files {
		if p == old || strings.HasPrefix(p, old+"/") {
			moved[path+p[len(old):]] = content
			delete(x.files, p)
		}
	}
	maps.Copy(x.files, moved)
}

// some returns a path that fits at random, "" if there is none.
func (x *tester) some(fits func(path string, content []byte) bool) string {
	var paths []string
	for path, content := range x.files {
		if path != "/" && fits(path, content) {
			paths = append(paths, path)
		}
	}
	if len(paths) == 0 {
		return ""
	}
	slices.Sort(paths)
	return paths[x.random.IntN(len(paths))]
}

func isFile(_ string, content []byte) bool { return content != nil }

func (x *tester) isEmpty(path string, content []byte) bool {
	if content != nil {
		return true
	}
	for other := range x.files {
		if strings.HasPrefix(other, path+"/") {
			return false
		}
	}
	return true
}

func (x *tester) bytes(n int) []byte {
	p := make([]byte, n)
	for i := range p {
		p[i] = byte(x.random.Uint32())
	}
	return p
}

// newPath is a name that is not there, in a directory that is.
func (x *tester) newPath() string {
	folder := x.some(func(path string, content []byte) bool { return content == nil && strings.Count(path, "/") < 4 })
	return fmt.Sprintf("%s/%s%d", folder, strings.Repeat("n", x.random.IntN(60)), x.random.IntN(1e9))
}

// step does something at random.
func (x *tester) step() {
	x.t.Helper()
	file := x.some(isFile)
	switch x.random.IntN(12) {
	case 0, 1, 2:
		x.create(x.newPath(), syscall.S_IFREG|0o644)
	case 3:
		x.create(x.newPath(), syscall.S_IFDIR|0o755)
	case 4, 5, 6, 7:
		if file != "" {
			size := x.random.IntN(1 << (x.random.IntN(18)))
			x.write(file, x.bytes(size+1), x.random.IntN(len(x.files[file])+2000))
		}
	case 8:
		if file != "" {
			x.truncate(file, x.random.IntN(len(x.files[file])+3000))
		}
	case 9:
		if path := x.some(x.isEmpty); path != "" {
			x.remove(path)
		}
	case 10:
		if file != "" {
			x.rename(file, x.newPath())
		}
	case 11:
		if other := x.some(isFile); other != "" && other != file {
			x.rename(file, other)
		}
	}
}

// verify compares a volume with what has to be in it.
func (x *tester) verify(files map[string][]byte) {
	x.t.Helper()
	if got := x.tree("/", x.v.Root()); !maps.EqualFunc(got, files, func(a, b []byte) bool {
		return (a == nil) == (b == nil) && bytes.Equal(a, b)
	}) {
		x.t.Fatalf("the volume has %s, not %s", summary(got), summary(files))
	}
}

func summary(files map[string][]byte) string {
	var text []string
	for _, path := range slices.Sorted(maps.Keys(files)) {
		text = append(text, fmt.Sprintf("%s(%d)", path, len(files[path])))
	}
	return strings.Join(text, " ")
}

// tree reads a volume.
func (x *tester) tree(path string, number uint64) map[string][]byte {
	x.t.Helper()
	a, errno := x.v.Attributes(number)
	x.must(errno, "stat "+path)
	if a.Mode&syscall.S_IFMT != syscall.S_IFDIR {
		content := make([]byte, a.Size)
		n, errno := x.v.ReadAt(number, content, 0)
		x.must(errno, "read "+path)
		return map[string][]byte{path: content[:n]}
	}
	all := map[string][]byte{path: nil}
	entries, errno := x.v.Entries(number)
	x.must(errno, "list "+path)
	for _, e := range entries {
		if path == "/" && e.Name == "lost+found" {
			continue
		}
		maps.Copy(all, x.tree(strings.TrimSuffix(path, "/")+"/"+e.Name, e.File))
	}
	return all
}

// A volume has after anything what was done to it, e2fsck finds nothing wrong,
// and so does the next mount.
func TestOperations(t *testing.T) {
	for name, options := range layouts {
		t.Run(name, func(t *testing.T) {
			d := format(t, "16384", options...)
			x := newTester(t, d, 1)
			for n := range 600 {
				x.step()
				if n%100 == 0 {
					x.verify(x.files)
				}
			}
			x.verify(x.files)
			x.must(x.v.Close(), "close")
			check(t, d, "-fn")
			x.v = mount(t, d)
			x.verify(x.files)
			for path := x.some(x.isEmpty); path != ""; path = x.some(x.isEmpty) {
				x.remove(path)
			}
			x.must(x.v.Close(), "close")
			check(t, d, "-fn")
		})
	}
}

// Whenever power is lost, the volume is sound, and it is as it was after the
// last sync or after something that was done later.
func TestCrash(t *testing.T) {
	rounds := uint64(60)
	if testing.Short() {
		rounds = 10
	}
	for seed := range rounds {
		d := format(t, "4096", "-b", "1024", "-J", "size=1")
		x := newTester(t, d, seed)
		var states []map[string][]byte // since the last sync
		keep := func() {
			state := map[string][]byte{}
			for path, content := range x.files {
				state[path] = bytes.Clone(content)
			}
			states = append(states, state)
		}
		for range 30 + x.random.IntN(60) {
			x.step()
			total := 0
			for _, content := range x.files {
				total += len(content)
			}
			if total > 1<<20 {
				x.remove(x.some(isFile))
			}
			if x.random.IntN(6) == 0 {
				x.must(x.v.Sync(false), "sync")
				states = nil
			}
			keep()
		}
		after := d.crash(x.random)
		other := &disk{data: bytes.Clone(after.data)}
		check(t, other, "-fp") // by the tool's own recovery
		y := &tester{t: t, v: mount(t, after), random: x.random}
		got := y.tree("/", y.v.Root())
		if len(states) > 0 && !soundNames(got, states) {
			t.Fatalf("seed %d: names as they never were: %s", seed, summary(got))
		}
		y.must(y.v.Close(), "close")
		check(t, after, "-fn")
	}
}

// soundNames reports whether the names and sizes are those of one moment.
func soundNames(got map[string][]byte, states []map[string][]byte) bool {
	return slices.ContainsFunc(states, func(state map[string][]byte) bool {
		return maps.EqualFunc(got, state, func(a, b []byte) bool { return (a == nil) == (b == nil) && len(a) == len(b) })
	})
}

// What was synced is there after a crash, to the last byte.
func TestSynced(t *testing.T) {
	for seed := range uint64(20) {
		d := format(t, "8192", "-b", "1024")
		x := newTester(t, d, seed)
		x.create("/db", syscall.S_IFREG|0o600)
		for range 40 {
			x.write("/db", x.bytes(1+x.random.IntN(20000)), x.random.IntN(100000))
			x.must(x.v.Sync(true), "fdatasync")
			y := &tester{t: t, v: mount(t, d.crash(x.random))}
			y.verify(x.files)
		}
	}
}

// Overwriting a file that is long enough changes no metadata that fdatasync
// would have to wait for.
func TestDataSync(t *testing.T) {
	d := format(t, "4096")
	x := newTester(t, d, 1)
	number := x.create("/db", syscall.S_IFREG|0o600)
	x.write("/db", x.bytes(50000), 0)
	x.must(x.v.Sync(false), "sync")
	sequence := x.v.journal.sequence
	for range 5 {
		x.write("/db", x.bytes(1000), 3000)
		x.v.Change(number, attributes(syscall.S_IFREG|0o600))
		x.must(x.v.Sync(true), "fdatasync")
	}
	if x.v.journal.sequence != sequence {
		t.Error("times of a file made a transaction")
	}
	if x.must(x.v.Sync(false), "fsync"); x.v.journal.sequence != sequence+1 {
		t.Error("fsync made none")
	}
}

// A file lives on without a name; after a crash it is gone.
func TestOrphans(t *testing.T) {
	d := format(t, "4096")
	x := newTester(t, d, 1)
	free := x.v.Status().Bfree
	for _, path := range []string{"/a", "/b", "/c"} {
		number := x.create(path, syscall.S_IFREG|0o600)
		x.write(path, x.bytes(30000), 0)
		x.must(x.v.Unlink(x.v.Root(), path[1:]), "unlink")
		if path == "/b" {
			defer x.v.Forget(number)
		}
		if n, errno := x.v.ReadAt(number, make([]byte, 30000), 0); n != 30000 || errno != 0 {
			t.Errorf("read: %d, %v", n, errno)
		}
	}
	x.must(x.v.Sync(false), "sync")
	after := d.crash(x.random)
	v := mount(t, after)
	if got := v.Status().Bfree; got != free {
		t.Errorf("%d blocks are free, not %d", got, free)
	}
	x.must(v.Close(), "close")
	check(t, after, "-fn")
}

// Every kind of file is there after a mount, with its attributes.
func TestKinds(t *testing.T) {
	d := format(t, "4096", "-b", "1024")
	v := mount(t, d)
	targets := map[string]string{"short": "target", "long": strings.Repeat("x/", 200)}
	want := map[string]vfs.Attributes{}
	add := func(name string, a vfs.Attributes, target string) {
		number, errno := v.Create(rootInode, name, a, target)
		if errno != 0 {
			t.Fatalf("%s: %v", name, errno)
		}
		want[name], errno = v.Attributes(number)
		if errno != 0 || want[name].Mode != a.Mode || want[name].Mtime != a.Mtime || want[name].Rdev != a.Rdev ||
			want[name].UID != a.UID || want[name].GID != a.GID || want[name].Btime != a.Btime {
			t.Errorf("%s: %+v, not %+v", name, want[name], a)
		}
	}
	for name, target := range targets {
		add(name, attributes(syscall.S_IFLNK|0o777), target)
	}
	owned := attributes(syscall.S_IFREG | 0o4711)
	owned.UID, owned.GID, owned.Mtime = 100000, 65536, -5e9+1
	add("owned", owned, "")
	add("fifo", attributes(syscall.S_IFIFO|0o600), "")
	for name, device := range map[string]uint64{"tty": 4<<8 | 1, "disk": 259<<8 | 7} {
		a := attributes(syscall.S_IFCHR | 0o600)
		a.Rdev = device
		add(name, a, "")
	}
	if errno := v.Close(); errno != 0 {
		t.Fatal(errno)
	}
	check(t, d, "-fn")
	v = mount(t, d)
	entries, _ := v.Entries(rootInode)
	for _, e := range entries {
		a, errno := v.Attributes(e.File)
		if w, ok := want[e.Name]; ok && (errno != 0 || a != w) {
			t.Errorf("%s: %+v, not %+v", e.Name, a, w)
		}
		if target, ok := targets[e.Name]; ok {
			if got, errno := v.Target(e.File); got != target || errno != 0 {
				t.Errorf("%s leads to %q, %v", e.Name, got, errno)
			}
		}
	}
}

// A full volume refuses what does not fit, and takes it when there is room.
func TestFull(t *testing.T) {
	d := format(t, "4096", "-b", "1024", "-m", "0")
	x := newTester(t, d, 1)
	number := x.create("/big", syscall.S_IFREG|0o600)
	n, errno := x.v.WriteAt(number, make([]byte, 4<<20), 0)
	if n == 0 || errno != 0 {
		t.Fatalf("%d, %v", n, errno)
	}
	if _, errno := x.v.WriteAt(number, make([]byte, 100000), int64(n)); errno != syscall.ENOSPC {
		t.Errorf("error %v", errno)
	}
	for k := range 100 {
		if _, errno := x.v.Create(rootInode, fmt.Sprint("d", k), attributes(syscall.S_IFDIR|0o755), ""); errno != 0 {
			if errno != syscall.ENOSPC {
				t.Errorf("error %v", errno)
			}
			break
		}
	}
	x.must(x.v.Truncate(number, 1000), "truncate")
	if n, errno := x.v.WriteAt(number, make([]byte, 200000), 1000); n != 200000 || errno != 0 {
		t.Errorf("%d, %v", n, errno)
	}
	x.must(x.v.Close(), "close")
	check(t, d, "-fn")
}

// A large directory, and one whose index Linux's tools have made.
func TestLargeDirectory(t *testing.T) {
	d := format(t, "8192", "-b", "1024")
	x := newTester(t, d, 1)
	const files = 1500
	for n := range files {
		if _, errno := x.v.Create(rootInode, fmt.Sprint("a rather long name ", n), attributes(syscall.S_IFREG|0o600), ""); errno != 0 {
			t.Fatal(errno)
		}
	}
	x.must(x.v.Close(), "close")
	check(t, d, "-fn")
	path := filepath.Join(t.TempDir(), "disk.img")
	os.WriteFile(path, d.data, 0o600)
	exec.Command(tool(t, "e2fsck"), "-fyD", path).Run()
	d.data, _ = os.ReadFile(path)
	x.v = mount(t, d)
	root, errno := x.v.inode(rootInode)
	if x.must(errno, "root"); root.get32(inodeFlags)&flagIndex == 0 {
		t.Fatal("e2fsck -D made no index")
	}
	x.create("/one more", syscall.S_IFREG|0o600)
	x.remove("/a rather long name 7")
	entries, errno := x.v.Entries(rootInode)
	if x.must(errno, "list"); len(entries) != files+1 {
		t.Errorf("%d entries", len(entries))
	}
	x.must(x.v.Close(), "close")
	check(t, d, "-fn")
}

// A disk that fails ends the use of the volume.
func TestBrokenDisk(t *testing.T) {
	d := format(t, "4096")
	x := newTester(t, d, 1)
	number := x.create("/a", syscall.S_IFREG|0o600)
	d.broken = true
	if _, errno := x.v.WriteAt(number, []byte("x"), 0); errno != syscall.EIO {
		t.Errorf("write: %v", errno)
	}
	d.broken = false
	if errno := x.v.Sync(false); errno != syscall.EIO {
		t.Errorf("sync: %v", errno)
	}
	if _, errno := x.v.Create(rootInode, "b", attributes(syscall.S_IFREG), ""); errno != syscall.EIO {
		t.Errorf("create: %v", errno)
	}
}

// What is no ext3 volume is refused, with what to do.
func TestRefused(t *testing.T) {
	small := &disk{data: make([]byte, 2048)}
	locked := format(t, "2048")
	locked.locked = true
	cut := format(t, "4096")
	cut.data = cut.data[:2<<20]
	for want, d := range map[string]*disk{
		"too small":       small,
		"read-only":       locked,
		"larger than":     cut,
		"mke2fs -t ext3 ": {data: make([]byte, 1<<20)},
		"extent":          format(t, "8192", "-O", "extent"),
		"tune2fs -j":      format(t, "4096", "-O", "^has_journal"),
		"metadata_csum":   format(t, "8192", "-O", "metadata_csum"),
	} {
		if _, err := Mount(d); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}
