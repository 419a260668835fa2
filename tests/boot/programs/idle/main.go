// Idle sleeps and counts the timer interrupts meanwhile: in each of three naps of 700 ms a kernel with a tick of 100 Hz
// would take 70, one without takes a few, for the runtime's own deadlines. The quietest nap counts: the runtime's
// monitor thread wakes up to a hundred times a second until it has seen the program idle, which a busy host can put off,
// while a tick would be there in every nap.
package main

import (
	"sync/atomic"
	"time"

	"eggcup/kernel/core/trap"
	"eggcup/tests/boot/programs/internal/check"
)

func main() {
	least, most := uint64(1<<63), uint64(0)
	for range 3 {
		before := atomic.LoadUint64(&trap.TimerInterrupts)
		time.Sleep(700 * time.Millisecond)
		ticks := atomic.LoadUint64(&trap.TimerInterrupts) - before
		least, most = min(least, ticks), max(most, ticks)
	}
	check.Note("%d to %d timer interrupts in 700ms", least, most)
	check.That(least < 15, "an idle machine has no tick", "%d interrupts", least)
	check.That(least > 0, "and wakes for a deadline", "%d interrupts", least)
	check.Done()
}
