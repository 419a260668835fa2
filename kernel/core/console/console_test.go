package console

import (
	"math"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"unsafe"
)

// ports is a fake I/O space: a 16550A with what it sent, and a CRT controller.
type ports struct {
	present bool // the serial port
	fifo    bool
	blocked bool // the transmitter never becomes empty
	typed   bool // a received byte waits
	dlab    bool
	ier     uint8
	fcr     uint8
	divisor uint16
	inFIFO  int // bytes written since the transmitter was seen empty
	overrun bool
	polls   int
	sent    strings.Builder
	index   uint8
	crtc    [32]uint8
}

const com1 = 0x3f8

func (p *ports) in(port uint16) uint8 {
	if !p.present || port < com1 || port > com1+7 {
		return absent
	}
	switch port - com1 {
	case regIER:
		return p.ier
	case regIIR:
		if p.fifo && p.fcr&fcrEnable != 0 {
			return iirFIFO16550 | 1
		}
		return 1
	case regLSR:
		p.polls++
		if p.blocked {
			return 0
		}
		p.inFIFO = 0
		if p.typed {
			return lsrData | lsrTHRE | lsrTEMT
		}
		return lsrTHRE | lsrTEMT
	}
	return 0
}

func (p *ports) out(port uint16, v uint8) {
	switch {
	case port == crtcIndex:
		p.index = v
		return
	case port == crtcData:
		p.crtc[p.index] = v
		return
	case !p.present:
		return
	}
	switch port - com1 {
	case regTHR:
		if p.dlab {
			p.divisor = p.divisor&0xff00 | uint16(v)
			return
		}
		p.inFIFO++
		depth := 1
		if p.fifo && p.fcr&fcrEnable != 0 {
			depth = fifoDepth
		}
		p.overrun = p.overrun || p.inFIFO > depth
		p.sent.WriteByte(v)
	case regIER:
		if p.dlab {
			p.divisor = p.divisor&0xff | uint16(v)<<8
			return
		}
		p.ier = v & ierAll
	case regFCR:
		p.fcr = v
	case regLCR:
		p.dlab = v&lcrDLAB != 0
	}
}

// install puts fake ports under the console for the length of one test.
func install(t *testing.T, p *ports) *ports {
	t.Helper()
	oldIn, oldOut, oldSerial, oldScreen := in8, out8, serial, screen
	in8, out8 = p.in, p.out
	screen = textScreen{}
	t.Cleanup(func() { in8, out8, serial, screen = oldIn, oldOut, oldSerial, oldScreen })
	Init()
	return p
}

// TestSerial sends text with line ends translated and never overruns the chip.
func TestSerial(t *testing.T) {
	for _, fifo := range []bool{false, true} {
		p := install(t, &ports{present: true, fifo: fifo})
		Print("one\ntwo, which is longer than the FIFO\n")
		Write([]byte{'3', '\n'})
		if got, want := p.sent.String(), "one\r\ntwo, which is longer than the FIFO\r\n3\r\n"; got != want {
			t.Errorf("fifo %v: sent %q, want %q", fifo, got, want)
		}
		if p.overrun {
			t.Errorf("fifo %v: wrote more than the transmitter holds", fifo)
		}
		if p.divisor != 1 || p.dlab {
			t.Errorf("fifo %v: divisor %d, DLAB %v", fifo, p.divisor, p.dlab)
		}
	}
}

// TestSpeed programs the divisor from the line's speed.
func TestSpeed(t *testing.T) {
	for baud, want := range map[uint32]uint16{0: 1, 50: 2304, 9600: 12, 115200: 1, 4_000_000: 1} {
		p := install(t, &ports{present: true})
		serial.init(com1, baud)
		if p.divisor != want {
			t.Errorf("%d baud: divisor %d, want %d", baud, p.divisor, want)
		}
	}
}

// TestTypedAhead leaves the FIFOs as they are while a received byte waits, since
// switching them on would drop it, and does not overrun the chip for that.
func TestTypedAhead(t *testing.T) {
	p := install(t, &ports{present: true, fifo: true, typed: true})
	serial.init(com1, 9600)
	if p.fcr != 0 {
		t.Errorf("FIFO control register %#x: the byte is lost", p.fcr)
	}
	Print("out as ever")
	if p.sent.String() != "out as ever" || p.overrun {
		t.Errorf("sent %q, overrun %v", p.sent.String(), p.overrun)
	}
}

// TestAbsentSerial writes nothing to an empty port and polls it not at all.
func TestAbsentSerial(t *testing.T) {
	p := install(t, &ports{})
	Print("into the void\n")
	if HasSerial() || p.sent.Len() != 0 || p.polls != 0 {
		t.Errorf("absent port: present %v, sent %q, %d polls", HasSerial(), p.sent.String(), p.polls)
	}
}

// TestBlockedSerial waits once for a transmitter that hangs, then drops bytes
// with one look each, and goes on when the transmitter does.
func TestBlockedSerial(t *testing.T) {
	p := install(t, &ports{present: true})
	p.blocked = true
	Print("0123456789")
	if p.polls < pollLimit || p.polls > pollLimit+20 {
		t.Errorf("%d polls, want one time-out of %d and a look per byte", p.polls, pollLimit)
	}
	p.blocked = false
	Print("ok")
	if got := p.sent.String(); got != "ok" {
		t.Errorf("after the block %q was sent, want ok", got)
	}
}

// TestWriteSome stops where the transmitter does, and goes on from there.
func TestWriteSome(t *testing.T) {
	p := install(t, &ports{present: true, fifo: true})
	text := []byte("0123456789abcde\nand more")
	p.blocked = true
	n := WriteSome(text, true)
	if n != 0 || Drained() || p.polls > 2*shortLimit+2 {
		t.Errorf("%d bytes went to a blocked line, drained %v, %d polls", n, Drained(), p.polls)
	}
	p.blocked = false
	serial.hasRoom() // what was there is out, and there is room for 16
	p.blocked = true
	if n = WriteSome(text, true); n != 15 {
		t.Errorf("%d bytes went, want 15: the newline has a carriage return before it", n)
	}
	p.blocked = false
	n += WriteSome(text[n:], true)
	if want := "0123456789abcde\r\nand more"; n != len(text) || p.sent.String() != want || p.overrun || !Drained() {
		t.Errorf("%d bytes, sent %q, overrun %v, drained %v", n, p.sent.String(), p.overrun, Drained())
	}
}

// TestDrain waits for a byte in the shift register, but not for ever.
func TestDrain(t *testing.T) {
	p := install(t, &ports{present: true})
	p.polls = 0
	Drain()
	if p.polls != 1 {
		t.Errorf("%d polls of an empty transmitter", p.polls)
	}
	p.polls, p.blocked = 0, true
	Drain()
	if p.polls != pollLimit {
		t.Errorf("%d polls of a blocked transmitter, want %d", p.polls, pollLimit)
	}
}

// TestNumbers prints the edges of both number formats.
func TestNumbers(t *testing.T) {
	p := install(t, &ports{present: true})
	for _, v := range []int64{0, 7, -1, 1234567890, math.MaxInt64, math.MinInt64} {
		PrintInt(v)
		put(' ')
	}
	for _, v := range []uintptr{0, 0xf, 0x10, 0xffff800000000000, math.MaxUint64} {
		PrintHex(v)
		put(' ')
	}
	want := "0 7 -1 1234567890 9223372036854775807 -9223372036854775808 " +
		"0x0 0xf 0x10 0xffff800000000000 0xffffffffffffffff "
	if got := p.sent.String(); got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
}

// TestLog prints the enabled levels only, each line with its time.
func TestLog(t *testing.T) {
	old := Level
	t.Cleanup(func() { Level = old })
	p := install(t, &ports{present: true})
	atomic.StoreInt32(&Level, LevelWarn)
	Log(LevelError, "boot", "no memory")
	Log(LevelWarn, "boot", "little memory")
	Log(LevelInfo, "boot", "enough memory")
	want := "[    0.000000] boot: no memory\r\n[    0.000000] boot: little memory\r\n"
	if got := p.sent.String(); got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
}

// TestFormatTime aligns the seconds and keeps six decimals.
func TestFormatTime(t *testing.T) {
	for ns, want := range map[int64]string{
		1_999:               "[    0.000001] ",
		12_345_678_901:      "[   12.345678] ",
		99_999_000_000_000:  "[99999.000000] ",
		123_456_000_000_000: "[123456.000000] ",
		math.MaxInt64:       "[9223372036.854775] ",
	} {
		var head [TimeWidth]byte
		if got := string(head[:FormatTime(&head, ns)]); got != want {
			t.Errorf("%d ns: %q, want %q", ns, got, want)
		}
	}
}

// frameBuffer is VGA text memory with the view that the CRT controller shows.
type frameBuffer struct {
	*ports
	cells [windowCells]uint16
}

func (f *frameBuffer) base() uintptr { return uintptr(unsafe.Pointer(&f.cells[0])) }

// shown returns the rows on display without trailing blanks.
func (f *frameBuffer) shown() []string {
	start := int(f.crtc[crtcStartHigh])<<8 | int(f.crtc[crtcStartLow])
	var lines []string
	for r := range rows {
		var line []byte
		for c := range columns {
			line = append(line, byte(f.cells[start+r*columns+c]))
		}
		lines = append(lines, strings.TrimRight(string(line), " "))
	}
	return lines
}

// cursor returns the row and column of the cursor on display.
func (f *frameBuffer) cursor() (row, column int) {
	start := int(f.crtc[crtcStartHigh])<<8 | int(f.crtc[crtcStartLow])
	at := int(f.crtc[crtcCursorHigh])<<8 | int(f.crtc[crtcCursorLow])
	return (at - start) / columns, (at - start) % columns
}

// TestScreenKeepsEarlyText shows what was printed before the screen came.
func TestScreenKeepsEarlyText(t *testing.T) {
	fb := &frameBuffer{ports: install(t, &ports{})}
	Print("early\n")
	AttachVGA(fb.base())
	Print("late\tx\b!\rL")
	if got := fb.shown(); got[0] != "early" || got[1] != "Late    !" {
		t.Errorf("screen shows %q", got[:2])
	}
	if r, c := fb.cursor(); r != 1 || c != 1 {
		t.Errorf("cursor at %d,%d, want 1,1", r, c)
	}
}

// TestScreenScrolls scrolls through the frame buffer several times over, with
// and without it attached, and always shows the last rows.
func TestScreenScrolls(t *testing.T) {
	fb := &frameBuffer{ports: install(t, &ports{})}
	for line := range 3 * windowRows {
		if line == windowRows {
			AttachVGA(fb.base())
		}
		PrintInt(int64(line))
		Print("\n")
		if line < windowRows {
			continue
		}
		got := fb.shown()
		for r := range rows - 1 {
			if want := strconv.Itoa(line - (rows - 2) + r); got[r] != want {
				t.Fatalf("after line %d row %d shows %q, want %q", line, r, got[r], want)
			}
		}
		if got[rows-1] != "" {
			t.Fatalf("after line %d the last row shows %q, want it empty", line, got[rows-1])
		}
	}
}

// TestScreenWraps breaks a line that is wider than the screen.
func TestScreenWraps(t *testing.T) {
	fb := &frameBuffer{ports: install(t, &ports{})}
	AttachVGA(fb.base())
	Print(strings.Repeat("a", columns) + "b")
	if got := fb.shown(); got[0] != strings.Repeat("a", columns) || got[1] != "b" {
		t.Errorf("screen shows %q", got[:2])
	}
}
