package syscalls

import (
	"eggcup/kernel/core/file"
	"eggcup/kernel/core/raw"
	"eggcup/kernel/core/thread"
)

// sysBecome answers the calls that change users or groups: to root, to whom the
// program belongs, or -1, which leaves one as it is. There is nobody else.
func sysBecome(c *thread.CPU, f *thread.Frame) uintptr {
	arguments := [...]uintptr{f.DI, f.SI, f.DX}
	for _, id := range arguments[:identities(c.Current.Call)] {
		if int32(id) != 0 && int32(id) != -1 {
			return fail(EPERM)
		}
	}
	return 0
}

// identities is how many arguments such a call has.
func identities(call uintptr) int {
	switch call {
	case callSetuid, callSetgid:
		return 1
	case callSetreuid, callSetregid:
		return 2
	}
	return 3
}

// Their numbers.
const (
	callSetuid   = 105
	callSetgid   = 106
	callSetreuid = 113
	callSetregid = 114
)

// sysGetresuid writes the real, effective and saved user or group.
func sysGetresuid(c *thread.CPU, f *thread.Frame) uintptr {
	addresses := [...]uintptr{f.DI, f.SI, f.DX}
	for _, addr := range addresses {
		if !writable(addr, 4) {
			return fail(EFAULT)
		}
		raw.Store32(addr, 0)
	}
	return 0
}

// sysCapget tells that the program may do everything: (header, data).
func sysCapget(c *thread.CPU, f *thread.Frame) uintptr {
	const version3, all = 0x20080522, 1<<41 - 1
	if !writable(f.DI, 8) {
		return fail(EFAULT)
	}
	if raw.Load32(f.DI) != version3 {
		raw.Store32(f.DI, version3)
		if f.SI == 0 {
			return 0
		}
		return fail(EINVAL)
	}
	if pid := int32(raw.Load32(f.DI + 4)); pid != 0 && pid != 1 {
		return fail(ESRCH)
	}
	if f.SI == 0 {
		return 0
	}
	if !writable(f.SI, 24) {
		return fail(EFAULT)
	}
	for half := uintptr(0); half < 2; half++ { // effective, permitted, inheritable, 32 capabilities each
		set := uint32(uint64(all) >> (32 * half))
		raw.Store32(f.SI+12*half, set)
		raw.Store32(f.SI+12*half+4, set)
		raw.Store32(f.SI+12*half+8, 0)
	}
	return 0
}

// sysGetpriority answers for the program, whose nice value is 0, in the form
// that the call has: 20 less that. (which, who)
func sysGetpriority(c *thread.CPU, f *thread.Frame) uintptr {
	if f.DI > 2 {
		return fail(EINVAL)
	}
	if who := int32(f.SI); who != 0 && f.DI == 0 && thread.Lookup(who) == nil {
		return fail(ESRCH)
	}
	return 20
}

// sysSetpriority accepts what it then ignores: the one program has the machine.
func sysSetpriority(c *thread.CPU, f *thread.Frame) uintptr {
	if result := sysGetpriority(c, f); result != 20 {
		return result
	}
	return 0
}

// sysMlock accepts what holds anyway: nothing is ever swapped out.
func sysMlock(c *thread.CPU, f *thread.Frame) uintptr {
	if f.SI != 0 && !readable(f.DI, f.SI) {
		return fail(ENOMEM)
	}
	return 0
}

// closeRangeCloExec is CLOSE_RANGE_CLOEXEC; CLOSE_RANGE_UNSHARE is 2, of which
// there is nothing to do.
const closeRangeCloExec = 4

// sysCloseRange closes descriptors: (first, last, flags).
func sysCloseRange(c *thread.CPU, f *thread.Frame) uintptr {
	first, last := uint32(f.DI), uint32(f.SI)
	if first > last || f.DX&^(closeRangeCloExec|2) != 0 {
		return fail(EINVAL)
	}
	for fd := int(first); fd <= min(int(last), file.Limit-1); fd++ {
		switch {
		case file.Descriptors.Get(fd) == nil:
		case f.DX&closeRangeCloExec != 0:
			file.Descriptors.SetCloseOnExec(fd, 1)
		default:
			file.Descriptors.Close(c, fd)
		}
	}
	return 0
}
