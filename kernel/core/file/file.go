// Package file holds the kernel's descriptors and their readiness: the
// console, eventfds, interrupt lines, epoll instances, pipes of the Go
// runtime's, and files that package hook serves in goroutine context.
//
// A File knows which events it is ready for. Mark and Unmark change that set;
// Mark tells the epoll instances that watch the file and wakes the threads that
// block in a call on it. What a file does with bytes is not decided here.
//
// Context: kernel, kernel lock held.
package file

import (
	"eggcup/kernel/core/pool"
	"eggcup/kernel/core/raw"
	"eggcup/kernel/core/thread"
	"eggcup/kernel/core/timer"
	"unsafe"
)

// Kind says what a file is.
type Kind uint8

// The kinds of file.
const (
	Console   Kind = iota + 1 // the machine's terminal
	Event                     // eventfd(2)
	Interrupt                 // counts the interrupts of one line
	Epoll                     // epoll_create1(2)
	Hooked                    // served in goroutine context
	Pipe                      // an end of a pipe of the kernel's own
	Timer                     // timerfd_create(2)
)

// Events of epoll(7).
const (
	In        = 0x001
	Out       = 0x004
	Err       = 0x008
	Hup       = 0x010
	ReadHup   = 0x2000
	Exclusive = 1 << 28
	WakeUp    = 1 << 29
	OneShot   = 1 << 30
	Edge      = 1 << 31
	always    = Err | Hup

	// mayBeExclusive is what Linux takes beside EPOLLEXCLUSIVE.
	mayBeExclusive = In | Out | Err | Hup | WakeUp | Edge | Exclusive

	condition = 0xffff // the bits of an event mask that are conditions
)

// Status flags of open(2) that a file keeps.
const (
	NonBlock = 0x800
	CloExec  = 0x80000
)

// Errno is a Linux error number.
type Errno uintptr

// The error numbers that descriptors give.
const (
	EPERM  Errno = 1
	ENOENT Errno = 2
	EBADF  Errno = 9
	EAGAIN Errno = 11
	ENOMEM Errno = 12
	EEXIST Errno = 17
	EINVAL Errno = 22
	EMFILE Errno = 24
	ELOOP  Errno = 40
)

// File is an open file: what descriptors refer to.
type File struct {
	Kind      Kind
	Semaphore bool  // Event: a read takes one (EFD_SEMAPHORE)
	Serving   bool  // Interrupt: it counted, and its driver has not enabled the line since
	Line      int32 // Interrupt: the line it counts
	Flags     uint32
	Count     uint64 // Event, Interrupt, Timer: the counter
	// Unpollable says that a Hooked file is always ready; epoll refuses it,
	// as Linux does with regular files.
	Unpollable bool
	// Of a Timer: when it expires, how often from then on, and whether its
	// times are those of the wall clock.
	Alarm      timer.Timer
	Period     int64
	WallClock  bool
	NextSharer *File // Interrupt: another file of the same line; owned by core/irq

	ring    *ring // Pipe: shared by its ends
	refs    int32
	ready   uint32
	readers thread.Queue // threads that block until In
	writers thread.Queue // threads that block until Out
	watches *watch       // who watches this file

	nextConsole *File // Console: the list that starts at consoles

	// Of an Epoll.
	members *watch // every watch of this instance
	pending watchQueue
	sleeper thread.Queue
}

// LineClosed is told of the end of an Interrupt file; boot code sets it.
var LineClosed func(f *File)

var files = pool.Pool{Size: (unsafe.Sizeof(File{}) + 7) &^ 7}

// New returns a file with no descriptor yet, or nil when memory is short.
func New(kind Kind, flags uint32) *File {
	addr := files.Get()
	if addr == 0 {
		return nil
	}
	f := (*File)(raw.Ptr(addr))
	f.Kind, f.Flags = kind, flags
	return f
}

// Discard frees a file that has no descriptor.
func (f *File) Discard() {
	if f.Kind == Console {
		f.leaveConsoles()
	}
	files.Put(uintptr(unsafe.Pointer(f)))
}

// Address is where f lies, for what holds no pointers.
func (f *File) Address() uintptr { return uintptr(unsafe.Pointer(f)) }

// Ready returns the events that f is ready for.
func (f *File) Ready() uint32 { return f.ready }

// Mark adds events to what f is ready for and tells who waits. Watches see it
// as a new edge even if f was ready before, as on Linux. With urgent, threads
// that wake run next: for interrupt handlers.
func (f *File) Mark(c *thread.CPU, events uint32, urgent bool) {
	f.ready |= events
	if events&(In|always|ReadHup) != 0 {
		wakeAll(c, &f.readers, urgent)
	}
	if events&(Out|always) != 0 {
		wakeAll(c, &f.writers, urgent)
	}
	for w := f.watches; w != nil; w = w.nextOfFile {
		if w.wants()&events != 0 {
			w.queue(c, urgent)
		}
	}
}

// Unmark takes events away from what f is ready for.
func (f *File) Unmark(events uint32) { f.ready &^= events }

// BlockUntil blocks the current thread until f is ready for events (In or Out)
// and then runs its system call again.
func (f *File) BlockUntil(c *thread.CPU, events uint32) { f.BlockUntilTime(c, events, thread.Never) }

// BlockUntilTime is BlockUntil that also runs the call again at a deadline.
func (f *File) BlockUntilTime(c *thread.CPU, events uint32, deadline int64) {
	q := &f.readers
	if events&Out != 0 {
		q = &f.writers
	}
	c.Block(q, deadline, 0, true)
}

func wakeAll(c *thread.CPU, q *thread.Queue, urgent bool) {
	for t := q.First(); t != nil; t = q.First() {
		wake(c, t, urgent)
	}
}

func wake(c *thread.CPU, t *thread.Thread, urgent bool) {
	if urgent {
		c.WakeFirst(t, 0)
	} else {
		c.Wake(t, 0)
	}
}

// hold adds a reference to f.
func (f *File) hold() { f.refs++ }

// drop gives up a reference; the last one ends the file.
func (f *File) drop(c *thread.CPU) {
	f.refs--
	if f.refs > 0 {
		return
	}
	f.Mark(c, Hup, false) // whoever blocks on it finds the descriptor gone
	for f.watches != nil {
		f.watches.remove()
	}
	for f.members != nil {
		f.members.remove()
	}
	switch f.Kind {
	case Interrupt:
		LineClosed(f)
	case Pipe:
		f.leavePipe(c)
	case Timer:
		c.RemoveTimer(&f.Alarm)
	}
	f.Discard()
}
