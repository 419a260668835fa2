package file

import (
	"unsafe"

	"eggcup/kernel/core/pool"
	"eggcup/kernel/core/raw"
	"eggcup/kernel/core/thread"
)

// A pipe of the kernel's own is for who makes the call past package syscall:
// the Go runtime. Programs get package pipe's, through package hook. It has two
// files, and a ring of bytes that both know until the last one goes.

// PipeSize is how much a pipe holds.
const PipeSize = ringSize - unsafe.Sizeof(ring{})

const ringSize = pool.PageSize / 2

// ring is the head of a ring of bytes; they follow it.
type ring struct {
	start, length  uintptr
	reader, writer *File // nil when it is closed
}

var rings = pool.Pool{Size: ringSize}

// NewPipe returns the files of a pipe's ends, or nil when memory is short.
// flags are for both; the access mode is added.
func NewPipe(flags uint32) (reader, writer *File) {
	const writeOnly = 1
	at := rings.Get()
	if at == 0 {
		return nil, nil
	}
	reader, writer = New(Pipe, flags), New(Pipe, flags|writeOnly)
	r := (*ring)(raw.Ptr(at))
	r.reader, r.writer = reader, writer
	if reader == nil || writer == nil {
		DiscardPipe(reader, writer)
		rings.Put(at)
		return nil, nil
	}
	reader.ring, writer.ring = r, r
	writer.ready = Out
	return reader, writer
}

// DiscardPipe frees the ends of a pipe that have no descriptor; nil is none. The
// ring goes with the last of them, unless an end is left that has one.
func DiscardPipe(reader, writer *File) {
	for _, f := range [...]*File{reader, writer} {
		if f != nil {
			if f.ring != nil {
				f.leavePipe(nil)
			}
			f.Discard()
		}
	}
}

// IsReader reports whether f is the end of a pipe that is read.
func (f *File) IsReader() bool { return f.ring.reader == f }

// HasPeer reports whether the other end of a pipe is open.
func (f *File) HasPeer() bool { return f.ring.reader != nil && f.ring.writer != nil }

// TakeBytes moves up to n bytes of a pipe to the address to, and returns how
// many there were.
func (f *File) TakeBytes(c *thread.CPU, to, n uintptr) uintptr {
	r := f.ring
	n = min(n, r.length)
	for done := uintptr(0); done < n; done++ {
		raw.Store8(to+done, raw.Load8(r.at(r.start+done)))
	}
	r.start = (r.start + n) % PipeSize
	r.length -= n
	if r.length == 0 && r.writer != nil {
		f.Unmark(In)
	}
	if n > 0 && r.writer != nil {
		r.writer.Mark(c, Out, false)
	}
	return n
}

// PutBytes moves up to n bytes from the address from into a pipe, and returns
// how many found room.
func (f *File) PutBytes(c *thread.CPU, from, n uintptr) uintptr {
	r := f.ring
	n = min(n, PipeSize-r.length)
	for done := uintptr(0); done < n; done++ {
		raw.Store8(r.at(r.start+r.length+done), raw.Load8(from+done))
	}
	r.length += n
	if r.length == PipeSize {
		f.Unmark(Out)
	}
	if n > 0 {
		r.reader.Mark(c, In, false)
	}
	return n
}

// at returns the address of a byte of the ring.
func (r *ring) at(i uintptr) uintptr {
	return uintptr(unsafe.Pointer(r)) + unsafe.Sizeof(*r) + i%PipeSize
}

// leavePipe ends one end of a pipe: the other finds the end of the file, or
// nobody to read.
func (f *File) leavePipe(c *thread.CPU) {
	r := f.ring
	switch {
	case r.reader == f:
		r.reader = nil
		if r.writer != nil {
			r.writer.Mark(c, Out|Err, false)
		}
	default:
		r.writer = nil
		if r.reader != nil {
			r.reader.Mark(c, In|Hup, false)
		}
	}
	if r.reader == nil && r.writer == nil {
		rings.Put(uintptr(unsafe.Pointer(r)))
	}
}
