package inet

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"eggcup/kernel/netdev"

	"gvisor.dev/gvisor/pkg/tcpip/header"
)

// batch saves telling a device of frames: under a hypervisor that is an exit
// from the machine each time, which costs more than to make an answer.
//
// A segment that only acknowledges waits, since most often an answer follows at
// once and acknowledges too (RFC 1122, 4.2.3.2, allows half a second); then it
// is left out. The second such segment of a connection does not wait. Other
// frames go into the device's queue at once. While several requests are in work
// the device hears of them all together, when no other goroutine can run.
type batch struct {
	device netdev.Batcher
	timer  *time.Timer
	ring   chan struct{}
	asked  atomic.Bool  // ring was asked to tell the device
	came   atomic.Int32 // frames with content since the device was last told

	mu   sync.Mutex // guards what follows; held before the device's own lock
	held [heldSegments]held
	full []uint8 // the slots of held that are in use
}

// held is a segment that waits. Others of the same connection have the same
// slot.
type held struct {
	used  bool
	n     int
	frame [mostHeld]byte
}

const (
	// ackDelay is how long a segment that only acknowledges waits.
	ackDelay = 2 * time.Millisecond
	// heldSegments is how many wait at once at most.
	heldSegments = 256
	// mostHeld is room for such a segment: the headers of Ethernet, IPv6 and
	// TCP with the option of time stamps.
	mostHeld = netdev.HeaderSize + header.IPv6MinimumSize + header.TCPMinimumSize + timeStamps
	// timeStamps is the size of that option (RFC 7323), padded.
	timeStamps = 12
	// content is how long a frame is at least that asks for an answer.
	content = mostHeld + 1
)

func newBatch(device netdev.Batcher) *batch {
	b := &batch{device: device, ring: make(chan struct{}, 1)}
	b.timer = time.AfterFunc(time.Hour, b.sendHeld)
	b.timer.Stop()
	go b.ringing()
	return b
}

// received counts what is likely to be answered.
func (b *batch) received(frame []byte) {
	if len(frame) >= content {
		b.came.Add(1)
	}
}

// ringing tells the device of what is queued, after the goroutines that can run
// had their turn: they may queue more.
func (b *batch) ringing() {
	for range b.ring {
		runtime.Gosched()
		b.asked.Store(false)
		b.came.Store(0)
		b.device.Flush()
	}
}

// send sends a frame, or keeps it for a while.
func (b *batch) send(frame []byte) error {
	segment, slot := parse(frame)
	b.mu.Lock()
	defer b.mu.Unlock()
	if segment != other {
		second := b.release(slot, frame, segment)
		if segment == acknowledges && !second {
			b.hold(slot, frame)
			return nil
		}
	}
	if err := b.device.Queue(frame); err != nil {
		return err
	}
	b.tell()
	return nil
}

// hold keeps a segment in a slot that is free. The lock is held.
func (b *batch) hold(slot uint8, frame []byte) {
	h := &b.held[slot]
	h.used, h.n = true, copy(h.frame[:], frame)
	if b.full = append(b.full, slot); len(b.full) == 1 {
		b.timer.Reset(ackDelay)
	}
}

// release empties a slot for a frame, and reports whether a segment of the same
// connection was there. That is sent unless the frame says the same and more.
// The lock is held.
func (b *batch) release(slot uint8, frame []byte, segment kind) (same bool) {
	h := &b.held[slot]
	if !h.used {
		return false
	}
	h.used = false
	if i := slices.Index(b.full, slot); i >= 0 {
		b.full = slices.Delete(b.full, i, i+1)
	}
	old := h.frame[:h.n]
	same = sameConnection(old, frame)
	covered := segment == carries || segment == acknowledges && acknowledged(old) != acknowledged(frame)
	if !same || !covered {
		b.device.Queue(old) // if it is lost, the device has counted it
	}
	return same
}

// tell makes the device hear of what is queued: at once if nothing else is in
// work. The lock is held.
func (b *batch) tell() {
	if b.came.Load() <= 1 {
		b.came.Store(0)
		b.device.Flush()
		return
	}
	if b.asked.CompareAndSwap(false, true) {
		b.ring <- struct{}{}
	}
}

// sendHeld sends the segments that no answer has followed.
func (b *batch) sendHeld() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, slot := range b.full {
		h := &b.held[slot]
		h.used = false
		b.device.Queue(h.frame[:h.n])
	}
	if len(b.full) > 0 {
		b.full = b.full[:0]
		b.device.Flush()
	}
}
