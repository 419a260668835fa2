// Package futex implements the wait queues behind futex(2).
//
// A waiter is keyed by the address of its word: there is one address space,
// so private and shared futexes are the same. Buckets are queues of threads,
// first come first served.
//
// Context: kernel, kernel lock held, which is also what makes "compare the
// word and go to sleep" one step.
package futex

import (
	"eggcup/kernel/core/raw"
	"eggcup/kernel/core/thread"
)

// Results of Wait and of a wait that ends (Linux error numbers, negated).
const (
	Woken    = uintptr(0)
	Again    = ^uintptr(11) + 1  // EAGAIN: the word had another value
	TimedOut = ^uintptr(110) + 1 // ETIMEDOUT
)

// MatchAny is the bit set of a wait or wake without one.
const MatchAny = ^uint32(0)

const buckets = 256 // a power of two

var waiters [buckets]thread.Queue

// bucket spreads 4-byte aligned words, many of them in one structure.
func bucket(addr uintptr) *thread.Queue {
	h := addr >> 2 * 0x9e3779b97f4a7c15
	return &waiters[h>>56&(buckets-1)]
}

// Wait blocks the current thread until a wake on addr whose bits meet mask, or
// the absolute deadline, unless the word at addr is not want. The word must be
// present in memory.
func Wait(c *thread.CPU, addr uintptr, want, mask uint32, deadline int64) uintptr {
	if raw.Load32(addr) != want {
		return Again
	}
	if deadline != thread.Never && deadline <= c.Now() {
		return TimedOut
	}
	t := c.Current
	t.FutexAddr, t.FutexMask = addr, mask
	c.Block(bucket(addr), deadline, TimedOut, false)
	return Woken
}

// Wake ends up to max waits on addr whose bits meet mask and returns how many.
func Wake(c *thread.CPU, addr uintptr, max int, mask uint32) int {
	woken := 0
	for t := bucket(addr).First(); t != nil && woken < max; {
		next := t.Next()
		if t.FutexAddr == addr && t.FutexMask&mask != 0 {
			c.Wake(t, Woken)
			woken++
		}
		t = next
	}
	return woken
}

// Requeue wakes up to wake waiters of addr, moves up to move others to the
// futex at target, and returns how many it woke and moved.
func Requeue(c *thread.CPU, addr, target uintptr, wake, move int) (woken, moved int) {
	woken = Wake(c, addr, wake, MatchAny)
	for t := bucket(addr).First(); t != nil && moved < move; {
		next := t.Next()
		if t.FutexAddr == addr {
			t.Unqueue()
			t.FutexAddr = target
			bucket(target).PushBack(t)
			moved++
		}
		t = next
	}
	return woken, moved
}
