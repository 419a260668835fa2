package console

import "eggcup/kernel/core/x86"

// Port access, replaced by the tests.
var (
	in8  = x86.In8
	out8 = x86.Out8
)

// pollLimit bounds the wait for the transmitter. A port read takes about a
// microsecond on a PC, a byte at 300 baud 33 milliseconds.
const pollLimit = 100_000

// shortLimit bounds the wait of who comes again: that for a FIFO of 16 bytes at
// 115200 baud.
const shortLimit = 2000

// uart is the transmitting half of a 16550A, polled. It owns the divisor, LCR,
// FCR and THR; drivers/uart owns the receiver and the interrupt registers.
type uart struct {
	port    uint16
	present bool
	depth   int  // bytes the transmitter takes once it is empty
	room    int  // bytes it still takes without asking again
	stuck   bool // the last wait timed out: from then on, one look per byte
}

// init looks for a UART and programs it for 8N1 at the given speed.
func (u *uart) init(port uint16, baud uint32) {
	*u = uart{port: port}
	if !u.detect() {
		return
	}
	divisor := uint32(1)
	if baud > 0 && baud < baudBase {
		divisor = baudBase / baud
	}
	out8(port+regLCR, lcrDLAB|lcr8N1)
	out8(port+regDLL, uint8(divisor))
	out8(port+regDLM, uint8(divisor>>8))
	out8(port+regLCR, lcr8N1)
	out8(port+regMCR, mcrDTR|mcrRTS)
	u.depth = 1
	if u.enableFIFO() {
		u.depth = fifoDepth
	}
	u.present = true
}

// enableFIFO switches the FIFOs on, if the chip has them that work. Doing so
// empties the receiver, so with a byte there that was typed ahead - the first of
// a pipe's, under an emulator - the chip stays a 16450.
func (u *uart) enableFIFO() bool {
	if in8(u.port+regLSR)&lsrData != 0 {
		return in8(u.port+regIIR)&iirFIFO == iirFIFO16550
	}
	out8(u.port+regFCR, fcrEnable|fcrClearRX|fcrClearTX|fcrTrigger14)
	if in8(u.port+regIIR)&iirFIFO == iirFIFO16550 {
		return true
	}
	out8(u.port+regFCR, 0) // a 16550 without A has a broken FIFO
	return false
}

// detect tells a UART from an empty port: the interrupt enable register keeps
// its low bits and reads its high ones as zero.
func (u *uart) detect() bool {
	if in8(u.port+regLSR) == absent {
		return false
	}
	out8(u.port+regIER, ierAll)
	all := in8(u.port + regIER)
	out8(u.port+regIER, 0)
	none := in8(u.port + regIER)
	return all == ierAll && none == 0
}

// put sends one byte. A transmitter that never becomes ready (a line whose
// other end holds CTS, an emulator whose output is blocked) loses bytes rather
// than stopping the machine: the log and reports of bugs cannot wait. What a
// program writes waits for room first.
func (u *uart) put(c byte) {
	if !u.present {
		return
	}
	if u.room == 0 {
		if !u.ready() {
			return
		}
		u.room = u.depth
	}
	u.room--
	out8(u.port+regTHR, c)
}

// hasRoom reports whether a byte and one before it can be sent now, after a
// short wait at most.
func (u *uart) hasRoom() bool {
	if !u.present || u.room >= 2 {
		return true
	}
	if !u.poll(lsrTHRE, shortLimit) {
		return false
	}
	u.room, u.stuck = u.depth, false
	return true
}

// drain waits until the last byte has left the transmitter.
func (u *uart) drain() {
	if !u.stuck {
		u.empty(pollLimit)
	}
}

// empty reports whether the last byte has left the transmitter, after a wait.
func (u *uart) empty(limit int) bool { return !u.present || u.poll(lsrTEMT, limit) }

// poll looks at the line status until a bit is set, and reports whether it is.
func (u *uart) poll(bit uint8, limit int) bool {
	for i := 0; i < limit; i++ {
		if in8(u.port+regLSR)&bit != 0 {
			return true
		}
		x86.Pause()
	}
	return false
}

// ready waits for an empty transmitter.
func (u *uart) ready() bool {
	limit := pollLimit
	if u.stuck {
		limit = 1
	}
	u.stuck = !u.poll(lsrTHRE, limit)
	return !u.stuck
}
