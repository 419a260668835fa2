package futex

import (
	"testing"
	"unsafe"

	"eggcup/kernel/core/thread"
)

var (
	now  int64
	keep [][]byte
)

func newThread() *thread.Thread {
	page := make([]byte, 2*thread.PageSize)
	keep = append(keep, page)
	addr := (uintptr(unsafe.Pointer(&page[0])) + thread.PageSize - 1) &^ (thread.PageSize - 1)
	return thread.Prepare(addr, 0, 0)
}

// running returns a CPU that runs a thread, with n more runnable behind it.
func running(n int) *thread.CPU {
	c := &thread.CPU{}
	ist1 := new(uintptr)
	now = 0
	c.Init(newThread(), uintptr(unsafe.Pointer(ist1)), func() int64 { return now }, func(int64) {})
	for i := 0; i <= n; i++ {
		c.Ready(newThread())
	}
	c.Schedule()
	return c
}

func addr(w *uint32) uintptr { return uintptr(unsafe.Pointer(w)) }

// A word with another value does not block.
func TestWaitAgain(t *testing.T) {
	c := running(0)
	w := uint32(3)
	if r := Wait(c, addr(&w), 4, MatchAny, thread.Never); r != Again {
		t.Fatalf("got %d, want EAGAIN", int(r))
	}
	if c.Current.State != thread.Running {
		t.Fatal("the thread blocked")
	}
}

// A deadline that has passed answers at once.
func TestWaitPast(t *testing.T) {
	c := running(0)
	w := uint32(4)
	if r := Wait(c, addr(&w), 4, MatchAny, 0); r != TimedOut {
		t.Fatalf("got %d, want ETIMEDOUT", int(r))
	}
}

// Wakes go to the longest waiters of that word alone.
func TestWakeOrder(t *testing.T) {
	c := running(3)
	var w [2]uint32
	var order []*thread.Thread
	for i := 0; i < 3; i++ {
		order = append(order, c.Current)
		word := &w[0]
		if i == 1 {
			word = &w[1]
		}
		Wait(c, addr(word), 0, MatchAny, thread.Never)
		c.Schedule()
	}
	if n := Wake(c, addr(&w[0]), 1, MatchAny); n != 1 {
		t.Fatalf("woke %d, want 1", n)
	}
	if order[0].State != thread.Runnable || order[2].State != thread.Blocked {
		t.Fatal("not the longest waiter woke")
	}
	if n := Wake(c, addr(&w[0]), 10, MatchAny); n != 1 || order[1].State != thread.Blocked {
		t.Fatalf("woke %d of one waiter", n)
	}
}

// A bit set selects the waiters.
func TestWakeMask(t *testing.T) {
	c := running(1)
	var w uint32
	a := c.Current
	Wait(c, addr(&w), 0, 1, thread.Never)
	c.Schedule()
	if n := Wake(c, addr(&w), 1, 2); n != 0 || a.State != thread.Blocked {
		t.Fatal("a wake with other bits woke")
	}
	if n := Wake(c, addr(&w), 1, 3); n != 1 {
		t.Fatal("a wake with the bit did not wake")
	}
}

// A wait that times out leaves the queue with ETIMEDOUT.
func TestTimeout(t *testing.T) {
	c := running(1)
	var w uint32
	a := c.Current
	Wait(c, addr(&w), 0, MatchAny, 100)
	c.Schedule()
	now = 100
	c.Tick()
	if a.Frame.AX != TimedOut || Wake(c, addr(&w), 1, MatchAny) != 0 {
		t.Fatal("the waiter did not time out of the queue")
	}
}

// Requeue moves waiters to another word.
func TestRequeue(t *testing.T) {
	c := running(3)
	var from, to uint32
	for i := 0; i < 3; i++ {
		Wait(c, addr(&from), 0, MatchAny, thread.Never)
		c.Schedule()
	}
	if w, m := Requeue(c, addr(&from), addr(&to), 1, 5); w != 1 || m != 2 {
		t.Fatalf("woke %d and moved %d, want 1 and 2", w, m)
	}
	if Wake(c, addr(&from), 9, MatchAny) != 0 || Wake(c, addr(&to), 9, MatchAny) != 2 {
		t.Fatal("the waiters are not at the other word")
	}
}
