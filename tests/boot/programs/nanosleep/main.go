// nanosleep checks nanosleep(2) and epoll_wait(2) as clocks: never too short, hardly too long, invalid times refused.
package main

import (
	"runtime"
	"slices"
	"sync"
	"syscall"
	"time"

	"eggcup/tests/boot/programs/internal/check"
)

func sleep(d time.Duration) (late time.Duration, err error) {
	ts := syscall.NsecToTimespec(int64(d))
	start := time.Now()
	err = syscall.Nanosleep(&ts, nil)
	return time.Since(start) - d, err
}

func main() {
	runtime.LockOSThread()
	for _, d := range []time.Duration{20 * time.Microsecond, 100 * time.Microsecond, time.Millisecond, 20 * time.Millisecond} {
		late := make([]time.Duration, 40)
		for i := range late {
			var err error
			late[i], err = sleep(d)
			// A signal (Go's own SIGURG) may end a sleep early, and then it says so.
			if err == syscall.EINTR {
				late[i] = 0
			} else if err != nil {
				check.That(false, "nanosleep", "%v", err)
			}
		}
		// The lower quartile: a busy host makes some of the times as long as it likes.
		slices.Sort(late)
		check.That(late[0] >= 0, "nanosleep("+d.String()+") is never too short", "%v", late[0])
		check.That(late[10] < time.Millisecond, "nanosleep("+d.String()+") overshoots by less than 1ms", "%v", late[10])
		check.Note("nanosleep(%v) overshoot least %v median %v", d, late[0], late[20])
	}
	err := syscall.Nanosleep(&syscall.Timespec{Nsec: 1e9}, nil)
	check.That(err == syscall.EINVAL, "a second of nanoseconds is EINVAL", "%v", err)
	err = syscall.Nanosleep(&syscall.Timespec{Sec: -1}, nil)
	check.That(err == syscall.EINVAL, "negative seconds are EINVAL", "%v", err)
	check.NoError(syscall.Nanosleep(&syscall.Timespec{}, nil), "no time at all")

	// Forty threads with different times end in the order of their times, to within the overshoot.
	var group sync.WaitGroup
	start := time.Now()
	late := make([]time.Duration, 40)
	for i := range late {
		group.Go(func() {
			runtime.LockOSThread()
			d := time.Duration(100+5*(i*17%40)) * time.Millisecond
			for remaining := d - time.Since(start); remaining > 0; remaining = d - time.Since(start) {
				sleep(remaining)
			}
			late[i] = time.Since(start) - d
		})
	}
	group.Wait()
	slices.Sort(late)
	check.That(late[0] >= 0 && late[10] < 5*time.Millisecond, "40 threads sleep side by side", "least %v quartile %v", late[0], late[10])
	check.Done()
}
