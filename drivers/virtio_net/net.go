// Package virtio_net drives the network cards of virtual machines.
//
// One pair of queues carries all traffic. A goroutine waits for the card's
// interrupt, hands received frames to the stack and gives their buffers back;
// Transmit copies a frame into a buffer and tells the card. Between Publish and
// Take a buffer is the card's, and nobody touches it here.
//
// Where the card computes checksums it is used for both directions: outgoing
// segments get theirs from it, and incoming ones that it has not checked are
// checked here, so that the stack need not look.
//
// Specification: VIRTIO 1.2, 5.1 (network device).
//
// Context: goroutine.
//
// Try it: qemu-system-x86_64 -netdev user,id=n -device virtio-net-pci,netdev=n
// -kernel kernel.elf; on microvm -device virtio-net-device,netdev=n
package virtio_net

import (
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"sync/atomic"

	"eggcup/drivers/virtio"
	"eggcup/kernel/config"
	"eggcup/kernel/klog"
	"eggcup/kernel/netdev"
	"eggcup/kernel/unit"
)

// bufferSize holds a header and a frame of the usual size; larger frames take
// several buffers.
const bufferSize = 2048

// Payloads of frames (IEEE 802.3, and virtio 1.2, 5.1.4.1).
const (
	usualMTU    = 1500
	smallestMTU = 68
	largestMTU  = 9000
)

var started atomic.Bool

// Init starts every card, and registers those that work.
func Init() error {
	if !started.CompareAndSwap(false, true) {
		return nil
	}
	cards := virtio.Devices(virtio.KindNet)
	if len(cards) == 0 {
		return unit.Absent("no virtio network card")
	}
	var failures []error
	for _, device := range cards {
		c, err := newCard(device, config.VirtioNetQueue)
		if err != nil {
			failures = append(failures, unit.Wrap("virtio_net: "+device.Name, err))
			continue
		}
		netdev.Register(c)
	}
	return errors.Join(failures...)
}

// card is one network card. It implements netdev.Offloader.
type card struct {
	device     *virtio.Device
	mac        [6]byte
	mtu        int
	headerSize int
	mergeable  bool
	split      bool // the header must have a descriptor of its own
	checksumTx bool // the card fills in checksums
	checksumRx bool // frames may come without
	rx         receiver
	tx         transmitter
	receive    atomic.Pointer[func(frame []byte)]
	closed     atomic.Bool
	stats      stats
}

// stats are counters that any goroutine reads.
type stats struct {
	rxFrames, rxBytes, rxDropped, rxErrors, txFrames, txBytes, txDropped, txErrors atomic.Uint64
}

// newCard starts a card.
func newCard(device *virtio.Device, queueSize int) (*card, error) {
	const wanted = featureChecksum | featureGuestChecksum | featureMTU | featureMAC | featureMergeable | featureAnyLayout
	features, err := device.Begin(wanted)
	if err != nil {
		return nil, err
	}
	c := &card{device: device, mtu: usualMTU, headerSize: headerSize}
	c.mergeable = features&featureMergeable != 0
	c.checksumTx = features&featureChecksum != 0
	c.checksumRx = features&featureGuestChecksum != 0
	if device.Legacy() {
		c.split = features&featureAnyLayout == 0
		if !c.mergeable {
			c.headerSize = headerSizeLegacy
		}
	}
	if err := device.Connect(); err != nil {
		return nil, unit.Wrap("interrupt", err)
	}
	c.readConfig(features)
	if err := c.start(queueSize); err != nil {
		device.Close()
		device.Free()
		return nil, err
	}
	go c.serve()
	return c, nil
}

// readConfig takes the card's address and MTU, and makes up what it does not
// have or what cannot be.
func (c *card) readConfig(features uint64) {
	if features&featureMAC != 0 {
		for i := range c.mac {
			c.mac[i] = c.device.Config8(configMAC + i)
		}
	} else {
		const local, group = 2, 1
		binary.LittleEndian.PutUint32(c.mac[:], rand.Uint32()) // no secret
		binary.LittleEndian.PutUint16(c.mac[4:], uint16(rand.Uint32()))
		c.mac[0] = c.mac[0]&^group | local
	}
	if features&featureMTU == 0 {
		return
	}
	mtu := int(c.device.Config16(configMTU))
	most := largestMTU
	if !c.mergeable {
		most = bufferSize - headerSize - netdev.HeaderSize
	}
	if mtu >= smallestMTU {
		c.mtu = min(mtu, most)
	}
}

// start sets the queues up and hands the card its receive buffers.
func (c *card) start(queueSize int) error {
	rx, err := c.device.NewQueue(receiveQueue, queueSize)
	if err != nil {
		return unit.Wrap("receive queue", err)
	}
	tx, err := c.device.NewQueue(transmitQueue, queueSize)
	if err != nil {
		return unit.Wrap("transmit queue", err)
	}
	if err := c.rx.init(c, rx, queueSize); err != nil {
		return unit.Wrap("receive buffers", err)
	}
	if err := c.tx.init(c, tx, queueSize); err != nil {
		return unit.Wrap("transmit buffers", err)
	}
	if err := c.device.Start(); err != nil {
		return unit.Wrap("start", err)
	}
	return c.rx.fill()
}

// buffers returns a buffer of so many bytes in the pieces that the card wants.
func (c *card) buffers(to *[2]virtio.Buffer, physical uint64, length int, split bool) []virtio.Buffer {
	if !split {
		to[0] = virtio.Buffer{Physical: physical, Length: uint32(length)}
		return to[:1]
	}
	to[0] = virtio.Buffer{Physical: physical, Length: uint32(c.headerSize)}
	to[1] = virtio.Buffer{Physical: physical + uint64(c.headerSize), Length: uint32(length - c.headerSize)}
	return to[:2]
}

// serve is the goroutine that answers the card's interrupts.
func (c *card) serve() {
	for {
		more, err := c.rx.serve()
		c.tx.wake()
		if err == nil && !more {
			err = c.device.Wait()
		}
		if err == nil {
			err = c.tx.check()
		}
		if err != nil {
			if !c.closed.Load() {
				klog.Error("virtio_net", c.device.Name, ": ", err.Error())
				c.Close()
			}
			c.device.Free()
			return
		}
	}
}

// Name implements netdev.Device.
func (c *card) Name() string { return "virtio_net " + c.device.Name }

// HardwareAddr implements netdev.Device.
func (c *card) HardwareAddr() [6]byte { return c.mac }

// MTU implements netdev.Device.
func (c *card) MTU() int { return c.mtu }

// ChecksumOffload implements netdev.Offloader.
func (c *card) ChecksumOffload() (transmit, receive bool) { return c.checksumTx, c.checksumRx }

// Start implements netdev.Device.
func (c *card) Start(receive func(frame []byte)) error {
	if c.closed.Load() {
		return netdev.ErrClosed
	}
	c.receive.Store(&receive)
	return nil
}

// Close implements netdev.Device.
func (c *card) Close() error {
	if !c.closed.CompareAndSwap(false, true) {
		return nil
	}
	c.tx.close()
	return c.device.Close()
}

// Stats implements netdev.Device.
func (c *card) Stats() netdev.Stats {
	s := &c.stats
	return netdev.Stats{
		RxFrames: s.rxFrames.Load(), RxBytes: s.rxBytes.Load(), RxDropped: s.rxDropped.Load(), RxErrors: s.rxErrors.Load(),
		TxFrames: s.txFrames.Load(), TxBytes: s.txBytes.Load(), TxDropped: s.txDropped.Load(), TxErrors: s.txErrors.Load(),
	}
}
