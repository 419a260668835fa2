package apic

// IA32_APIC_BASE (SDM 3, 11.4.4).
const (
	baseX2APIC = 1 << 10
	baseEnable = 1 << 11
)

// Local APIC registers, offsets in the register page (SDM 3, table 11-1). In
// x2APIC mode the same register is MSR 0x800 + offset/16.
const (
	regID  = 0x020
	regTPR = 0x080
	regEOI = 0x0b0

	regSVR    = 0x0f0
	svrEnable = 1 << 8

	regESR = 0x280

	regLVTTimer   = 0x320
	regLVTThermal = 0x330
	regLVTPerf    = 0x340
	regLVTLINT0   = 0x350
	regLVTLINT1   = 0x360
	regLVTError   = 0x370
	lvtMasked     = 1 << 16
	lvtDeadline   = 2 << 17 // timer mode; one-shot is 0
	lvtNMI        = 4 << 8  // delivery mode

	regInitialCount = 0x380
	regCurrentCount = 0x390

	regDivide   = 0x3e0
	divideByOne = 0b1011

	msrX2APIC = 0x800
)

// CPUID leaf 1, ECX.
const cpuidDeadline = 1 << 24

// I/O APIC (82093AA data sheet, 3.0): an index and a data register, behind
// them the version and a redirection entry of two words per line.
const (
	ioSelect = 0x00
	ioWindow = 0x10

	ioVersion  = 0x01
	ioMaxEntry = 16 // shift: number of the last entry
	ioRedirect = 0x10

	redirectLow    = 1 << 13 // polarity
	redirectLevel  = 1 << 15 // trigger mode
	redirectMasked = 1 << 16
	redirectDest   = 24 // shift, in the high word
)

// Flags of an interrupt source override (ACPI 6.5, table 5.29).
const (
	flagPolarity = 3
	flagLow      = 3
	flagTrigger  = 3 << 2
	flagLevel    = 3 << 2
)

// 8259 interrupt controllers.
const (
	picCommand1 = 0x20
	picData1    = 0x21
	picCommand2 = 0xa0
	picData2    = 0xa1
	picInit     = 0x11 // ICW1: cascade, ICW4 follows
	pic8086     = 0x01 // ICW4
	picCascade  = 2    // the second one hangs on line 2
	picMaskAll  = 0xff
)
