package file

import (
	"eggcup/kernel/core/pool"
	"eggcup/kernel/core/raw"
	"eggcup/kernel/core/thread"
	"unsafe"
)

// Limit is the most descriptors that can be open: the hard RLIMIT_NOFILE.
const Limit = chunks * perChunk

const (
	perChunk = int(pool.PageSize / unsafe.Sizeof(descriptor{}))
	chunks   = 256
)

// descriptor is one entry of the table; free when file is nil.
type descriptor struct {
	file  *File
	flags uintptr // FD_CLOEXEC
}

// Table is the descriptor table: an array in pages that are added as needed
// and never move.
type Table struct {
	chunk  [chunks]*[perChunk]descriptor
	lowest int // no descriptor below it is free
	lower  int // how far the soft RLIMIT_NOFILE is below Limit
}

// Descriptors is the table of the one process.
var Descriptors Table

// Soft returns the number that new descriptors are below.
func (t *Table) Soft() int { return Limit - t.lower }

// SetSoft changes it. What is open stays open.
func (t *Table) SetSoft(n int) { t.lower = Limit - min(n, Limit) }

// Get returns the file of descriptor fd, or nil.
//
//go:noinline
func (t *Table) Get(fd int) *File {
	if d := t.entry(fd); d != nil {
		return d.file
	}
	return nil
}

func (t *Table) entry(fd int) *descriptor {
	if fd < 0 || fd >= Limit {
		return nil
	}
	c := t.chunk[fd/perChunk]
	if c == nil {
		return nil
	}
	return &c[fd%perChunk]
}

// Add gives f the lowest free descriptor that is at least from.
func (t *Table) Add(f *File, from int, closeOnExec bool) (int, Errno) {
	if from < 0 || from >= t.Soft() {
		return 0, EINVAL
	}
	for fd := max(from, t.lowest); fd < t.Soft(); fd++ {
		d, errno := t.grow(fd)
		if errno != 0 {
			return 0, errno
		}
		if d.file == nil {
			d.set(f, closeOnExec)
			if from <= t.lowest { // all below fd were seen to be taken
				t.lowest = fd + 1
			}
			return fd, 0
		}
	}
	return 0, EMFILE
}

// grow returns the entry of fd, making its page if need be.
func (t *Table) grow(fd int) (*descriptor, Errno) {
	if fd >= Limit {
		return nil, EBADF
	}
	if d := t.entry(fd); d != nil {
		return d, 0
	}
	page := pool.Page()
	if page == 0 {
		return nil, ENOMEM
	}
	t.chunk[fd/perChunk] = (*[perChunk]descriptor)(raw.Ptr(page))
	return t.entry(fd), 0
}

func (d *descriptor) set(f *File, closeOnExec bool) {
	f.hold()
	d.file, d.flags = f, 0
	if closeOnExec {
		d.flags = 1
	}
}

// Put makes fd refer to f, closing what it was (dup3).
func (t *Table) Put(c *thread.CPU, f *File, fd int, closeOnExec bool) Errno {
	if fd < 0 || fd >= t.Soft() {
		return EBADF
	}
	d, errno := t.grow(fd)
	if errno != 0 {
		return errno
	}
	if old := d.file; old != nil {
		removeWatches(old, fd)
		d.file = nil
		d.set(f, closeOnExec)
		old.drop(c)
		return 0
	}
	d.set(f, closeOnExec)
	return 0
}

// Close frees descriptor fd.
func (t *Table) Close(c *thread.CPU, fd int) Errno {
	d := t.entry(fd)
	if d == nil || d.file == nil {
		return EBADF
	}
	f := d.file
	d.file = nil
	t.lowest = min(t.lowest, fd)
	f.drop(c)
	return 0
}

// Sibling returns another descriptor of the file that fd refers to, or -1.
func (t *Table) Sibling(fd int) int {
	f := t.Get(fd)
	if f == nil || f.refs < 2 {
		return -1
	}
	for other := 0; other < Limit; other++ {
		if t.chunk[other/perChunk] == nil {
			other += perChunk - 1
			continue
		}
		if other != fd && t.chunk[other/perChunk][other%perChunk].file == f {
			return other
		}
	}
	return -1
}

// CloseOnExec returns the FD_CLOEXEC flag of fd.
func (t *Table) CloseOnExec(fd int) uintptr { return t.entry(fd).flags }

// SetCloseOnExec sets the FD_CLOEXEC flag of the open descriptor fd.
func (t *Table) SetCloseOnExec(fd int, flags uintptr) { t.entry(fd).flags = flags & 1 }
