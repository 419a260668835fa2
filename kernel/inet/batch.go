package inet

import (
	"encoding/binary"
	"sync/atomic"
	"time"

	"eggcup/kernel/netdev"

	"gvisor.dev/gvisor/pkg/tcpip/header"
)

// batch saves telling a device of TCP segments that only acknowledge: under a
// hypervisor that is an exit from the machine each time. Most often an answer
// follows at once, and the segment goes out with it (RFC 1122, 4.2.3.2, allows
// to wait for half a second). The second such segment does not wait.
type batch struct {
	device netdev.Batcher
	timer  *time.Timer
	acks   atomic.Int32 // segments that wait for an answer
}

// ackDelay is how long such a segment waits.
const ackDelay = 2 * time.Millisecond

func newBatch(device netdev.Batcher) *batch {
	b := &batch{device: device}
	b.timer = time.AfterFunc(time.Hour, b.flushLate)
	b.timer.Stop()
	return b
}

// send sends a frame, and with it what has waited.
func (b *batch) send(frame []byte) error {
	if !acknowledges(frame) {
		b.acks.Store(0)
		return b.device.Transmit(frame)
	}
	if err := b.device.Queue(frame); err != nil {
		return err
	}
	if b.acks.Add(1) == 1 {
		b.timer.Reset(ackDelay)
	} else {
		b.acks.Store(0)
		b.device.Flush()
	}
	return nil
}

// flushLate sends a segment that no answer has followed.
func (b *batch) flushLate() {
	if b.acks.Swap(0) > 0 {
		b.device.Flush()
	}
}

// acknowledges reports whether a frame carries a TCP segment with nothing but
// an acknowledgement.
func acknowledges(frame []byte) bool {
	packet := frame[netdev.HeaderSize:]
	var segment []byte
	switch binary.BigEndian.Uint16(frame[12:]) {
	case uint16(header.IPv4ProtocolNumber):
		if len(packet) < header.IPv4MinimumSize || packet[0] != 4<<4|5 || packet[9] != uint8(header.TCPProtocolNumber) {
			return false
		}
		segment = packet[header.IPv4MinimumSize:]
	case uint16(header.IPv6ProtocolNumber):
		if len(packet) < header.IPv6MinimumSize || packet[6] != uint8(header.TCPProtocolNumber) {
			return false
		}
		segment = packet[header.IPv6MinimumSize:]
	}
	if len(segment) < header.TCPMinimumSize {
		return false
	}
	tcp := header.TCP(segment)
	return tcp.Flags() == header.TCPFlagAck && int(tcp.DataOffset()) == len(segment)
}
