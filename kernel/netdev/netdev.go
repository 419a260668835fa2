// Package netdev is where network drivers and the network stack meet: the
// drivers register what they found, the stack takes it.
//
// Context: goroutine.
package netdev

import (
	"errors"

	"eggcup/kernel/registry"
)

// Device is an Ethernet interface. Its methods may be called by any goroutine.
type Device interface {
	// Name tells the device from others: "virtio_net 00:03.0".
	Name() string
	// HardwareAddr returns the MAC address.
	HardwareAddr() [6]byte
	// MTU returns the largest payload of a frame, its header not counted.
	MTU() int
	// Transmit sends one whole Ethernet frame without its check sequence. The
	// frame is copied before it returns. While the device is busy it waits,
	// for a bounded time; then the frame is lost and the error is ErrBusy.
	Transmit(frame []byte) error
	// Start lets frames in: receive is called with each of them, one at a
	// time, by a goroutine of the driver. The frame is the driver's again when
	// receive returns. Frames before Start are dropped.
	Start(receive func(frame []byte)) error
	// Stats returns what the device has counted so far.
	Stats() Stats
	// Close stops the device: no frame goes in or out any more.
	Close() error
}

// Offloader is a Device that can take work off the stack.
type Offloader interface {
	Device
	// ChecksumOffload says whether Transmit fills in the checksums of TCP and
	// UDP, whatever the frame has there, and whether the checksums of received
	// frames were checked; those may then hold the sum of the pseudo-header
	// alone. It does not change after registration.
	ChecksumOffload() (transmit, receive bool)
}

// Batcher is a Device that takes frames without hearing of each: telling it
// costs more than a frame.
type Batcher interface {
	Device
	// Queue does what Transmit does, but the device may hear of the frame only
	// with the next Flush or Transmit.
	Queue(frame []byte) error
	// Flush tells the device of all frames that were queued.
	Flush()
}

// Stats are a device's counters since it was registered.
type Stats struct {
	RxFrames, RxBytes uint64 // handed to the stack
	RxDropped         uint64 // good frames for which there was no taker
	RxErrors          uint64 // frames that were damaged or did not fit
	TxFrames, TxBytes uint64 // taken by the device
	TxDropped         uint64 // the device stayed busy
	TxErrors          uint64 // frames that cannot be sent
}

// The errors of Transmit.
var (
	ErrBusy      = errors.New("the device takes no more frames")
	ErrFrameSize = errors.New("the frame is shorter than its header or longer than the device takes")
	ErrClosed    = errors.New("the device is closed")
)

// HeaderSize is the size of an Ethernet header: two addresses and a type.
const HeaderSize = 14

var registered = new(registry.List[Device])

// Register adds a device; drivers call it in Init.
func Register(d Device) { registered.Add(d) }

// Devices returns the devices that are registered, in the order in which they
// were found.
func Devices() []Device { return registered.All() }
