package virtio_net

// Feature bits (virtio 1.2, 5.1.3).
const (
	featureChecksum      = 1 << 0  // the device fills in checksums
	featureGuestChecksum = 1 << 1  // the driver takes frames whose checksum is not filled in
	featureMTU           = 1 << 3  // the configuration has the MTU
	featureMAC           = 1 << 5  // the configuration has the address
	featureMergeable     = 1 << 15 // a frame may take several receive buffers
	featureAnyLayout     = 1 << 27 // legacy: header and frame may share a descriptor (6.3)
)

// Queues (virtio 1.2, 5.1.2) of the first pair; the pairs that a device with
// several has follow, and its control queue.
const (
	receiveQueue  = 0
	transmitQueue = 1
)

// Device configuration (virtio 1.2, 5.1.4).
const (
	configMAC = 0
	configMTU = 10
)

// Header before every frame (virtio 1.2, 5.1.6). A legacy device that does not
// merge buffers leaves the last word out.
const (
	headerFlags         = 0
	headerChecksumStart = 6 // where the sum starts
	headerChecksumAt    = 8 // where it goes, from there
	headerBuffers       = 10
	headerSize          = 12
	headerSizeLegacy    = 10

	flagNeedsChecksum = 1 << 0
	flagDataValid     = 1 << 1
)
