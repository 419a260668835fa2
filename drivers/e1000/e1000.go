// Package e1000 drives Intel's PRO/1000 network cards: the 82540EM and 82545EM,
// which most emulators have, and the 82574L.
//
// Both rings use legacy descriptors. A goroutine waits for the card's interrupt
// and hands on what came; Transmit copies a frame into the next buffer. A buffer
// is the card's from the write of the tail register until its descriptor says
// that it is done. The card reads and writes memory only within the rings and
// buffers whose addresses it was given; what it writes into a descriptor is
// checked.
//
// Specifications: PCI/PCI-X Family of Gigabit Ethernet Controllers Software
// Developer's Manual (317453); Intel 82574 GbE Controller Family Datasheet 3.4.
//
// Context: goroutine.
//
// Try it: qemu-system-x86_64 -netdev user,id=n -device e1000,netdev=n -kernel
// kernel.elf; on q35 -device e1000e,netdev=n
package e1000

import (
	"errors"
	"sync/atomic"
	"time"

	"eggcup/drivers/pci"
	"eggcup/kernel/config"
	"eggcup/kernel/dma"
	"eggcup/kernel/klog"
	"eggcup/kernel/mmio"
	"eggcup/kernel/netdev"
	"eggcup/kernel/unit"
)

var (
	errGone      = errors.New("the device does not answer")
	errReset     = errors.New("the reset does not end")
	errEEPROM    = errors.New("the EEPROM does not answer")
	errNoAddress = errors.New("the card has no address")
	errRing      = errors.New("the card broke the rules of the ring")
)

var started atomic.Bool

// Init starts every card, and registers those that work.
func Init() error {
	if !started.CompareAndSwap(false, true) {
		return nil
	}
	var failures []error
	count := 0
	for _, function := range pci.Devices() {
		if function.Vendor != vendorIntel || !supported(function.Product) {
			continue
		}
		count++
		c, err := open(function)
		if err != nil {
			failures = append(failures, unit.Wrap("e1000: "+function.Address.String(), err))
			continue
		}
		netdev.Register(c)
	}
	if count == 0 {
		return unit.Absent("no Intel PRO/1000")
	}
	return errors.Join(failures...)
}

func supported(product uint16) bool {
	return product == product82540EM || product == product82545EM || product == product82574L
}

// open starts the card at a PCI function.
func open(function *pci.Device) (*card, error) {
	registers, err := function.Map(0)
	if err != nil {
		return nil, err
	}
	function.Enable()
	line, err := function.OpenINTx()
	if err != nil {
		return nil, unit.Wrap("interrupt", err)
	}
	name := "e1000 " + function.Address.String()
	c, err := newCard(name, registers, line, dma.Alloc, config.E1000Ring, function.Product == product82574L)
	if err != nil {
		function.Disable()
		line.Close()
		return nil, err
	}
	return c, nil
}

// Line is what the card interrupts through.
type line interface {
	Wait() error
	// Level says that it fires as long as the card has a reason.
	Level() bool
	Close() error
}

// card is one network card. It implements netdev.Device.
type card struct {
	name      string
	registers mmio.Registers
	line      line
	is82574   bool
	mac       [6]byte
	rx        receiver
	tx        transmitter
	receive   atomic.Pointer[func(frame []byte)]
	closed    atomic.Bool
	stats     stats
}

// stats are counters that any goroutine reads.
type stats struct {
	rxFrames, rxBytes, rxDropped, rxErrors, txFrames, txBytes, txDropped, txErrors atomic.Uint64
}

// Frames and their buffers.
const (
	mtu        = 1500
	mostFrame  = netdev.HeaderSize + mtu
	bufferSize = 2048
)

// newCard resets the card and starts both directions.
func newCard(name string, r mmio.Registers, l line, alloc dma.Allocator, ring int, is82574 bool) (*card, error) {
	c := &card{name: name, registers: r, line: l, is82574: is82574}
	if err := c.reset(); err != nil {
		return nil, unit.Wrap("reset", err)
	}
	if err := c.readAddress(); err != nil {
		return nil, unit.Wrap("address", err)
	}
	ring &^= 7 // the length in bytes is a multiple of 128
	if err := c.rx.init(c, alloc, ring); err != nil {
		return nil, unit.Wrap("receive ring", err)
	}
	if err := c.tx.init(c, alloc, ring); err != nil {
		return nil, unit.Wrap("transmit ring", err)
	}
	c.start()
	go c.serve()
	return c, nil
}

// How long the card may take, and how often it is asked.
const (
	resetTime  = time.Second
	eepromTime = 100 * time.Millisecond
	pollStep   = 50 * time.Microsecond
)

// poll waits until a register has a bit as wanted.
func (c *card) poll(register int, bit uint32, set bool, most time.Duration) bool {
	for end := time.Now().Add(most); ; time.Sleep(pollStep) {
		if (c.registers.Read32(register)&bit != 0) == set {
			return true
		}
		if time.Now().After(end) {
			return false
		}
	}
}

// reset brings the card into a known state, silent.
func (c *card) reset() error {
	if c.registers.Size() < registerSpace || c.registers.Read32(regSTATUS) == maskAll {
		return errGone
	}
	c.registers.Write32(regIMC, maskAll)
	c.registers.Write32(regRCTL, 0)
	c.registers.Write32(regTCTL, 0)
	c.registers.Write32(regCTRL, c.registers.Read32(regCTRL)|ctrlReset)
	time.Sleep(time.Millisecond) // registers must not be touched at first (13.4.1)
	if !c.poll(regCTRL, ctrlReset, false, resetTime) {
		return errReset
	}
	c.registers.Write32(regIMC, maskAll)
	c.registers.Read32(regICR)
	return nil
}

// readAddress takes the address that the card has loaded by itself, or that of
// its EEPROM, and makes it the one that is listened to.
func (c *card) readAddress() error {
	low, high := c.registers.Read32(regRAL0), c.registers.Read32(regRAH0)
	if high&rahValid == 0 {
		words, err := c.readEEPROM()
		if err != nil {
			return err
		}
		low, high = uint32(words[0])|uint32(words[1])<<16, uint32(words[2])
	}
	for i := range 4 {
		c.mac[i] = byte(low >> (8 * i))
	}
	c.mac[4], c.mac[5] = byte(high), byte(high>>8)
	const group = 1
	if c.mac == [6]byte{} || c.mac[0]&group != 0 {
		return errNoAddress
	}
	c.registers.Write32(regRAL0, low)
	c.registers.Write32(regRAH0, high&0xffff|rahValid)
	return nil
}

func (c *card) readEEPROM() (words [eepromWords]uint16, err error) {
	shift, done := eerdAddress, uint32(eerdDone)
	if c.is82574 {
		shift, done = eerdAddress82574, eerdDone82574
	}
	for i := range words {
		c.registers.Write32(regEERD, eerdStart|uint32(i)<<shift)
		if !c.poll(regEERD, done, true, eepromTime) {
			return words, errEEPROM
		}
		words[i] = uint16(c.registers.Read32(regEERD) >> eerdData)
	}
	return words, nil
}

// interruptGap limits interrupts to 8000 a second (13.4.18).
const interruptGap = 488

// start lets frames in and out.
func (c *card) start() {
	r := c.registers
	for i := range mtaWords {
		r.Write32(regMTA+4*i, 0)
	}
	control := r.Read32(regCTRL)&^(ctrlLRST|ctrlILOS|ctrlVLAN|ctrlPHYRst) | ctrlSLU | ctrlASDE
	r.Write32(regCTRL, control)
	r.Write32(regITR, interruptGap)
	r.Write32(regRDTR, 0)
	r.Write32(regTIPG, tipgDefault)
	r.Write32(regTCTL, tctlEnable|tctlPSP|tctlCT|tctlCOLD)
	r.Write32(regRCTL, rctlEnable|rctlBAM|rctlMPE|rctlSECRC)
	c.rx.offer()
	r.Write32(regIMS, irqRXT|irqRXO|irqRXDMT|irqLSC)
}

// serve is the goroutine that answers the card's interrupts.
func (c *card) serve() {
	for {
		err := c.line.Wait()
		if err == nil {
			err = c.interrupt()
		}
		if err != nil {
			if !c.closed.Load() {
				klog.Error("e1000", c.name, ": ", err.Error())
				c.Close()
			}
			return
		}
	}
}

// interrupt looks at why the card interrupts. On an edge-triggered line the next
// interrupt is only seen when the card has no more reasons, so it looks again.
func (c *card) interrupt() error {
	for {
		cause := c.registers.Read32(regICR)
		switch {
		case cause == maskAll:
			return errGone
		case c.closed.Load():
			return netdev.ErrClosed
		case cause == 0:
			return nil
		}
		if err := c.rx.serve(); err != nil {
			return err
		}
		if cause&irqTXDW != 0 {
			c.tx.wake()
		}
		if cause&irqLSC != 0 {
			state := "down"
			if c.registers.Read32(regSTATUS)&statusLU != 0 {
				state = "up"
			}
			klog.Debug("e1000", c.name, ": link ", state)
		}
		if c.line.Level() {
			return nil
		}
	}
}

// Name implements netdev.Device.
func (c *card) Name() string { return c.name }

// HardwareAddr implements netdev.Device.
func (c *card) HardwareAddr() [6]byte { return c.mac }

// MTU implements netdev.Device.
func (c *card) MTU() int { return mtu }

// Start implements netdev.Device.
func (c *card) Start(receive func(frame []byte)) error {
	if c.closed.Load() {
		return netdev.ErrClosed
	}
	c.receive.Store(&receive)
	return nil
}

// Stats implements netdev.Device.
func (c *card) Stats() netdev.Stats {
	s := &c.stats
	return netdev.Stats{
		RxFrames: s.rxFrames.Load(), RxBytes: s.rxBytes.Load(), RxDropped: s.rxDropped.Load(), RxErrors: s.rxErrors.Load(),
		TxFrames: s.txFrames.Load(), TxBytes: s.txBytes.Load(), TxDropped: s.txDropped.Load(), TxErrors: s.txErrors.Load(),
	}
}

// Close implements netdev.Device. The memory of the rings is not used for
// anything else: a frame may still be on its way into it.
func (c *card) Close() error {
	if !c.closed.CompareAndSwap(false, true) {
		return nil
	}
	c.tx.close()
	err := c.reset()
	c.line.Close()
	return err
}
