package virtio

// Kinds of device (virtio 1.2, chapter 5).
const (
	KindNet     = 1
	KindBlock   = 2
	KindConsole = 3
	KindEntropy = 4
)

// Device status (virtio 1.2, 2.1).
const (
	statusAcknowledge = 1 << 0
	statusDriver      = 1 << 1
	statusDriverOK    = 1 << 2
	statusFeaturesOK  = 1 << 3
	statusNeedsReset  = 1 << 6
	statusFailed      = 1 << 7
)

// Feature bits of every device (virtio 1.2, chapter 6).
const (
	FeatureEventIndex     = 1 << 29
	FeatureVersion1       = 1 << 32
	FeatureAccessPlatform = 1 << 33
)

// Split virtqueues (virtio 1.2, 2.7).
const (
	maxQueueSize = 32768

	descriptorSize     = 16
	descriptorAddress  = 0
	descriptorLength   = 8
	descriptorFlags    = 12
	descriptorNext     = 14
	descriptorMore     = 1 << 0
	descriptorWritable = 1 << 1

	ringIndex       = 4 // ring[0], behind the flags and the index
	availNoNotify   = 1 // "no interrupt", in the flags of the available ring
	availEntry      = 2
	usedNoNotify    = 1
	usedEntry       = 8
	usedID          = 0
	usedLength      = 4
	legacyAlignment = 4096 // of the used ring, and of the whole
	modernAlignment = 4
)

// The vendor's PCI capability (virtio 1.2, 4.1.4), and the types it comes in.
const (
	pciVendor            = 0x1af4
	pciFirst             = 0x1000
	pciFirstModern       = 0x1040
	pciLast              = 0x107f
	capabilityType       = 3
	capabilityBAR        = 4
	capabilityOffset     = 8
	capabilityLength     = 12
	capabilityMultiplier = 16
	capabilityEnd        = 16
	capabilityNotifyEnd  = 20

	typeCommon = 1
	typeNotify = 2
	typeISR    = 3
	typeDevice = 4
)

// Common configuration structure (virtio 1.2, 4.1.4.3).
const (
	commonFeatureSelect       = 0
	commonFeature             = 4
	commonDriverFeatureSelect = 8
	commonDriverFeature       = 12
	commonConfigVector        = 16
	commonStatus              = 20
	commonGeneration          = 21
	commonQueueSelect         = 22
	commonQueueSize           = 24
	commonQueueVector         = 26
	commonQueueEnable         = 28
	commonQueueNotify         = 30
	commonQueueDescriptors    = 32
	commonQueueDriver         = 40
	commonQueueDevice         = 48
	commonSize                = 56

	noVector = 0xffff
)

// Registers of a legacy device behind BAR 0 (virtio 1.2, 4.1.4.10).
const (
	legacyFeatures       = 0
	legacyDriverFeatures = 4
	legacyQueueAddress   = 8
	legacyQueueSize      = 12
	legacyQueueSelect    = 14
	legacyQueueNotify    = 16
	legacyStatus         = 18
	legacyISR            = 19
	legacyConfigVector   = 20 // only while MSI-X is on; the device's own follow
	legacyQueueVector    = 22
	legacyConfig         = 20
	legacyConfigMSIX     = 24
	legacyPageShift      = 12
)

// Registers of a memory-mapped device (virtio 1.2, 4.2.2 and 4.2.4).
const (
	mmioMagic          = 0x00
	mmioMagicValue     = 'v' | 'i'<<8 | 'r'<<16 | 't'<<24
	mmioVersion        = 0x04
	mmioVersionLegacy  = 1
	mmioVersionModern  = 2
	mmioDeviceID       = 0x08
	mmioFeatures       = 0x10
	mmioFeatureSelect  = 0x14
	mmioDriverFeatures = 0x20
	mmioDriverSelect   = 0x24
	mmioPageSize       = 0x28 // legacy
	mmioQueueSelect    = 0x30
	mmioQueueSizeMax   = 0x34
	mmioQueueSize      = 0x38
	mmioQueueAlign     = 0x3c // legacy
	mmioQueuePage      = 0x40 // legacy
	mmioQueueReady     = 0x44
	mmioQueueNotify    = 0x50
	mmioInterrupt      = 0x60
	mmioInterruptAck   = 0x64
	mmioStatus         = 0x70
	mmioDescriptors    = 0x80
	mmioDriver         = 0x90
	mmioDevice         = 0xa0
	mmioGeneration     = 0xfc
	mmioConfig         = 0x100
	mmioPageBytes      = 4096
)
