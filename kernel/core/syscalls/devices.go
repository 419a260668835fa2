package syscalls

import (
	"eggcup/kernel/core/console"
	"eggcup/kernel/core/frame"
	"eggcup/kernel/core/memory"
	"eggcup/kernel/core/power"
	"eggcup/kernel/core/random"
	"eggcup/kernel/core/thread"
)

// maxDMAOrder bounds what is cleared at once with interrupts off: 4 MiB.
const maxDMAOrder = 10

// sysDMAAlloc returns the physical address of zeroed memory in one piece:
// (order). It lies in the direct map.
func sysDMAAlloc(c *thread.CPU, f *thread.Frame) uintptr {
	if f.DI > maxDMAOrder {
		return fail(EINVAL)
	}
	phys := memory.Block(uint(f.DI))
	if phys == 0 {
		return fail(ENOMEM)
	}
	return phys
}

// sysDMAFree takes back what sysDMAAlloc gave: (physical address, order).
func sysDMAFree(c *thread.CPU, f *thread.Frame) uintptr {
	if f.SI > maxDMAOrder || !memory.Frames.Free(f.DI, uint(f.SI)) {
		return fail(EINVAL)
	}
	return 0
}

// Where the interrupt controllers are, and nothing that a driver may touch.
const (
	apicStart = 0xfec00000
	apicEnd   = 0xfef00000
)

// mapDevice is replaced by the tests on the host.
var mapDevice = memory.MapDevice

// sysMMIOMap returns the address at which device registers are mapped:
// (physical address, size). A device that claims to be where memory or an
// interrupt controller is gets EINVAL: its driver would write there.
func sysMMIOMap(c *thread.CPU, f *thread.Frame) uintptr {
	const mask = frame.Size - 1
	start, end := f.DI&^mask, f.DI+f.SI
	if f.SI == 0 || end < f.DI || end > ^uintptr(0)-mask {
		return fail(EINVAL)
	}
	end = (end + mask) &^ mask
	if memory.Installed.Overlaps(start, end) || start < apicEnd && end > apicStart {
		return fail(EINVAL)
	}
	virt := mapDevice(f.DI, f.SI)
	if virt == 0 {
		return fail(ENOMEM)
	}
	return virt
}

// sysRandomAdd mixes 256 bits of a device's entropy into the random numbers:
// (word, word, word, word).
func sysRandomAdd(c *thread.CPU, f *thread.Frame) uintptr {
	words := [4]uint64{uint64(f.DI), uint64(f.SI), uint64(f.DX), uint64(f.R10)}
	random.Add(&words)
	for t := unseeded.First(); t != nil; t = unseeded.First() {
		c.Wake(t, 0)
	}
	return 0
}

// NoRandomSource is what stops a machine without entropy.
const NoRandomSource = "no source of random numbers: the processor has neither RDSEED nor RDRAND, and there is no virtio_rng; " +
	"use a CPU model that has one (QEMU: -cpu max), or set INSECURE_RANDOM=y for testing"

// sysRandomMissing is for the driver of the last source there could be: without
// it, whoever calls getrandom would wait for ever.
func sysRandomMissing(c *thread.CPU, f *thread.Frame) uintptr {
	if !random.Seeded() {
		console.Log(console.LevelError, "random", NoRandomSource)
		power.Panic()
	}
	return 0
}
