// Package timer keeps deadlines in order: an intrusive pairing heap.
//
// Insertion is O(1) and removal O(log n) amortised, and a timer lives inside
// the object that waits, so arming one never allocates. (Fredman, Sedgewick,
// Sleator, Tarjan: The pairing heap, Algorithmica 1986.) The standard
// library's container/heap boxes its elements in interfaces, which kernel
// context may not do.
//
// Context: kernel, kernel lock held.
package timer

// Timer is one deadline. The zero value is a timer that is not armed.
type Timer struct {
	// When is the deadline in nanoseconds of the monotonic clock.
	When int64
	// Fire runs in kernel context when the deadline has passed; the timer is
	// out of its heap by then and may be armed again.
	Fire func(*Timer)
	// Owner is the address of whatever waits; its meaning is Fire's.
	Owner uintptr

	child *Timer // first child
	next  *Timer // next sibling
	prev  *Timer // previous sibling, or the parent of a first child
	armed bool
}

// Armed reports whether t is in a heap.
func (t *Timer) Armed() bool { return t.armed }

// Heap holds armed timers, the earliest first.
type Heap struct{ root *Timer }

// First returns the earliest timer, or nil.
func (h *Heap) First() *Timer { return h.root }

// Add arms t for t.When. t must not be armed.
func (h *Heap) Add(t *Timer) {
	t.child, t.next, t.prev = nil, nil, nil
	t.armed = true
	h.root = meld(h.root, t)
}

// Remove disarms t; it does nothing when t is not armed.
func (h *Heap) Remove(t *Timer) {
	if !t.armed {
		return
	}
	t.armed = false
	if t == h.root {
		h.root = mergePairs(t.child)
	} else {
		detach(t)
		h.root = meld(h.root, mergePairs(t.child))
	}
	t.child, t.next, t.prev = nil, nil, nil
}

// detach takes t with its children out of its parent's list.
func detach(t *Timer) {
	if t.prev.child == t {
		t.prev.child = t.next
	} else {
		t.prev.next = t.next
	}
	if t.next != nil {
		t.next.prev = t.prev
	}
	t.next, t.prev = nil, nil
}

// meld joins two heaps; either may be nil. Roots have no siblings.
func meld(a, b *Timer) *Timer {
	if a == nil {
		return b
	}
	if b == nil {
		return a
	}
	if b.When < a.When {
		a, b = b, a
	}
	b.next = a.child
	if b.next != nil {
		b.next.prev = b
	}
	b.prev = a
	a.child = b
	return a
}

// mergePairs melds a list of siblings: pairs from left to right, then the
// pairs from right to left. Iterative, because the kernel stack is small.
func mergePairs(first *Timer) *Timer {
	var pairs *Timer // linked by next, last pair first
	for first != nil {
		a := first
		b := a.next
		first = nil
		if b != nil {
			first = b.next
			b.next, b.prev = nil, nil
		}
		a.next, a.prev = nil, nil
		m := meld(a, b)
		m.next = pairs
		pairs = m
	}
	var root *Timer
	for pairs != nil {
		m := pairs
		pairs = m.next
		m.next, m.prev = nil, nil
		root = meld(root, m)
	}
	return root
}
