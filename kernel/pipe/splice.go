package pipe

import (
	"math/bits"
	"syscall"
	"unsafe"

	"eggcup/kernel/descriptor"
)

// End is an end of a pipe as splice(2) uses it.
type End interface {
	// Room waits until the pipe takes bytes, and returns how many.
	Room(nonBlock bool) (int, syscall.Errno)
	// Put appends b whole, however full the pipe has become since Room.
	Put(b []byte)
	// Take waits until the pipe has bytes, and fills b; 0 is the end.
	Take(b []byte, nonBlock bool) (int, syscall.Errno)
	// Return puts back what Take took and nobody wanted.
	Return(b []byte)
	// Same reports whether both are ends of one pipe.
	Same(other End) bool
}

// Room waits until the pipe takes bytes, and returns how many.
func (e *end) Room(nonBlock bool) (int, syscall.Errno) {
	if !e.write {
		return 0, syscall.EBADF
	}
	p := e.pipe
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		switch {
		case len(p.readers) == 0:
			return 0, syscall.EPIPE
		case p.length < p.capacity:
			return p.capacity - p.length, 0
		case nonBlock || e.nonBlock:
			return 0, syscall.EAGAIN
		}
		p.changed.Wait()
	}
}

// Put appends b whole.
func (e *end) Put(b []byte) {
	p := e.pipe
	p.mu.Lock()
	defer p.mu.Unlock()
	p.put(b)
	if p.readable {
		ready(p.readers, descriptor.In, 0) // every write is an edge
	}
	p.update()
}

// Take waits until the pipe has bytes, and fills b.
func (e *end) Take(b []byte, nonBlock bool) (int, syscall.Errno) {
	if !e.read {
		return 0, syscall.EBADF
	}
	p := e.pipe
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.length == 0 {
		switch {
		case len(p.writers) == 0:
			return 0, 0
		case nonBlock || e.nonBlock:
			return 0, syscall.EAGAIN
		}
		p.changed.Wait()
	}
	n := p.take(b)
	p.update()
	return n, 0
}

// Return puts b back in front of what the pipe holds.
func (e *end) Return(b []byte) {
	p := e.pipe
	p.mu.Lock()
	defer p.mu.Unlock()
	rest := make([]byte, p.length)
	p.take(rest)
	p.put(b)
	p.put(rest)
	p.update()
}

// Same reports whether both are ends of one pipe.
func (e *end) Same(other End) bool {
	o, ok := other.(*end)
	return ok && o.pipe == e.pipe
}

// Commands of fcntl(2) for pipes.
const (
	setSize = 1031
	getSize = 1032
)

// Control answers F_SETPIPE_SZ and F_GETPIPE_SZ.
func (e *end) Control(command, argument uintptr, _ unsafe.Pointer) (r int, errno syscall.Errno, served bool) {
	p := e.pipe
	p.mu.Lock()
	defer p.mu.Unlock()
	switch command {
	case getSize:
		return p.capacity, 0, true
	case setSize:
		if argument > largest {
			return -1, syscall.EPERM, true
		}
		size := max(1<<bits.Len(uint(max(argument, 1)-1)), smallest)
		if size < p.length {
			return -1, syscall.EBUSY, true
		}
		p.capacity = size
		p.update()
		return size, 0, true
	}
	return 0, 0, false
}
