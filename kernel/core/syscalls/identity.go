package syscalls

import (
	"eggcup/kernel/core/file"
	"eggcup/kernel/core/raw"
	"eggcup/kernel/core/thread"
)

// identity is who the program says it is: real, effective and saved. Nothing
// depends on it but who it may become: a server that starts as root and gives
// that up for another user finds itself obeyed.
type identity [3]uint32

var user, group identity

// The parts of an identity.
const (
	realID = iota
	effectiveID
	savedID
)

const unchanged = ^uint32(0)

func sysGetuid(*thread.CPU, *thread.Frame) uintptr  { return uintptr(user[realID]) }
func sysGeteuid(*thread.CPU, *thread.Frame) uintptr { return uintptr(user[effectiveID]) }
func sysGetgid(*thread.CPU, *thread.Frame) uintptr  { return uintptr(group[realID]) }
func sysGetegid(*thread.CPU, *thread.Frame) uintptr { return uintptr(group[effectiveID]) }

func sysGetresuid(c *thread.CPU, f *thread.Frame) uintptr { return user.put(f) }
func sysGetresgid(c *thread.CPU, f *thread.Frame) uintptr { return group.put(f) }

func (id *identity) put(f *thread.Frame) uintptr {
	addresses := [...]uintptr{f.DI, f.SI, f.DX}
	for i, addr := range addresses {
		if !writable(addr, 4) {
			return fail(EFAULT)
		}
		raw.Store32(addr, id[i])
	}
	return 0
}

func sysSetuid(c *thread.CPU, f *thread.Frame) uintptr { return user.set(uint32(f.DI)) }
func sysSetgid(c *thread.CPU, f *thread.Frame) uintptr { return group.set(uint32(f.DI)) }

// set is setuid(2): root becomes another for good, others change the effective
// part alone.
func (id *identity) set(to uint32) uintptr {
	switch {
	case to == unchanged:
		return fail(EINVAL)
	case user[effectiveID] == 0:
		*id = identity{to, to, to}
	case to == id[realID] || to == id[savedID]:
		id[effectiveID] = to
	default:
		return fail(EPERM)
	}
	return 0
}

func sysSetreuid(c *thread.CPU, f *thread.Frame) uintptr {
	return user.setTwo(uint32(f.DI), uint32(f.SI))
}

func sysSetregid(c *thread.CPU, f *thread.Frame) uintptr {
	return group.setTwo(uint32(f.DI), uint32(f.SI))
}

// setTwo is setreuid(2).
func (id *identity) setTwo(real, effective uint32) uintptr {
	before := *id
	saved := unchanged
	if real != unchanged || effective != unchanged && effective != before[realID] {
		saved = before[effectiveID]
		if effective != unchanged {
			saved = effective
		}
	}
	return id.change(real, effective, saved)
}

func sysSetresuid(c *thread.CPU, f *thread.Frame) uintptr {
	return user.change(uint32(f.DI), uint32(f.SI), uint32(f.DX))
}

func sysSetresgid(c *thread.CPU, f *thread.Frame) uintptr {
	return group.change(uint32(f.DI), uint32(f.SI), uint32(f.DX))
}

// change is setresuid(2): who is not root changes parts for one another.
func (id *identity) change(real, effective, saved uint32) uintptr {
	wanted := identity{real, effective, saved}
	for i, to := range wanted {
		switch {
		case to == unchanged:
			wanted[i] = id[i]
		case user[effectiveID] != 0 && to != id[realID] && to != id[effectiveID] && to != id[savedID]:
			return fail(EPERM)
		}
	}
	*id = wanted
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
