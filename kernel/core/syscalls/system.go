package syscalls

import (
	"eggcup/kernel/config"
	"eggcup/kernel/core/console"
	"eggcup/kernel/core/file"
	"eggcup/kernel/core/frame"
	"eggcup/kernel/core/memory"
	"eggcup/kernel/core/power"
	"eggcup/kernel/core/random"
	"eggcup/kernel/core/raw"
	"eggcup/kernel/core/thread"
)

// utsField is the size of each field of struct new_utsname.
const utsField = 65

// release is the kernel version that programs see: the oldest Linux that has
// every call the Go runtime looks for by version.
const release = "6.1.0-eggcup"

func sysUname(c *thread.CPU, f *thread.Frame) uintptr {
	if !writable(f.DI, 6*utsField) {
		return fail(EFAULT)
	}
	raw.Clear(f.DI, 6*utsField)
	for i, s := range [...]string{"Linux", config.Hostname, release, "eggcup", "x86_64"} {
		copy(raw.Bytes(f.DI+uintptr(i)*utsField, utsField-1), s)
	}
	return 0
}

// Flags of getrandom(2). GRND_RANDOM is as none; the others matter only while
// the generator is not seeded.
const (
	getrandomFlags    = 7
	getrandomNonBlock = 1
	getrandomInsecure = 4
)

// unseeded are the threads that wait for the generator's seed; saidUnseeded is
// whether the log says so.
var (
	unseeded     thread.Queue
	saidUnseeded bool
)

func sysGetrandom(c *thread.CPU, f *thread.Frame) uintptr {
	// Bounded, so that a large request does not keep interrupts off; Linux
	// returns short counts too.
	const most = 256 << 10
	n := min(f.SI, most)
	if f.DX&^getrandomFlags != 0 {
		return fail(EINVAL)
	}
	if !writable(f.DI, n) {
		return fail(EFAULT)
	}
	if !random.Seeded() && f.DX&getrandomInsecure == 0 {
		if f.DX&getrandomNonBlock != 0 {
			return fail(EAGAIN)
		}
		if !saidUnseeded {
			saidUnseeded = true
			console.Log(console.LevelWarn, "random", "getrandom waits: there is no entropy yet")
		}
		c.Block(&unseeded, thread.Never, 0, true)
		return 0
	}
	random.Read(raw.Bytes(f.DI, n))
	return n
}

// Resources of getrlimit(2).
const (
	rlimitStack  = 3
	rlimitNofile = 7
	rlimitLast   = 15
	infinity     = ^uintptr(0)
	stackLimit   = 8 << 20
)

func putLimit(resource, addr uintptr) uintptr {
	if resource > rlimitLast {
		return fail(EINVAL)
	}
	if addr == 0 {
		return 0
	}
	if !writable(addr, 16) {
		return fail(EFAULT)
	}
	soft, hard := infinity, infinity
	switch resource {
	case rlimitNofile:
		soft, hard = uintptr(file.Descriptors.Soft()), uintptr(file.Limit)
	case rlimitStack:
		soft = stackLimit
	}
	raw.Store(addr, soft)
	raw.Store(addr+8, hard)
	return 0
}

func sysGetrlimit(c *thread.CPU, f *thread.Frame) uintptr { return putLimit(f.DI, f.SI) }

func sysSetrlimit(c *thread.CPU, f *thread.Frame) uintptr { return setLimit(f.DI, f.SI) }

func sysPrlimit64(c *thread.CPU, f *thread.Frame) uintptr {
	if f.DX != 0 && !readable(f.DX, 16) {
		return fail(EFAULT)
	}
	if result := putLimit(f.SI, f.R10); result != 0 || f.DX == 0 {
		return result
	}
	return setLimit(f.SI, f.DX)
}

// setLimit changes the soft limit of a resource. The hard one stays, so that
// the soft one can go up again, as root's can.
func setLimit(resource, addr uintptr) uintptr {
	if resource > rlimitLast {
		return fail(EINVAL)
	}
	if !readable(addr, 16) {
		return fail(EFAULT)
	}
	soft, hard := raw.Load(addr), raw.Load(addr+8)
	if soft > hard {
		return fail(EINVAL)
	}
	if resource == rlimitNofile {
		file.Descriptors.SetSoft(int(min(soft, uintptr(file.Limit))))
	}
	return 0
}

// rusageSize is the size of struct rusage.
const rusageSize = 144

func sysGetrusage(c *thread.CPU, f *thread.Frame) uintptr {
	const self, children, ofThread = 0, -1, 1
	who := int32(f.DI)
	if who != self && who != children && who != ofThread {
		return fail(EINVAL)
	}
	if !writable(f.SI, rusageSize) {
		return fail(EFAULT)
	}
	raw.Clear(f.SI, rusageSize)
	if who == children {
		return 0
	}
	busy := c.Busy()
	raw.Store64(f.SI, uint64(busy/billion))
	raw.Store64(f.SI+8, uint64(busy%billion/1000))
	return 0
}

// Layout of struct sysinfo.
const (
	sysinfoSize  = 112
	sysinfoTotal = 32
	sysinfoFree  = 40
	sysinfoProcs = 80
	sysinfoUnit  = 104
)

func sysSysinfo(c *thread.CPU, f *thread.Frame) uintptr {
	if !writable(f.DI, sysinfoSize) {
		return fail(EFAULT)
	}
	raw.Clear(f.DI, sysinfoSize)
	raw.Store64(f.DI, uint64(c.Now()/billion))
	raw.Store(f.DI+sysinfoTotal, memory.Frames.Total()*frame.Size)
	raw.Store(f.DI+sysinfoFree, memory.Frames.Available()*frame.Size)
	raw.Store16(f.DI+sysinfoProcs, uint16(thread.Count()))
	raw.Store32(f.DI+sysinfoUnit, 1)
	return 0
}

// Options of prctl(2).
const (
	prSetPdeathsig  = 1
	prGetDumpable   = 3
	prSetDumpable   = 4
	prGetKeepCaps   = 7
	prSetKeepCaps   = 8
	prSetName       = 15
	prGetName       = 16
	prCapbsetRead   = 23
	prSetTimerslack = 29
	prGetTimerslack = 30
	prSetNoNewPrivs = 38
	prGetNoNewPrivs = 39

	threadName    = 16
	timerslack    = 50_000 // Linux's default, in nanoseconds
	capabilityEnd = 41
)

func sysPrctl(c *thread.CPU, f *thread.Frame) uintptr {
	switch f.DI {
	case prSetName:
		if !readable(f.SI, threadName) {
			return fail(EFAULT)
		}
		name := &c.Current.Name
		*name = [threadName]byte{}
		for i := 0; i < threadName-1; i++ {
			if name[i] = raw.Load8(f.SI + uintptr(i)); name[i] == 0 {
				break
			}
		}
		return 0
	case prGetName:
		if !writable(f.SI, threadName) {
			return fail(EFAULT)
		}
		*(*[threadName]byte)(raw.Ptr(f.SI)) = c.Current.Name
		return 0
	case prGetDumpable:
		return 1
	case prGetTimerslack:
		return timerslack
	case prSetPdeathsig, prSetDumpable, prSetTimerslack, prSetNoNewPrivs, prGetNoNewPrivs:
		return 0 // nothing depends on them
	case prCapbsetRead:
		if f.SI >= capabilityEnd {
			return fail(EINVAL)
		}
		return 1
	case prGetKeepCaps:
		return c.Current.KeepCaps
	case prSetKeepCaps:
		if f.SI > 1 {
			return fail(EINVAL)
		}
		c.Current.KeepCaps = f.SI
		return 0
	}
	return fail(EINVAL)
}

// Arguments of reboot(2).
const (
	rebootMagic   = 0xfee1dead
	rebootRestart = 0x01234567
	rebootHalt    = 0xcdef0123
	rebootOff     = 0x4321fedc
	rebootCADOn   = 0x89abcdef
	rebootCADOff  = 0
)

// validMagic2 reports whether v is one of the numbers that reboot(2) wants as
// its second argument.
func validMagic2(v uint32) bool {
	return v == 672274793 || v == 85072278 || v == 369367448 || v == 537993216
}

func sysReboot(c *thread.CPU, f *thread.Frame) uintptr {
	if uint32(f.DI) != rebootMagic || !validMagic2(uint32(f.SI)) {
		return fail(EINVAL)
	}
	switch uint32(f.DX) {
	case rebootRestart:
		power.Reboot()
	case rebootHalt:
		power.Halt()
	case rebootOff:
		power.Exit(0)
	case rebootCADOn, rebootCADOff:
		return 0 // Ctrl-Alt-Delete does nothing either way
	}
	return fail(EINVAL)
}
