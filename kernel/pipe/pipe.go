// Package pipe implements pipe2(2) as an ordinary Go object.
//
// Specification: pipe(7): 64 KiB of capacity, writes of up to PIPE_BUF bytes are
// whole, end of file when no writer is left, EPIPE when no reader is. The
// signal SIGPIPE is not sent; the Go runtime acts on EPIPE.
//
// Context: goroutine.
package pipe

import (
	"sync"
	"syscall"
	"unsafe"

	"eggcup/kernel/descriptor"
)

// Limits of pipe(7).
const (
	capacity = 64 << 10
	atomic   = 4096 // PIPE_BUF
	smallest = 4096 // first size of the buffer, which doubles up to capacity
)

// pipe is what both ends share. It is ready for reading when it holds bytes or
// no writer is left, and for writing when a write of PIPE_BUF bytes fits.
type pipe struct {
	mu       sync.Mutex
	changed  sync.Cond // on mu: bytes came or went, an end closed
	buffer   []byte    // a ring of length bytes from start
	start    int
	length   int
	readers  bool
	writers  bool
	readable bool // what the kernel was told
	writable bool
	reader   end
	writer   end
}

// end is one end of a pipe.
type end struct {
	descriptor.Node
	pipe     *pipe
	write    bool
	nonBlock bool // guarded by pipe.mu
}

// Open makes a pipe and returns the descriptors of its reading and its writing
// end. flags may have O_NONBLOCK and O_CLOEXEC.
func Open(flags int) (fds [2]int32, errno syscall.Errno) {
	if flags&^(syscall.O_NONBLOCK|syscall.O_CLOEXEC) != 0 {
		return fds, syscall.EINVAL
	}
	p := &pipe{readers: true, writers: true}
	p.changed.L = &p.mu
	nonBlock := flags&syscall.O_NONBLOCK != 0
	p.reader = end{pipe: p, nonBlock: nonBlock}
	p.writer = end{pipe: p, nonBlock: nonBlock, write: true}
	p.reader.File, p.writer.File = &p.reader, &p.writer
	in, errno := descriptor.Open(&p.reader.Node, flags|syscall.O_RDONLY)
	if errno != 0 {
		return fds, errno
	}
	out, errno := descriptor.Open(&p.writer.Node, flags|syscall.O_WRONLY)
	if errno != 0 {
		p.reader.Node.Close(in)
		return fds, errno
	}
	p.mu.Lock()
	p.update()
	p.mu.Unlock()
	return [2]int32{int32(in), int32(out)}, 0
}

// Read takes bytes out of the pipe; 0 is the end of the file.
func (e *end) Read(to unsafe.Pointer, n int) (int, syscall.Errno) {
	if e.write {
		return -1, syscall.EBADF
	}
	if n == 0 {
		return 0, 0
	}
	p := e.pipe
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.length == 0 {
		if !p.writers {
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
		if !p.readers {
			return -1, syscall.EPIPE
		}
		if n == done {
			return n, 0
		}
		room := capacity - p.length
		if room >= n || room > 0 && n > atomic {
			// The slice is made anew in each round: the stack that it may
			// point into moves while this goroutine waits.
			done += p.put(unsafe.Slice((*byte)(from), n)[done:])
			if p.readable {
				// Every write is an edge, even to a pipe that holds bytes:
				// an edge-triggered reader may have left some behind.
				p.reader.Ready(descriptor.In, 0)
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
	defer p.mu.Unlock()
	if e.write {
		p.writers = false
		p.reader.Ready(descriptor.In|descriptor.Hup, 0)
	} else {
		p.readers = false
		p.buffer, p.length = nil, 0
		p.writer.Ready(descriptor.Out|descriptor.Err, 0)
	}
	p.changed.Broadcast()
}

// put appends what fits of b and returns how much that was.
func (p *pipe) put(b []byte) int {
	b = b[:min(len(b), capacity-p.length)]
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
	readable := p.length > 0 || !p.writers
	writable := capacity-p.length >= atomic || !p.readers
	if readable != p.readable {
		p.readable = readable
		p.reader.change(readable, descriptor.In)
	}
	if writable != p.writable {
		p.writable = writable
		p.writer.change(writable, descriptor.Out)
	}
	p.changed.Broadcast()
}

func (e *end) change(on bool, event uintptr) {
	if on {
		e.Ready(event, 0)
	} else {
		e.Ready(0, event)
	}
}
