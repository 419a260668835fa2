package vfs

import (
	"slices"
	"sync"
	"syscall"
	"unsafe"

	"eggcup/kernel/rawsys"
)

// window is a range of a regular file that is mapped MAP_SHARED. Its memory is
// the content of the file there: reads, writes and mappings see one another
// at once, and msync(2) has nothing to do.
type window struct {
	first   int64  // the chunk that it starts with
	memory  []byte // whole chunks
	charged int64
	uses    int // mappings in it
}

// last returns the chunk after the window.
func (w *window) last() int64 { return w.first + int64(len(w.memory))/chunkSize }

// chunk returns the memory of chunk i, nil if it lies elsewhere.
func (w *window) chunk(i int64) []byte {
	if i < w.first || i >= w.last() {
		return nil
	}
	at := (i - w.first) * chunkSize
	return w.memory[at : at+chunkSize : at+chunkSize]
}

// mappings are the shared mappings of files.
type mappings struct {
	mu sync.Mutex // taken before the lock of an inode
	at map[area]*mapping
}

// area is a range of addresses, in whole pages.
type area struct{ start, length uintptr }

// mapping is what is mapped at an area, once or several times.
type mapping struct {
	node   *inode
	window *window
	count  int
}

const pageSize = 4096

// mapAnonymous gets memory from the kernel.
var mapAnonymous = func(addr, length, protection, flags uintptr) (uintptr, syscall.Errno) {
	return rawsys.Call(syscall.SYS_MMAP, addr, length, protection, flags|syscall.MAP_PRIVATE|syscall.MAP_ANON, ^uintptr(0), 0)
}

var unmapMemory = func(addr, length uintptr) syscall.Errno {
	_, errno := rawsys.Call(syscall.SYS_MUNMAP, addr, length, 0, 0, 0, 0)
	return errno
}

// mmap answers mmap(2) of files; of anonymous memory it is the kernel's. A
// private mapping is a copy of the file as it is now. Behind the end of the
// file memory is zero, where Linux sends SIGBUS.
func (s *System) mmap(addr, length, protection, flags uintptr, fd int, off int64) (int, syscall.Errno) {
	if flags&syscall.MAP_ANON != 0 {
		return passed(rawsys.Call(syscall.SYS_MMAP, addr, length, protection, flags, uintptr(fd), uintptr(off)))
	}
	f, errno := s.file(fd)
	switch {
	case errno == errNotOurs:
		return -1, syscall.ENODEV
	case errno != 0:
		return -1, errno
	case length == 0 || off&(pageSize-1) != 0 || off < 0:
		return -1, syscall.EINVAL
	case f.pathOnly:
		return -1, syscall.EBADF
	case f.access == syscall.O_WRONLY:
		return -1, syscall.EACCES
	case f.content == nil || f.isStream():
		return -1, syscall.ENODEV
	}
	length = (length + pageSize - 1) &^ (pageSize - 1)
	const shared, validated, kind = 1, 3, 0xf
	if flags&kind == 0 || flags&kind > validated {
		return -1, syscall.EINVAL
	}
	if flags&kind&shared == 0 {
		return f.mapCopy(addr, length, protection, flags, off)
	}
	if protection&syscall.PROT_WRITE != 0 && f.access != syscall.O_RDWR {
		return -1, syscall.EACCES
	}
	if _, ok := f.content.(windowed); !ok {
		if protection&syscall.PROT_WRITE != 0 {
			return -1, syscall.ENODEV
		}
		return f.mapCopy(addr, length, protection, flags&^kind, off)
	}
	if flags&syscall.MAP_FIXED != 0 {
		return -1, syscall.ENOTSUP
	}
	at, errno := s.mapShared(f.node, length, off)
	return int(at), errno
}

// mapCopy maps a copy of part of the file.
func (f *File) mapCopy(addr, length, protection, flags uintptr, off int64) (int, syscall.Errno) {
	const writable = syscall.PROT_READ | syscall.PROT_WRITE
	at, errno := mapAnonymous(addr, length, writable, flags)
	if errno != 0 {
		return -1, errno
	}
	memory := memoryAt(at, length)
	f.node.mu.RLock()
	size := f.content.size()
	n := int64(0)
	for n < min(int64(length), size-off) && errno == 0 {
		var k int
		k, errno = f.content.readAt(memory[n:min(int64(length), size-off)], off+n)
		n += int64(k)
		if k == 0 {
			break
		}
	}
	f.node.mu.RUnlock()
	if errno == 0 && protection != writable {
		_, errno = rawsys.Call(syscall.SYS_MPROTECT, at, length, protection, 0, 0, 0)
	}
	if errno != 0 {
		unmapMemory(at, length)
		return -1, errno
	}
	return int(at), 0
}

// memoryAt is memory of the kernel's as a slice.
func memoryAt(addr, length uintptr) []byte {
	return unsafe.Slice((*byte)(*(*unsafe.Pointer)(unsafe.Pointer(&addr))), length)
}

// mapShared maps part of a regular file. A part has one address: what lies in
// a window already is mapped by using the window once more, and a new window
// must not overlap another.
func (s *System) mapShared(n *inode, length uintptr, off int64) (uintptr, syscall.Errno) {
	s.mappings.mu.Lock()
	defer s.mappings.mu.Unlock()
	n.mu.Lock()
	defer n.mu.Unlock()
	w, errno := n.body.(windowed).openWindow(off/chunkSize, (off+int64(length)+chunkSize-1)/chunkSize)
	if errno != 0 {
		return 0, errno
	}
	where := area{uintptr(unsafe.Pointer(unsafe.SliceData(w.memory))) + uintptr(off-w.first*chunkSize), length}
	m := s.mappings.at[where]
	if m == nil {
		m = &mapping{node: n, window: w}
		if s.mappings.at == nil {
			s.mappings.at = map[area]*mapping{}
		}
		s.mappings.at[where] = m
		n.hold()
	}
	m.count++
	w.uses++
	return where.start, 0
}

// munmap answers munmap(2). A shared mapping of a file goes as a whole.
func (s *System) munmap(start, length uintptr) (int, syscall.Errno) {
	s.mappings.mu.Lock()
	where := area{start, (length + pageSize - 1) &^ (pageSize - 1)}
	m := s.mappings.at[where]
	if m == nil {
		part := s.mappings.overlap(where)
		s.mappings.mu.Unlock()
		if part {
			return -1, syscall.EINVAL
		}
		return 0, unmapMemory(start, length)
	}
	defer s.mappings.mu.Unlock()
	m.count--
	m.window.uses--
	if m.window.uses == 0 {
		m.node.mu.Lock()
		m.node.body.(windowed).closeWindow(m.window)
		m.node.mu.Unlock()
	}
	if m.count == 0 {
		delete(s.mappings.at, where)
		m.node.drop()
	}
	return 0, 0
}

// msync answers msync(2). In memory the mapping is the file itself; on a disk
// what was stored there is written, and survives.
func (s *System) msync(start, length uintptr) syscall.Errno {
	where := area{start, (length + pageSize - 1) &^ (pageSize - 1)}
	var nodes []*inode
	s.mappings.mu.Lock()
	for other, m := range s.mappings.at {
		if m.node.fs.volume != nil && other.start < where.start+where.length && where.start < other.start+other.length {
			nodes = append(nodes, m.node)
		}
	}
	s.mappings.mu.Unlock()
	for _, n := range nodes {
		if errno := n.store(); errno != 0 {
			return errno
		}
		if errno := n.fs.volume.Sync(true); errno != 0 {
			return errno
		}
	}
	return 0
}

// overlap reports whether any mapping lies partly in an area.
func (m *mappings) overlap(where area) bool {
	for other := range m.at {
		if other.start < where.start+where.length && where.start < other.start+other.length {
			return true
		}
	}
	return false
}

// windowed is content that can be mapped.
type windowed interface {
	content
	// openWindow returns the window that has the chunks from first to last, a
	// new one if there is none.
	openWindow(first, last int64) (*window, syscall.Errno)
	closeWindow(w *window)
}

// findWindow returns the window that has the chunks from first to last. One
// that has some of them only is in the way.
func findWindow(windows []*window, first, last int64) (*window, syscall.Errno) {
	for _, w := range windows {
		if first >= w.first && last <= w.last() {
			return w, 0
		}
		if first < w.last() && w.first < last {
			return nil, syscall.EAGAIN
		}
	}
	return nil, 0
}

func withoutWindow(windows []*window, w *window) []*window {
	return slices.DeleteFunc(windows, func(other *window) bool { return other == w })
}

// newWindow takes memory for chunks, for which the room was charged.
func newWindow(first, last, charged int64) (*window, syscall.Errno) {
	length := uintptr(last-first) * chunkSize
	at, errno := mapAnonymous(0, length, syscall.PROT_READ|syscall.PROT_WRITE, 0)
	if errno != 0 {
		return nil, errno
	}
	return &window{first: first, memory: memoryAt(at, length), charged: charged}, 0
}

func (w *window) unmap() {
	unmapMemory(uintptr(unsafe.Pointer(unsafe.SliceData(w.memory))), uintptr(len(w.memory)))
}

// openWindow moves the content of the chunks into a window.
func (d *data) openWindow(first, last int64) (*window, syscall.Errno) {
	if w, errno := findWindow(d.windows, first, last); w != nil || errno != 0 {
		return w, errno
	}
	charged := max(0, min(d.length, last*chunkSize)-first*chunkSize)
	if errno := d.charge(charged); errno != 0 {
		return nil, errno
	}
	w, errno := newWindow(first, last, charged)
	if errno != 0 {
		d.refund(charged)
		return nil, errno
	}
	d.readAt(w.memory[:charged], first*chunkSize)
	for i := range d.chunks {
		if i >= first && i < last {
			d.forget(i)
		}
	}
	d.windows = append(d.windows, w)
	return w, 0
}

// closeWindow makes the memory of a window ordinary chunks again.
func (d *data) closeWindow(w *window) {
	d.windows = withoutWindow(d.windows, w)
	d.refund(w.charged)
	for i := w.first; i < w.last() && i*chunkSize < d.length; i++ {
		piece := w.chunk(i)[:min(chunkSize, d.length-i*chunkSize)]
		if !d.unchanged(i, piece) {
			if errno := d.charge(chunkSize); errno != 0 {
				d.overcharge(chunkSize) // the memory is in use: nothing can be refused any more
			}
			chunk := make([]byte, chunkSize)
			copy(chunk, piece)
			d.keep(i, chunk)
		}
	}
	w.unmap()
}

// unchanged reports whether chunk i reads as piece without being stored.
func (d *data) unchanged(i int64, piece []byte) bool {
	n := max(0, min(int64(len(d.base))-i*chunkSize, int64(len(piece))))
	if n > 0 && string(piece[:n]) != d.base[i*chunkSize:][:n] {
		return false
	}
	for _, b := range piece[n:] {
		if b != 0 {
			return false
		}
	}
	return true
}
