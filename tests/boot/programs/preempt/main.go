// preempt spins in loops without a call on every processor: only an asynchronous signal (SIGURG) gets them off it.
package main

import (
	"runtime"
	"sync/atomic"
	"time"

	"eggcup/tests/boot/programs/internal/check"
)

var sink atomic.Uint64

// spin loops without a call, and so without a preemption point, until stop.
func spin(stop *atomic.Bool, rounds *atomic.Uint64) {
	x := uint64(1)
	for !stop.Load() {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		rounds.Add(1)
	}
	sink.Store(x)
}

func main() {
	runtime.GOMAXPROCS(1)
	const spinners = 4
	var stop atomic.Bool
	var rounds [spinners]atomic.Uint64
	for i := range spinners {
		go spin(&stop, &rounds[i])
	}

	ticker := time.NewTicker(20 * time.Millisecond)
	ticks := 0
	for range 10 {
		<-ticker.C
		ticks++
	}
	ticker.Stop()
	check.That(ticks == 10, "ticker fires beside spinning goroutines", "%d ticks", ticks)

	started := time.Now()
	for range 3 {
		runtime.GC() // stops the world: every spinner has to give way
	}
	check.That(true, "collections beside spinning goroutines", "")
	check.Note("3 collections took %v", time.Since(started).Round(time.Millisecond))

	var before [spinners]uint64
	for i := range rounds {
		before[i] = rounds[i].Load()
	}
	time.Sleep(500 * time.Millisecond)
	starved := 0
	for i := range rounds {
		if rounds[i].Load() == before[i] {
			starved++
		}
	}
	check.That(starved == 0, "every spinning goroutine gets its turn", "%d starved", starved)

	// A loop that cannot even be told to stop: the program ends while it spins.
	go func() {
		for {
		}
	}()
	time.Sleep(50 * time.Millisecond)
	runtime.GC()
	check.That(true, "empty loop is preempted", "")
	stop.Store(true)
	check.Done()
}
