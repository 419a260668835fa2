package pipe

import (
	"syscall"

	"eggcup/kernel/descriptor"
)

// FIFO is a pipe with a name: who opens the name gets an end of it. What it
// holds goes when nobody has it open.
type FIFO struct {
	pipe *pipe
	// How often each end was opened, guarded by pipe.mu: who waits for the other
	// end must not miss one that was closed again at once.
	readersSeen, writersSeen int

	status func() syscall.Stat_t
	closed func()
}

// NewFIFO returns a FIFO without open ends. status answers fstat(2); closed is
// called for each end that is closed.
func NewFIFO(status func() syscall.Stat_t, closed func()) *FIFO {
	return &FIFO{pipe: newPipe(), status: status, closed: closed}
}

// Open gives an end of the FIFO to open, which makes its descriptor. Without
// O_NONBLOCK it waits until the other end is open too.
func (f *FIFO) Open(flags int, open func(*descriptor.Node) (int, syscall.Errno)) (int, syscall.Errno) {
	access := flags & syscall.O_ACCMODE
	e := &end{
		pipe: f.pipe, fifo: f, nonBlock: flags&syscall.O_NONBLOCK != 0,
		read: access != syscall.O_WRONLY, write: access != syscall.O_RDONLY,
	}
	e.File = e
	p := f.pipe
	p.mu.Lock()
	if e.write && !e.read && e.nonBlock && len(p.readers) == 0 {
		p.mu.Unlock()
		return -1, syscall.ENXIO
	}
	f.enter(e)
	f.await(e)
	p.mu.Unlock()
	fd, errno := open(&e.Node)
	if errno != 0 {
		e.Close()
		return -1, errno
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	f.tell(e)
	return fd, 0
}

// enter counts a new end; what the other end was told of its absence ends.
// pipe.mu is held.
func (f *FIFO) enter(e *end) {
	if e.read {
		f.pipe.readers = append(f.pipe.readers, e)
		f.readersSeen++
		ready(f.pipe.writers, 0, descriptor.Err)
	}
	if e.write {
		f.pipe.writers = append(f.pipe.writers, e)
		f.writersSeen++
		ready(f.pipe.readers, 0, descriptor.Hup)
	}
	f.pipe.update()
}

// await waits for the other end, unless e is both or does not block. pipe.mu is
// held.
func (f *FIFO) await(e *end) {
	if e.nonBlock || e.read && e.write {
		return
	}
	readers, writers := f.readersSeen, f.writersSeen
	for e.read && len(f.pipe.writers) == 0 && f.writersSeen == writers ||
		e.write && len(f.pipe.readers) == 0 && f.readersSeen == readers {
		f.pipe.changed.Wait()
	}
}

// tell gives the kernel what e is ready for. A reader that no writer has been
// opened for yet is at the end of the file, and ready only when one comes or
// has gone. pipe.mu is held.
func (f *FIFO) tell(e *end) {
	if e.read && (f.pipe.length > 0 || len(f.pipe.writers) == 0 && f.writersSeen > 0) {
		e.Ready(descriptor.In, 0)
	}
	if e.write && f.pipe.writable {
		e.Ready(descriptor.Out, 0)
	}
}

// Status answers fstat(2) of a FIFO.
func (e *end) Status() (st syscall.Stat_t, ok bool) {
	if e.fifo == nil {
		return st, false
	}
	return e.fifo.status(), true
}
