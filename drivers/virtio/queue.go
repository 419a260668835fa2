package virtio

import (
	"errors"
	"unsafe"

	"eggcup/kernel/dma"
)

// The errors of queues. After one of the device's mistakes, ErrRing, a queue
// works no more until its device is reset.
var (
	ErrFull      = errors.New("the queue is full")
	ErrRing      = errors.New("the device broke the rules of the queue")
	ErrQueueSize = errors.New("impossible queue size")
	errNoBuffer  = errors.New("a request without buffers, or with too many")
)

// Buffer is a piece of a request: memory at a physical address.
type Buffer struct {
	Physical uint64
	Length   uint32
}

// Layout is where the three parts of a queue lie.
type Layout struct {
	Size        int // entries
	Descriptors uint64
	Driver      uint64 // the available ring
	Device      uint64 // the used ring
}

// offsets returns where the parts lie in memory of that size.
func offsets(size, alignment int) (avail, used, total int) {
	avail = descriptorSize * size
	used = avail + ringIndex + availEntry*size + 2
	used = (used + alignment - 1) &^ (alignment - 1)
	return avail, used, used + ringIndex + usedEntry*size + 2
}

// Queue is a split virtqueue. Its methods are called by one goroutine at a time.
//
// What the device writes is never trusted: the links between descriptors and
// what is under way are kept here, where it cannot change them.
type Queue struct {
	transport Transport
	number    int
	size      int
	memory    *dma.Memory
	avail     int // offsets in memory
	used      int
	events    bool // FeatureEventIndex: each side says at which index it wants to be told

	next      []uint16 // the chain of free descriptors, and those of requests
	firstFree uint16
	free      int
	length    []uint16 // by head: descriptors of the request, 0 for none
	room      []uint32 // by head: how many bytes the device may write
	underWay  int

	index     uint16 // of the available ring, where the next request goes
	published uint16 // as far as the device knows
	taken     uint16 // of the used ring, what comes next
	flags     uint32 // of the available ring
	broken    error
}

// newQueue makes the memory of a queue.
func newQueue(t Transport, number, size, alignment int, events bool, alloc dma.Allocator) (*Queue, error) {
	if size < 1 || size > maxQueueSize || size&(size-1) != 0 {
		return nil, ErrQueueSize
	}
	avail, used, total := offsets(size, alignment)
	memory, err := alloc(total)
	if err != nil {
		return nil, err
	}
	q := &Queue{
		transport: t, number: number, size: size, memory: memory, avail: avail, used: used, events: events,
		next: make([]uint16, size), length: make([]uint16, size), room: make([]uint32, size), free: size,
	}
	for i := range q.next {
		q.next[i] = uint16(i + 1)
	}
	return q, nil
}

// layout returns the addresses that the device is told.
func (q *Queue) layout() Layout {
	base := q.memory.Physical()
	return Layout{q.size, base, base + uint64(q.avail), base + uint64(q.used)}
}

// Polled is a queue as kernel context drives it: where its parts are in memory,
// and the register that tells the device of a request.
type Polled struct {
	Descriptors, Available, Used uintptr
	Entries                      int
	Notify                       uintptr
	NotifyWidth                  int
	Number                       int
}

// Polled gives the queue away: from now on no method but Broken is called.
// Interrupts are off.
func (q *Queue) Polled() Polled {
	q.Ignore()
	base := uintptr(unsafe.Pointer(unsafe.SliceData(q.memory.Bytes())))
	place, width := q.transport.Bell(q.number)
	return Polled{base, base + uintptr(q.avail), base + uintptr(q.used), q.size, place, width, q.number}
}

// Size returns how many descriptors the queue has.
func (q *Queue) Size() int { return q.size }

// Free returns how many of them are free.
func (q *Queue) Free() int { return q.free }

// UnderWay returns how many requests the device has.
func (q *Queue) UnderWay() int { return q.underWay }

// Add gives the device a request: buffers that it reads, then buffers that it
// writes. It learns of it from Publish. head names the request in Take; it is
// below Size. ErrFull says to take something first.
func (q *Queue) Add(readable, writable []Buffer) (head uint16, err error) {
	n := len(readable) + len(writable)
	switch {
	case q.broken != nil:
		return 0, q.broken
	case n == 0 || n > q.size:
		return 0, errNoBuffer
	case n > q.free:
		return 0, ErrFull
	}
	head = q.firstFree
	at, left, room := head, n, uint32(0)
	for _, b := range readable {
		left--
		at = q.describe(at, b, 0, left > 0)
	}
	for _, b := range writable {
		left--
		at = q.describe(at, b, descriptorWritable, left > 0)
		room += b.Length
	}
	q.firstFree = at
	q.free -= n
	q.length[head], q.room[head] = uint16(n), room
	q.underWay++
	q.memory.Put16(q.avail+ringIndex+availEntry*(int(q.index)&(q.size-1)), head)
	q.index++
	return head, nil
}

// describe fills a descriptor and returns the one behind it.
func (q *Queue) describe(at uint16, b Buffer, flags uint16, more bool) (next uint16) {
	off := descriptorSize * int(at)
	if more {
		flags |= descriptorMore
	}
	q.memory.Put64(off+descriptorAddress, b.Physical)
	q.memory.Put32(off+descriptorLength, b.Length)
	q.memory.Put16(off+descriptorFlags, flags)
	q.memory.Put16(off+descriptorNext, q.next[at])
	return q.next[at]
}

// Publish makes the device see what was added, and wakes it if it sleeps.
func (q *Queue) Publish() {
	if q.index == q.published || q.broken != nil {
		return
	}
	before := q.published
	q.published = q.index
	q.storeAvail()
	if !q.wanted(before) {
		// That it is awake has to be read after the index was written; one that is
		// seen asleep may be woken whatever came first.
		if q.fence(); !q.wanted(before) {
			return
		}
	}
	q.transport.Notify(q.number)
}

// wanted reports whether the device wants to be told of the requests since an
// index.
func (q *Queue) wanted(before uint16) bool {
	if !q.events {
		return q.memory.Load32(q.used)&usedNoNotify == 0
	}
	event := q.memory.Get16(q.used + ringIndex + usedEntry*q.size)
	return q.published-event-1 < q.published-before
}

// storeAvail writes flags and index of the available ring. It also is a fence,
// unless fences are weak: what is read afterwards was not read before.
func (q *Queue) storeAvail() { q.memory.Store32(q.avail, q.flags|uint32(q.published)<<16) }

// fence makes up for a weak fence.
func (q *Queue) fence() {
	if weakFences {
		q.transport.Status()
	}
}

// pending returns how many requests the device has finished that were not taken.
func (q *Queue) pending() uint16 { return uint16(q.memory.Load32(q.used)>>16) - q.taken }

// Take returns a request that the device has finished, if there is one, and how
// many bytes it says it has written.
func (q *Queue) Take() (head uint16, written uint32, ok bool, err error) {
	if q.broken != nil {
		return 0, 0, false, q.broken
	}
	pending := int(q.pending())
	if pending == 0 {
		return 0, 0, false, nil
	}
	if pending > q.underWay {
		return 0, 0, false, q.breakDown()
	}
	entry := q.used + ringIndex + usedEntry*(int(q.taken)&(q.size-1))
	id, written := q.memory.Load32(entry+usedID), q.memory.Load32(entry+usedLength)
	if id >= uint32(q.size) || q.length[id] == 0 || written > q.room[id] {
		return 0, 0, false, q.breakDown()
	}
	head = uint16(id)
	q.release(head)
	q.taken++
	return head, written, true, nil
}

// release puts a request's descriptors before the free ones.
func (q *Queue) release(head uint16) {
	n := q.length[head]
	last := head
	for i := uint16(1); i < n; i++ {
		last = q.next[last]
	}
	q.next[last] = q.firstFree
	q.firstFree = head
	q.free += int(n)
	q.length[head] = 0
	q.underWay--
}

func (q *Queue) breakDown() error {
	q.broken = ErrRing
	return q.broken
}

// Broken returns the error after which the queue works no more, or nil.
func (q *Queue) Broken() error { return q.broken }

// Listen asks for an interrupt when the device has finished the next request.
// It reports whether there is one already, for which none may come.
func (q *Queue) Listen() bool {
	if q.events {
		q.memory.Put16(q.avail+ringIndex+availEntry*q.size, q.taken)
	}
	q.flags = 0
	q.storeAvail()
	if q.pending() != 0 {
		return true
	}
	q.fence()
	return q.pending() != 0
}

// Ignore asks for no interrupts; a device may send some all the same.
func (q *Queue) Ignore() {
	if q.events {
		// An index that is reached only after all others.
		q.memory.Put16(q.avail+ringIndex+availEntry*q.size, q.taken-1)
		return
	}
	q.flags = availNoNotify
	q.storeAvail()
}
