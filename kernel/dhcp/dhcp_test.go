package dhcp

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net/netip"
	"reflect"
	"testing"
	"time"
)

var (
	client = Client{Hardware: [6]byte{0x52, 0x54, 0, 1, 2, 3}, Hostname: "egg"}
	server = netip.MustParseAddr("10.0.2.2")
)

// reply makes a server's message with the given options behind the fixed part.
func reply(options ...byte) []byte {
	b := make([]byte, atOptions)
	b[0], b[1], b[2] = bootReply, ethernet, 6
	binary.BigEndian.PutUint32(b[atXID:], 0x01020304)
	copy(b[atYourIP:], []byte{10, 0, 2, 15})
	copy(b[atHardware:], client.Hardware[:])
	binary.BigEndian.PutUint32(b[atCookie:], cookie)
	return append(b, options...)
}

// TestParse reads all that a client uses.
func TestParse(t *testing.T) {
	r, err := Parse(reply(
		optionType, 1, byte(Ack), optionPad,
		optionSubnetMask, 4, 255, 255, 255, 0,
		optionRouter, 4, 10, 0, 2, 2,
		optionDNS, 8, 10, 0, 2, 3, 10, 0, 2, 4,
		optionDomain, 4, 'l', 'a', 'n', 0,
		optionMTU, 2, 5, 0xdc,
		optionLeaseTime, 4, 0, 1, 0x51, 0x80,
		optionServer, 4, 10, 0, 2, 2,
		optionEnd, 99))
	if err != nil {
		t.Fatal(err)
	}
	want := &Reply{
		Type: Ack, XID: 0x01020304, Hardware: client.Hardware,
		Address: netip.MustParsePrefix("10.0.2.15/24"), Server: server,
		Routes: []Route{{netip.MustParsePrefix("0.0.0.0/0"), server}},
		DNS:    []netip.Addr{netip.MustParseAddr("10.0.2.3"), netip.MustParseAddr("10.0.2.4")},
		Domain: "lan", MTU: 1500,
		Lease: 24 * time.Hour, Renewal: 12 * time.Hour, Rebinding: 21 * time.Hour,
	}
	if !reflect.DeepEqual(r, want) {
		t.Errorf("got  %+v\nwant %+v", r, want)
	}
}

// TestClasslessRoutes prefers them to the router (RFC 3442).
func TestClasslessRoutes(t *testing.T) {
	r, err := Parse(reply(
		optionType, 1, byte(Offer),
		optionSubnetMask, 4, 255, 255, 255, 255,
		optionRouter, 4, 10, 0, 2, 9,
		optionRoutes, 14, 32, 10, 0, 2, 1, 0, 0, 0, 0, 0, 10, 0, 2, 1,
		optionEnd))
	if err != nil {
		t.Fatal(err)
	}
	router := netip.MustParseAddr("10.0.2.1")
	want := []Route{{netip.MustParsePrefix("10.0.2.1/32"), netip.IPv4Unspecified()}, {netip.MustParsePrefix("0.0.0.0/0"), router}}
	if !reflect.DeepEqual(r.Routes, want) || r.Address.Bits() != 32 {
		t.Errorf("%v, address %v", r.Routes, r.Address)
	}
}

// TestOverload finds options in the field for a file's name.
func TestOverload(t *testing.T) {
	b := reply(optionOverload, 1, 1, optionEnd)
	copy(b[atFile:], []byte{optionType, 1, byte(Nak), optionEnd})
	if r, err := Parse(b); err != nil || r.Type != Nak {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestRefused refuses what is damaged or not for a client.
func TestRefused(t *testing.T) {
	request := reply(optionType, 1, byte(Ack), optionEnd)
	request[0] = bootRequest
	for name, c := range map[string]struct {
		message []byte
		want    error
	}{
		"short":         {reply()[:atOptions-1], ErrShort},
		"request":       {request, ErrNot},
		"no type":       {reply(optionEnd), ErrNot},
		"option beyond": {reply(optionType, 1, byte(Ack), optionDNS, 200, 1), ErrOption},
		"code alone":    {reply(optionType, 1, byte(Ack), optionDNS), ErrOption},
	} {
		if _, err := Parse(c.message); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// TestSenseless leaves out values that make no sense.
func TestSenseless(t *testing.T) {
	r, err := Parse(reply(
		optionType, 1, byte(Ack),
		optionSubnetMask, 4, 255, 0, 255, 0,
		optionDomain, 3, 'a', '\n', 'b',
		optionLeaseTime, 4, 0, 0, 0, 100,
		optionRenewalTime, 4, 0, 0, 1, 0,
		optionRoutes, 6, 40, 1, 2, 3, 4, 5,
		optionDNS, 4, 0, 0, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	if r.Address.Bits() != 8 || r.Domain != "" || r.Renewal != 50*time.Second || r.Routes != nil || r.DNS != nil {
		t.Errorf("%+v", r)
	}
}

// TestFrame sends a message and reads it back as a server would.
func TestFrame(t *testing.T) {
	q := &Query{Type: Request, XID: 7, Requested: netip.MustParseAddr("10.0.2.15"), Server: server}
	frame := client.AppendFrame(nil, q, [6]byte{}, netip.Addr{})
	if !bytes.Equal(frame[:6], broadcastHardware[:]) {
		t.Error("a client without an address must send to everybody")
	}
	ip := frame[atIP:]
	if sum(0, ip[:ipHeader]) != 0xffff {
		t.Error("check sum of IP")
	}
	udp := ip[ipHeader:]
	pseudo := uint32(protocolUDP) + uint32(len(udp)) + uint32(sum(0, ip[12:20]))
	if sum(pseudo, udp) != 0xffff {
		t.Error("check sum of UDP")
	}
	if IsReply(frame) {
		t.Error("what a client sends is no reply")
	}
	// The same as an answer: direction and ports turned round.
	binary.BigEndian.PutUint16(udp, serverPort)
	binary.BigEndian.PutUint16(udp[2:], clientPort)
	udp[udpHeader] = bootReply
	r, from, err := ParseFrame(frame)
	if err != nil || r.Type != Request || r.XID != 7 || r.Server != server || from != client.Hardware {
		t.Errorf("%+v from %x, %v", r, from, err)
	}
	ip[8]--
	if _, _, err := ParseFrame(frame); err == nil {
		t.Error("a damaged header was taken")
	}
}

// FuzzFrame feeds anything; what is taken must hold together.
func FuzzFrame(f *testing.F) {
	q := &Query{Type: Discover, XID: 7}
	frame := client.AppendFrame(nil, q, [6]byte{}, netip.Addr{})
	binary.BigEndian.PutUint16(frame[atIP+ipHeader+2:], clientPort)
	frame[atIP+ipHeader+udpHeader] = bootReply
	f.Add(frame)
	f.Fuzz(func(t *testing.T, frame []byte) {
		r, _, err := ParseFrame(frame)
		if err != nil {
			return
		}
		if !r.Address.IsValid() || r.Renewal > r.Rebinding || r.Rebinding > r.Lease {
			t.Errorf("%+v", r)
		}
		for _, route := range r.Routes {
			if !route.To.IsValid() {
				t.Errorf("%+v", r.Routes)
			}
		}
	})
}
