package vfs

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"
	"unsafe"
)

// TestDataAgainstModel writes, cuts, punches and maps a file that has bytes of
// the image below it, and compares it with a plain slice.
func TestDataAgainstModel(t *testing.T) {
	for seed := range uint64(40) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 1))
			image := make([]byte, r.IntN(3*chunkSize))
			for i := range image {
				image[i] = byte(r.Uint32())
			}
			fs := &filesystem{limit: 1 << 40}
			d := &data{fs: fs, base: string(image), length: int64(len(image))}
			model := bytes.Clone(image)
			for step := range 300 {
				what := modelStep(t, r, d, &model)
				got := make([]byte, len(model)+10)
				if n, errno := d.readAt(got, 0); n != len(model) || errno != 0 {
					t.Fatalf("step %d, %s: %d bytes, want %d (%v)", step, what, n, len(model), errno)
				}
				if i := firstDifference(got[:len(model)], model); i >= 0 {
					t.Fatalf("step %d, %s: byte %d of %d is %d, want %d", step, what, i, len(model), got[i], model[i])
				}
				if d.charged != fs.used.Load() {
					t.Fatalf("step %d, %s: the file was charged %d, the file system %d", step, what, d.charged, fs.used.Load())
				}
			}
			for len(d.windows) > 0 {
				d.closeWindow(d.windows[0])
			}
			d.discard()
			if used := fs.used.Load(); used != 0 {
				t.Errorf("%d bytes are still charged", used)
			}
		})
	}
}

func firstDifference(a, b []byte) int {
	for i := range a {
		if a[i] != b[i] {
			return i
		}
	}
	return -1
}

// modelStep changes both the file and the slice, and says how.
func modelStep(t *testing.T, r *rand.Rand, d *data, model *[]byte) string {
	off, n := r.IntN(5*chunkSize), r.IntN(2*chunkSize)
	m := *model
	switch r.IntN(6) {
	case 0, 1:
		b := bytes.Repeat([]byte{byte(r.Uint32())}, n)
		if k, errno := d.writeAt(b, int64(off)); k != n || errno != 0 {
			t.Fatal("write", k, errno)
		}
		if n > 0 && len(m) < off+n {
			m = append(m, make([]byte, off+n-len(m))...)
		}
		copy(m[min(off, len(m)):], b)
		*model = m
		return fmt.Sprintf("write %d at %d", n, off)
	case 2:
		if errno := d.truncate(int64(off)); errno != 0 {
			t.Fatal("truncate", errno)
		}
		if off < len(m) {
			*model = m[:off:off]
		} else {
			*model = append(m, make([]byte, off-len(m))...)
		}
		return fmt.Sprintf("truncate to %d", off)
	case 3:
		if errno := d.punch(int64(off), int64(n)); errno != 0 {
			t.Fatal("punch", errno)
		}
		clear(m[min(off, len(m)):min(off+n, len(m))])
		return fmt.Sprintf("punch %d at %d", n, off)
	case 4:
		return windowStep(r, d, m)
	}
	if errno := d.allocate(int64(off), int64(n)); errno != 0 {
		t.Fatal("allocate", errno)
	}
	return fmt.Sprintf("allocate %d at %d", n, off)
}

// windowStep opens or closes a window, or stores through one.
func windowStep(r *rand.Rand, d *data, model []byte) string {
	if len(d.windows) == 0 || r.IntN(3) == 0 {
		first := r.Int64N(4)
		last := first + 1 + r.Int64N(3)
		_, errno := d.openWindow(first, last)
		return fmt.Sprintf("window of chunks %d to %d: %v", first, last, errno)
	}
	w := d.windows[r.IntN(len(d.windows))]
	if r.IntN(2) == 0 {
		d.closeWindow(w)
		return fmt.Sprintf("close the window of chunk %d", w.first)
	}
	at := r.IntN(len(w.memory))
	if file := int(w.first)*chunkSize + at; file < len(model) {
		w.memory[at], model[file] = 77, 77
	}
	return fmt.Sprintf("store at %d of the window of chunk %d", at, w.first)
}

// TestSharedMapping maps a file as bbolt does: read-only, larger than the file,
// written by pwrite.
func TestSharedMapping(t *testing.T) {
	system, kernel := newTestSystem(t)
	o := ours{system, kernel}
	o.put(t, "/file", strings.Repeat("a", 10_000))
	fd, _ := o.call(syscall.SYS_OPEN, cString("/file"), syscall.O_RDWR, 0)
	mmap := func(length, protection, flags, off int) (int, syscall.Errno) {
		return o.call(syscall.SYS_MMAP, 0, length, protection, flags, fd, off)
	}
	at, errno := mmap(64<<10, syscall.PROT_READ, syscall.MAP_SHARED, 0)
	if errno != 0 {
		t.Fatal(errno)
	}
	memory := memoryAt(uintptr(at), 64<<10)
	if memory[9999] != 'a' || memory[10_000] != 0 {
		t.Error("the memory is not the file")
	}
	b := []byte("written")
	o.call(syscall.SYS_PWRITE64, fd, unsafe.Pointer(&b[0]), len(b), 20_000)
	if got := string(memory[20_000:20_007]); got != "written" {
		t.Errorf("memory has %q after a write", got)
	}
	again, errno := mmap(64<<10, syscall.PROT_READ, syscall.MAP_SHARED, 0)
	if again != at || errno != 0 {
		t.Errorf("a second mapping is at %#x, the first at %#x (%v)", again, at, errno)
	}
	inner, errno := mmap(4096, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED, 16384)
	if inner != at+16384 || errno != 0 {
		t.Errorf("a mapping of a part is at %#x (%v)", inner, errno)
	}
	if _, errno := mmap(256<<10, syscall.PROT_READ, syscall.MAP_SHARED, 0); errno != syscall.EAGAIN {
		t.Errorf("a larger mapping at the same time: %v", errno)
	}
	for _, call := range []struct {
		at, length int
		want       syscall.Errno
	}{
		{at, 4096, syscall.EINVAL}, {at, 64 << 10, 0}, {inner, 4096, 0}, {at, 64 << 10, 0},
	} {
		if _, errno := o.call(syscall.SYS_MUNMAP, call.at, call.length); errno != call.want {
			t.Errorf("munmap %#x %d: %v, want %v", call.at, call.length, errno, call.want)
		}
	}
	if got := o.get(t, "/file"); len(got) != 20_007 || got[20_000:] != "written" || got[9999] != 'a' {
		t.Errorf("the file has %d bytes afterwards", len(got))
	}
	if _, errno := mmap(256<<10, syscall.PROT_READ, syscall.MAP_SHARED, 0); errno != 0 {
		t.Errorf("a larger mapping afterwards: %v", errno)
	}
}

// TestMapErrors are the answers of mmap(2) that are errors.
func TestMapErrors(t *testing.T) {
	system, kernel := newTestSystem(t)
	o := ours{system, kernel}
	o.put(t, "/file", "content")
	open := func(path string, flags int) int {
		fd, errno := o.call(syscall.SYS_OPEN, cString(path), flags, 0)
		if errno != 0 {
			t.Fatal(path, errno)
		}
		return fd
	}
	readOnly, writeOnly := open("/file", syscall.O_RDONLY), open("/file", syscall.O_WRONLY)
	const rw = syscall.PROT_READ | syscall.PROT_WRITE
	for _, c := range []struct {
		name                                string
		length, protection, flags, fd, from int
		want                                syscall.Errno
	}{
		{"closed", 4096, rw, syscall.MAP_PRIVATE, 99, 0, syscall.EBADF},
		{"console", 4096, rw, syscall.MAP_PRIVATE, 0, 0, syscall.ENODEV},
		{"directory", 4096, syscall.PROT_READ, syscall.MAP_PRIVATE, open("/", syscall.O_RDONLY), 0, syscall.ENODEV},
		{"device", 4096, syscall.PROT_READ, syscall.MAP_PRIVATE, open("/dev/null", syscall.O_RDONLY), 0, syscall.ENODEV},
		{"length", 0, rw, syscall.MAP_PRIVATE, readOnly, 0, syscall.EINVAL},
		{"offset", 4096, rw, syscall.MAP_PRIVATE, readOnly, 100, syscall.EINVAL},
		{"write only", 4096, syscall.PROT_READ, syscall.MAP_PRIVATE, writeOnly, 0, syscall.EACCES},
		{"shared for writing", 4096, rw, syscall.MAP_SHARED, readOnly, 0, syscall.EACCES},
		{"private for writing", 4096, rw, syscall.MAP_PRIVATE, readOnly, 0, 0},
		{"private", 4096, syscall.PROT_READ, syscall.MAP_PRIVATE, readOnly, 0, 0},
		{"text of /proc", 4096, syscall.PROT_READ, syscall.MAP_SHARED, open("/proc/version", syscall.O_RDONLY), 0, 0},
	} {
		at, errno := o.call(syscall.SYS_MMAP, 0, c.length, c.protection, c.flags, c.fd, c.from)
		if errno != c.want {
			t.Errorf("%s: %v, want %v", c.name, errno, c.want)
		}
		if errno == 0 {
			o.call(syscall.SYS_MUNMAP, at, c.length)
		}
	}
}

// TestLimit fills a file system and frees it again by every way there is.
func TestLimit(t *testing.T) {
	system, kernel := newTestSystem(t)
	o := ours{system, kernel}
	fs := system.root.directory().lookup("tmp").directory().mounted.fs
	before := fs.used.Load()
	b := make([]byte, 5*mib)
	fill := func() int {
		fd, errno := o.call(syscall.SYS_CREAT, cString("/tmp/f"), 0o600)
		if errno != 0 {
			t.Fatal(errno)
		}
		n, errno := o.call(syscall.SYS_WRITE, fd, unsafe.Pointer(&b[0]), len(b))
		if errno != 0 || n < 3*mib || n > testTmp {
			t.Fatalf("a write of 5 MiB wrote %d (%v)", n, errno)
		}
		if _, errno := o.call(syscall.SYS_WRITE, fd, unsafe.Pointer(&b[0]), len(b)); errno != syscall.ENOSPC {
			t.Fatalf("and another: %v", errno)
		}
		return fd
	}
	for name, free := range map[string]func(fd int){
		"unlink, then close": func(fd int) { o.call(syscall.SYS_UNLINK, cString("/tmp/f")); o.close(fd) },
		"close, then unlink": func(fd int) { o.close(fd); o.call(syscall.SYS_UNLINK, cString("/tmp/f")) },
		"rename over it": func(fd int) {
			o.close(fd)
			o.put(t, "/tmp/f", "")
			o.put(t, "/tmp/g", "")
			o.call(syscall.SYS_RENAME, cString("/tmp/g"), cString("/tmp/f"))
			o.call(syscall.SYS_UNLINK, cString("/tmp/f"))
		},
		"truncate": func(fd int) {
			o.call(syscall.SYS_FTRUNCATE, fd, 0)
			o.call(syscall.SYS_UNLINK, cString("/tmp/f"))
			o.close(fd)
		},
		"mapped longest": func(fd int) {
			o.close(fd)
			fd, _ = o.call(syscall.SYS_OPEN, cString("/tmp/f"), syscall.O_RDWR, 0)
			o.call(syscall.SYS_FTRUNCATE, fd, mib)
			at, errno := o.call(syscall.SYS_MMAP, 0, mib, syscall.PROT_READ, syscall.MAP_SHARED, fd, 0)
			if errno != 0 {
				t.Fatal(errno)
			}
			o.call(syscall.SYS_UNLINK, cString("/tmp/f"))
			o.close(fd)
			if fs.used.Load() == before {
				t.Error("a mapped file takes no room")
			}
			o.call(syscall.SYS_MUNMAP, at, mib)
		},
	} {
		free(fill())
		if used := fs.used.Load(); used != before {
			t.Errorf("%s: %d bytes are still taken", name, used-before)
		}
	}
	for i := 0; ; i++ {
		_, errno := o.call(syscall.SYS_MKDIR, cString(fmt.Sprint("/tmp/", i)), 0o700)
		if errno == syscall.ENOSPC {
			break
		}
		if errno != 0 || i > testTmp/inodeCost {
			t.Fatalf("directory %d: %v", i, errno)
		}
	}
}
