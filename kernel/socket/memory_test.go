package socket

import (
	"testing"
	"unsafe"
)

// size returns how large the goroutine's stack is.
func size() uintptr {
	low, high := stackBounds()
	return high - low
}

// Reserve grows the stack of a new goroutine at once to what a call into the
// network stack needs, and then no more.
func TestReserve(t *testing.T) {
	type sizes struct{ before, after, again uintptr }
	found := make(chan sizes)
	go func() {
		s := sizes{before: size()}
		Reserve()
		s.after = size()
		Reserve()
		s.again = size()
		found <- s
	}()
	const most = 8 << 10
	if s := <-found; s.before < most && (s.after != most || s.again != most) {
		t.Errorf("%d bytes grew to %d and %d, want %d", s.before, s.after, s.again, most)
	}
}

// What a call finds on its stack is found there, and nothing else.
func TestOnStack(t *testing.T) {
	var here byte
	there := new(byte)
	if !OnStack(unsafe.Pointer(&here)) {
		t.Error("a variable of this function is not on the stack")
	}
	if kept = there; OnStack(unsafe.Pointer(there)) {
		t.Error("a variable of the heap is on the stack")
	}
}

// kept makes what it points to be in the heap.
var kept *byte
