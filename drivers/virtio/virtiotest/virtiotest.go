// Package virtiotest is virtio devices for the tests of drivers: one that keeps
// to the standard, and the means to break it.
package virtiotest

import (
	"encoding/binary"
	"os"
	"sync"
	"testing"

	"eggcup/drivers/virtio"
	"eggcup/kernel/dma"
	"eggcup/kernel/dma/dmatest"
)

// Status bits that the tests look at (virtio 1.2, 2.1).
const (
	StatusFeaturesOK = 8
	StatusFailed     = 128
)

// Device is a transport with a device behind it. Set its fields before the
// driver starts.
type Device struct {
	Bus      *dmatest.Bus
	IsLegacy bool
	Offered  uint64 // features
	Sizes    []int  // most entries of each queue
	Space    []byte // configuration
	// Handle is called when the driver notifies a queue, on its goroutine.
	Handle func(q *Queue)

	StuckReset     bool // the status never becomes 0
	RefuseFeatures bool // FEATURES_OK does not stay
	Restless       bool // the configuration changes all the time

	Accepted uint64 // the features that the driver chose
	Line     *Line

	mu         sync.Mutex
	status     uint8
	generation uint32
	queues     map[int]*Queue
}

// New returns a device of virtio 1 with queues of those sizes.
func New(features uint64, sizes ...int) *Device {
	return &Device{
		Bus: dmatest.New(), Offered: features | virtio.FeatureVersion1, Sizes: sizes, Space: make([]byte, 64),
		Handle: func(*Queue) {}, Line: NewLine(), queues: map[int]*Queue{},
	}
}

// Open returns the driver's view of the device.
func (d *Device) Open(kind uint32) *virtio.Device {
	return virtio.NewDevice("fake", kind, d, d.Bus.Alloc, func() (virtio.Line, error) { return d.Line, nil })
}

// Queue returns a queue that the driver has set up.
func (d *Device) Queue(t testing.TB, number int) *Queue {
	d.mu.Lock()
	defer d.mu.Unlock()
	q := d.queues[number]
	if q == nil {
		t.Fatalf("the driver has not set up queue %d", number)
	}
	return q
}

// Legacy implements virtio.Transport, as the following do.
func (d *Device) Legacy() bool { return d.IsLegacy }

// Features implements virtio.Transport.
func (d *Device) Features() uint64 {
	if d.IsLegacy {
		return d.Offered & (1<<32 - 1)
	}
	return d.Offered
}

// SetFeatures implements virtio.Transport.
func (d *Device) SetFeatures(features uint64) { d.Accepted = features }

// Status implements virtio.Transport.
func (d *Device) Status() uint8 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.status
}

// SetStatus implements virtio.Transport.
func (d *Device) SetStatus(v uint8) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if v == 0 && d.StuckReset {
		return
	}
	if d.RefuseFeatures {
		v &^= StatusFeaturesOK
	}
	d.status = v
}

// QueueSize implements virtio.Transport.
func (d *Device) QueueSize(queue int) int {
	if queue >= len(d.Sizes) {
		return 0
	}
	return d.Sizes[queue]
}

// SetQueue implements virtio.Transport.
func (d *Device) SetQueue(number int, l virtio.Layout) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.queues[number] = &Queue{device: d, Number: number, layout: l}
	return nil
}

// Notify implements virtio.Transport.
func (d *Device) Notify(queue int) {
	d.mu.Lock()
	q := d.queues[queue]
	d.mu.Unlock()
	q.Notified++
	d.Handle(q)
}

// Bell implements virtio.Transport.
func (d *Device) Bell(queue int) (uintptr, int) { return BellBase + uintptr(queue), 2 }

// BellBase is where the device claims to have the register for queue 0.
const BellBase = 0x7000

// Interrupted implements virtio.Transport.
func (d *Device) Interrupted() bool { return true }

// Config implements virtio.Transport.
func (d *Device) Config(off, width int) uint32 {
	var b [4]byte
	copy(b[:width], d.Space[off:])
	return binary.LittleEndian.Uint32(b[:])
}

// Generation implements virtio.Transport.
func (d *Device) Generation() uint32 {
	if d.Restless {
		d.generation++
	}
	return d.generation
}

// Line is an interrupt.
type Line struct {
	fired  chan struct{}
	closed chan struct{}
	once   sync.Once
}

// NewLine returns a line that has not fired.
func NewLine() *Line { return &Line{fired: make(chan struct{}, 1), closed: make(chan struct{})} }

// Fire interrupts.
func (l *Line) Fire() {
	select {
	case l.fired <- struct{}{}:
	default:
	}
}

// Wait implements virtio.Line.
func (l *Line) Wait() error {
	select {
	case <-l.fired:
		return nil
	case <-l.closed:
		return os.ErrClosed
	}
}

// Close implements virtio.Line.
func (l *Line) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

// Pending reports whether it has fired and nobody has waited for that.
func (l *Line) Pending() bool { return len(l.fired) > 0 }

// Closed reports whether the driver has given the line back.
func (l *Line) Closed() bool {
	select {
	case <-l.closed:
		return true
	default:
		return false
	}
}

// Queue is the device's side of a queue.
type Queue struct {
	Number   int
	Notified int // how often the driver notified it

	device *Device
	layout virtio.Layout
	seen   uint16 // of the available ring
	used   uint16
}

// Request is what the driver wants done.
type Request struct {
	ID       uint16
	Readable [][]byte
	Writable [][]byte
}

// Descriptor flags (virtio 1.2, 2.7.5).
const (
	flagNext  = 1
	flagWrite = 2
)

// memory returns the memory at an address; an address that the driver made up
// is a failure of the driver.
func (q *Queue) memory(physical uint64, n int) (*dma.Memory, int) {
	m, off := q.device.Bus.Find(physical, n)
	if m == nil {
		panic("the driver gave an address that is no device memory")
	}
	return m, off
}

// Size returns how many entries the driver chose.
func (q *Queue) Size() int { return q.layout.Size }

// Available returns how many requests the driver has published that were not
// taken by Pop.
func (q *Queue) Available() int {
	m, off := q.memory(q.layout.Driver, 4)
	return int(uint16(m.Load32(off)>>16) - q.seen)
}

// Layout returns where the queue is.
func (q *Queue) Layout() virtio.Layout { return q.layout }

// Pop returns the next request, or nil.
func (q *Queue) Pop() *Request {
	m, off := q.memory(q.layout.Driver, 4)
	if uint16(m.Load32(off)>>16) == q.seen {
		return nil
	}
	m, off = q.memory(q.layout.Driver+4+2*uint64(int(q.seen)%q.layout.Size), 2)
	q.seen++
	r := &Request{ID: m.Get16(off)}
	for at, n := r.ID, 0; ; n++ {
		if n == q.layout.Size {
			panic("the driver's chain of descriptors has no end")
		}
		m, off := q.memory(q.layout.Descriptors+16*uint64(at), 16)
		address, length, flags := m.Get64(off), int(m.Get32(off+8)), m.Get16(off+12)
		data, start := q.memory(address, length)
		piece := data.Bytes()[start : start+length]
		if flags&flagWrite != 0 {
			r.Writable = append(r.Writable, piece)
		} else {
			r.Readable = append(r.Readable, piece)
		}
		if flags&flagNext == 0 {
			return r
		}
		at = m.Get16(off + 14)
	}
}

// Push says that a request is done, and interrupts if the driver wants that.
func (q *Queue) Push(id uint16, written int) {
	before := q.used
	q.Entry(uint32(id), uint32(written))
	q.SetIndex(q.used + 1)
	if q.wanted(before) {
		q.device.Line.Fire()
	}
}

// Entry writes the next entry of the used ring.
func (q *Queue) Entry(id, written uint32) {
	m, off := q.memory(q.layout.Device+4+8*uint64(int(q.used)%q.layout.Size), 8)
	m.Put32(off, id)
	m.Put32(off+4, written)
}

// SetIndex writes the index of the used ring.
func (q *Queue) SetIndex(index uint16) {
	q.used = index
	m, off := q.memory(q.layout.Device, 4)
	m.Store32(off, m.Load32(off)&0xffff|uint32(index)<<16)
}

// Index returns the index of the used ring.
func (q *Queue) Index() uint16 { return q.used }

// Sleep asks the driver for a notification when the available ring gets to the
// next entry (on), or for none.
func (q *Queue) Sleep(on bool) {
	if q.device.Accepted&virtio.FeatureEventIndex != 0 {
		m, off := q.memory(q.layout.Device+4+8*uint64(q.layout.Size), 2)
		event := q.seen
		if !on {
			event--
		}
		m.Put16(off, event)
		return
	}
	m, off := q.memory(q.layout.Device, 4)
	flags := uint32(1)
	if on {
		flags = 0
	}
	m.Store32(off, m.Load32(off)&0xffff0000|flags)
}

// wanted reports whether the driver wants an interrupt for the entry at index.
func (q *Queue) wanted(index uint16) bool {
	if q.device.Accepted&virtio.FeatureEventIndex != 0 {
		m, off := q.memory(q.layout.Driver+4+2*uint64(q.layout.Size), 2)
		return m.Get16(off) == index
	}
	m, off := q.memory(q.layout.Driver, 4)
	return m.Load32(off)&1 == 0
}
