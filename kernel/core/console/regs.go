package console

// Registers of the 8250 family, as offsets from the port's first address
// (PC16550D data sheet, table 2).
const (
	regTHR = 0 // W: transmitter holding register
	regDLL = 0 // divisor latch, low byte, when LCR.DLAB is set
	regDLM = 1 // divisor latch, high byte, when LCR.DLAB is set

	regIER = 1 // interrupt enable
	ierAll = 0x0f

	regIIR       = 2 // R: interrupt identification
	iirFIFO      = 0xc0
	iirFIFO16550 = 0xc0 // both bits: a FIFO that works (16550A)

	regFCR       = 2 // W: FIFO control
	fcrEnable    = 1 << 0
	fcrClearRX   = 1 << 1
	fcrClearTX   = 1 << 2
	fcrTrigger14 = 3 << 6 // interrupt when 14 bytes have arrived
	fifoDepth    = 16

	regLCR  = 3 // line control
	lcr8N1  = 0x03
	lcrDLAB = 1 << 7

	regMCR = 4 // modem control
	mcrDTR = 1 << 0
	mcrRTS = 1 << 1

	regLSR  = 5      // line status
	lsrData = 1 << 0 // a received byte waits
	lsrTHRE = 1 << 5 // the holding register and FIFO are empty
	lsrTEMT = 1 << 6 // the shift register is empty too
	absent  = 0xff   // what an unconnected port reads as

	baudBase = 115200 // 1.8432 MHz / 16
)

// VGA CRT controller.
const (
	crtcIndex       = 0x3d4
	crtcData        = 0x3d5
	crtcStartHigh   = 0x0c // first cell shown
	crtcStartLow    = 0x0d
	crtcCursorStart = 0x0a // bit 5 set switches the cursor off
	crtcCursorEnd   = 0x0b
	crtcCursorHigh  = 0x0e
	crtcCursorLow   = 0x0f
)
