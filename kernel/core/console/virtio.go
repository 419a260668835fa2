package console

import (
	"sync/atomic"

	"eggcup/kernel/core/raw"
	"eggcup/kernel/core/x86"
)

// VirtioQueue is the transmit queue of a virtio console, set up by
// drivers/virtio_console: addresses in memory, and how many entries the rings
// have. Notify is the register that tells the device of a request, an I/O port
// if it is below 64 Ki.
type VirtioQueue struct {
	Descriptors, Available, Used uintptr
	Entries                      uintptr
	Text, TextPhysical           uintptr // a page
	Notify, NotifyWidth          uintptr
	Number                       uintptr
}

// Layout of a split queue (virtio 1.2, 2.7).
const (
	textSize        = 4096
	descriptorLen   = 8
	descriptorFlags = 12
	ringEntries     = 4
	noInterrupt     = 1
	portSpace       = 1 << 16
)

// virtio is the transmitting half of a virtio console. It has one request at a
// time and waits, within limits, until the device has taken it, so that what a
// dying machine says is out before it ends.
type virtio struct {
	queue    VirtioQueue
	attached bool
	stuck    bool // the device has not taken the last request in time
	sent     uint16
	filled   int
	early    [textSize]byte // before the device is there: the first lines
}

// AttachVirtio sends all output, what was kept of the earlier first, to a virtio
// console; nil ends that.
//
// Context: kernel.
func AttachVirtio(q *VirtioQueue) { paravirtual.attach(q) }

func (v *virtio) attach(q *VirtioQueue) {
	if v.attached = q != nil; !v.attached {
		v.filled = 0
		return
	}
	v.queue, v.sent, v.stuck = *q, 0, false
	copy(raw.Bytes(q.Text, textSize), v.early[:v.filled])
	v.flush()
}

// hasRoom reports whether a byte and one before it are kept for the next flush.
func (v *virtio) hasRoom() bool {
	if v.stuck && v.taken() {
		v.stuck = false
	}
	if v.attached && v.filled+2 > textSize {
		v.flush()
	}
	return !v.attached || !v.stuck
}

// put keeps a byte for the next flush.
func (v *virtio) put(c byte) {
	if v.stuck {
		if !v.taken() {
			return // the text is the device's: what comes is lost, as on a line without a reader
		}
		v.stuck = false
	}
	if v.filled == textSize {
		v.flush()
	}
	if v.stuck || v.filled == textSize {
		return
	}
	if v.attached {
		raw.Store8(v.queue.Text+uintptr(v.filled), c)
	} else {
		v.early[v.filled] = c
	}
	v.filled++
}

// flush hands the text to the device.
func (v *virtio) flush() {
	if !v.attached || v.filled == 0 || v.stuck {
		return
	}
	q := &v.queue
	raw.Store64(q.Descriptors, uint64(q.TextPhysical))
	raw.Store32(q.Descriptors+descriptorLen, uint32(v.filled))
	raw.Store32(q.Descriptors+descriptorFlags, 0)
	raw.Store16(q.Available+ringEntries+2*(uintptr(v.sent)%q.Entries), 0)
	v.sent++
	atomic.StoreUint32((*uint32)(raw.Ptr(q.Available)), noInterrupt|uint32(v.sent)<<16)
	v.notify()
	v.filled = 0
	for i := 0; i < pollLimit; i++ {
		if v.taken() {
			return
		}
		x86.Pause()
	}
	v.stuck = true
}

// taken reports whether the device has no request any more.
func (v *virtio) taken() bool {
	return uint16(atomic.LoadUint32((*uint32)(raw.Ptr(v.queue.Used)))>>16) == v.sent
}

// notify tells the device of a request.
func (v *virtio) notify() {
	switch q := &v.queue; {
	case q.Notify < portSpace:
		out16(uint16(q.Notify), uint16(q.Number)) // only PCI has ports: 16 bits wide
	case q.NotifyWidth == 2:
		x86.MMIOWrite16(q.Notify, uint16(q.Number))
	default:
		x86.MMIOWrite32(q.Notify, uint32(q.Number))
	}
}

// out16 is replaced by the tests.
var out16 = x86.Out16
