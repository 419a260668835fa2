package clock

import (
	"math/bits"

	"eggcup/kernel/core/apic"
)

// Never is the deadline that disarms the timer.
const Never = int64(1<<63 - 1)

// Timer access, replaced by the tests.
var (
	armDeadline = apic.ArmDeadline
	armCount    = apic.ArmCount
	stopTimer   = apic.StopTimer
	useDeadline = apic.HasDeadline
)

// ArmTimer makes the calling CPU's timer interrupt at a monotonic time in
// nanoseconds, at once if that has passed; Never disarms it. A deadline
// seconds away may come early, because the APIC's counter has 32 bits: look at
// the time, and arm again.
//
// Context: kernel.
func ArmTimer(deadline int64) {
	switch {
	case deadline == Never:
		stopTimer()
	case useDeadline():
		armDeadline(startTSC + toTicks(max(deadline, 0)) + 1)
	default:
		count := toTicks(max(deadline-Nanotime(), 0)) + 1
		armCount(uint32(min(count, 1<<32-1)))
	}
}

// toTicks converts nanoseconds to ticks of what the timer counts.
func toTicks(ns int64) uint64 {
	hi, lo := bits.Mul64(uint64(ns), ticksPer)
	return hi<<32 | lo>>32
}
