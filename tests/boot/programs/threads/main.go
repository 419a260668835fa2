// threads makes more goroutines and more threads than a fixed table would hold.
package main

import (
	"runtime"
	"sync"
	"syscall"
	"time"

	"eggcup/tests/boot/programs/internal/check"
)

// sleepers starts n goroutines that all sleep at once, and returns how many woke.
func sleepers(n int) int {
	woken := make(chan int, n)
	for i := range n {
		go func() {
			time.Sleep(time.Duration(1+i%20) * time.Millisecond)
			woken <- i
		}()
	}
	seen := make([]bool, n)
	count := 0
	for range n {
		if i := <-woken; !seen[i] {
			seen[i] = true
			count++
		}
	}
	return count
}

// locked runs n goroutines, each locked to a thread of its own and all alive at once, and returns how many different
// thread ids they saw and whether each kept its own from start to end.
func locked(n int) (distinct int, kept bool) {
	var (
		ready, ended sync.WaitGroup
		mu           sync.Mutex
		ids          = map[int]bool{}
		release      = make(chan struct{})
	)
	kept = true
	ready.Add(n)
	for range n {
		ended.Go(func() {
			runtime.LockOSThread() // never unlocked: the thread ends with its goroutine
			id := syscall.Gettid()
			mu.Lock()
			ids[id] = true
			mu.Unlock()
			ready.Done()
			<-release
			time.Sleep(time.Millisecond)
			if syscall.Gettid() != id {
				mu.Lock()
				kept = false
				mu.Unlock()
			}
		})
	}
	ready.Wait()
	close(release)
	ended.Wait()
	return len(ids), kept
}

func main() {
	n := sleepers(10000)
	check.That(n == 10000, "10000 goroutines slept and woke", "%d", n)
	distinct, kept := locked(500)
	check.That(distinct == 500, "500 threads locked to their goroutine", "%d ids", distinct)
	check.That(kept, "each kept its thread", "a thread id changed")
	// The first 500 have ended: their stacks and thread slots must be there for the next ones.
	for round := range 4 {
		distinct, kept = locked(100)
		if distinct != 100 || !kept {
			check.That(false, "threads are reusable", "round %d: %d ids, kept %v", round, distinct, kept)
		}
	}
	check.That(true, "400 more threads after those ended", "")
	check.Done()
}
