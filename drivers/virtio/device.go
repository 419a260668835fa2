package virtio

import (
	"errors"
	"sync"
	"time"

	"eggcup/kernel/dma"
	"eggcup/kernel/unit"
)

// The errors of devices.
var (
	ErrReset    = errors.New("the device does not reset")
	ErrFeatures = errors.New("the device takes none of the offered sets of features")
	ErrNoQueue  = errors.New("the device has no such queue")
	errOld      = errors.New("the device is neither legacy nor of version 1")
	errChanging = errors.New("the device's configuration does not stop changing")
)

// Transport is the way to a device: PCI, memory-mapped, or a test's.
type Transport interface {
	// Legacy says that the device is of the time before virtio 1.0.
	Legacy() bool
	Features() uint64
	SetFeatures(features uint64)
	Status() uint8
	SetStatus(v uint8)
	// QueueSize returns the most entries that a queue can have, 0 for none; as
	// the device says it.
	QueueSize(queue int) int
	// SetQueue tells the device where a queue is and starts it.
	SetQueue(queue int, l Layout) error
	// Notify tells the device that a queue has requests.
	Notify(queue int)
	// Bell returns the register that Notify writes (mmio.Place), and its width
	// in bytes.
	Bell(queue int) (place uintptr, width int)
	// Interrupted reports whether the device has something for its driver, and
	// takes the interrupt back. An interrupt that is not shared always has.
	Interrupted() bool
	// Config reads 1, 2 or 4 bytes of the device's own configuration.
	Config(off, width int) uint32
	Generation() uint32
}

// Line is what a device interrupts through.
type Line interface {
	Wait() error
	Close() error
}

// Device is a virtio device, whatever its transport.
type Device struct {
	// Name says where it is: "00:03.0", or the address of its registers.
	Name string
	// Kind says what it is.
	Kind uint32

	transport Transport
	line      Line
	open      func() (Line, error)
	alloc     dma.Allocator
	features  uint64

	mu      sync.Mutex
	closed  bool          // Guarded by mu.
	stopped bool          // the device confirmed that it uses no memory. Guarded by mu.
	owned   []*dma.Memory // what Free gives back. Guarded by mu.
}

// NewDevice returns the device behind a transport. open connects its interrupt.
func NewDevice(name string, kind uint32, t Transport, alloc dma.Allocator, open func() (Line, error)) *Device {
	return &Device{Name: name, Kind: kind, transport: t, alloc: alloc, open: open}
}

// How long a device may take for a reset: the standard has no limit.
const (
	resetTime = time.Second
	resetStep = 100 * time.Microsecond
)

// Begin resets the device and agrees on features: of those wanted, the ones
// that it has. Queues come next, then Start.
func (d *Device) Begin(want uint64) (features uint64, err error) {
	if err := d.reset(); err != nil {
		return 0, unit.Wrap("reset", err)
	}
	d.transport.SetStatus(statusAcknowledge)
	d.transport.SetStatus(statusAcknowledge | statusDriver)
	offered := d.transport.Features()
	want |= FeatureEventIndex
	if d.transport.Legacy() {
		d.features = offered & want & (1<<32 - 1)
		d.transport.SetFeatures(d.features)
		return d.features, nil
	}
	if offered&FeatureVersion1 == 0 {
		return 0, d.fail(unit.Wrap("features", errOld))
	}
	// Addresses are physical ones on this platform, so that either way is fine.
	d.features = offered & (want | FeatureVersion1 | FeatureAccessPlatform)
	d.transport.SetFeatures(d.features)
	d.transport.SetStatus(statusAcknowledge | statusDriver | statusFeaturesOK)
	if d.transport.Status()&statusFeaturesOK == 0 {
		return 0, d.fail(unit.Wrap("features", ErrFeatures))
	}
	return d.features, nil
}

func (d *Device) reset() error {
	d.transport.SetStatus(0)
	for end := time.Now().Add(resetTime); d.transport.Status() != 0; {
		if time.Now().After(end) {
			return ErrReset
		}
		time.Sleep(resetStep)
	}
	return nil
}

// fail tells the device that the driver gives up, and returns why.
func (d *Device) fail(why error) error {
	d.transport.SetStatus(d.transport.Status() | statusFailed)
	return why
}

// Legacy says that the device is of the time before virtio 1.0.
func (d *Device) Legacy() bool { return d.transport.Legacy() }

// NewQueue sets up a queue of at most so many entries.
func (d *Device) NewQueue(number, most int) (*Queue, error) {
	size := d.transport.QueueSize(number)
	if size == 0 {
		return nil, d.fail(ErrNoQueue)
	}
	if size < 0 || size > maxQueueSize || size&(size-1) != 0 {
		return nil, d.fail(ErrQueueSize)
	}
	alignment := legacyAlignment
	if !d.transport.Legacy() { // a legacy device decides on the size alone
		alignment = modernAlignment
		for size > 1 && size > most {
			size /= 2
		}
	}
	q, err := newQueue(d.transport, number, size, alignment, d.features&FeatureEventIndex != 0, d.Alloc)
	if err != nil {
		return nil, d.fail(err)
	}
	if err := d.transport.SetQueue(number, q.layout()); err != nil {
		return nil, d.fail(err)
	}
	return q, nil
}

// Start lets the device work.
func (d *Device) Start() error {
	status := uint8(statusAcknowledge | statusDriver | statusDriverOK)
	if !d.transport.Legacy() {
		status |= statusFeaturesOK
	}
	d.transport.SetStatus(status)
	if d.transport.Status()&(statusNeedsReset|statusFailed) != 0 {
		return ErrRing
	}
	return nil
}

// Connect opens the device's interrupt, between Begin and the first queue.
func (d *Device) Connect() error {
	line, err := d.open()
	if err != nil {
		return d.fail(err)
	}
	d.line = line
	return nil
}

// Wait blocks until the device has interrupted. The driver then looks at all of
// its queues.
func (d *Device) Wait() error {
	for {
		if err := d.line.Wait(); err != nil {
			return err
		}
		if d.transport.Interrupted() {
			return nil
		}
	}
}

// Close stops the device and ends Wait.
func (d *Device) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil
	}
	d.closed = true
	err := d.reset()
	d.stopped = err == nil
	if d.line != nil {
		d.line.Close()
	}
	return err
}

// Free gives all memory of a closed device back, if the device has confirmed
// that it does not use it any more. Nobody uses its queues then.
func (d *Device) Free() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.stopped {
		return
	}
	for _, m := range d.owned {
		m.Free()
	}
	d.owned = nil
}

// Alloc returns memory for the device's buffers, which Free gives back.
func (d *Device) Alloc(size int) (*dma.Memory, error) {
	m, err := d.alloc(size)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.owned = append(d.owned, m)
	return m, nil
}

// Config8 reads a byte of the device's own configuration.
func (d *Device) Config8(off int) uint8 { return uint8(d.transport.Config(off, 1)) }

// Config16 reads a word of it.
func (d *Device) Config16(off int) uint16 { return uint16(d.transport.Config(off, 2)) }

// Config32 reads a word of it.
func (d *Device) Config32(off int) uint32 { return d.transport.Config(off, 4) }

// configTries bounds the reading of a word that changes meanwhile.
const configTries = 16

// Config64 reads a long word of it, whose halves belong together.
func (d *Device) Config64(off int) (uint64, error) {
	for range configTries {
		before := d.transport.Generation()
		v := uint64(d.transport.Config(off, 4)) | uint64(d.transport.Config(off+4, 4))<<32
		if d.transport.Generation() == before {
			return v, nil
		}
	}
	return 0, errChanging
}
