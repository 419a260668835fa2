// files does what package os can do with files, in a folder for temporary files.
package main

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing/fstest"
	"time"

	"eggcup/tests/boot/programs/internal/check"
)

func main() {
	top, err := os.MkdirTemp("", "files")
	check.Must(err, "MkdirTemp")
	check.Must(os.Chdir(top), "Chdir")
	content()
	names()
	links()
	trees()
	appends()
	sparse()
	attributes()
	openFiles()
	stacks()
	check.NoError(os.Chdir("/"), "Chdir to the root")
	check.NoError(os.RemoveAll(top), "RemoveAll")
	_, err = os.Stat(top)
	check.That(errors.Is(err, fs.ErrNotExist), "and all is gone", "%v", err)
	check.Done()
}

// is reports whether an error is the number that Linux gives.
func is(err error, want syscall.Errno) bool { return errors.Is(err, want) }

func content() {
	check.NoError(os.WriteFile("a", []byte("hello, files"), 0o640), "WriteFile")
	got, err := os.ReadFile("a")
	check.That(err == nil && string(got) == "hello, files", "ReadFile", "%q %v", got, err)
	f, err := os.OpenFile("a", os.O_RDWR, 0)
	check.Must(err, "OpenFile")
	defer f.Close()
	_, err = f.WriteAt([]byte("HELLO"), 0)
	check.NoError(err, "WriteAt")
	b := make([]byte, 5)
	n, err := f.ReadAt(b, 7)
	check.That(n == 5 && err == nil && string(b) == "files", "ReadAt", "%d %v %q", n, err, b)
	_, err = f.ReadAt(b, 100)
	check.That(err == io.EOF, "ReadAt behind the end is EOF", "%v", err)
	at, err := f.Seek(-5, io.SeekEnd)
	check.That(at == 7 && err == nil, "Seek", "%d %v", at, err)
	_, err = f.Seek(-1, io.SeekStart)
	check.That(is(err, syscall.EINVAL), "Seek before the start is EINVAL", "%v", err)
	check.NoError(f.Truncate(5), "Truncate")
	check.NoError(f.Sync(), "Sync")
	info, err := f.Stat()
	check.That(err == nil && info.Size() == 5 && info.Mode() == 0o640, "Stat", "%v %v", info, err)
	_, err = os.OpenFile("a", os.O_CREATE|os.O_EXCL, 0o600)
	check.That(is(err, syscall.EEXIST), "O_EXCL is EEXIST", "%v", err)
	_, err = os.Open("missing")
	check.That(is(err, syscall.ENOENT), "a missing file is ENOENT", "%v", err)
	_, err = os.Open("a/b")
	check.That(is(err, syscall.ENOTDIR), "below a file is ENOTDIR", "%v", err)
}

func names() {
	check.NoError(os.Mkdir("d", 0o755), "Mkdir")
	check.That(is(os.Mkdir("d", 0o755), syscall.EEXIST), "Mkdir again is EEXIST", "")
	check.NoError(os.MkdirAll("x/y/z", 0o755), "MkdirAll")
	check.NoError(os.Rename("a", "d/b"), "Rename")
	check.That(is(os.Rename("x", "x/y/w"), syscall.EINVAL), "Rename into itself is EINVAL", "")
	check.That(is(os.Remove("x"), syscall.ENOTEMPTY), "Remove of a full directory is ENOTEMPTY", "")
	check.NoError(os.WriteFile("d/c", []byte("c"), 0o644), "a second file")
	check.NoError(os.Rename("d/c", "d/b"), "Rename over a file")
	got, err := os.ReadFile("d/b")
	check.That(err == nil && string(got) == "c", "has replaced it", "%q %v", got, err)
	long := strings.Repeat("n", 256)
	_, err = os.Create(long)
	check.That(is(err, syscall.ENAMETOOLONG), "a name of 256 bytes is ENAMETOOLONG", "%v", err)
	wd, err := os.Getwd()
	check.NoError(err, "Getwd")
	check.NoError(os.Chdir("x/y"), "Chdir below")
	below, err := os.Getwd()
	check.That(err == nil && below == filepath.Join(wd, "x/y"), "Getwd below", "%q %v", below, err)
	check.NoError(os.Chdir(wd), "Chdir back")
}

func links() {
	check.NoError(os.Symlink("d/b", "symbolic"), "Symlink")
	target, err := os.Readlink("symbolic")
	check.That(err == nil && target == "d/b", "Readlink", "%q %v", target, err)
	got, err := os.ReadFile("symbolic")
	check.That(err == nil && string(got) == "c", "read through the link", "%q %v", got, err)
	info, err := os.Lstat("symbolic")
	check.That(err == nil && info.Mode()&fs.ModeSymlink != 0, "Lstat sees the link", "%v %v", info, err)
	check.NoError(os.Symlink("loop", "loop"), "a link to itself")
	_, err = os.Stat("loop")
	check.That(is(err, syscall.ELOOP), "is ELOOP", "%v", err)
	check.NoError(os.Link("d/b", "hard"), "Link")
	one, _ := os.Stat("d/b")
	other, err := os.Stat("hard")
	check.That(err == nil && os.SameFile(one, other), "SameFile", "%v", err)
	check.NoError(os.Remove("d/b"), "Remove one name")
	got, err = os.ReadFile("hard")
	check.That(err == nil && string(got) == "c", "the other stays", "%q %v", got, err)
	resolved, err := filepath.EvalSymlinks("x/../x/y")
	check.That(err == nil && resolved == "x/y", "EvalSymlinks", "%q %v", resolved, err)
}

func trees() {
	for _, name := range []string{"tree/1", "tree/2/3", "tree/2/4"} {
		check.NoErrorQuiet(os.MkdirAll(filepath.Dir(name), 0o755), "MkdirAll "+name)
		check.NoErrorQuiet(os.WriteFile(name, []byte(name), 0o644), "WriteFile "+name)
	}
	var seen []string
	err := filepath.WalkDir("tree", func(path string, _ fs.DirEntry, err error) error {
		seen = append(seen, path)
		return err
	})
	want := []string{"tree", "tree/1", "tree/2", "tree/2/3", "tree/2/4"}
	check.That(err == nil && slices.Equal(seen, want), "WalkDir", "%v %v", seen, err)
	check.NoError(fstest.TestFS(os.DirFS("tree"), "1", "2/3", "2/4"), "fstest.TestFS")
	check.NoError(os.CopyFS("copy", os.DirFS("tree")), "CopyFS")
	got, err := os.ReadFile("copy/2/4")
	check.That(err == nil && string(got) == "tree/2/4", "has copied", "%q %v", got, err)
	root, err := os.OpenRoot("tree")
	check.Must(err, "OpenRoot")
	defer root.Close()
	_, err = root.Open("../d")
	check.That(err != nil, "a Root cannot be left", "")
	f, err := root.Create("2/5")
	check.NoError(err, "Root.Create")
	f.Close()
	check.NoError(root.RemoveAll("2"), "Root.RemoveAll")
	for i := range 3000 {
		check.NoErrorQuiet(os.WriteFile(filepath.Join("tree", "many"+string(rune('a'+i%26))+strings.Repeat("x", i/26)), nil, 0o600), "many files")
	}
	entries, err := os.ReadDir("tree")
	check.That(err == nil && len(entries) == 3001, "ReadDir of 3001 entries", "%d %v", len(entries), err)
}

// appends lets goroutines append to one file: no line is lost or torn.
func appends() {
	const writers, lines = 8, 200
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			f, err := os.OpenFile("log", os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
			check.NoErrorQuiet(err, "open the log")
			defer f.Close()
			for range lines {
				_, err := f.WriteString(strings.Repeat(string(rune('a'+w)), 50) + "\n")
				check.NoErrorQuiet(err, "append to the log")
			}
		})
	}
	all.Wait()
	got, err := os.ReadFile("log")
	good := 0
	for line := range strings.Lines(string(got)) {
		if len(line) == 51 && strings.Trim(line, line[:1]+"\n") == "" {
			good++
		}
	}
	check.That(err == nil && good == writers*lines && len(got) == good*51, "O_APPEND keeps every line", "%d lines, %v", good, err)
}

func sparse() {
	const end = 1 << 40
	f, err := os.Create("sparse")
	check.Must(err, "Create")
	defer f.Close()
	_, err = f.WriteAt([]byte("the end"), end)
	check.NoError(err, "write at 1 TiB")
	info, _ := f.Stat()
	check.That(info.Size() == end+7, "the size of a sparse file", "%d", info.Size())
	check.That(info.Sys().(*syscall.Stat_t).Blocks < 1024, "takes few blocks", "%d", info.Sys().(*syscall.Stat_t).Blocks)
	b := make([]byte, 4096)
	b[0] = 1
	n, err := f.ReadAt(b, end/2)
	check.That(n == 4096 && err == nil && bytes.Count(b, []byte{0}) == 4096, "the hole is zero", "%d %v", n, err)
	check.NoError(f.Truncate(1<<20), "Truncate a sparse file")
	memory, err := syscall.Mmap(int(f.Fd()), 0, 1<<20, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	check.Must(err, "Mmap")
	copy(memory[4096:], "through memory")
	got := make([]byte, 14)
	_, err = f.ReadAt(got, 4096)
	check.That(err == nil && string(got) == "through memory", "a store is seen by ReadAt", "%q %v", got, err)
	_, err = f.WriteAt([]byte("through WriteAt"), 8192)
	check.That(err == nil && string(memory[8192:8192+15]) == "through WriteAt", "WriteAt is seen in memory", "%v", err)
	check.NoError(syscall.Munmap(memory), "Munmap")
	_, err = f.ReadAt(got, 4096)
	check.That(err == nil && string(got) == "through memory", "the store stays", "%q %v", got, err)
	private, err := syscall.Mmap(int(f.Fd()), 4096, 4096, syscall.PROT_READ, syscall.MAP_PRIVATE)
	check.That(err == nil && string(private[:14]) == "through memory", "a private mapping", "%v", err)
	check.NoError(syscall.Munmap(private), "Munmap of it")
}

func attributes() {
	then := time.Date(2001, 2, 3, 4, 5, 6, 789, time.UTC)
	check.NoError(os.Chtimes("hard", then, then), "Chtimes")
	info, err := os.Stat("hard")
	check.That(err == nil && info.ModTime().Equal(then), "the time is there", "%v %v", info.ModTime(), err)
	check.NoError(os.Chmod("hard", 0o4755), "Chmod")
	check.NoError(os.Chmod("hard", 0o755|fs.ModeSetuid), "Chmod with set-user-ID")
	info, _ = os.Stat("hard")
	check.That(info.Mode() == 0o755|fs.ModeSetuid, "the mode is there", "%v", info.Mode())
	old := syscall.Umask(0o077)
	check.NoError(os.WriteFile("masked", nil, 0o666), "WriteFile under a umask")
	syscall.Umask(old)
	info, err = os.Stat("masked")
	check.That(err == nil && info.Mode() == 0o600, "the umask holds", "%v %v", info.Mode(), err)
	var fsys syscall.Statfs_t
	check.That(syscall.Statfs(".", &fsys) == nil && fsys.Bsize > 0, "Statfs", "")
}

// openFiles are what a descriptor still means when names change.
func openFiles() {
	f, err := os.Create("open")
	check.Must(err, "Create a file to remove")
	defer f.Close()
	check.NoError(os.Remove("open"), "Remove while it is open")
	_, err = f.WriteString("still here")
	check.NoError(err, "write to it")
	b := make([]byte, 10)
	_, err = f.ReadAt(b, 0)
	check.That(err == nil && string(b) == "still here", "read from it", "%q %v", b, err)
	_, err = f.Write(nil)
	check.NoError(err, "write nothing")
	d, err := os.Open("d")
	check.Must(err, "Open a directory")
	defer d.Close()
	_, err = d.Read(b)
	check.That(is(err, syscall.EISDIR), "reading a directory is EISDIR", "%v", err)
	lockA, err := os.Create("lock")
	check.Must(err, "Create a lock file")
	defer lockA.Close()
	lockB, err := os.Open("lock")
	check.Must(err, "Open it again")
	check.NoError(syscall.Flock(int(lockA.Fd()), syscall.LOCK_EX), "Flock")
	err = syscall.Flock(int(lockB.Fd()), syscall.LOCK_SH|syscall.LOCK_NB)
	check.That(is(err, syscall.EWOULDBLOCK), "a second Flock would block", "%v", err)
	got := make(chan error)
	go func() { got <- syscall.Flock(int(lockB.Fd()), syscall.LOCK_EX) }()
	check.NoError(syscall.Flock(int(lockA.Fd()), syscall.LOCK_UN), "Flock released")
	check.NoError(<-got, "and the other has it")
	lockB.Close()
	check.NoError(syscall.Flock(int(lockA.Fd()), syscall.LOCK_EX|syscall.LOCK_NB), "closing releases it too")
}

// stacks makes calls with arguments on stacks that grow in the middle of the call: each goroutine is a little deeper in
// a stack that is still small.
func stacks() {
	f, err := os.Create("stacks")
	check.Must(err, "Create a file for all stacks")
	defer f.Close()
	fd := int(f.Fd())
	var all sync.WaitGroup
	var mu sync.Mutex
	good := 0
	for i := range 256 {
		all.Go(func() {
			if deeper(fd, i, i) {
				mu.Lock()
				good++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	check.That(good == 256, "calls from growing stacks", "%d of 256", good)
}

//go:noinline
func deeper(fd, id, depth int) bool {
	var room [64]byte
	if depth > 0 {
		room[depth%len(room)] = byte(depth)
		return deeper(fd, id, depth-1) && room[depth%len(room)] == byte(depth)
	}
	var out, in [200]byte
	for i := range out {
		out[i] = byte(id + i)
	}
	n, err := syscall.Pwrite(fd, out[:], int64(id)*200)
	m, err2 := syscall.Pread(fd, in[:], int64(id)*200)
	var status syscall.Stat_t
	err3 := syscall.Stat("stacks", &status)
	return n == 200 && m == 200 && err == nil && err2 == nil && err3 == nil && in == out && status.Size >= int64(id+1)*200
}
