package e1000

// PCI identities.
const (
	vendorIntel    = 0x8086
	product82540EM = 0x100e
	product82545EM = 0x100f
	product82574L  = 0x10d3
)

// Registers (82540EP/EM Software Developer's Manual, chapter 13; 82574 data
// sheet, chapter 10: the same where nothing else is said).
const (
	registerSpace = 128 << 10

	regCTRL    = 0x0000 // device control
	ctrlASDE   = 1 << 5 // auto-speed detection
	ctrlSLU    = 1 << 6 // set link up
	ctrlReset  = 1 << 26
	ctrlLRST   = 1 << 3
	ctrlILOS   = 1 << 7
	ctrlVLAN   = 1 << 30
	ctrlPHYRst = 1 << 31

	regSTATUS = 0x0008
	statusLU  = 1 << 1 // link up

	regEERD     = 0x0014 // EEPROM read
	eerdStart   = 1 << 0
	eerdData    = 16
	eerdDone    = 1 << 4
	eerdAddress = 8
	// The 82574 has them elsewhere (10.2.2.4).
	eerdDone82574    = 1 << 1
	eerdAddress82574 = 2

	regICR   = 0x00c0 // interrupt cause, cleared by reading
	regITR   = 0x00c4 // least time between interrupts, in units of 256 ns
	regICS   = 0x00c8 // interrupt cause set
	regIMS   = 0x00d0 // interrupt mask set
	regIMC   = 0x00d8 // interrupt mask clear
	irqTXDW  = 1 << 0 // transmit descriptor written back
	irqLSC   = 1 << 2 // link status change
	irqRXO   = 1 << 6 // receiver overrun
	irqRXDMT = 1 << 4 // few receive descriptors left
	irqRXT   = 1 << 7 // receiver timer: frames have come
	maskAll  = ^uint32(0)

	regRCTL    = 0x0100 // receive control
	rctlEnable = 1 << 1
	rctlBAM    = 1 << 15 // accept broadcast
	rctlMPE    = 1 << 4  // accept all multicast
	rctlSECRC  = 1 << 26 // strip the check sequence
	// A buffer size of 2048 is 0.

	regTCTL    = 0x0400 // transmit control
	tctlEnable = 1 << 1
	tctlPSP    = 1 << 3 // pad short packets
	tctlCT     = 15 << 4
	tctlCOLD   = 64 << 12 // full duplex

	regTIPG     = 0x0410 // inter-packet gap, for copper (13.4.34)
	tipgDefault = 10 | 8<<10 | 6<<20

	regRDBAL = 0x2800 // receive ring: address, length, head, tail
	regRDBAH = 0x2804
	regRDLEN = 0x2808
	regRDH   = 0x2810
	regRDT   = 0x2818
	regRDTR  = 0x2820

	regTDBAL = 0x3800 // transmit ring
	regTDBAH = 0x3804
	regTDLEN = 0x3808
	regTDH   = 0x3810
	regTDT   = 0x3818

	regMTA      = 0x5200 // multicast table
	mtaWords    = 128
	regRAL0     = 0x5400 // receive address 0
	regRAH0     = 0x5404
	rahValid    = 1 << 31
	eepromWords = 3 // of the address, from word 0 on
)

// Legacy receive descriptor (3.2.3).
const (
	descriptorSize = 16
	rxAddress      = 0
	rxLength       = 8
	rxStatus       = 12
	rxDone         = 1 << 0
	rxEnd          = 1 << 1 // end of packet
	rxErrors       = 13     // any of these bits: the frame is damaged
	rxErrorMask    = 0x97   // CE, SE, SEQ, CXE, RXE; the others are of checksums
)

// Legacy transmit descriptor (3.3.3).
const (
	txAddress = 0
	txLength  = 8
	txCommand = 11
	txEOP     = 1 << 0 // end of packet
	txIFCS    = 1 << 1 // insert the check sequence
	txRS      = 1 << 3 // report status
	txStatus  = 12
	txDone    = 1 << 0
)
