package acpi

// Signatures as little-endian words.
const (
	signatureRSDP = 0x2052545020445352 // "RSD PTR "
	signatureRSDT = 'R' | 'S'<<8 | 'D'<<16 | 'T'<<24
	signatureXSDT = 'X' | 'S'<<8 | 'D'<<16 | 'T'<<24
	signatureMADT = 'A' | 'P'<<8 | 'I'<<16 | 'C'<<24
	signatureFADT = 'F' | 'A'<<8 | 'C'<<16 | 'P'<<24
	signatureHPET = 'H' | 'P'<<8 | 'E'<<16 | 'T'<<24
	signatureMCFG = 'M' | 'C'<<8 | 'F'<<16 | 'G'<<24
	signatureSSDT = 'S' | 'S'<<8 | 'D'<<16 | 'T'<<24
)

// Root system description pointer (5.2.5.3).
const (
	rsdpRevision = 15
	rsdpRSDT     = 16
	rsdpXSDT     = 24
	rsdpSize1    = 20 // covered by the first checksum
	rsdpSize2    = 36 // covered by the extended checksum
)

// System description table header (5.2.6).
const (
	headerLength   = 4
	headerRevision = 8
	headerOEM      = 10
	headerSize     = 36
	maxTable       = 4 << 20 // larger ones are garbage
)

// Multiple APIC description table (5.2.12).
const (
	madtLocalAPIC = 36
	madtFlags     = 40
	madtPCAT      = 1 << 0
	madtEntries   = 44

	madtKindLocalAPIC   = 0
	madtKindIOAPIC      = 1
	madtKindOverride    = 2
	madtKindAPICAddress = 5
	madtKindX2APIC      = 9
	madtEnabled         = 1 << 0
)

// Fixed ACPI description table (5.2.9).
const (
	fadtDSDT          = 40
	fadtSMICommand    = 48
	fadtACPIEnable    = 52
	fadtPM1a          = 64
	fadtPM1b          = 68
	fadtPMTimer       = 76
	fadtPMTimerLength = 91
	fadtBootFlags     = 109
	boot8042          = 1 << 1
	bootNoVGA         = 1 << 2
	bootNoRTC         = 1 << 5
	fadtFlags         = 112
	fadtReset         = 1 << 10
	fadtHWReduced     = 1 << 20
	fadtResetRegister = 116
	fadtResetValue    = 128
	fadtXDSDT         = 140
	fadtXPM1a         = 172
	fadtXPM1b         = 184
	fadtXPMTimer      = 208
	fadtSleepControl  = 244
)

// HPET description table: the generic address structure of the register block.
const (
	hpetSpace   = 40
	hpetAddress = 44
)

// PCI Express memory mapped configuration table: the first allocation.
const mcfgEntries = 44
