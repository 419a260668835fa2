package pci

// Configuration mechanism 1 (PCI Local Bus 3.0, 3.2.2.3.2): an address and a
// data port.
const (
	portAddress   = 0xcf8
	portData      = 0xcfc
	addressEnable = 1 << 31
)

// Limits of the address: 256 buses, 32 devices of 8 functions.
const (
	buses     = 256
	devices   = 32
	functions = 8
)

// ECAM (PCI Express Base 5.0, 7.2.2): 4 KiB for each function.
const (
	ecamFunction = 1 << 12
	ecamBus      = 1 << 20
)

// Configuration space header (PCI Local Bus 3.0, 6.1).
const (
	headerSpace = 256 // what every function has; PCI Express adds more

	regVendor = 0x00
	noVendor  = 0xffff
	regDevice = 0x02

	regCommand      = 0x04
	commandIO       = 1 << 0
	commandMemory   = 1 << 1
	commandMaster   = 1 << 2
	commandNoINTx   = 1 << 10
	regStatus       = 0x06
	statusCapable   = 1 << 4
	regRevision     = 0x08
	regInterface    = 0x09
	regSubclass     = 0x0a
	regClass        = 0x0b
	regHeaderType   = 0x0e
	headerMultiple  = 1 << 7
	headerKind      = 0x7f
	headerDevice    = 0
	headerBridge    = 1
	regBAR0         = 0x10
	deviceBARs      = 6
	bridgeBARs      = 2
	regSubVendor    = 0x2c
	regSubsystem    = 0x2e
	regCapabilities = 0x34
	regLine         = 0x3c
	noLine          = 0xff
	regPin          = 0x3d
	regSecondary    = 0x19 // of a bridge: the bus behind it
)

// Base address registers (PCI Local Bus 3.0, 6.2.5.1).
const (
	barIO         = 1 << 0
	barType       = 3 << 1
	barType32     = 0 << 1
	barType64     = 2 << 1
	barMemoryMask = ^uint32(0xf)
	barIOMask     = ^uint32(0x3)
	bridgeIOLimit = 1 << 16 // I/O ports of a PC
)

// Capabilities (PCI Local Bus 3.0, 6.7): a list in the upper 192 bytes.
const (
	firstCapability = 0x40
	maxCapabilities = (headerSpace - firstCapability) / 4
	capID           = 0
	capNext         = 1
)

// MSI-X (PCI Local Bus 3.0, 6.8.2).
const (
	msixControl      = 2
	msixSize         = 0x7ff // entries, less one
	msixMaskAll      = 1 << 14
	msixEnable       = 1 << 15
	msixTable        = 4
	msixBAR          = 7 // which BAR; the rest is the offset in it
	msixLength       = 12
	msixEntry        = 16
	msixAddressLow   = 0
	msixAddressHigh  = 4
	msixData         = 8
	msixVector       = 12
	msixVectorMasked = 1 << 0
)
