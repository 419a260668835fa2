package syscalls

import (
	"eggcup/kernel/config"
	"eggcup/kernel/core/console"
	"eggcup/kernel/core/memory"
	"eggcup/kernel/core/raw"
	"eggcup/kernel/core/thread"
)

// Linux error numbers.
const (
	EPERM        = 1
	ENOENT       = 2
	ESRCH        = 3
	EINTR        = 4
	EBADF        = 9
	ECHILD       = 10
	EAGAIN       = 11
	ENOMEM       = 12
	EFAULT       = 14
	ENODEV       = 19
	EINVAL       = 22
	ENOTTY       = 25
	ENOSPC       = 28
	ESPIPE       = 29
	EPIPE        = 32
	ERANGE       = 34
	ENOSYS       = 38
	EAFNOSUPPORT = 97
	ETIMEDOUT    = 110
	firstErrno   = ^uintptr(4095) + 1 // a result from here on is an error
)

// fail returns the result that means an error.
func fail(errno uintptr) uintptr { return -errno }

// Dispatch runs the system call that the current thread is in. The thread's
// result register holds the answer afterwards, or will when its wait ends.
func Dispatch(c *thread.CPU) { run(c, lookup(c.Current.Call)) }

func run(c *thread.CPU, h Handler) {
	t := c.Current
	result := h(c, &t.Frame)
	if t.State != thread.Dead {
		t.Frame.AX = result
	}
	if !t.Retry {
		t.Deadline, t.Moved = 0, 0
	}
}

// lookup returns what answers a call. The groups of calls that no unit of the
// configuration makes are not linked.
func lookup(number uintptr) Handler {
	if number < uintptr(len(handlerOf)) {
		place := uintptr(handlerOf[number]) - 1
		if place < uintptr(len(handlers)) {
			return handlers[place]
		}
		if place -= uintptr(len(handlers)); config.HaveServedFiles && place < uintptr(len(serverHandlers)) {
			return serverHandlers[place]
		}
		return sysUnknown
	}
	private := number - PrivateBase
	if private < uintptr(len(privateHandlers)) {
		return privateHandlers[private]
	}
	if i := private - ServedBase; config.HaveServedFiles && i < uintptr(len(servedHandlers)) {
		return servedHandlers[i]
	}
	if i := private - DeviceBase; config.HaveDeviceMemory && i < uintptr(len(deviceHandlers)) {
		return deviceHandlers[i]
	}
	return sysUnknown
}

// unknownSeen has a bit for every unknown number that was logged; those beyond
// the last one that Linux could have share a bit.
var unknownSeen [512/64 + 1]uint64

// sysUnknown answers a call that has no line in the table, and logs each
// number once.
func sysUnknown(c *thread.CPU, f *thread.Frame) uintptr {
	number := c.Current.Call
	slot := min(number, uintptr(len(unknownSeen)-1)*64)
	word, bit := &unknownSeen[slot/64], uint64(1)<<(slot%64)
	if *word&bit != 0 {
		return fail(ENOSYS)
	}
	*word |= bit
	if console.LogStart(console.LevelWarn, "syscall") {
		console.Print("unknown system call ")
		console.PrintInt(int64(number))
		console.LogEnd()
	}
	return fail(ENOSYS)
}

func sysZero(*thread.CPU, *thread.Frame) uintptr { return 0 }

// sysMissing answers a call that is known not to be there: nothing to log.
func sysMissing(*thread.CPU, *thread.Frame) uintptr { return fail(ENOSYS) }

func sysNoNetwork(*thread.CPU, *thread.Frame) uintptr { return fail(EAFNOSUPPORT) }

func sysNoEntry(*thread.CPU, *thread.Frame) uintptr { return fail(ENOENT) }

// writable and readable make n bytes of the program's memory present, so that
// the kernel can use them without a fault; the tests on the host replace them.
var (
	writable = memory.Writable
	readable = memory.Readable
)

const billion = 1_000_000_000

// putTimespec writes nanoseconds as a struct timespec at addr.
func putTimespec(addr uintptr, ns int64) uintptr {
	if !writable(addr, 16) {
		return fail(EFAULT)
	}
	raw.Store64(addr, uint64(ns/billion))
	raw.Store64(addr+8, uint64(ns%billion))
	return 0
}

// getTimespec reads a struct timespec in nanoseconds; times beyond what 64
// bits hold become the largest.
func getTimespec(addr uintptr) (ns int64, errno uintptr) {
	if !readable(addr, 16) {
		return 0, EFAULT
	}
	sec, nsec := int64(raw.Load64(addr)), int64(raw.Load64(addr+8))
	if sec < 0 || nsec < 0 || nsec >= billion {
		return 0, EINVAL
	}
	if sec > (1<<63-1)/billion-1 {
		return thread.Never - 1, 0
	}
	return sec*billion + nsec, 0
}

// after returns the deadline ns from now, without overflow.
func after(c *thread.CPU, ns int64) int64 {
	now := c.Now()
	if ns > thread.Never-1-now {
		return thread.Never - 1
	}
	return now + ns
}
