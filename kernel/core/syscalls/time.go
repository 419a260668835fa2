package syscalls

import (
	"eggcup/kernel/core/clock"
	"eggcup/kernel/core/raw"
	"eggcup/kernel/core/signal"
	"eggcup/kernel/core/thread"
	"eggcup/kernel/core/timer"
)

// Clocks of clock_gettime(2).
const (
	clockRealtime       = 0
	clockMonotonic      = 1
	clockProcessCPU     = 2
	clockThreadCPU      = 3
	clockMonotonicRaw   = 4
	clockRealtimeCoarse = 5
	clockMonotonicCrs   = 6
	clockBoottime       = 7
	clockTAI            = 11
)

// wallOffset is what to add to the monotonic time to get the wall clock: as the
// vDSO has it, not the difference of two readings, between which time passes.
func wallOffset() int64 { return clock.WallBase() }

// clockTime returns the time of a clock in nanoseconds; ok is false for a
// clock that there is not.
func clockTime(c *thread.CPU, id uintptr) (ns int64, ok bool) {
	switch id {
	case clockRealtime, clockRealtimeCoarse, clockTAI:
		return c.Now() + wallOffset(), true
	case clockMonotonic, clockMonotonicRaw, clockMonotonicCrs, clockBoottime:
		return c.Now(), true
	case clockProcessCPU, clockThreadCPU:
		return c.Busy(), true
	}
	return 0, false
}

func sysClockGettime(c *thread.CPU, f *thread.Frame) uintptr {
	ns, ok := clockTime(c, f.DI)
	if !ok {
		return fail(EINVAL)
	}
	return putTimespec(f.SI, ns)
}

func sysClockGetres(c *thread.CPU, f *thread.Frame) uintptr {
	if _, ok := clockTime(c, f.DI); !ok {
		return fail(EINVAL)
	}
	if f.SI == 0 {
		return 0
	}
	return putTimespec(f.SI, 1)
}

func sysGettimeofday(c *thread.CPU, f *thread.Frame) uintptr {
	if f.DI == 0 {
		return 0
	}
	if !writable(f.DI, 16) {
		return fail(EFAULT)
	}
	ns := c.Now() + wallOffset()
	raw.Store64(f.DI, uint64(ns/billion))
	raw.Store64(f.DI+8, uint64(ns%billion/1000))
	return 0
}

func sysTime(c *thread.CPU, f *thread.Frame) uintptr {
	seconds := uintptr((c.Now() + wallOffset()) / billion)
	if f.DI != 0 {
		if !writable(f.DI, 8) {
			return fail(EFAULT)
		}
		raw.Store(f.DI, seconds)
	}
	return seconds
}

func sysNanosleep(c *thread.CPU, f *thread.Frame) uintptr {
	ns, errno := getTimespec(f.DI)
	if errno != 0 {
		return fail(errno)
	}
	c.Block(nil, after(c, ns), 0, false)
	return 0
}

const timerAbsolute = 1

// sysClockNanosleep sleeps: (clock, flags, request, remain).
func sysClockNanosleep(c *thread.CPU, f *thread.Frame) uintptr {
	now, ok := clockTime(c, f.DI)
	if !ok || f.DI == clockThreadCPU {
		return fail(EINVAL)
	}
	ns, errno := getTimespec(f.DX)
	if errno != 0 {
		return fail(errno)
	}
	if f.SI&timerAbsolute != 0 {
		ns = max(ns-now, 0)
	}
	c.Block(nil, after(c, ns), 0, false)
	return 0
}

// Timers of setitimer(2).
const (
	itimerReal = 0
	itimerProf = 2
)

// interval is one of the process's interval timers.
type interval struct {
	timer  timer.Timer
	period int64
}

var realTimer, profTimer interval

// sysSetitimer arms an interval timer: (which, new, old).
func sysSetitimer(c *thread.CPU, f *thread.Frame) uintptr {
	period, errno := getTimeval(f.SI)
	if errno != 0 {
		return fail(errno)
	}
	first, errno := getTimeval(f.SI + 16)
	if errno != 0 {
		return fail(errno)
	}
	if f.DI != itimerReal && f.DI != itimerProf {
		return fail(EINVAL)
	}
	if f.DX != 0 {
		if result := putInterval(c, f.DI, f.DX); result != 0 {
			return result
		}
	}
	switch f.DI {
	case itimerReal:
		realTimer.start(c, first, period, fireReal)
	case itimerProf:
		profTimer.start(c, first, period, fireProf)
	}
	return 0
}

// sysGetitimer tells the period of a timer and the time left: (which, to).
func sysGetitimer(c *thread.CPU, f *thread.Frame) uintptr {
	if f.DI != itimerReal && f.DI != itimerProf {
		return fail(EINVAL)
	}
	return putInterval(c, f.DI, f.SI)
}

func putInterval(c *thread.CPU, which, addr uintptr) uintptr {
	if !writable(addr, 32) {
		return fail(EFAULT)
	}
	i := &realTimer
	if which == itimerProf {
		i = &profTimer
	}
	left := i.left(c)
	raw.Store64(addr, uint64(i.period/billion))
	raw.Store64(addr+8, uint64(i.period%billion/1000))
	raw.Store64(addr+16, uint64(left/billion))
	raw.Store64(addr+24, uint64(left%billion/1000))
	return 0
}

// left is the time until the timer fires, 0 if it does not.
func (i *interval) left(c *thread.CPU) int64 {
	if !i.timer.Armed() {
		return 0
	}
	return max(i.timer.When-c.Now(), 1000)
}

// sysAlarm sends SIGALRM after seconds, and returns what was left of the last.
func sysAlarm(c *thread.CPU, f *thread.Frame) uintptr {
	left := (realTimer.left(c) + billion - 1) / billion
	realTimer.start(c, int64(uint32(f.DI))*billion, 0, fireReal)
	return uintptr(left)
}

// sysTimes tells processor time and time since boot in hundredths of a second.
func sysTimes(c *thread.CPU, f *thread.Frame) uintptr {
	ticks := c.Now() / (billion / 100)
	if f.DI != 0 {
		if !writable(f.DI, 32) {
			return fail(EFAULT)
		}
		raw.Clear(f.DI, 32)
		raw.Store64(f.DI, uint64(c.Busy()/(billion/100)))
	}
	return uintptr(ticks)
}

func getTimeval(addr uintptr) (ns int64, errno uintptr) {
	if !readable(addr, 16) {
		return 0, EFAULT
	}
	sec, usec := int64(raw.Load64(addr)), int64(raw.Load64(addr+8))
	if sec < 0 || usec < 0 || usec >= 1_000_000 || sec > (1<<62)/billion {
		return 0, EINVAL
	}
	return sec*billion + usec*1000, 0
}

func (i *interval) start(c *thread.CPU, first, period int64, fire func(*timer.Timer)) {
	c.RemoveTimer(&i.timer)
	i.period = period
	if first == 0 {
		return
	}
	i.timer.When = after(c, first)
	i.timer.Fire = fire
	c.AddTimer(&i.timer)
}

func (i *interval) again(c *thread.CPU) {
	if i.period != 0 {
		i.timer.When = after(c, i.period)
		c.AddTimer(&i.timer)
	}
}

func fireReal(*timer.Timer) {
	c := thread.This()
	signal.SendProcess(c, signal.SIGALRM, signal.CodeKernel)
	realTimer.again(c)
}

// fireProf samples what runs now. The timer counts time, not processor time,
// but a tick that finds the CPU idle is dropped, which comes to the same: each
// sample stands for one period that a thread was running. While the CPU idles
// the next tick waits for the wake-up (ResumeProf).
func fireProf(*timer.Timer) {
	c := thread.This()
	if c.Current == c.Idle {
		return
	}
	signal.Send(c, c.Current, signal.SIGPROF, signal.CodeKernel)
	profTimer.again(c)
}

// ResumeProf arms the profiling timer again after idle time; package trap calls
// it when a CPU leaves its idle thread.
func ResumeProf(c *thread.CPU) {
	if profTimer.period != 0 && !profTimer.timer.Armed() {
		profTimer.again(c)
	}
}
