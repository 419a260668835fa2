package virtio_blk

// Feature bits (virtio 1.2, 5.2.3).
const (
	featureReadOnly  = 1 << 5
	featureBlockSize = 1 << 6
	featureFlush     = 1 << 9
	featureDiscard   = 1 << 13
)

// Device configuration (virtio 1.2, 5.2.4).
const (
	configCapacity        = 0 // in units of 512 bytes, whatever the block size
	configBlockSize       = 20
	configDiscardSectors  = 36
	configDiscardSegments = 40
)

// unitSize is what capacity and addresses count in.
const unitSize = 512

// Requests (virtio 1.2, 5.2.6): a header, the data, and a status byte.
const (
	headerType   = 0
	headerSector = 8
	headerSize   = 16

	typeIn      = 0
	typeOut     = 1
	typeFlush   = 4
	typeDiscard = 11

	statusOK          = 0
	statusError       = 1
	statusUnsupported = 2
	statusNone        = 0xff // not written yet

	// A discard's data is one of these.
	discardSector = 0
	discardCount  = 8
	discardFlags  = 12
	discardSize   = 16
)
