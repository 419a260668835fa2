package e1000

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"eggcup/kernel/netdev"
	"eggcup/kernel/netdev/netdevtest"
)

var address = [6]byte{0x52, 0x54, 0x00, 0x12, 0x34, 0x56}

// The address comes from where the card has loaded it, or from the EEPROM of
// either kind.
func TestAddress(t *testing.T) {
	for name, set := range map[string]func(f *fake){
		"loaded":         func(f *fake) { f.noEEPROM = true },
		"EEPROM":         func(f *fake) { f.noAutoload = true },
		"82574's EEPROM": func(f *fake) { f.noAutoload, f.is82574 = true, true },
	} {
		f := newFake(t)
		set(f)
		c, _ := f.open()
		if c.HardwareAddr() != address {
			t.Errorf("%s: %x", name, c.HardwareAddr())
		}
		if f.Read32(regRAL0) != 0x12005452 || f.Read32(regRAH0) != rahValid|0x5634 {
			t.Errorf("%s: the card listens to another address", name)
		}
	}
}

// Cards that do not work are errors, in bounded time.
func TestBadCards(t *testing.T) {
	for name, c := range map[string]struct {
		set  func(f *fake)
		want error
	}{
		"gone":           {func(f *fake) { f.gone = true }, errGone},
		"stuck":          {func(f *fake) { f.stuckReset = true }, errReset},
		"no EEPROM":      {func(f *fake) { f.noAutoload, f.noEEPROM = true, true }, errEEPROM},
		"no address":     {func(f *fake) { f.eeprom = [3]uint16{} }, errNoAddress},
		"group address":  {func(f *fake) { f.eeprom[0] = 0xffff }, errNoAddress},
		"no memory":      {func(f *fake) { f.bus.Left = 3 }, nil},
		"nothing at all": {func(f *fake) { f.bus.Left = 0 }, nil},
	} {
		f := newFake(t)
		c.set(f)
		begin := time.Now()
		_, err := newCard("e1000 fake", f, f, f.bus.Alloc, ringSize, false)
		if err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if took := time.Since(begin); took > 3*resetTime {
			t.Errorf("%s: %v", name, took)
		}
	}
}

// Frames go out and come in whole, many more than the rings hold.
func TestFrames(t *testing.T) {
	f := newFake(t)
	c, frames := f.open()
	if c.Name() != "e1000 fake" || c.MTU() != 1500 {
		t.Errorf("%s, MTU %d", c.Name(), c.MTU())
	}
	for i := range 200 {
		frame := pattern(netdev.HeaderSize + (i*37)%1501)
		if err := c.Transmit(frame); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(f.sent[i], frame) {
			t.Fatalf("frame %d: sent % x", i, f.sent[i])
		}
		f.deliver(frame, rxDone|rxEnd, 0)
		if got := wait(t, frames); !bytes.Equal(got, frame) {
			t.Fatalf("frame %d: received % x", i, got)
		}
	}
	if s := c.Stats(); s.TxFrames != 200 || s.RxFrames != 200 || s.RxErrors != 0 || s.TxBytes != s.RxBytes {
		t.Errorf("%+v", s)
	}
}

// An interrupt costs one look at the card on a level-triggered line, and two on
// another; buffers go back by quarters of the ring.
func TestAccesses(t *testing.T) {
	for level, want := range map[bool]int{true: 1, false: 2} {
		f := newFake(t)
		f.level = level
		_, frames := f.open()
		f.mu.Lock()
		f.looks, f.refills = 0, 0
		f.mu.Unlock()
		const count = 2 * ringSize
		for range count {
			f.deliver(pattern(60), rxDone|rxEnd, 0)
			wait(t, frames)
			for quiet := false; !quiet; { // the driver waits for the next interrupt
				f.mu.Lock()
				quiet = f.registers[regICR] == 0 && len(f.fired) == 0
				f.mu.Unlock()
			}
		}
		f.mu.Lock()
		if f.looks > want*count || f.looks < count || f.refills != give*2 {
			t.Errorf("level %v: %d looks and %d refills for %d frames", level, f.looks, f.refills, count)
		}
		f.mu.Unlock()
	}
}

// A burst as long as the ring comes in whole and in order.
func TestBurst(t *testing.T) {
	f := newFake(t)
	_, frames := f.open()
	for round := range 20 {
		for i := range ringSize - 1 {
			f.deliver(pattern(60+i+round), rxDone|rxEnd, 0)
		}
		for i := range ringSize - 1 {
			if got := wait(t, frames); !bytes.Equal(got, pattern(60+i+round)) {
				t.Fatalf("round %d, frame %d: %d bytes", round, i, len(got))
			}
		}
	}
}

// Damaged frames, and those that do not fit, are counted and left out; the
// parts of a long one are one frame.
func TestDamagedFrames(t *testing.T) {
	f := newFake(t)
	c, frames := f.open()
	f.deliver(pattern(60), rxDone|rxEnd, 0x01) // CRC error
	f.deliver(pattern(60), rxDone|rxEnd, 0x80) // receive error
	f.deliver(pattern(13), rxDone|rxEnd, 0)
	f.deliver(pattern(1515), rxDone|rxEnd, 0)
	f.deliver(pattern(2048), rxDone, 0)
	f.deliver(pattern(2048), rxDone, 0)
	f.deliver(pattern(60), rxDone|rxEnd, 0)
	f.deliver(pattern(100), rxDone|rxEnd, 0x60) // a checksum is wrong: for the stack to say
	if got := wait(t, frames); len(got) != 100 {
		t.Errorf("%d bytes", len(got))
	}
	if s := c.Stats(); s.RxErrors != 5 || s.RxFrames != 1 {
		t.Errorf("%+v", s)
	}
}

// A card that writes more than its buffer holds is stopped.
func TestMisdeed(t *testing.T) {
	f := newFake(t)
	c, _ := f.open()
	f.putLength(pattern(60), bufferSize+1, rxDone|rxEnd, 0)
	stopped(t, c)
}

// A card that is pulled out is stopped.
func TestGone(t *testing.T) {
	f := newFake(t)
	c, _ := f.open()
	f.mu.Lock()
	f.gone = true
	f.mu.Unlock()
	f.fired <- struct{}{}
	stopped(t, c)
}

func stopped(t *testing.T, c *card) {
	t.Helper()
	for end := time.Now().Add(2 * time.Second); !c.closed.Load() && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	for end := time.Now().Add(2 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if err := c.Transmit(pattern(60)); errors.Is(err, netdev.ErrClosed) {
			return
		}
	}
	t.Error("the card is still in use")
}

// A card that claims every descriptor at once costs one round of the ring an
// interrupt, not for ever.
func TestMadCard(t *testing.T) {
	f := newFake(t)
	c, _ := f.open()
	for i := range ringSize {
		c.rx.descriptors.Store32(i*descriptorSize+rxStatus, rxDone|rxEnd)
	}
	f.mu.Lock()
	f.interrupt(irqRXT)
	f.mu.Unlock()
	for end := time.Now().Add(time.Second); c.Stats().RxErrors < ringSize && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	if s := c.Stats(); s.RxErrors != ringSize {
		t.Errorf("%+v", s)
	}
}

// Transmit waits for a card that is busy, and for one that stays busy not for
// ever.
func TestBusy(t *testing.T) {
	f := newFake(t)
	c, _ := f.open()
	f.mu.Lock()
	f.stalled = true
	f.mu.Unlock()
	netdevtest.Busy(t, ringSize-1, c.Transmit, f.resume)
	if f.mu.Lock(); f.registers[regIMS]&irqTXDW != 0 {
		t.Error("the card interrupts for every frame although nobody waits")
	}
	f.stalled = true
	f.mu.Unlock()
	begin := time.Now()
	var err error
	for range ringSize {
		if err = c.Transmit(pattern(60)); err != nil {
			break
		}
	}
	if took := time.Since(begin); !errors.Is(err, netdev.ErrBusy) || took < patience/2 || took > 3*patience {
		t.Errorf("%v after %v", err, took)
	}
}

// Close ends calls that wait and silences the card.
func TestClose(t *testing.T) {
	f := newFake(t)
	c, _ := f.open()
	f.mu.Lock()
	f.stalled = true
	f.mu.Unlock()
	for range ringSize - 1 {
		if err := c.Transmit(pattern(60)); err != nil {
			t.Fatal(err)
		}
	}
	result := make(chan error)
	go func() { result <- c.Transmit(pattern(60)) }()
	time.Sleep(10 * time.Millisecond)
	for range 2 {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := <-result; !errors.Is(err, netdev.ErrClosed) {
		t.Errorf("error %v", err)
	}
	if err := c.Start(func([]byte) {}); !errors.Is(err, netdev.ErrClosed) {
		t.Errorf("error %v", err)
	}
	if f.put(pattern(60), rxDone|rxEnd, 0) || f.registers[regIMS] != 0 {
		t.Error("the card still receives or interrupts")
	}
}

// Frames before Start are dropped, frames of impossible sizes not sent.
func TestSizes(t *testing.T) {
	f := newFake(t)
	c, err := newCard("e1000 fake", f, f, f.bus.Alloc, ringSize, false)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	f.deliver(pattern(60), rxDone|rxEnd, 0)
	for end := time.Now().Add(time.Second); c.Stats().RxDropped == 0 && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	if s := c.Stats(); s.RxDropped != 1 {
		t.Errorf("%+v", s)
	}
	for _, n := range []int{0, 13, 1515} {
		if err := c.Transmit(pattern(n)); !errors.Is(err, netdev.ErrFrameSize) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}
