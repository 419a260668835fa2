// futex checks the corners of futex(2) that Go's runtime relies on and those that it never reaches.
package main

import (
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"eggcup/tests/boot/programs/internal/check"
	"eggcup/tests/boot/programs/internal/sys"
)

// wakeAll wakes n waiters of the word one call at a time until all are up, and returns the sum of the counts.
func wakeAll(word *uint32, n int) int {
	sum := 0
	for deadline := time.Now().Add(10 * time.Second); sum < n && time.Now().Before(deadline); {
		woken, _ := sys.Wake(word, 1)
		sum += woken
		if woken == 0 {
			time.Sleep(time.Millisecond)
		}
	}
	return sum
}

// waiters starts n threads that wait on the word while it is zero.
func waiters(word *uint32, n int) (waiting, woken *atomic.Int32, ended *sync.WaitGroup) {
	waiting, woken, ended = new(atomic.Int32), new(atomic.Int32), new(sync.WaitGroup)
	for range n {
		ended.Go(func() {
			runtime.LockOSThread()
			waiting.Add(1)
			if sys.Wait(word, 0, 20*time.Second) == 0 {
				woken.Add(1)
			}
		})
	}
	return waiting, woken, ended
}

// settled waits until n threads have announced that they wait, and then for the few instructions that lie between the
// announcement and the sleep: nothing in user space shows that a thread sleeps.
func settled(waiting *atomic.Int32, n int32) {
	for waiting.Load() < n {
		time.Sleep(time.Millisecond)
	}
	time.Sleep(50 * time.Millisecond)
}

func values() {
	word := new(uint32)
	*word = 7
	errno := sys.Wait(word, 8, -1)
	check.That(errno == syscall.EAGAIN, "another value is EAGAIN", "%v", errno)
	start := time.Now()
	errno = sys.Wait(word, 7, 30*time.Millisecond)
	elapsed := time.Since(start)
	check.That(errno == syscall.ETIMEDOUT, "a timeout is ETIMEDOUT", "%v", errno)
	check.That(elapsed >= 30*time.Millisecond && elapsed < 500*time.Millisecond, "after the time asked for", "%v", elapsed)
	errno = sys.Wait(word, 7, 0)
	check.That(errno == syscall.ETIMEDOUT, "a timeout of zero is ETIMEDOUT", "%v", errno)
	errno = sys.WaitSpec(word, 7, &syscall.Timespec{Nsec: 1e9})
	check.That(errno == syscall.EINVAL, "a second of nanoseconds is EINVAL", "%v", errno)
	errno = sys.WaitSpec(word, 7, &syscall.Timespec{Sec: -1})
	check.That(errno == syscall.EINVAL, "negative seconds are EINVAL", "%v", errno)
	n, errno := sys.Wake(word, 10)
	check.That(n == 0 && errno == 0, "waking nobody wakes 0", "%d %v", n, errno)
	errno = sys.Raw(0x123456789001, sys.FutexWaitPrivate)
	check.That(errno == syscall.EINVAL, "an odd address is EINVAL", "%v", errno)
	errno = sys.Raw(0x123456789000, sys.FutexWaitPrivate)
	check.That(errno == syscall.EFAULT, "an unmapped address is EFAULT", "%v", errno)
}

func counts() {
	word := new(uint32)
	waiting, woken, ended := waiters(word, 8)
	settled(waiting, 8)
	n, _ := sys.Wake(word, 3)
	check.That(n == 3, "waking 3 of 8 wakes 3", "%d", n)
	for woken.Load() < 3 {
		time.Sleep(time.Millisecond)
	}
	time.Sleep(20 * time.Millisecond)
	check.That(woken.Load() == 3, "and no more", "%d are up", woken.Load())
	sum := wakeAll(word, 5)
	check.That(sum == 5, "one by one wakes the other 5", "%d", sum)
	ended.Wait()
	n, _ = sys.Wake(word, 1<<30)
	check.That(woken.Load() == 8 && n == 0, "nobody is left", "%d up, %d woken", woken.Load(), n)

	// Waiters of other words are not disturbed, wherever these lie in the same table or page.
	words := make([]uint32, 64)
	waiting, woken, ended = waiters(&words[10], 2)
	settled(waiting, 2)
	stray := 0
	for i := range words {
		if i != 10 {
			n, _ = sys.Wake(&words[i], 1)
			stray += n
		}
	}
	check.That(stray == 0 && woken.Load() == 0, "waking other words wakes nobody", "%d woken, %d up", stray, woken.Load())
	sum = wakeAll(&words[10], 2)
	ended.Wait()
	check.That(sum == 2, "their own word wakes them", "%d", sum)
}

// handOver passes a token between two threads; a lost wake-up makes it hang, and the harness ends it.
func handOver(turns int) {
	var token uint32
	side := func(mine, other uint32) {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		for range turns {
			for {
				value := atomic.LoadUint32(&token)
				if value == mine {
					break
				}
				sys.Wait(&token, value, -1)
			}
			atomic.StoreUint32(&token, other)
			sys.Wake(&token, 1)
		}
	}
	done := make(chan struct{})
	go func() { side(1, 0); close(done) }()
	side(0, 1)
	<-done
	check.That(true, "10000 turns of a token between two threads", "")
}

func main() {
	values()
	counts()
	handOver(10000)
	check.Done()
}
