package thread

// Queue is a list of threads that wait for the same thing. A thread is in at
// most one queue.
type Queue struct{ head, tail *Thread }

// Empty reports whether nobody waits.
func (q *Queue) Empty() bool { return q.head == nil }

// First returns the thread that waits longest, or nil.
func (q *Queue) First() *Thread { return q.head }

// Next returns the thread behind t in its queue, or nil.
func (t *Thread) Next() *Thread { return t.next }

// PushBack appends t, which is in no queue.
func (q *Queue) PushBack(t *Thread) {
	t.queue, t.prev, t.next = q, q.tail, nil
	if q.tail == nil {
		q.head = t
	} else {
		q.tail.next = t
	}
	q.tail = t
}

// PushFront puts t, which is in no queue, before the others.
func (q *Queue) PushFront(t *Thread) {
	t.queue, t.prev, t.next = q, nil, q.head
	if q.head == nil {
		q.tail = t
	} else {
		q.head.prev = t
	}
	q.head = t
}

// Pop takes the first thread out, or returns nil.
func (q *Queue) Pop() *Thread {
	t := q.head
	if t != nil {
		t.Unqueue()
	}
	return t
}

// Unqueue takes t out of its queue; it does nothing when t is in none.
//
//go:noinline
func (t *Thread) Unqueue() {
	q := t.queue
	if q == nil {
		return
	}
	if t.prev == nil {
		q.head = t.next
	} else {
		t.prev.next = t.next
	}
	if t.next == nil {
		q.tail = t.prev
	} else {
		t.next.prev = t.prev
	}
	t.queue, t.next, t.prev = nil, nil, nil
}
