package uart

// Registers of the 8250 family, as offsets from the port's first address
// (PC16550D data sheet, table 2). THR, FCR, LCR and the divisor belong to
// core/console.
const (
	regRBR = 0 // receiver buffer

	regIER       = 1 // interrupt enable
	ierReceived  = 1 << 0
	ierLineError = 1 << 2
	ierImplement = 0x0f // bits that every member of the family has

	regIIR       = 2 // interrupt identification
	iirNone      = 1 << 0
	iirFIFO      = 3 << 6
	iirFIFO16550 = 2 << 6 // a FIFO that the chip's errata make useless

	regMCR  = 4      // modem control
	mcrOUT2 = 1 << 3 // connects the interrupt line on a PC

	regLSR     = 5 // line status
	lsrReady   = 1 << 0
	lsrOverrun = 1 << 1
	absent     = 0xff // what an unconnected port reads as

	regSCR = 7 // scratch, which the 8250 does not have
)
