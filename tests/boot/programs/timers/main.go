// timers measures sleeps and checks the timers of package time.
package main

import (
	"slices"
	"sync"
	"time"

	"eggcup/tests/boot/programs/internal/check"
)

// Times are judged by their lower quartile: a kernel that is late is always late, or by a random part of its tick, while a
// busy host makes some of the times as long as it likes. Only Sleep(1ms) is held to a tight limit: it is made three hundred
// times, and longer waits are up to a millisecond late on any kernel, because Go's poller waits in whole milliseconds and
// then for one more.
const (
	tight = time.Millisecond
	loose = 5 * time.Millisecond
)

func quartile(sorted []time.Duration) time.Duration { return sorted[len(sorted)/4] }

// oversleep sleeps n times and returns by how much the sleeps were too long, sorted.
func oversleep(d time.Duration, n int) []time.Duration {
	late := make([]time.Duration, n)
	for i := range late {
		start := time.Now()
		time.Sleep(d)
		late[i] = time.Since(start) - d
	}
	slices.Sort(late)
	return late
}

// lateness starts n timers in a shuffled order, 10 ms apart, and returns by how much each fired after its time, sorted.
func lateness(n int) []time.Duration {
	late := make([]time.Duration, n)
	start := time.Now()
	var group sync.WaitGroup
	for i := range n {
		k := i * 7 % n
		d := time.Duration(20+k*10) * time.Millisecond
		group.Add(1)
		time.AfterFunc(d, func() {
			late[k] = time.Since(start) - d
			group.Done()
		})
	}
	group.Wait()
	slices.Sort(late)
	return late
}

// unpunctual returns by how much n ticks come after a multiple of the period, sorted; a tick that the host delays for
// longer than that makes the next one be left out.
func unpunctual(period time.Duration, n int) []time.Duration {
	start := time.Now()
	ticker := time.NewTicker(period)
	defer ticker.Stop()
	late := make([]time.Duration, n)
	for i := range late {
		late[i] = (<-ticker.C).Sub(start) % period
	}
	slices.Sort(late)
	return late
}

func main() {
	for _, d := range []time.Duration{time.Millisecond, 10 * time.Millisecond, 50 * time.Millisecond} {
		late := oversleep(d, int(max(20, 300*time.Millisecond/d)))
		check.That(late[0] >= 0, "Sleep("+d.String()+") is never too short", "%v", late[0])
		limit := loose
		if d == time.Millisecond {
			limit = tight
		}
		check.That(quartile(late) < limit, "Sleep("+d.String()+") overshoots by less than "+limit.String(), "%v", quartile(late))
		check.Note("Sleep(%v) overshoot least %v median %v", d, late[0], late[len(late)/2])
	}
	late := lateness(60)
	check.That(late[0] >= 0, "no timer fires before its time", "%v", late[0])
	check.That(quartile(late) < loose, "timers fire at their times", "%v late", quartile(late))
	late = unpunctual(5*time.Millisecond, 40)
	check.That(quartile(late) < loose, "a ticker ticks every 5ms", "%v late", quartile(late))

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
	start := time.Now()
	time.Sleep(1500 * time.Millisecond)
	overshoot := time.Since(start) - 1500*time.Millisecond
	check.That(overshoot >= 0 && overshoot < 100*time.Millisecond, "one long sleep", "overshoot %v", overshoot)
	check.Done()
}
