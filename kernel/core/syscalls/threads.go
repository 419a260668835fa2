package syscalls

import (
	"eggcup/kernel/core/console"
	"eggcup/kernel/core/futex"
	"eggcup/kernel/core/pool"
	"eggcup/kernel/core/power"
	"eggcup/kernel/core/raw"
	"eggcup/kernel/core/thread"
)

// Flags of clone(2).
const (
	cloneVM            = 0x100
	cloneThread        = 0x10000
	cloneSetTLS        = 0x80000
	cloneParentSetTID  = 0x100000
	cloneChildClearTID = 0x200000
	cloneChildSetTID   = 0x1000000
)

// sysClone starts a thread: (flags, stack, parent_tid, child_tid, tls).
func sysClone(c *thread.CPU, f *thread.Frame) uintptr {
	flags, stack, parentTID, childTID, tls := f.DI, f.SI, f.DX, f.R10, f.R8
	if flags&cloneVM == 0 || flags&cloneThread == 0 {
		return sysFork(c, f)
	}
	page := pool.Page()
	if page == 0 {
		return fail(EAGAIN)
	}
	parent := c.Current
	child := thread.Prepare(page, f.IP, stack)
	child.Frame = *f
	child.Frame.AX, child.Frame.SP = 0, stack
	child.FPLive = 1 // MXCSR and the x87 control word of a fresh process
	child.FSBase = parent.FSBase
	if flags&cloneSetTLS != 0 {
		child.FSBase = tls
	}
	child.Signals.Mask = parent.Signals.Mask
	child.KeepCaps = parent.KeepCaps
	thread.Register(child)
	if flags&cloneParentSetTID != 0 && writable(parentTID, 4) {
		raw.Store32(parentTID, uint32(child.ID))
	}
	if flags&cloneChildSetTID != 0 && writable(childTID, 4) {
		raw.Store32(childTID, uint32(child.ID))
	}
	if flags&cloneChildClearTID != 0 {
		child.ClearTID = childTID
	}
	c.Ready(child)
	return uintptr(child.ID)
}

func sysFork(*thread.CPU, *thread.Frame) uintptr {
	console.Log(console.LevelWarn, "syscall", "fork and exec: a unikernel has one program")
	return fail(ENOSYS)
}

func sysExit(c *thread.CPU, f *thread.Frame) uintptr {
	t := c.Current
	if t.ClearTID != 0 && writable(t.ClearTID, 4) {
		raw.Store32(t.ClearTID, 0)
		futex.Wake(c, t.ClearTID, 1, futex.MatchAny)
	}
	thread.Unregister(t)
	if thread.Count() == 0 {
		power.Exit(int(f.DI & 0xff))
	}
	c.Exit()
	return 0
}

// sysExitGroup ends the machine, once what it printed is out: no signal takes
// the thread away from that.
func sysExitGroup(c *thread.CPU, f *thread.Frame) uintptr {
	c.Current.Signals.Mask = ^uint64(0)
	if !drained(c) {
		return 0
	}
	power.Exit(int(f.DI & 0xff))
	return 0
}

// sysNoChildren answers waits: nothing was ever started.
func sysNoChildren(*thread.CPU, *thread.Frame) uintptr { return fail(ECHILD) }

// sysGetpgid answers for the one process, which leads its group and session.
func sysGetpgid(c *thread.CPU, f *thread.Frame) uintptr {
	if pid := int32(f.DI); pid != 0 && pid != 1 {
		return fail(ESRCH)
	}
	return 1
}

func sysGetpid(*thread.CPU, *thread.Frame) uintptr { return 1 }

func sysGettid(c *thread.CPU, f *thread.Frame) uintptr { return uintptr(c.Current.ID) }

func sysSetTidAddress(c *thread.CPU, f *thread.Frame) uintptr {
	c.Current.ClearTID = f.DI
	return uintptr(c.Current.ID)
}

// Codes of arch_prctl(2).
const (
	archSetFS = 0x1002
	archGetFS = 0x1003
)

func sysArchPrctl(c *thread.CPU, f *thread.Frame) uintptr {
	t := c.Current
	switch f.DI {
	case archSetFS:
		t.FSBase = f.SI
		return 0
	case archGetFS:
		if !writable(f.SI, 8) {
			return fail(EFAULT)
		}
		raw.Store(f.SI, t.FSBase)
		return 0
	}
	return fail(EINVAL)
}

func sysSchedYield(c *thread.CPU, f *thread.Frame) uintptr {
	c.Yield()
	return 0
}

// sysSchedGetaffinity tells the Go runtime how many CPUs there are.
func sysSchedGetaffinity(c *thread.CPU, f *thread.Frame) uintptr {
	if f.SI < 8 {
		return fail(EINVAL)
	}
	if !writable(f.DX, 8) {
		return fail(EFAULT)
	}
	raw.Store64(f.DX, 1)
	return 8
}

func sysGetcpu(c *thread.CPU, f *thread.Frame) uintptr {
	for _, addr := range [2]uintptr{f.DI, f.SI} {
		if addr == 0 {
			continue
		}
		if !writable(addr, 4) {
			return fail(EFAULT)
		}
		raw.Store32(addr, 0)
	}
	return 0
}

// Operations and flags of futex(2).
const (
	futexWait          = 0
	futexWake          = 1
	futexRequeue       = 3
	futexCmpRequeue    = 4
	futexWaitBitset    = 9
	futexWakeBitset    = 10
	futexPrivate       = 128
	futexClockRealtime = 256
)

func sysFutex(c *thread.CPU, f *thread.Frame) uintptr {
	addr, value := f.DI, uint32(f.DX)
	if addr%4 != 0 {
		return fail(EINVAL)
	}
	if !readable(addr, 4) {
		return fail(EFAULT)
	}
	switch f.SI &^ (futexPrivate | futexClockRealtime) {
	case futexWait:
		return futexWaitFor(c, f, value, futex.MatchAny, false)
	case futexWaitBitset:
		return futexWaitFor(c, f, value, uint32(f.R9), true)
	case futexWake:
		return uintptr(futex.Wake(c, addr, int(int32(value)), futex.MatchAny))
	case futexWakeBitset:
		if uint32(f.R9) == 0 {
			return fail(EINVAL)
		}
		return uintptr(futex.Wake(c, addr, int(int32(value)), uint32(f.R9)))
	case futexCmpRequeue:
		if raw.Load32(addr) != uint32(f.R9) {
			return fail(EAGAIN)
		}
		woken, moved := futex.Requeue(c, addr, f.R8, int(int32(value)), int(int32(f.R10)))
		return uintptr(woken + moved)
	case futexRequeue:
		woken, _ := futex.Requeue(c, addr, f.R8, int(int32(value)), int(int32(f.R10)))
		return uintptr(woken)
	}
	return fail(ENOSYS)
}

// futexWaitFor waits with the time-out at R10: relative for FUTEX_WAIT, on the
// monotonic clock or on the wall clock and absolute for FUTEX_WAIT_BITSET.
func futexWaitFor(c *thread.CPU, f *thread.Frame, want, mask uint32, absolute bool) uintptr {
	if mask == 0 {
		return fail(EINVAL)
	}
	deadline := thread.Never
	if f.R10 != 0 {
		ns, errno := getTimespec(f.R10)
		if errno != 0 {
			return fail(errno)
		}
		switch {
		case !absolute:
			deadline = after(c, ns)
		case f.SI&futexClockRealtime != 0:
			deadline = max(ns-wallOffset(), 0)
		default:
			deadline = ns
		}
	}
	return futex.Wait(c, f.DI, want, mask, deadline)
}
