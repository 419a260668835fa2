// Package pipe implements pipe2(2), and the FIFOs of mkfifo(3), as an ordinary
// Go object.
//
// Specification: pipe(7), fifo(7): 64 KiB of capacity, writes of up to PIPE_BUF bytes are
// whole, end of file when no writer is left, EPIPE when no reader is.
//
// Context: goroutine.
package pipe

import (
	"slices"
	"sync"
	"syscall"
	"unsafe"

	"eggcup/kernel/descriptor"
)

// Limits of pipe(7).
const (
	capacity = 64 << 10 // unless F_SETPIPE_SZ says otherwise
	largest  = 1 << 20  // /proc/sys/fs/pipe-max-size
	atomic   = 4096     // PIPE_BUF
	smallest = 4096     // first size of the buffer, which doubles up to capacity
)

// pipe is what its ends share. It is ready for reading when it holds bytes or
// no writer is left, and for writing when a write of PIPE_BUF bytes fits.
type pipe struct {
	mu       sync.Mutex
	changed  sync.Cond // on mu: bytes came or went, an end opened or closed
	buffer   []byte    // a ring of length bytes from start
	start    int
	length   int
	capacity int
	readers  []*end // the open ones; an end of a FIFO may be both
	writers  []*end
	readable bool // what the kernel was told
	writable bool
}

// end is one end of a pipe: it reads, writes, or for a FIFO does both.
type end struct {
	descriptor.Node
	pipe     *pipe
	read     bool
	write    bool
	nonBlock bool  // guarded by pipe.mu
	fifo     *FIFO // nil of a pipe without a name
}

// Request answers ioctl(2).
func (e *end) Request(request uintptr, p unsafe.Pointer) syscall.Errno {
	if request != descriptor.FIONRead {
		return syscall.ENOTTY
	}
	e.pipe.mu.Lock()
	defer e.pipe.mu.Unlock()
	*(*int32)(p) = int32(e.pipe.length)
	return 0
}

// Open makes a pipe and returns the descriptors of its reading and its writing
// end. flags may have O_NONBLOCK and O_CLOEXEC.
func Open(flags int) (fds [2]int32, errno syscall.Errno) {
	if flags&^(syscall.O_NONBLOCK|syscall.O_CLOEXEC) != 0 {
		return fds, syscall.EINVAL
	}
	p := newPipe()
	nonBlock := flags&syscall.O_NONBLOCK != 0
	reader := &end{pipe: p, nonBlock: nonBlock, read: true}
	writer := &end{pipe: p, nonBlock: nonBlock, write: true}
	reader.File, writer.File = reader, writer
	p.readers, p.writers = []*end{reader}, []*end{writer}
	in, errno := descriptor.Open(&reader.Node, flags|syscall.O_RDONLY)
	if errno != 0 {
		return fds, errno
	}
	out, errno := descriptor.Open(&writer.Node, flags|syscall.O_WRONLY)
	if errno != 0 {
		reader.Node.Close(in)
		return fds, errno
	}
	p.mu.Lock()
	p.update()
	p.mu.Unlock()
	return [2]int32{int32(in), int32(out)}, 0
}

func newPipe() *pipe {
	p := &pipe{capacity: capacity}
	p.changed.L = &p.mu
	return p
}

// Read takes bytes out of the pipe; 0 is the end of the file.
func (e *end) Read(to unsafe.Pointer, n int) (int, syscall.Errno) {
	if !e.read {
		return -1, syscall.EBADF
	}
	if n == 0 {
		return 0, 0
	}
	p := e.pipe
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.length == 0 {
		if len(p.writers) == 0 {
			return 0, 0
		}
		if e.nonBlock {
			return -1, syscall.EAGAIN
		}
		p.changed.Wait()
	}
	n = p.take(unsafe.Slice((*byte)(to), n))
	p.update()
	return n, 0
}

// Write puts n bytes into the pipe. A blocking write puts all of them, a
// non-blocking one what fits, but up to PIPE_BUF bytes whole or not at all.
func (e *end) Write(from unsafe.Pointer, n int) (int, syscall.Errno) {
	if !e.write {
		return -1, syscall.EBADF
	}
	p := e.pipe
	p.mu.Lock()
	defer p.mu.Unlock()
	done := 0
	for {
		if len(p.readers) == 0 {
			return -1, syscall.EPIPE
		}
		if n == done {
			return n, 0
		}
		room := p.capacity - p.length
		if room >= n || room > 0 && n > atomic {
			// The slice is made anew in each round: the stack that it may
			// point into moves while this goroutine waits.
			done += p.put(unsafe.Slice((*byte)(from), n)[done:][:min(n-done, room)])
			if p.readable {
				// Every write is an edge, even to a pipe that holds bytes:
				// an edge-triggered reader may have left some behind.
				ready(p.readers, descriptor.In, 0)
			}
			p.update()
			continue
		}
		if e.nonBlock {
			if done > 0 {
				return done, 0
			}
			return -1, syscall.EAGAIN
		}
		p.changed.Wait()
	}
}

// Mode is that of a pipe.
func (e *end) Mode() uint32 { return syscall.S_IFIFO | 0o600 }

// SetNonBlock follows O_NONBLOCK.
func (e *end) SetNonBlock(on bool) {
	e.pipe.mu.Lock()
	defer e.pipe.mu.Unlock()
	e.nonBlock = on
}

// Close ends this end of the pipe.
func (e *end) Close() {
	p := e.pipe
	p.mu.Lock()
	if e.write {
		if p.writers = without(p.writers, e); len(p.writers) == 0 {
			p.readable = true
			ready(p.readers, descriptor.In|descriptor.Hup, 0)
		}
	}
	if e.read {
		if p.readers = without(p.readers, e); len(p.readers) == 0 {
			p.writable = true
			ready(p.writers, descriptor.Out|descriptor.Err, 0)
		}
	}
	if len(p.readers) == 0 && (e.fifo == nil || len(p.writers) == 0) {
		p.buffer, p.start, p.length = nil, 0, 0
	}
	p.changed.Broadcast()
	p.mu.Unlock()
	if e.fifo != nil {
		e.fifo.closed()
	}
}

func without(ends []*end, e *end) []*end {
	return slices.DeleteFunc(ends, func(other *end) bool { return other == e })
}

// ready tells the kernel what begins and what ends at each of ends.
func ready(ends []*end, set, clear uintptr) {
	for _, e := range ends {
		e.Ready(set, clear)
	}
}

// put appends b and returns its length.
func (p *pipe) put(b []byte) int {
	p.reserve(p.length + len(b))
	tail := (p.start + p.length) % len(p.buffer)
	n := copy(p.buffer[tail:], b)
	copy(p.buffer, b[n:])
	p.length += len(b)
	return len(b)
}

// take fills b with the oldest bytes and returns how many there were.
func (p *pipe) take(b []byte) int {
	b = b[:min(len(b), p.length)]
	n := copy(b, p.buffer[p.start:])
	copy(b[n:], p.buffer)
	p.length -= len(b)
	p.start = (p.start + len(b)) % len(p.buffer)
	return len(b)
}

// reserve makes the buffer hold at least n bytes.
func (p *pipe) reserve(n int) {
	size := max(len(p.buffer), smallest)
	for size < n {
		size *= 2
	}
	if size == len(p.buffer) {
		return
	}
	buffer := make([]byte, size)
	if p.length > 0 {
		k := copy(buffer, p.buffer[p.start:min(len(p.buffer), p.start+p.length)])
		copy(buffer[k:], p.buffer[:p.length-k])
	}
	p.buffer, p.start = buffer, 0
}

// update wakes who waits and tells the kernel when readiness has changed.
func (p *pipe) update() {
	readable := p.length > 0 || len(p.writers) == 0
	writable := p.capacity-p.length >= atomic || len(p.readers) == 0
	if readable != p.readable {
		p.readable = readable
		change(p.readers, readable, descriptor.In)
	}
	if writable != p.writable {
		p.writable = writable
		change(p.writers, writable, descriptor.Out)
	}
	p.changed.Broadcast()
}

func change(ends []*end, on bool, event uintptr) {
	if on {
		ready(ends, event, 0)
	} else {
		ready(ends, 0, event)
	}
}
