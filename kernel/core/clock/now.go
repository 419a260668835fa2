// Package clock is the time of the machine: the frequency of the time-stamp
// counter, monotonic and wall-clock time, the one-shot timer in nanoseconds,
// and the vDSO routine that gives the time to the Go runtime without a trap.
//
// Specifications: Intel SDM volume 3, 19.7 (TSC), 19.7.3 (CPUID 15h); VMware's
// and KVM's CPUID leaf 40000010h; IA-PC HPET 1.0a; ACPI 6.5, 4.8.3.3 (PM
// timer); 8254; MC146818A (CMOS clock). The TSC must count at a constant rate
// and be the same on all CPUs.
//
// Context: Start and ArmTimer in kernel context; reading the time in any.
//
// Try it: qemu-system-x86_64 -machine pc (HPET), pc,hpet=off (PM timer),
// microvm (PIT), microvm,pit=off (APIC timer).
package clock

import (
	"math/bits"
	"sync/atomic"

	"eggcup/kernel/core/x86"
)

const second = 1_000_000_000 // in nanoseconds

// The conversion of the time-stamp counter, read by Nanotime and by the vDSO
// routine in vdso_amd64.s. Start writes it before other code runs; only
// wallBase changes later.
var (
	// startTSC is the counter's value at monotonic time zero.
	startTSC uint64
	// nsPerTick is nanoseconds per tick of the counter in 32.32 fixed point;
	// zero until the frequency is known, so that time stands still at zero.
	nsPerTick uint64
	// wallBase is the Unix time in nanoseconds at monotonic time zero. One
	// word, so that a reader never sees half of a change.
	wallBase int64
)

// Nanotime returns the nanoseconds since Start; zero before the end of Start.
//
// Context: any.
func Nanotime() int64 {
	hi, lo := bits.Mul64(x86.TSC()-startTSC, nsPerTick)
	return int64(hi<<32 | lo>>32)
}

// Frequency returns that of the time-stamp counter in Hz, 0 if it is not known.
//
// Context: any.
func Frequency() uint64 {
	if nsPerTick == 0 {
		return 0
	}
	hz, _ := bits.Div64(second>>32, second<<32, nsPerTick)
	return hz
}

// WallBase returns the Unix time in nanoseconds at monotonic time zero.
//
// Context: any.
func WallBase() int64 { return atomic.LoadInt64(&wallBase) }

// Walltime returns the Unix time in nanoseconds; near zero if nobody set it.
//
// Context: any.
func Walltime() int64 { return WallBase() + Nanotime() }

// SetWalltime sets the Unix time in nanoseconds.
//
// Context: any.
func SetWalltime(ns int64) { atomic.StoreInt64(&wallBase, ns-Nanotime()) }

// HasWalltime reports whether the Unix time was set.
//
// Context: any.
func HasWalltime() bool { return atomic.LoadInt64(&wallBase) != 0 }
