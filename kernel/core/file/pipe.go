package file

import (
	"unsafe"

	"eggcup/kernel/core/pool"
	"eggcup/kernel/core/raw"
	"eggcup/kernel/core/thread"
)

// A pipe has two files, and a ring of bytes that both know until the last one
// goes. Its pages come as they are needed. In a kernel with files or sockets
// programs get package pipe's instead, which splice(2) knows.

// Limits of pipe(7).
const (
	PipeSize   = 64 << 10
	PipeAtomic = 4096 // PIPE_BUF: a write of so much is whole, and fits when the pipe is writable
)

// ring is what the ends of a pipe share: length bytes from start, modulo
// PipeSize.
type ring struct {
	start, length  uintptr
	reader, writer *File // nil when it is closed
	pages          [PipeSize / pool.PageSize]uintptr
}

var (
	rings = pool.Pool{Size: unsafe.Sizeof(ring{})}
	pages = pool.Pool{Size: pool.PageSize}
)

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
	for done := uintptr(0); done < n; {
		from, size := r.piece(r.start, n-done)
		copy(raw.Bytes(to+done, size), raw.Bytes(from, size))
		r.start = (r.start + size) % PipeSize
		done += size
	}
	if r.length -= n; r.length == 0 {
		r.start = 0 // a pipe of few bytes keeps to one page
	}
	if w := r.writer; w != nil {
		if r.length == 0 {
			f.Unmark(In)
		}
		if w.ready&Out == 0 && f.Room() >= PipeAtomic {
			w.Mark(c, Out, false)
		}
	}
	return n
}

// PutBytes moves up to n bytes from the address from into a pipe, and returns
// how many found room, and memory.
func (f *File) PutBytes(c *thread.CPU, from, n uintptr) uintptr {
	r := f.ring
	n = min(n, f.Room())
	done := uintptr(0)
	for done < n {
		to, size := r.piece((r.start+r.length)%PipeSize, n-done)
		if to == 0 {
			break
		}
		copy(raw.Bytes(to, size), raw.Bytes(from+done, size))
		r.length += size
		done += size
	}
	if f.Room() < PipeAtomic {
		f.Unmark(Out)
	}
	if done > 0 {
		r.reader.Mark(c, In, false) // an edge for each write, also to a pipe that holds bytes
	}
	return done
}

// Buffered returns how many bytes a pipe holds.
func (f *File) Buffered() uintptr { return f.ring.length }

// Room returns how many more bytes a pipe takes.
func (f *File) Room() uintptr { return PipeSize - f.ring.length }

// piece returns the address of byte i of the ring and how many of n bytes are
// in one piece there; the address is 0 when memory is short.
func (r *ring) piece(i, n uintptr) (addr, size uintptr) {
	page := &r.pages[i/pool.PageSize]
	if *page == 0 {
		if *page = pages.Get(); *page == 0 {
			return 0, 0
		}
	}
	at := i % pool.PageSize
	return *page + at, min(n, pool.PageSize-at)
}

// free gives the memory of a ring back.
func (r *ring) free() {
	for _, page := range r.pages {
		if page != 0 {
			pages.Put(page)
		}
	}
	rings.Put(uintptr(unsafe.Pointer(r)))
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
		r.free()
	}
}
