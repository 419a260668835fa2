package hook

import (
	"sync"
	"syscall"
	"unsafe"

	"eggcup/kernel/descriptor"
	"eggcup/kernel/pipe"
	"eggcup/kernel/rawsys"
)

// sysCopyFileRange is missing from package syscall.
const sysCopyFileRange = 326

// ServeTransfers registers pipes, and what moves bytes between descriptors.
func ServeTransfers() {
	ServeDescriptors()
	register(transferCalls)
}

var transferCalls = []call{
	{number: syscall.SYS_PIPE, pointers: p1, serve: openPipe},
	{number: syscall.SYS_PIPE2, pointers: p1, serve: openPipe},
	{number: syscall.SYS_SENDFILE, pointers: p3, serve: sendFile},
	{number: syscall.SYS_SPLICE, pointers: p2 | p4, serve: splice},
	{number: sysCopyFileRange, pointers: p2 | p4, serve: copyRange},
}

// openPipe answers pipe and pipe2.
func openPipe(number uintptr, a Arguments) (uintptr, syscall.Errno) {
	flags := 0
	if number == syscall.SYS_PIPE2 {
		flags = a.number(2)
	}
	if a.pointer(1) == nil {
		return failed, syscall.EFAULT
	}
	fds, errno := pipe.Open(flags)
	if errno != 0 {
		return failed, errno
	}
	*(*[2]int32)(a.pointer(1)) = fds
	return 0, 0
}

// chunk is how much is moved at a time; a pipe's usual capacity.
const chunk = 64 << 10

var buffers = sync.Pool{New: func() any { return new([chunk]byte) }}

// side is one side of a transfer between descriptors: at its own position, or
// at an offset that the caller keeps. offset may point into the caller's stack.
type side struct {
	fd     int
	node   *descriptor.Node
	pipe   pipe.End // nil of what is none
	offset *int64
}

func newSide(fd int, offset unsafe.Pointer) (side, syscall.Errno) {
	s := side{fd: fd, node: descriptor.Lookup(fd), offset: (*int64)(offset)}
	if s.node == nil {
		if _, errno := rawsys.Call(syscall.SYS_FCNTL, uintptr(fd), syscall.F_GETFD, 0, 0, 0, 0); errno != 0 {
			return s, errno
		}
		return s, syscall.EINVAL // the console, a counter
	}
	s.pipe, _ = s.node.File.(pipe.End)
	switch {
	case offset == nil:
	case s.pipe != nil || files.Load() == nil:
		return s, syscall.ESPIPE
	case *s.offset < 0:
		return s, syscall.EINVAL
	}
	return s, 0
}

// read fills b. Of a file at an offset the offset stays as it is: see advance.
func (s *side) read(b []byte) (int, syscall.Errno) {
	if s.offset != nil {
		return s.at(syscall.SYS_PREAD64, b, *s.offset)
	}
	return s.node.File.Read(unsafe.Pointer(unsafe.SliceData(b)), len(b))
}

func (s *side) write(b []byte) (int, syscall.Errno) {
	if s.offset == nil {
		return s.node.File.Write(unsafe.Pointer(unsafe.SliceData(b)), len(b))
	}
	n, errno := s.at(syscall.SYS_PWRITE64, b, *s.offset)
	if errno == 0 {
		*s.offset += int64(n)
	}
	return n, errno
}

func (s *side) at(call uintptr, b []byte, offset int64) (int, syscall.Errno) {
	p := unsafe.Pointer(unsafe.SliceData(b))
	r, errno := (*files.Load()).Call(call, p, nil, uintptr(s.fd), 0, uintptr(len(b)), uintptr(offset), 0, 0)
	return int(r), errno
}

// advance ends a read of which only the first done of n bytes were wanted.
func (s *side) advance(done, n int) {
	switch {
	case s.offset != nil:
		*s.offset += int64(done)
	case done < n:
		back := uintptr(done - n)
		(*files.Load()).Call(syscall.SYS_LSEEK, nil, nil, uintptr(s.fd), back, 1, 0, 0, 0)
	}
}

// identify returns device and number of a regular file, which can be read
// again; ok is false of everything else.
func (s *side) identify() (file [2]uint64, ok bool) {
	if files.Load() == nil {
		return file, false
	}
	var st syscall.Stat_t
	_, errno := (*files.Load()).Call(syscall.SYS_FSTAT, unsafe.Pointer(&st), nil, uintptr(s.fd), 0, 0, 0, 0, 0)
	return [2]uint64{st.Dev, st.Ino}, errno == 0 && st.Mode&syscall.S_IFMT == syscall.S_IFREG
}

// position is where a file's side starts.
func (s *side) position() int64 {
	if s.offset != nil {
		return *s.offset
	}
	const current = 1
	at, _ := (*files.Load()).Call(syscall.SYS_LSEEK, nil, nil, uintptr(s.fd), 0, current, 0, 0, 0)
	return int64(at)
}

// appends reports whether a file writes at its end alone (O_APPEND).
func (s *side) appends() bool {
	if _, ok := s.node.File.(Socket); ok || s.pipe != nil {
		return false
	}
	flags, _ := rawsys.Call(syscall.SYS_FCNTL, uintptr(s.fd), syscall.F_GETFL, 0, 0, 0, 0)
	return flags&syscall.O_APPEND != 0
}

// sendFile answers sendfile(2).
func sendFile(_ uintptr, a Arguments) (uintptr, syscall.Errno) {
	n := int(a.word(4))
	from, errno := newSide(a.number(2), a.pointer(3))
	if errno != 0 {
		return failed, errno
	}
	to, errno := newSide(a.number(1), nil)
	if errno != 0 {
		return failed, errno
	}
	if _, ok := from.identify(); !ok || n < 0 || to.appends() {
		return failed, syscall.EINVAL
	}
	return outcome(pump(&to, &from, n))
}

// copyRange answers copy_file_range(2).
func copyRange(_ uintptr, a Arguments) (uintptr, syscall.Errno) {
	n, flags := int(a.word(5)), int(a.word(6))
	from, errno := newSide(a.number(1), a.pointer(2))
	if errno != 0 {
		return failed, errno
	}
	to, errno := newSide(a.number(3), a.pointer(4))
	if errno != 0 {
		return failed, errno
	}
	source, isFile := from.identify()
	target, areFiles := to.identify()
	if flags != 0 || n < 0 || !isFile || !areFiles {
		return failed, syscall.EINVAL
	}
	if to.appends() {
		return failed, syscall.EBADF
	}
	if source == target && overlap(from.position(), to.position(), int64(n)) {
		return failed, syscall.EINVAL
	}
	return outcome(pump(&to, &from, n))
}

// overlap reports whether the ranges of n bytes from a and from b do.
func overlap(a, b, n int64) bool { return max(a, b)-min(a, b) < n }

// pump copies up to n bytes of a file, until its end, or until what takes them
// takes no more.
func pump(to, from *side, n int) (int, syscall.Errno) {
	buffer := buffers.Get().(*[chunk]byte)
	defer buffers.Put(buffer)
	total := 0
	for total < n {
		got, errno := from.read(buffer[:min(chunk, n-total)])
		if errno != 0 || got == 0 {
			return partly(total, errno)
		}
		done, errno := to.write(buffer[:got])
		from.advance(max(done, 0), got)
		if errno != 0 {
			return partly(total, errno)
		}
		if total += done; done < got {
			break
		}
	}
	return total, 0
}

// partly is what a transfer returns that ended early: an error only if nothing
// was moved.
func partly(done int, errno syscall.Errno) (int, syscall.Errno) {
	if done > 0 || errno == 0 {
		return done, 0
	}
	return -1, errno
}

// Flags of splice(2); the others are advice.
const (
	spliceNonBlock = 2
	spliceFlags    = 0xf
)

// splice answers splice(2): one side is a pipe.
func splice(_ uintptr, a Arguments) (uintptr, syscall.Errno) {
	n, flags := int(a.word(5)), int(a.word(6))
	from, errno := newSide(a.number(1), a.pointer(2))
	if errno != 0 {
		return failed, errno
	}
	to, errno := newSide(a.number(3), a.pointer(4))
	if errno != 0 {
		return failed, errno
	}
	nonBlock := flags&spliceNonBlock != 0
	switch {
	case flags&^spliceFlags != 0, n < 0, from.pipe == nil && to.pipe == nil,
		from.pipe != nil && to.pipe != nil && from.pipe.Same(to.pipe):
		return failed, syscall.EINVAL
	case n == 0:
		return 0, 0
	case to.pipe != nil:
		return outcome(intoPipe(&to, &from, n, nonBlock))
	}
	return outcome(outOfPipe(&to, &from, n, nonBlock))
}

// intoPipe moves what the other side has and the pipe has room for.
func intoPipe(to, from *side, n int, nonBlock bool) (int, syscall.Errno) {
	room, errno := to.pipe.Room(nonBlock)
	if errno != 0 {
		return -1, errno
	}
	buffer := buffers.Get().(*[chunk]byte)
	defer buffers.Put(buffer)
	b := buffer[:min(chunk, n, room)]
	if from.pipe != nil {
		n, errno = from.pipe.Take(b, nonBlock)
	} else {
		n, errno = from.read(b)
	}
	if errno != 0 {
		return -1, errno
	}
	if from.offset != nil {
		from.advance(n, n)
	}
	to.pipe.Put(b[:n])
	return n, 0
}

// outOfPipe moves what the pipe has and the other side takes.
func outOfPipe(to, from *side, n int, nonBlock bool) (int, syscall.Errno) {
	buffer := buffers.Get().(*[chunk]byte)
	defer buffers.Put(buffer)
	got, errno := from.pipe.Take(buffer[:min(chunk, n)], nonBlock)
	if errno != 0 || got == 0 {
		return got, errno
	}
	done, errno := to.write(buffer[:got])
	if done = max(done, 0); done < got {
		from.pipe.Return(buffer[done:got])
	}
	return partly(done, errno)
}
