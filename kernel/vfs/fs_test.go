package vfs

import (
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"
	"unsafe"
)

// goFS shows a folder of a System as io/fs has it, by system calls, as package
// os would.
type goFS struct {
	ours ours
	top  string
}

func (f goFS) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	fd, errno := f.ours.call(syscall.SYS_OPEN, cString(path.Join(f.top, name)), syscall.O_RDONLY, 0)
	if errno != 0 {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errno}
	}
	return &goFile{f.ours, fd, path.Base(name)}, nil
}

type goFile struct {
	ours ours
	fd   int
	name string
}

func (f *goFile) Close() error {
	if errno := f.ours.close(f.fd); errno != 0 {
		return errno
	}
	return nil
}

func (f *goFile) Read(b []byte) (int, error) {
	n, errno := f.ours.call(syscall.SYS_READ, f.fd, unsafe.Pointer(unsafe.SliceData(b)), len(b))
	switch {
	case errno != 0:
		return 0, errno
	case n == 0 && len(b) > 0:
		return 0, io.EOF
	}
	return n, nil
}

func (f *goFile) Seek(off int64, whence int) (int64, error) {
	n, errno := f.ours.call(syscall.SYS_LSEEK, f.fd, int(off), whence)
	if errno != 0 {
		return 0, errno
	}
	return int64(n), nil
}

func (f *goFile) ReadAt(b []byte, off int64) (int, error) {
	n, errno := f.ours.call(syscall.SYS_PREAD64, f.fd, unsafe.Pointer(unsafe.SliceData(b)), len(b), int(off))
	switch {
	case errno != 0:
		return 0, errno
	case n < len(b):
		return n, io.EOF
	}
	return n, nil
}

func (f *goFile) Stat() (fs.FileInfo, error) { return f.stat("") }

func (f *goFile) stat(name string) (fs.FileInfo, error) {
	info := goInfo{name: f.name}
	flags := atEmptyPath
	if name != "" {
		info.name, flags = name, atSymlinkNofollow
	}
	if _, errno := f.ours.call(syscall.SYS_NEWFSTATAT, f.fd, cString(name), unsafe.Pointer(&info.st), flags); errno != 0 {
		return nil, errno
	}
	return info, nil
}

// ReadDir remembers nothing: n is small pieces of what the descriptor gives.
func (f *goFile) ReadDir(n int) (entries []fs.DirEntry, err error) {
	for n <= 0 || len(entries) < n {
		b := make([]byte, 48) // one entry of the test's at a time
		size, errno := f.ours.call(syscall.SYS_GETDENTS64, f.fd, unsafe.Pointer(&b[0]), len(b))
		if errno != 0 {
			return entries, errno
		}
		if size == 0 {
			if n > 0 && len(entries) == 0 {
				return nil, io.EOF
			}
			return entries, nil
		}
		for b = b[:size]; len(b) > 0; b = b[b[16]:] {
			name, _, _ := strings.Cut(string(b[19:b[16]]), "\x00")
			if name == "." || name == ".." {
				continue
			}
			info, err := f.stat(name)
			if err != nil {
				return entries, err
			}
			entries = append(entries, fs.FileInfoToDirEntry(info))
		}
	}
	return entries, nil
}

type goInfo struct {
	name string
	st   syscall.Stat_t
}

func (i goInfo) Name() string       { return i.name }
func (i goInfo) Size() int64        { return i.st.Size }
func (i goInfo) ModTime() time.Time { return time.Unix(i.st.Mtim.Unix()) }
func (i goInfo) IsDir() bool        { return i.Mode().IsDir() }
func (i goInfo) Sys() any           { return nil }

func (i goInfo) Mode() fs.FileMode {
	mode := fs.FileMode(i.st.Mode & 0o777)
	switch i.st.Mode & syscall.S_IFMT {
	case syscall.S_IFDIR:
		mode |= fs.ModeDir
	case syscall.S_IFLNK:
		mode |= fs.ModeSymlink
	case syscall.S_IFCHR:
		mode |= fs.ModeDevice | fs.ModeCharDevice
	}
	return mode
}

// put makes a file with content.
func (o ours) put(t testing.TB, path, content string) {
	t.Helper()
	fd, errno := o.call(syscall.SYS_CREAT, cString(path), 0o644)
	if errno != 0 {
		t.Fatal(path, errno)
	}
	defer o.close(fd)
	if n, errno := o.call(syscall.SYS_WRITE, fd, unsafe.Pointer(unsafe.StringData(content)), len(content)); n != len(content) || errno != 0 {
		t.Fatal(path, n, errno)
	}
}

// get returns the content of a file.
func (o ours) get(t testing.TB, path string) string {
	t.Helper()
	b, err := fs.ReadFile(goFS{o, "/"}, strings.TrimPrefix(path, "/"))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestFS runs the standard library's test of file systems over a tree.
func TestFS(t *testing.T) {
	system, kernel := newTestSystem(t)
	o := ours{system, kernel}
	for _, folder := range []string{"/tree", "/tree/b", "/tree/b/c", "/tree/empty"} {
		if _, errno := o.call(syscall.SYS_MKDIR, cString(folder), 0o755); errno != 0 {
			t.Fatal(folder, errno)
		}
	}
	o.put(t, "/tree/a", "a file")
	o.put(t, "/tree/b/large", strings.Repeat("0123456789", 20_000))
	o.put(t, "/tree/b/c/deep", "")
	if err := fstest.TestFS(goFS{o, "/tree"}, "a", "b/large", "b/c/deep", "empty"); err != nil {
		t.Error(err)
	}
	if len(kernel.nodes) != 0 {
		t.Errorf("%d descriptors are still open", len(kernel.nodes))
	}
}

// TestListWhileChanging reads a directory while names come and go: what is
// there all the time is seen once.
func TestListWhileChanging(t *testing.T) {
	system, kernel := newTestSystem(t)
	o := ours{system, kernel}
	var stay []string
	for i := range 200 {
		name := string(rune('a'+i%26)) + strings.Repeat("x", i/26)
		o.put(t, "/tmp/"+name, "")
		if i%2 == 0 {
			stay = append(stay, name+" 8")
		}
	}
	fd, _ := o.call(syscall.SYS_OPEN, cString("/tmp"), syscall.O_RDONLY, 0)
	var seen []string
	for i := 0; ; i++ {
		b := make([]byte, 64)
		n, errno := o.call(syscall.SYS_GETDENTS64, fd, unsafe.Pointer(&b[0]), len(b))
		if errno != 0 {
			t.Fatal(errno)
		}
		if n == 0 {
			break
		}
		for b = b[:n]; len(b) > 0; b = b[b[16]:] {
			name, _, _ := strings.Cut(string(b[19:b[16]]), "\x00")
			seen = append(seen, name+" 8")
		}
		if i < 100 {
			gone := string(rune('a'+(2*i+1)%26)) + strings.Repeat("x", (2*i+1)/26)
			o.call(syscall.SYS_UNLINK, cString("/tmp/"+gone))
			o.put(t, "/tmp/new"+gone, "")
		}
	}
	for _, name := range stay {
		count := 0
		for _, other := range seen {
			if other == name {
				count++
			}
		}
		if count != 1 {
			t.Errorf("%s was seen %d times", name, count)
		}
	}
	slices.Sort(seen)
	if unique := slices.Compact(slices.Clone(seen)); len(unique) != len(seen) {
		t.Errorf("%d names were seen twice", len(seen)-len(unique))
	}
}
