package syscalls

import (
	"eggcup/kernel/core/file"
	"eggcup/kernel/core/raw"
	"eggcup/kernel/core/thread"
	"eggcup/kernel/core/timer"
)

// Clocks and flags of timerfd_create(2).
const (
	clockRealtimeAlarm = 8
	clockBoottimeAlarm = 9

	timerCancelOnSet = 2 // the wall clock is never set
)

// Layout of struct itimerspec.
const (
	itimerspecSize  = 32
	itimerspecValue = 16
)

func sysTimerfdCreate(c *thread.CPU, f *thread.Frame) uintptr {
	flags := uint32(f.SI)
	if flags&^(file.NonBlock|file.CloExec) != 0 {
		return fail(EINVAL)
	}
	switch f.DI {
	case clockRealtime, clockRealtimeAlarm, clockMonotonic, clockBoottime, clockBoottimeAlarm:
	default:
		return fail(EINVAL)
	}
	of := file.New(file.Timer, flags&file.NonBlock|openReadWrite)
	if of != nil {
		of.WallClock = f.DI == clockRealtime || f.DI == clockRealtimeAlarm
	}
	return open(of, flags)
}

// timerfd returns the timer behind a descriptor.
func timerfd(fd uintptr) (of *file.File, errno uintptr) {
	of = get(fd)
	if of == nil {
		return nil, EBADF
	}
	if of.Kind != file.Timer {
		return nil, EINVAL
	}
	return of, 0
}

// sysTimerfdSettime arms a timer: (fd, flags, new, old).
func sysTimerfdSettime(c *thread.CPU, f *thread.Frame) uintptr {
	of, errno := timerfd(f.DI)
	if errno != 0 {
		return fail(errno)
	}
	if f.SI&^(timerAbsolute|timerCancelOnSet) != 0 {
		return fail(EINVAL)
	}
	period, errno := getTimespec(f.DX)
	if errno != 0 {
		return fail(errno)
	}
	first, errno := getTimespec(f.DX + itimerspecValue)
	if errno != 0 {
		return fail(errno)
	}
	if f.R10 != 0 {
		if result := putTimer(c, of, f.R10); result != 0 {
			return result
		}
	}
	c.RemoveTimer(&of.Alarm)
	of.Count, of.Period = 0, period
	of.Unmark(file.In)
	if first == 0 {
		return 0
	}
	if f.SI&timerAbsolute == 0 {
		first = after(c, first)
	} else if of.WallClock {
		first -= wallOffset()
	}
	armTimerfd(c, of, first)
	return 0
}

// armTimerfd makes the timer expire at a time, or at once if that has passed.
func armTimerfd(c *thread.CPU, of *file.File, when int64) {
	of.Alarm.When = when
	of.Alarm.Owner = of.Address()
	of.Alarm.Fire = fireTimerfd
	if when <= c.Now() {
		of.CountInterrupt(c)
		return
	}
	c.AddTimer(&of.Alarm)
}

// fireTimerfd counts the first expiry. Those after it are counted when somebody
// asks, so that a period of a nanosecond does no harm.
func fireTimerfd(tm *timer.Timer) { (*file.File)(raw.Ptr(tm.Owner)).CountInterrupt(thread.This()) }

// catchUp counts the expiries since the last one that was, and arms the timer
// for the next.
func catchUp(c *thread.CPU, of *file.File) {
	if of.Count == 0 || of.Period == 0 || of.Alarm.Armed() {
		return
	}
	passed := (c.Now()-of.Alarm.When)/of.Period + 1
	of.Count += uint64(passed - 1)
	of.Alarm.When += passed * of.Period
	c.AddTimer(&of.Alarm)
}

// sysTimerfdGettime tells the period and the time left: (fd, to).
func sysTimerfdGettime(c *thread.CPU, f *thread.Frame) uintptr {
	of, errno := timerfd(f.DI)
	if errno != 0 {
		return fail(errno)
	}
	return putTimer(c, of, f.SI)
}

func putTimer(c *thread.CPU, of *file.File, addr uintptr) uintptr {
	if !writable(addr, itimerspecSize) {
		return fail(EFAULT)
	}
	catchUp(c, of)
	left := int64(0)
	if of.Alarm.Armed() {
		left = max(of.Alarm.When-c.Now(), 1)
	}
	putTimespec(addr, of.Period)
	return putTimespec(addr+itimerspecValue, left)
}
