package netdev

import "encoding/binary"

// Ethernet types, and the protocols whose checksums are computed here (IANA).
const (
	etherIPv4 = 0x0800
	etherIPv6 = 0x86dd

	protocolTCP = 6
	protocolUDP = 17

	checksumTCP = 16 // where the checksum is in the header
	checksumUDP = 6
	headerTCP   = 20
	headerUDP   = 8
)

// Segment is where the checksum of a TCP or UDP segment in a frame is, and what
// it covers.
type Segment struct {
	Start, End int    // of the segment in the frame
	Checksum   int    // where its checksum is
	Pseudo     uint16 // the sum of the pseudo-header, not complemented
	udp        bool
	v6         bool
}

// FindSegment returns the segment of a frame that carries a whole one: IPv4
// that is no fragment, or IPv6 without extension headers.
func FindSegment(frame []byte) (Segment, bool) {
	if len(frame) < HeaderSize {
		return Segment{}, false
	}
	packet := frame[HeaderSize:]
	switch binary.BigEndian.Uint16(frame[12:]) {
	case etherIPv4:
		return segmentIPv4(packet)
	case etherIPv6:
		return segmentIPv6(packet)
	}
	return Segment{}, false
}

// segmentIPv4 follows RFC 791, 3.1.
func segmentIPv4(p []byte) (Segment, bool) {
	const shortest, fragment = 20, 0x3fff // more fragments, or an offset
	if len(p) < shortest || p[0]>>4 != 4 {
		return Segment{}, false
	}
	header, total := int(p[0]&15)*4, int(binary.BigEndian.Uint16(p[2:]))
	if header < shortest || total < header || total > len(p) || binary.BigEndian.Uint16(p[6:])&fragment != 0 {
		return Segment{}, false
	}
	return segment(p[:total], header, p[9], Sum(0, p[12:20]), false)
}

// segmentIPv6 follows RFC 8200, 3.
func segmentIPv6(p []byte) (Segment, bool) {
	const header = 40
	if len(p) < header || p[0]>>4 != 6 {
		return Segment{}, false
	}
	total := header + int(binary.BigEndian.Uint16(p[4:]))
	if total > len(p) {
		return Segment{}, false
	}
	return segment(p[:total], header, p[6], Sum(0, p[8:40]), true)
}

func segment(p []byte, start int, protocol byte, addresses uint16, v6 bool) (Segment, bool) {
	n := len(p) - start
	at := checksumTCP
	switch {
	case protocol == protocolTCP && n >= headerTCP:
	case protocol == protocolUDP && n >= headerUDP:
		at = checksumUDP
	default:
		return Segment{}, false
	}
	rest := [4]byte{0, protocol, byte(n >> 8), byte(n)}
	return Segment{
		Start: HeaderSize + start, End: HeaderSize + len(p), Checksum: HeaderSize + start + at,
		Pseudo: Sum(addresses, rest[:]), udp: protocol == protocolUDP, v6: v6,
	}, true
}

// Correct reports whether the segment's checksum is right, or was left out as
// UDP over IPv4 may (RFC 768).
func (s Segment) Correct(frame []byte) bool {
	if s.udp && !s.v6 && frame[s.Checksum] == 0 && frame[s.Checksum+1] == 0 {
		return true
	}
	return Sum(s.Pseudo, frame[s.Start:s.End]) == 0xffff
}

// Sum adds bytes to a ones' complement sum (RFC 1071) as big-endian words; an
// odd byte is the upper half of the last word.
func Sum(sum uint16, b []byte) uint16 {
	total := uint64(sum)
	for ; len(b) >= 4; b = b[4:] {
		total += uint64(binary.BigEndian.Uint32(b))
	}
	if len(b) >= 2 {
		total += uint64(binary.BigEndian.Uint16(b))
		b = b[2:]
	}
	if len(b) == 1 {
		total += uint64(b[0]) << 8
	}
	for total > 0xffff {
		total = total>>16 + total&0xffff
	}
	return uint16(total)
}
