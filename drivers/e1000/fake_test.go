package e1000

import (
	"bytes"
	"os"
	"sync"
	"testing"
	"time"

	"eggcup/kernel/dma"
	"eggcup/kernel/dma/dmatest"
	"eggcup/kernel/netdev"
	"eggcup/kernel/netdev/netdevtest"
)

// fake is a card: registers, and rings in memory.
type fake struct {
	t   *testing.T
	bus *dmatest.Bus

	mu         sync.Mutex // guards what follows
	registers  map[int]uint32
	eeprom     [3]uint16
	is82574    bool
	noEEPROM   bool
	noAutoload bool // the address is not in the receive address registers after a reset
	stuckReset bool
	gone       bool
	stalled    bool // sends nothing
	level      bool // on a line that fires as long as there is a cause
	sent       [][]byte
	looks      int // reads of the interrupt's cause
	refills    int // writes of the receive ring's tail

	fired  chan struct{}
	closed chan struct{}
	once   sync.Once
}

func newFake(t *testing.T) *fake {
	return &fake{
		t: t, bus: dmatest.New(), registers: map[int]uint32{regSTATUS: statusLU},
		eeprom: [3]uint16{0x5452, 0x1200, 0x5634}, fired: make(chan struct{}, 1), closed: make(chan struct{}),
	}
}

func (f *fake) Size() int           { return registerSpace }
func (f *fake) Read8(int) uint8     { f.t.Error("the registers have 32 bits"); return 0 }
func (f *fake) Read16(int) uint16   { f.t.Error("the registers have 32 bits"); return 0 }
func (f *fake) Write8(int, uint8)   { f.t.Error("the registers have 32 bits") }
func (f *fake) Write16(int, uint16) { f.t.Error("the registers have 32 bits") }

func (f *fake) Read32(off int) uint32 {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.gone {
		return maskAll
	}
	v := f.registers[off]
	if off == regICR {
		f.looks++
		f.registers[regICR] = 0
	}
	return v
}

func (f *fake) Write32(off int, v uint32) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch off {
	case regICR, regSTATUS:
		return
	case regIMS:
		f.registers[regIMS] |= v
		f.interrupt(0)
		return
	case regIMC:
		f.registers[regIMS] &^= v
		return
	case regICS:
		f.interrupt(v)
		return
	}
	f.registers[off] = v
	switch {
	case off == regCTRL && v&ctrlReset != 0:
		f.reset()
	case off == regEERD && v&eerdStart != 0 && !f.noEEPROM:
		f.readEEPROM(v)
	case off == regRDT:
		f.refills++
	case off == regTDT:
		f.send()
	}
}

func (f *fake) reset() {
	if f.stuckReset {
		return
	}
	f.registers = map[int]uint32{regSTATUS: statusLU}
	if !f.noAutoload {
		f.registers[regRAL0] = uint32(f.eeprom[0]) | uint32(f.eeprom[1])<<16
		f.registers[regRAH0] = uint32(f.eeprom[2]) | rahValid
	}
}

func (f *fake) readEEPROM(v uint32) {
	shift, done := eerdAddress, uint32(eerdDone)
	if f.is82574 {
		shift, done = eerdAddress82574, eerdDone82574
	}
	word := f.eeprom[v>>shift&3]
	f.registers[regEERD] = uint32(word)<<eerdData | done
}

// interrupt raises causes; the lock is held.
func (f *fake) interrupt(cause uint32) {
	f.registers[regICR] |= cause
	if f.registers[regICR]&f.registers[regIMS] != 0 {
		select {
		case f.fired <- struct{}{}:
		default:
		}
	}
}

func (f *fake) Wait() error {
	select {
	case <-f.fired:
		return nil
	case <-f.closed:
		return os.ErrClosed
	}
}

func (f *fake) Level() bool { return f.level }

func (f *fake) Close() error {
	f.once.Do(func() { close(f.closed) })
	return nil
}

// descriptor returns descriptor i of the ring at a base register.
func (f *fake) descriptor(base, length int, i uint32) (*dma.Memory, int) {
	if i >= f.registers[length]/descriptorSize || f.registers[length]%128 != 0 {
		f.t.Fatalf("descriptor %d of a ring of %d bytes", i, f.registers[length])
	}
	address := uint64(f.registers[base]) | uint64(f.registers[base+4])<<32
	m, off := f.bus.Find(address+uint64(i)*descriptorSize, descriptorSize)
	if m == nil || address%128 != 0 {
		f.t.Fatalf("no ring at %#x", address)
	}
	return m, off
}

// send takes what is in the transmit ring; the lock is held.
func (f *fake) send() {
	if f.stalled || f.registers[regTCTL]&tctlEnable == 0 {
		return
	}
	for f.registers[regTDH] != f.registers[regTDT] {
		m, off := f.descriptor(regTDBAL, regTDLEN, f.registers[regTDH])
		if command := m.Bytes()[off+txCommand]; command != txEOP|txIFCS|txRS {
			f.t.Errorf("command %#x", command)
		}
		data := f.bus.Bytes(m.Get64(off+txAddress), int(m.Get16(off+txLength)))
		f.sent = append(f.sent, bytes.Clone(data))
		m.Store32(off+txStatus, m.Load32(off+txStatus)|txDone)
		f.registers[regTDH] = (f.registers[regTDH] + 1) % (f.registers[regTDLEN] / descriptorSize)
	}
	f.interrupt(irqTXDW)
}

// resume lets a stalled card send.
func (f *fake) resume() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stalled = false
	f.send()
}

// put lets bytes arrive in one buffer; it reports whether there was one.
func (f *fake) put(data []byte, status, errors byte) bool {
	return f.putLength(data, len(data), status, errors)
}

func (f *fake) putLength(data []byte, length int, status, errors byte) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.registers[regRCTL]&rctlEnable == 0 || f.registers[regRDH] == f.registers[regRDT] {
		return false
	}
	m, off := f.descriptor(regRDBAL, regRDLEN, f.registers[regRDH])
	copy(f.bus.Bytes(m.Get64(off+rxAddress), bufferSize), data)
	m.Put16(off+rxLength, uint16(length))
	m.Store32(off+rxStatus, uint32(status)|uint32(errors)<<8)
	f.registers[regRDH] = (f.registers[regRDH] + 1) % (f.registers[regRDLEN] / descriptorSize)
	f.interrupt(irqRXT)
	return true
}

// deliver waits for a buffer.
func (f *fake) deliver(data []byte, status, errors byte) {
	f.t.Helper()
	for end := time.Now().Add(2 * time.Second); !f.put(data, status, errors); time.Sleep(50 * time.Microsecond) {
		if time.Now().After(end) {
			f.t.Fatal("the driver gives no receive buffers")
		}
	}
}

const ringSize = 16

// open starts the driver; what it receives goes into the channel.
func (f *fake) open() (*card, <-chan []byte) {
	f.t.Helper()
	c, err := newCard("e1000 fake", f, f, f.bus.Alloc, ringSize, f.is82574)
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() { c.Close() })
	frames := make(chan []byte, 1000)
	if err := c.Start(func(frame []byte) { frames <- bytes.Clone(frame) }); err != nil {
		f.t.Fatal(err)
	}
	return c, frames
}

var (
	wait    = netdevtest.Wait
	pattern = netdevtest.Pattern
)

var _ netdev.Device = (*card)(nil)
