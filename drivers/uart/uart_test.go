package uart

import (
	"strings"
	"testing"
)

// fake is a chip of the family with bytes that arrive.
type fake struct {
	kind    chip
	ier     uint8
	mcr     uint8
	scratch uint8
	fifo    []byte
	arrive  []string // one more arrives whenever the FIFO was found empty
	overrun bool
	mad     bool // always has a byte
	reads   int
}

func (f *fake) read(register uint16) uint8 {
	f.reads++
	if f.kind == none {
		return absent
	}
	switch register {
	case regRBR:
		if f.mad {
			return 'x'
		}
		c := f.fifo[0]
		f.fifo = f.fifo[1:]
		return c
	case regIER:
		return f.ier
	case regIIR:
		id := map[chip]uint8{chip16550: iirFIFO16550, chip16550A: iirFIFO}[f.kind]
		if len(f.fifo) == 0 && !f.mad {
			id |= iirNone
		}
		return id
	case regMCR:
		return f.mcr
	case regLSR:
		return f.status()
	case regSCR:
		return f.scratch
	}
	return 0
}

func (f *fake) status() (v uint8) {
	if len(f.fifo) > 0 || f.mad {
		v |= lsrReady
	} else if len(f.arrive) > 0 {
		// Arrives after the driver has looked: its interrupt is pending now.
		f.fifo = []byte(f.arrive[0])
		f.arrive = f.arrive[1:]
	}
	if f.overrun {
		f.overrun = false
		v |= lsrOverrun
	}
	return v
}

func (f *fake) write(register uint16, v uint8) {
	switch register {
	case regIER:
		f.ier = v & ierImplement
	case regMCR:
		f.mcr = v
	case regSCR:
		if f.kind != chip8250 {
			f.scratch = v
		}
	}
}

// TestDetect tells the members of the family and an empty port apart, and
// leaves the interrupts as they were.
func TestDetect(t *testing.T) {
	for _, kind := range []chip{none, chip8250, chip16450, chip16550, chip16550A} {
		f := &fake{kind: kind, ier: ierReceived}
		if got := detect(f); got != kind {
			t.Errorf("a %v was taken for %v", kind, got)
		}
		if f.ier != ierReceived {
			t.Errorf("%v: interrupt enable register left at %#x", kind, f.ier)
		}
	}
}

// ram is an adapter that only looks like a UART: every register keeps what was
// written.
type ram [8]uint8

func (m *ram) read(register uint16) uint8     { return m[register] }
func (m *ram) write(register uint16, v uint8) { m[register] = v | 0x80 }

// TestDetectOther does not take memory for a UART.
func TestDetectOther(t *testing.T) {
	if got := detect(&ram{}); got != none {
		t.Errorf("memory was taken for a %v", got)
	}
}

// TestEnable keeps DTR and RTS, which the console has set.
func TestEnable(t *testing.T) {
	f := &fake{kind: chip16550A, mcr: 3}
	enable(f)
	if f.mcr != 3|mcrOUT2 || f.ier != ierReceived|ierLineError {
		t.Errorf("MCR %#x, IER %#x", f.mcr, f.ier)
	}
}

// TestReceive takes everything, what arrives meanwhile included, and leaves no
// interrupt pending.
func TestReceive(t *testing.T) {
	long := strings.Repeat("0123456789", 20)
	f := &fake{kind: chip16550A, fifo: []byte(long), arrive: []string{"abc", "d", long}, overrun: true}
	var got strings.Builder
	receive(f, func(b []byte) { got.Write(b) })
	if want := long + "abcd" + long; got.String() != want {
		t.Errorf("received %q, want %q", got.String(), want)
	}
	if f.read(regIIR)&iirNone == 0 {
		t.Error("an interrupt is pending: the line will not make an edge")
	}
}

// TestReceiveNothing calls nobody for an interrupt without a byte.
func TestReceiveNothing(t *testing.T) {
	receive(&fake{kind: chip16550A}, func(b []byte) { t.Errorf("input %q", b) })
}

// TestReceiveEnds gives up on a chip that always has a byte or is pulled out.
func TestReceiveEnds(t *testing.T) {
	f := &fake{kind: chip16550A, mad: true}
	receive(f, func([]byte) {})
	if f.reads > 4*maxRounds*bufferSize {
		t.Errorf("%d reads", f.reads)
	}
	gone := &fake{kind: none}
	receive(gone, func(b []byte) { t.Errorf("input %q from an empty port", b) })
}

// TestInterrupts knows the standard ports only.
func TestInterrupts(t *testing.T) {
	for port, want := range map[uint16]int{0x3f8: 4, 0x2f8: 3, 0x3e8: 4, 0x2e8: 3, 0x9000: 0} {
		n, ok := isaInterrupt(port)
		if n != want || ok != (want != 0) {
			t.Errorf("port %#x: interrupt %d, %v", port, n, ok)
		}
	}
}
