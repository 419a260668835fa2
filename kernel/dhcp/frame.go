package dhcp

import (
	"encoding/binary"
	"net/netip"
)

// Ports of UDP.
const (
	serverPort = 67
	clientPort = 68
)

// Sizes and places in a frame: Ethernet, IPv4 without options, UDP.
const (
	atType       = 12
	etherIPv4    = 0x0800
	atIP         = 14
	ipHeader     = 20
	udpHeader    = 8
	protocolUDP  = 17
	fragmentMask = 0x3fff
)

var broadcastHardware = [6]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}

// AppendFrame appends the frame that carries a message to b: to one server if
// both its addresses are known, else to everybody.
func (c *Client) AppendFrame(b []byte, q *Query, hardware [6]byte, server netip.Addr) []byte {
	if !server.Is4() || !q.Own.Is4() || hardware == ([6]byte{}) {
		hardware, server = broadcastHardware, netip.AddrFrom4([4]byte{255, 255, 255, 255})
	}
	start := len(b)
	b = append(b, hardware[:]...)
	b = append(b, c.Hardware[:]...)
	b = binary.BigEndian.AppendUint16(b, etherIPv4)
	b = append(b, make([]byte, ipHeader+udpHeader)...)
	b = c.Append(b, q)
	ip := b[start+atIP:]
	ip[0] = 4<<4 | ipHeader/4
	binary.BigEndian.PutUint16(ip[2:], uint16(len(ip)))
	ip[8], ip[9] = 64, protocolUDP // hops that are left, protocol
	if q.Own.Is4() {
		copy(ip[12:16], q.Own.AsSlice())
	}
	copy(ip[16:20], server.AsSlice())
	binary.BigEndian.PutUint16(ip[10:], ^sum(0, ip[:ipHeader]))
	udp := ip[ipHeader:]
	binary.BigEndian.PutUint16(udp, clientPort)
	binary.BigEndian.PutUint16(udp[2:], serverPort)
	binary.BigEndian.PutUint16(udp[4:], uint16(len(udp)))
	binary.BigEndian.PutUint16(udp[6:], udpSum(ip, udp))
	return b
}

// sum adds up b in ones' complement (RFC 1071).
func sum(start uint32, b []byte) uint16 {
	for ; len(b) >= 2; b = b[2:] {
		start += uint32(binary.BigEndian.Uint16(b))
	}
	if len(b) == 1 {
		start += uint32(b[0]) << 8
	}
	for start > 0xffff {
		start = start>>16 + start&0xffff
	}
	return uint16(start)
}

// udpSum returns the check sum for a datagram whose own is 0.
func udpSum(ip, udp []byte) uint16 {
	pseudo := uint32(protocolUDP) + uint32(len(udp))
	pseudo += uint32(sum(0, ip[12:20]))
	if s := ^sum(pseudo, udp); s != 0 {
		return s
	}
	return 0xffff
}

// IsReply reports whether a frame carries a message to a client.
func IsReply(frame []byte) bool {
	_, ok := payload(frame)
	return ok
}

// payload returns the message in a frame to a client.
func payload(frame []byte) ([]byte, bool) {
	if len(frame) < atIP+ipHeader+udpHeader || binary.BigEndian.Uint16(frame[atType:]) != etherIPv4 {
		return nil, false
	}
	ip := frame[atIP:]
	header, total := int(ip[0]&15)*4, int(binary.BigEndian.Uint16(ip[2:]))
	if ip[0]>>4 != 4 || ip[9] != protocolUDP || header < ipHeader || total > len(ip) || total < header+udpHeader {
		return nil, false
	}
	if binary.BigEndian.Uint16(ip[6:])&fragmentMask != 0 {
		return nil, false
	}
	udp := ip[header:total]
	length := int(binary.BigEndian.Uint16(udp[4:]))
	if binary.BigEndian.Uint16(udp[2:]) != clientPort || length < udpHeader || length > len(udp) {
		return nil, false
	}
	return udp[udpHeader:length], true
}

// ParseFrame reads the message in a frame; from is the hardware address that
// sent it.
func ParseFrame(frame []byte) (r *Reply, from [6]byte, err error) {
	message, ok := payload(frame)
	if !ok {
		return nil, from, ErrNot
	}
	ip := frame[atIP:]
	if sum(0, ip[:int(ip[0]&15)*4]) != 0xffff {
		return nil, from, ErrNot
	}
	r, err = Parse(message)
	return r, [6]byte(frame[6:12]), err
}
