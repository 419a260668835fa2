package file

import (
	"eggcup/kernel/core/pool"
	"eggcup/kernel/core/raw"
	"eggcup/kernel/core/thread"
	"unsafe"
)

// watch is one registration: an epoll instance watches a file under a
// descriptor number.
type watch struct {
	file     *File
	epoll    *File
	fd       int
	events   uint32
	disabled bool // one-shot and reported
	queued   bool // in epoll.pending
	data     uint64

	nextOfFile  *watch
	nextOfEpoll *watch
	pendingNext *watch
	pendingPrev *watch
}

// watchQueue holds the watches that have something to report.
type watchQueue struct {
	head, tail *watch
	length     int
}

var watches = pool.Pool{Size: (unsafe.Sizeof(watch{}) + 7) &^ 7}

// wants returns the conditions that w reports.
func (w *watch) wants() uint32 {
	if w.disabled {
		return 0
	}
	return w.events&condition | always
}

// queue puts w among what its instance has to report and wakes one sleeper.
func (w *watch) queue(c *thread.CPU, urgent bool) {
	ep := w.epoll
	if !w.queued {
		w.pushPending()
	}
	if t := ep.sleeper.First(); t != nil {
		wake(c, t, urgent)
	}
	ep.Mark(c, In, urgent)
}

func (w *watch) pushPending() {
	q := &w.epoll.pending
	w.queued = true
	w.pendingNext, w.pendingPrev = nil, q.tail
	if q.tail == nil {
		q.head = w
	} else {
		q.tail.pendingNext = w
	}
	q.tail = w
	q.length++
}

func (w *watch) dequeue() {
	if !w.queued {
		return
	}
	q := &w.epoll.pending
	w.queued = false
	if w.pendingPrev == nil {
		q.head = w.pendingNext
	} else {
		w.pendingPrev.pendingNext = w.pendingNext
	}
	if w.pendingNext == nil {
		q.tail = w.pendingPrev
	} else {
		w.pendingNext.pendingPrev = w.pendingPrev
	}
	w.pendingNext, w.pendingPrev = nil, nil
	q.length--
}

// remove ends the registration.
func (w *watch) remove() {
	w.dequeue()
	for p := &w.file.watches; *p != nil; p = &(*p).nextOfFile {
		if *p == w {
			*p = w.nextOfFile
			break
		}
	}
	for p := &w.epoll.members; *p != nil; p = &(*p).nextOfEpoll {
		if *p == w {
			*p = w.nextOfEpoll
			break
		}
	}
	watches.Put(uintptr(unsafe.Pointer(w)))
}

// removeWatches ends the registrations of f under descriptor fd.
func removeWatches(f *File, fd int) {
	for w := f.watches; w != nil; {
		next := w.nextOfFile
		if w.fd == fd {
			w.remove()
		}
		w = next
	}
}

// find returns ep's watch of f under fd, or nil.
func (ep *File) find(f *File, fd int) *watch {
	for w := f.watches; w != nil; w = w.nextOfFile {
		if w.epoll == ep && w.fd == fd {
			return w
		}
	}
	return nil
}

// Watch registers f under fd with ep (EPOLL_CTL_ADD).
func (ep *File) Watch(c *thread.CPU, f *File, fd int, events uint32, data uint64) Errno {
	if f == ep {
		return EINVAL
	}
	if f.Kind == Epoll && f.reaches(ep, 0) {
		return ELOOP
	}
	if f.Unpollable {
		return EPERM
	}
	if events&Exclusive != 0 && (f.Kind == Epoll || events&^mayBeExclusive != 0) {
		return EINVAL
	}
	if ep.find(f, fd) != nil {
		return EEXIST
	}
	addr := watches.Get()
	if addr == 0 {
		return ENOMEM
	}
	w := (*watch)(raw.Ptr(addr))
	w.file, w.epoll, w.fd = f, ep, fd
	w.events, w.data = events, data
	w.nextOfFile, f.watches = f.watches, w
	w.nextOfEpoll, ep.members = ep.members, w
	w.queueIfReady(c)
	return 0
}

// maxNesting is how deep epoll instances may watch one another (Linux:
// EP_MAX_NESTS).
const maxNesting = 4

// reaches reports whether ep watches target, itself or through others, or
// nests too deep.
func (ep *File) reaches(target *File, depth int) bool {
	if depth >= maxNesting {
		return true
	}
	for w := ep.members; w != nil; w = w.nextOfEpoll {
		if w.file == target || w.file.Kind == Epoll && w.file.reaches(target, depth+1) {
			return true
		}
	}
	return false
}

// Rewatch changes what ep's watch of f reports (EPOLL_CTL_MOD); it enables a
// one-shot watch again.
func (ep *File) Rewatch(c *thread.CPU, f *File, fd int, events uint32, data uint64) Errno {
	w := ep.find(f, fd)
	if w == nil {
		return ENOENT
	}
	if (w.events|events)&Exclusive != 0 {
		return EINVAL
	}
	w.events, w.data, w.disabled = events, data, false
	w.queueIfReady(c)
	return 0
}

// Unwatch ends ep's watch of f (EPOLL_CTL_DEL).
func (ep *File) Unwatch(f *File, fd int) Errno {
	w := ep.find(f, fd)
	if w == nil {
		return ENOENT
	}
	w.remove()
	return 0
}

func (w *watch) queueIfReady(c *thread.CPU) {
	if w.file.ready&w.wants() != 0 {
		w.queue(c, false)
	}
}

// eventSize is the size of struct epoll_event, packed on x86-64.
const eventSize = 12

// Collect writes up to max events at addr, which is present, and returns how
// many. A level-triggered watch stays queued for the next look, behind the
// others.
func (ep *File) Collect(addr uintptr, max int) int {
	n := 0
	for looks := ep.pending.length; looks > 0 && n < max; looks-- {
		w := ep.pending.head
		w.dequeue()
		events := w.file.ready & w.wants()
		if events == 0 {
			continue
		}
		at := addr + uintptr(n)*eventSize
		raw.Store32(at, events)
		raw.Store64(at+4, w.data)
		n++
		switch {
		case w.events&OneShot != 0:
			w.disabled = true
		case w.events&Edge == 0:
			w.pushPending()
		}
	}
	if ep.pending.length == 0 {
		ep.Unmark(In)
	}
	return n
}

// Sleep blocks the current thread until ep has something to report or the
// deadline has passed, and then runs its system call again.
func (ep *File) Sleep(c *thread.CPU, deadline int64) {
	c.Block(&ep.sleeper, deadline, 0, true)
}
