// Package clock is the time of the machine: the frequency of the time-stamp
// counter, monotonic and wall-clock time, and the vDSO routine that gives both
// to the Go runtime without a trap.
//
// Context: any, unless a function says otherwise.
package clock

import (
	"math/bits"

	"eggcup/kernel/core/x86"
)

// The conversion of the time-stamp counter, read by Nanotime and by the vDSO
// routine in vdso_amd64.s. Start writes it once, before other code runs; only
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

// Nanotime returns the nanoseconds since the clock started; zero before that.
//
// Context: any.
func Nanotime() int64 { return TSCToNanotime(x86.TSC()) }

// TSCToNanotime returns the monotonic time at which the counter shows tsc.
//
// Context: any.
func TSCToNanotime(tsc uint64) int64 {
	hi, lo := bits.Mul64(tsc-startTSC, nsPerTick)
	return int64(hi<<32 | lo>>32)
}
