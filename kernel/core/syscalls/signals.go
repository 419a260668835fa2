package syscalls

import (
	"eggcup/kernel/core/raw"
	"eggcup/kernel/core/signal"
	"eggcup/kernel/core/thread"
	"unsafe"
)

const actionSize = unsafe.Sizeof(signal.Action{})

func sysRtSigaction(c *thread.CPU, f *thread.Frame) uintptr {
	sig, act, old := int(f.DI), f.SI, f.DX
	if !signal.Valid(sig) || f.R10 != 8 {
		return fail(EINVAL)
	}
	entry := signal.ActionOf(sig)
	if old != 0 {
		if !writable(old, actionSize) {
			return fail(EFAULT)
		}
		*(*signal.Action)(raw.Ptr(old)) = *entry
	}
	if act != 0 {
		if sig == signal.SIGKILL || sig == signal.SIGSTOP {
			return fail(EINVAL)
		}
		if !readable(act, actionSize) {
			return fail(EFAULT)
		}
		*entry = *(*signal.Action)(raw.Ptr(act))
	}
	return 0
}

// Ways of rt_sigprocmask(2).
const (
	sigBlock   = 0
	sigUnblock = 1
	sigSetmask = 2
)

func sysRtSigprocmask(c *thread.CPU, f *thread.Frame) uintptr {
	how, set, old := f.DI, f.SI, f.DX
	t := c.Current
	if f.R10 != 8 {
		return fail(EINVAL)
	}
	before := t.Signals.Mask
	if set != 0 {
		if !readable(set, 8) {
			return fail(EFAULT)
		}
		bits := raw.Load64(set)
		switch how {
		case sigBlock:
			signal.SetMask(t, before|bits)
		case sigUnblock:
			signal.SetMask(t, before&^bits)
		case sigSetmask:
			signal.SetMask(t, bits)
		default:
			return fail(EINVAL)
		}
	}
	if old != 0 {
		if !writable(old, 8) {
			return fail(EFAULT)
		}
		raw.Store64(old, before)
	}
	return 0
}

func sysRtSigreturn(c *thread.CPU, f *thread.Frame) uintptr {
	if !signal.Return(c.Current) {
		signal.Send(c, c.Current, signal.SIGKILL, signal.CodeKernel)
	}
	return f.AX
}

// Fields and limits of stack_t (sigaltstack(2)).
const (
	stackFlags   = 8
	stackSize    = 16
	stackStruct  = 24
	stackDisable = 2
	stackMinimum = 2048
)

func sysSigaltstack(c *thread.CPU, f *thread.Frame) uintptr {
	set, old := f.DI, f.SI
	t := c.Current
	base, size := t.Signals.AltStack, t.Signals.AltSize
	flags := signal.StackFlags(t)
	if set != 0 {
		if !readable(set, stackStruct) {
			return fail(EFAULT)
		}
		if signal.OnAltStack(t, f.SP) {
			return fail(EPERM)
		}
		if raw.Load32(set+stackFlags)&stackDisable != 0 {
			t.Signals.AltStack, t.Signals.AltSize = 0, 0
		} else {
			if raw.Load(set+stackSize) < stackMinimum {
				return fail(ENOMEM)
			}
			t.Signals.AltStack, t.Signals.AltSize = raw.Load(set), raw.Load(set+stackSize)
		}
	}
	if old != 0 {
		if !writable(old, stackStruct) {
			return fail(EFAULT)
		}
		raw.Store(old, base)
		raw.Store(old+stackFlags, flags)
		raw.Store(old+stackSize, size)
	}
	return 0
}

// sysTgkill signals one thread: (tgid, tid, sig).
func sysTgkill(c *thread.CPU, f *thread.Frame) uintptr {
	switch group, id := int32(f.DI), int32(f.SI); {
	case group <= 0 || id <= 0:
		return fail(EINVAL)
	case group != 1:
		return fail(ESRCH)
	}
	return signalThread(c, int32(f.SI), int(f.DX))
}

func sysTkill(c *thread.CPU, f *thread.Frame) uintptr {
	return signalThread(c, int32(f.DI), int(f.SI))
}

func signalThread(c *thread.CPU, id int32, sig int) uintptr {
	t := thread.Lookup(id)
	if t == nil {
		return fail(ESRCH)
	}
	if sig == 0 {
		return 0
	}
	if !signal.Valid(sig) {
		return fail(EINVAL)
	}
	signal.Send(c, t, sig, signal.CodeTkill)
	return 0
}

// sysKill signals the program: (pid, sig). Process 1, the caller's group (0)
// and everybody (-1) are all the same one.
func sysKill(c *thread.CPU, f *thread.Frame) uintptr {
	if pid := int32(f.DI); pid != 1 && pid != 0 && pid != -1 {
		return fail(ESRCH)
	}
	sig := int(f.SI)
	if sig == 0 {
		return 0
	}
	if !signal.Valid(sig) {
		return fail(EINVAL)
	}
	signal.SendProcess(c, sig, signal.CodeUser)
	return 0
}
