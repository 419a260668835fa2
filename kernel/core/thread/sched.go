package thread

import (
	"eggcup/kernel/core/raw"
	"eggcup/kernel/core/timer"
	"unsafe"
)

// Never is the deadline of a wait without one.
const Never = int64(1<<63 - 1)

// Slice is how long a thread runs, in nanoseconds, while others are runnable.
const Slice = 10_000_000

// CPU is the per-processor block that GS points at. Entry code knows the
// offsets of the fields before Idle through go_asm.h.
type CPU struct {
	Self     uintptr // address of this block, at GS:0
	Current  *Thread
	FrameTop uintptr // Current.FrameTop(): where SYSCALL entry builds the frame
	Stack    uintptr // top of the kernel stack
	// FaultStack is the top of the stack for faults of the kernel itself.
	FaultStack uintptr
	Scratch    uintptr // SYSCALL entry parks SP here
	KernelFS   uintptr // FS base of kernel code: the word below is its g, whose stack guard is 0
	InKernel   uintptr // 1 while a handler runs: a trap then is a kernel bug
	FSGSBase   uintptr // 1: WRFSBASE may be used

	Idle       *Thread
	ist1       uintptr // address of TSS.IST1, which follows FrameTop
	runnable   Queue
	timers     timer.Heap
	reschedule bool
	sliceAt    int64 // when the current slice ends; Never when nobody waits
	armed      int64 // what the hardware timer is armed for
	arm        func(deadline int64)
	now        func() int64
	switches   uint64
	idle       int64 // nanoseconds that there was nothing to run, up to now or to idleSince
	idleSince  int64 // since when there is nothing, if Idle runs
}

// Init prepares the block: the idle thread becomes current. ist1 is the
// address of the TSS field to keep equal to FrameTop, now the monotonic clock
// and arm the one-shot hardware timer, both in nanoseconds.
func (c *CPU) Init(idle *Thread, ist1 uintptr, now func() int64, arm func(int64)) {
	c.Self = uintptr(unsafe.Pointer(c))
	c.Idle = idle
	c.ist1 = ist1
	c.now = now
	c.arm = arm
	c.sliceAt, c.armed = Never, Never
	c.setCurrent(idle)
}

func (c *CPU) setCurrent(t *Thread) {
	c.Current = t
	c.FrameTop = t.FrameTop()
	raw.Store(c.ist1, c.FrameTop)
	t.State = Running
}

// Now returns the monotonic time in nanoseconds.
func (c *CPU) Now() int64 { return c.now() }

// Switches counts the times a CPU changed its thread.
func (c *CPU) Switches() uint64 { return c.switches }

// Ready makes a blocked thread runnable behind the others.
func (c *CPU) Ready(t *Thread) {
	t.State = Runnable
	c.runnable.PushBack(t)
	if c.Current == c.Idle {
		c.reschedule = true
	} else if c.sliceAt == Never {
		c.sliceAt = c.now() + Slice
	}
}

// ReadyFirst makes a blocked thread runnable before all others, the current
// one included: what a timer or a device woke has waited long enough.
func (c *CPU) ReadyFirst(t *Thread) {
	t.State = Runnable
	c.runnable.PushFront(t)
	c.reschedule = true
	if c.sliceAt == Never {
		c.sliceAt = c.now() + Slice
	}
}

// Yield lets the other runnable threads run before the current one.
func (c *CPU) Yield() {
	if c.runnable.Empty() {
		return
	}
	t := c.Current
	t.State = Runnable
	c.runnable.PushBack(t)
	c.reschedule = true
}

// Block takes the current thread off the CPU until Wake, the deadline (Never:
// none) or a signal. q may be nil. timeout is the result when the deadline
// passes; with retry the call is run again instead, however the wait ended.
func (c *CPU) Block(q *Queue, deadline int64, timeout uintptr, retry bool) {
	t := c.Current
	t.State = Blocked
	t.cpu = c
	t.Retry = retry
	t.timeout = timeout
	if q != nil {
		q.PushBack(t)
	}
	if deadline != Never {
		t.timer.When = deadline
		t.timer.Fire = expire
		t.timer.Owner = uintptr(unsafe.Pointer(t))
		c.timers.Add(&t.timer)
	}
	c.reschedule = true
}

// expire ends a wait whose deadline has passed.
func expire(tm *timer.Timer) {
	t := (*Thread)(raw.Ptr(tm.Owner))
	t.Unqueue()
	t.Frame.AX = t.timeout
	t.cpu.ReadyFirst(t)
}

// Wake ends t's wait with a result, which a retried call replaces.
func (c *CPU) Wake(t *Thread, result uintptr) {
	t.endWait(result)
	c.Ready(t)
}

// WakeFirst is Wake for interrupt handlers: t runs next.
func (c *CPU) WakeFirst(t *Thread, result uintptr) {
	t.endWait(result)
	c.ReadyFirst(t)
}

// Interrupt ends t's wait with result because a signal came; a call that
// would be retried is not, and one that has moved bytes answers how many.
func (c *CPU) Interrupt(t *Thread, result uintptr) {
	if t.Moved > 0 {
		result, t.Moved = t.Moved, 0
	}
	t.endWait(result)
	t.Retry = false
	t.Deadline, t.Moved = 0, 0
	c.Ready(t)
}

func (t *Thread) endWait(result uintptr) {
	t.Unqueue()
	t.cpu.timers.Remove(&t.timer)
	t.Frame.AX = result
}

// AddTimer arms tm on this CPU.
func (c *CPU) AddTimer(tm *timer.Timer) { c.timers.Add(tm) }

// RemoveTimer disarms tm.
func (c *CPU) RemoveTimer(tm *timer.Timer) { c.timers.Remove(tm) }

// Tick handles the timer interrupt: it fires what is due and ends the slice.
func (c *CPU) Tick() {
	c.armed = Never
	now := c.now()
	for tm := c.timers.First(); tm != nil && tm.When <= now; tm = c.timers.First() {
		c.timers.Remove(tm)
		tm.Fire(tm)
	}
	if now >= c.sliceAt {
		c.sliceAt = Never
		if c.Current != c.Idle && c.Current.State == Running {
			c.Yield()
		}
	}
}

// Exit ends the current thread. Its page stays valid until the caller, which
// owns thread memory, frees it.
func (c *CPU) Exit() {
	c.Current.State = Dead
	c.reschedule = true
}

// Schedule makes the next thread current if the present one may not go on.
// It reports whether a thread became current.
func (c *CPU) Schedule() bool {
	if !c.reschedule {
		return false
	}
	c.reschedule = false
	t := c.Current
	if t.State == Running {
		if t == c.Idle && c.runnable.Empty() {
			return false
		}
		t.State = Runnable
		if t != c.Idle {
			c.putBehindFirst(t)
		}
	}
	next := c.runnable.Pop()
	if next == nil {
		next = c.Idle
	}
	c.switches++
	if (t == c.Idle) != (next == c.Idle) {
		c.countIdle(next == c.Idle)
	}
	c.setCurrent(next)
	if c.runnable.Empty() {
		c.sliceAt = Never
	} else if c.sliceAt == Never {
		c.sliceAt = c.now() + Slice
	}
	return true
}

// countIdle notes that the CPU becomes idle, or has something to do again.
func (c *CPU) countIdle(begins bool) {
	if begins {
		c.idleSince = c.now()
	} else {
		c.idle += c.now() - c.idleSince
	}
}

// Busy is how long the CPU had something to do, in nanoseconds.
func (c *CPU) Busy() int64 {
	idle := c.idle
	if c.Current == c.Idle {
		idle += c.now() - c.idleSince
	}
	return c.now() - idle
}

// putBehindFirst queues a preempted thread as the second: it goes on as soon
// as what preempted it blocks.
func (c *CPU) putBehindFirst(t *Thread) {
	first := c.runnable.Pop()
	c.runnable.PushFront(t)
	if first != nil {
		c.runnable.PushFront(first)
	}
}

// ArmTimer programs the hardware for the earliest deadline. A timer that is
// armed for an earlier moment stays as it is: its interrupt only comes to
// look, and reprogramming costs more than that.
func (c *CPU) ArmTimer() {
	want := c.sliceAt
	if tm := c.timers.First(); tm != nil && tm.When < want {
		want = tm.When
	}
	if want < c.armed {
		c.armed = want
		c.arm(want)
	}
}

// This returns the block of the CPU that runs.
func This() *CPU // defined in this_amd64.s
