// channels passes values between goroutines in the ways that ordinary programs do.
package main

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"eggcup/tests/boot/programs/internal/check"
)

// unbuffered sums what a hundred goroutines send on one unbuffered channel.
func unbuffered() int {
	var senders sync.WaitGroup
	values := make(chan int)
	for i := range 100 {
		senders.Go(func() { values <- i })
	}
	go func() { senders.Wait(); close(values) }()
	sum := 0
	for v := range values {
		sum += v
	}
	return sum
}

// sieve returns the n-th prime; each prime is one more goroutine in a chain of filters.
func sieve(n int) int {
	done := make(chan struct{})
	defer close(done)
	numbers := make(chan int)
	go func(out chan<- int) {
		for i := 2; ; i++ {
			select {
			case out <- i:
			case <-done:
				return
			}
		}
	}(numbers)
	prime := 0
	for range n {
		prime = <-numbers
		filtered := make(chan int)
		go func(in <-chan int, out chan<- int, prime int) {
			for {
				select {
				case i := <-in:
					if i%prime == 0 {
						continue
					}
					select {
					case out <- i:
					case <-done:
						return
					}
				case <-done:
					return
				}
			}
		}(numbers, filtered, prime)
		numbers = filtered
	}
	return prime
}

// contended counts increments made under one mutex and, at the same time, on one atomic.
func contended() (underMutex, atomically int64) {
	var (
		mu    sync.Mutex
		count int64
		total atomic.Int64
		group sync.WaitGroup
	)
	for range 50 {
		group.Go(func() {
			for range 2000 {
				mu.Lock()
				count++
				mu.Unlock()
				total.Add(1)
			}
		})
	}
	group.Wait()
	return count, total.Load()
}

// condition hands a turn around a ring of goroutines with a sync.Cond and returns the number of turns taken.
func condition() int {
	var mu sync.Mutex
	cond := sync.NewCond(&mu)
	turn, turns := 0, 0
	var group sync.WaitGroup
	for id := range 10 {
		group.Go(func() {
			for range 100 {
				mu.Lock()
				for turn != id {
					cond.Wait()
				}
				turn = (turn + 1) % 10
				turns++
				cond.Broadcast()
				mu.Unlock()
			}
		})
	}
	group.Wait()
	return turns
}

func main() {
	sum := unbuffered()
	check.That(sum == 4950, "a hundred senders on an unbuffered channel", "sum %d", sum)
	prime := sieve(200)
	check.That(prime == 1223, "prime sieve of 200 goroutines", "200th prime %d", prime)
	underMutex, atomically := contended()
	check.That(underMutex == 100000 && atomically == 100000, "contended mutex and atomic", "%d and %d", underMutex, atomically)
	turns := condition()
	check.That(turns == 1000, "condition variable ring", "%d turns", turns)

	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	select {
	case <-ctx.Done():
		check.That(ctx.Err() == context.DeadlineExceeded, "context deadline", "%v", ctx.Err())
	case <-time.After(10 * time.Second):
		check.That(false, "context deadline", "not done after 10 s")
	}
	check.Done()
}
