package netdev

import (
	"encoding/binary"
	"testing"

	"eggcup/kernel/registry"
)

// frame4 is an Ethernet frame with an IPv4 packet.
func frame4(protocol byte, segment []byte) []byte {
	f := make([]byte, HeaderSize+20)
	binary.BigEndian.PutUint16(f[12:], etherIPv4)
	p := f[HeaderSize:]
	p[0], p[9] = 0x45, protocol
	binary.BigEndian.PutUint16(p[2:], uint16(20+len(segment)))
	copy(p[12:], []byte{192, 168, 1, 2, 10, 0, 0, 1})
	return append(f, segment...)
}

// frame6 is an Ethernet frame with an IPv6 packet.
func frame6(protocol byte, segment []byte) []byte {
	f := make([]byte, HeaderSize+40)
	binary.BigEndian.PutUint16(f[12:], etherIPv6)
	p := f[HeaderSize:]
	p[0], p[6] = 0x60, protocol
	binary.BigEndian.PutUint16(p[4:], uint16(len(segment)))
	for i := 8; i < 40; i++ {
		p[i] = byte(i * 7)
	}
	return append(f, segment...)
}

// payload is a segment of n bytes without a checksum.
func payload(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i*13 + 5)
	}
	return b
}

// Segments of both protocols, over both versions of IP and of odd and even
// lengths, are found; with the checksum filled in as a card would, they are
// correct, and with a bit changed they are not.
func TestSegments(t *testing.T) {
	for _, build := range []func(byte, []byte) []byte{frame4, frame6} {
		for protocol, header := range map[byte]int{protocolTCP: headerTCP, protocolUDP: headerUDP} {
			for n := header; n < header+5; n++ {
				f := build(protocol, payload(n))
				at := len(f) - n
				f = append(f, 0, 0, 0) // Ethernet's padding is no part of it
				s, ok := FindSegment(f)
				if !ok || s.Start != at || s.End != at+n {
					t.Fatalf("protocol %d: %+v, %v; it is %d bytes at %d", protocol, s, ok, n, at)
				}
				binary.BigEndian.PutUint16(f[s.Checksum:], s.Pseudo)
				sum := ^Sum(0, f[s.Start:s.End])
				binary.BigEndian.PutUint16(f[s.Checksum:], sum)
				if !s.Correct(f) {
					t.Errorf("protocol %d, %d bytes: not correct with %#x", protocol, n, sum)
				}
				for _, i := range []int{s.Start, s.End - 1} {
					f[i] ^= 0x10
					if s.Correct(f) {
						t.Errorf("protocol %d, %d bytes: byte %d can be anything", protocol, n, i)
					}
					f[i] ^= 0x10
				}
			}
		}
	}
}

// The sum of a pseudo-header, worked out by hand, and a checksum left out.
func TestKnown(t *testing.T) {
	const query = "\x82\x35\x00\x35\x00\x1c\x00\x00\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01a\x00\x00\x01\x00\x01\x00"
	f := frame4(protocolUDP, []byte(query))
	s, ok := FindSegment(f)
	if !ok {
		t.Fatal("not found")
	}
	// Words of the pseudo-header: c0a8 0102 0a00 0001 0011 001c.
	if s.Pseudo != 0xcbd8 {
		t.Errorf("pseudo-header %#x", s.Pseudo)
	}
	if !s.Correct(f) {
		t.Error("UDP over IPv4 may go without a checksum")
	}
}

// What is no whole segment is not taken for one.
func TestNoSegment(t *testing.T) {
	change := func(f []byte, at int, v byte) []byte { f[at] = v; return f }
	whole := func() []byte { return frame4(protocolTCP, payload(40)) }
	for name, f := range map[string][]byte{
		"nothing":                nil,
		"a header":               make([]byte, HeaderSize),
		"ARP":                    change(whole(), 13, 6),
		"IPv6 in an IPv4 frame":  change(whole(), HeaderSize, 0x65),
		"short IP header":        change(whole(), HeaderSize, 0x44),
		"IP header over the end": change(frame4(protocolTCP, nil), HeaderSize, 0x4f),
		"more than the frame":    change(whole(), HeaderSize+2, 0xff),
		"less than its header":   change(change(whole(), HeaderSize+2, 0), HeaderSize+3, 19),
		"more fragments":         change(whole(), HeaderSize+6, 0x20),
		"a later fragment":       change(whole(), HeaderSize+7, 1),
		"ICMP":                   frame4(1, payload(40)),
		"half a TCP header":      frame4(protocolTCP, payload(headerTCP-1)),
		"half a UDP header":      frame6(protocolUDP, payload(headerUDP-1)),
		"IPv6 extension":         frame6(0, payload(40)),
		"IPv6 too long":          change(frame6(protocolTCP, payload(40)), HeaderSize+4, 1),
		"half an IPv6 header":    frame6(protocolTCP, nil)[:HeaderSize+39],
		"wrong IPv6 version":     change(frame6(protocolTCP, payload(40)), HeaderSize, 0x40),
	} {
		if s, ok := FindSegment(f); ok {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

// FuzzSegment looks at any frame: what it finds lies within.
func FuzzSegment(f *testing.F) {
	f.Add(frame4(protocolTCP, payload(30)))
	f.Add(frame6(protocolUDP, payload(9)))
	f.Fuzz(func(t *testing.T, frame []byte) {
		s, ok := FindSegment(frame)
		if !ok {
			return
		}
		if s.Start < HeaderSize || s.End > len(frame) || s.Checksum < s.Start || s.Checksum+2 > s.End {
			t.Fatalf("%+v of %d bytes", s, len(frame))
		}
		s.Correct(frame)
	})
}

// Registered devices come back in their order.
func TestRegister(t *testing.T) {
	old := registered
	t.Cleanup(func() { registered = old })
	registered = new(registry.List[Device])
	a, b := Device(&named{name: "a"}), Device(&named{name: "b"})
	Register(a)
	Register(b)
	got := Devices()
	if len(got) != 2 || got[0] != a || got[1] != b {
		t.Errorf("%v", got)
	}
	got[0] = nil
	if Devices()[0] == nil {
		t.Error("the list can be changed from outside")
	}
}

type named struct {
	Device
	name string
}
