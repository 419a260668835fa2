// clock checks that monotonic time never goes back, and prints marks that the harness times.
package main

import (
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"eggcup/tests/boot/programs/internal/check"
)

const (
	clockRealtime  = 0
	clockMonotonic = 1
)

// clockGettime traps into the kernel, past the vDSO routine that package time uses.
func clockGettime(id uintptr) time.Duration {
	var ts syscall.Timespec
	_, _, errno := syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, id, uintptr(unsafe.Pointer(&ts)), 0)
	check.Must(errnoOrNil(errno), "clock_gettime")
	return time.Duration(ts.Nano())
}

func errnoOrNil(errno syscall.Errno) error {
	if errno == 0 {
		return nil
	}
	return errno
}

// backwards reads the clock from several goroutines at once and counts the reads that lie before an earlier one.
//
// latest is a time that some goroutine had read before this goroutine's read began, so no read may lie before it.
func backwards(readers, reads int) int64 {
	start := time.Now()
	var latest, wrong atomic.Int64
	var group sync.WaitGroup
	for range readers {
		group.Go(func() {
			for range reads {
				before := latest.Load()
				now := int64(time.Since(start))
				if now < before {
					wrong.Add(1)
				}
				for now > before && !latest.CompareAndSwap(before, now) {
					before = latest.Load()
				}
			}
		})
	}
	group.Wait()
	return wrong.Load()
}

func main() {
	wrong := backwards(8, 125000)
	check.That(wrong == 0, "a million reads from 8 goroutines never go back", "%d did", wrong)

	// Package time (vDSO) and the system call tell the same time, in either order.
	worst := time.Duration(0)
	for range 1000 {
		wall := time.Duration(time.Now().UnixNano())
		trapped := clockGettime(clockRealtime)
		again := time.Duration(time.Now().UnixNano())
		if trapped < wall || again < trapped {
			worst = max(worst, wall-trapped, trapped-again)
		}
	}
	check.That(worst == 0, "vDSO and system call agree on the wall clock", "off by %v", worst)
	first := clockGettime(clockMonotonic)
	time.Sleep(20 * time.Millisecond)
	passed := clockGettime(clockMonotonic) - first
	check.That(passed >= 20*time.Millisecond && passed < 200*time.Millisecond, "CLOCK_MONOTONIC counts nanoseconds", "%v", passed)
	check.That(time.Now().Year() >= 2024, "the year is plausible", "%v", time.Now())

	// The harness compares the wall clock with its own as the line arrives, and the rate of the guest's clock with its own
	// over two seconds.
	now := time.Now()
	fmt.Printf("wall clock %d.%03d\n", now.Unix(), now.Nanosecond()/1e6)
	start := time.Now()
	for range 21 {
		fmt.Printf("guest %.6f\n", time.Since(start).Seconds())
		time.Sleep(100 * time.Millisecond)
	}
	check.Done()
}
