// Idle sleeps for two seconds and counts the timer interrupts meanwhile: a kernel with a tick of 100 Hz would take 200,
// one without takes a few, for the runtime's own deadlines.
package main

import (
	"sync/atomic"
	"time"

	"eggcup/kernel/core/trap"
	"eggcup/tests/boot/programs/internal/check"
)

func main() {
	time.Sleep(200 * time.Millisecond) // the runtime's start-up, and sysmon on its way to sleep
	before := atomic.LoadUint64(&trap.TimerInterrupts)
	time.Sleep(2 * time.Second)
	ticks := atomic.LoadUint64(&trap.TimerInterrupts) - before
	check.Note("%d timer interrupts in 2s", ticks)
	check.That(ticks < 20, "an idle machine has no tick", "%d interrupts", ticks)
	check.That(ticks > 0, "and wakes for a deadline", "%d interrupts", ticks)
	check.Done()
}
