// timers measures sleeps and checks the timers of package time.
package main

import (
	"slices"
	"sync"
	"time"

	"eggcup/tests/boot/programs/internal/check"
)

// overshoot sleeps n times and returns the least and the median time by which the sleep was too long.
func overshoot(d time.Duration, n int) (least, median time.Duration) {
	late := make([]time.Duration, n)
	for i := range late {
		start := time.Now()
		time.Sleep(d)
		late[i] = time.Since(start) - d
	}
	slices.Sort(late)
	return late[0], late[n/2]
}

// ordered starts timers in a shuffled order and reports whether they fired in the order of their times.
func ordered() bool {
	const n = 20
	var mu sync.Mutex
	var fired []int
	done := make(chan struct{})
	for i := range n {
		k := i * 7 % n
		time.AfterFunc(time.Duration(20+k*10)*time.Millisecond, func() {
			mu.Lock()
			defer mu.Unlock()
			fired = append(fired, k)
			if len(fired) == n {
				close(done)
			}
		})
	}
	<-done
	return slices.IsSorted(fired)
}

func main() {
	for _, d := range []time.Duration{time.Millisecond, 10 * time.Millisecond, 50 * time.Millisecond} {
		n := int(max(10, 300*time.Millisecond/d))
		least, median := overshoot(d, n)
		check.That(least >= 0, "Sleep("+d.String()+") is never too short", "%v", least)
		check.That(median < time.Millisecond, "Sleep("+d.String()+") overshoots by less than 1ms", "median %v", median)
		check.Note("Sleep(%v) overshoot least %v median %v", d, least, median)
	}
	check.That(ordered(), "timers fire in order", "they did not")

	ticker := time.NewTicker(5 * time.Millisecond)
	start := time.Now()
	for range 40 {
		<-ticker.C
	}
	ticker.Stop()
	elapsed := time.Since(start)
	check.That(elapsed >= 199*time.Millisecond && elapsed < 230*time.Millisecond, "40 ticks of 5ms", "took %v", elapsed)

	fired := make(chan bool, 1)
	stopped := time.AfterFunc(20*time.Millisecond, func() { fired <- true })
	check.That(stopped.Stop(), "Stop before the time", "timer had fired")
	moved := time.NewTimer(time.Hour)
	moved.Reset(5 * time.Millisecond)
	<-moved.C
	check.That(true, "Reset to an earlier time", "")
	time.Sleep(30 * time.Millisecond)
	check.That(len(fired) == 0, "a stopped timer stays silent", "it fired")

	// Idle for a while: nothing is runnable, and the next timer is the only thing that wakes the machine.
	start = time.Now()
	time.Sleep(1500 * time.Millisecond)
	elapsed = time.Since(start) - 1500*time.Millisecond
	check.That(elapsed >= 0 && elapsed < 20*time.Millisecond, "one long sleep", "overshoot %v", elapsed)
	check.Done()
}
