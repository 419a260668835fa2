package inet

import (
	"bytes"
	"encoding/binary"

	"eggcup/kernel/netdev"

	"gvisor.dev/gvisor/pkg/tcpip/header"
)

// kind is what a frame is to a batch.
type kind int

const (
	other        kind = iota // no segment of TCP
	acknowledges             // says nothing but what has come
	carries                  // says that beside its content
	repeats                  // anything else: it may be one of several alike, which the peer counts
)

// tcpSegment returns the TCP segment that a frame carries, and the addresses
// before it. IP headers with options do not count.
func tcpSegment(frame []byte) (segment header.TCP, addresses []byte) {
	packet := frame[netdev.HeaderSize:]
	switch binary.BigEndian.Uint16(frame[12:]) {
	case uint16(header.IPv4ProtocolNumber):
		const plain = 4<<4 | header.IPv4MinimumSize/4
		if len(packet) >= header.IPv4MinimumSize && packet[0] == plain && packet[9] == uint8(header.TCPProtocolNumber) {
			segment, addresses = header.TCP(packet[header.IPv4MinimumSize:]), packet[12:header.IPv4MinimumSize]
		}
	case uint16(header.IPv6ProtocolNumber):
		if len(packet) >= header.IPv6MinimumSize && packet[6] == uint8(header.TCPProtocolNumber) {
			segment, addresses = header.TCP(packet[header.IPv6MinimumSize:]), packet[8:header.IPv6MinimumSize]
		}
	}
	if len(segment) < header.TCPMinimumSize || int(segment.DataOffset()) > len(segment) {
		return nil, nil
	}
	return segment, addresses
}

// parse says what a frame is, and in which slot an acknowledgement of its
// connection would wait.
func parse(frame []byte) (k kind, slot uint8) {
	segment, addresses := tcpSegment(frame)
	if segment == nil {
		return other, 0
	}
	ports := binary.BigEndian.Uint32(segment)
	mixed := (ports ^ binary.BigEndian.Uint32(addresses[len(addresses)-4:])) * 0x9e3779b1 // 2^32 / golden ratio
	slot = uint8(mixed >> 24)
	offset := int(segment.DataOffset())
	flags := segment.Flags()
	switch {
	case flags&header.TCPFlagAck == 0 || flags&(header.TCPFlagRst|header.TCPFlagSyn) != 0:
		return repeats, slot
	case offset < len(segment) || flags&header.TCPFlagFin != 0:
		return carries, slot
	case flags == header.TCPFlagAck && plainOptions(segment[header.TCPMinimumSize:offset]):
		return acknowledges, slot
	}
	return repeats, slot
}

// plainOptions reports whether a segment has no option but time stamps. One that
// says which segments have come is an answer to each of them (RFC 2018).
func plainOptions(b []byte) bool {
	return len(b) == 0 || len(b) == timeStamps && b[0] == header.TCPOptionNOP && b[1] == header.TCPOptionNOP && b[2] == header.TCPOptionTS
}

// sameConnection reports whether two frames with segments go the same way.
func sameConnection(a, b []byte) bool {
	s, from := tcpSegment(a)
	t, to := tcpSegment(b)
	return s != nil && t != nil && bytes.Equal(from, to) && bytes.Equal(s[:4], t[:4])
}

// acknowledged returns what a segment acknowledges.
func acknowledged(frame []byte) uint32 {
	segment, _ := tcpSegment(frame)
	return segment.AckNumber()
}
