package inet

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"eggcup/kernel/dhcp"
	"eggcup/kernel/netconf"
	"eggcup/kernel/netdev"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/checksum"
	"gvisor.dev/gvisor/pkg/tcpip/header"
)

// cable is a network card with a test at the other end.
type cable struct {
	mtu  int
	sent chan []byte // what the stack transmits

	mu      sync.Mutex
	receive func([]byte)
}

var ownHardware = [6]byte{0x52, 0x54, 0, 0, 0, 1}

func (*cable) Name() string          { return "cable" }
func (*cable) HardwareAddr() [6]byte { return ownHardware }
func (c *cable) MTU() int            { return c.mtu }
func (*cable) Stats() netdev.Stats   { return netdev.Stats{} }
func (*cable) Close() error          { return nil }
func (c *cable) Transmit(b []byte) error {
	select {
	case c.sent <- append([]byte(nil), b...):
		return nil
	default:
		return netdev.ErrBusy
	}
}

func (c *cable) Start(receive func([]byte)) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.receive = receive
	return nil
}

// arrive gives the stack a frame, in memory that is somebody else's afterwards.
func (c *cable) arrive(frame []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := append([]byte(nil), frame...)
	c.receive(b)
	for i := range b {
		b[i] = 0xee
	}
}

// next returns the next frame that fits.
func (c *cable) next(t *testing.T, what string, fits func([]byte) bool) []byte {
	t.Helper()
	timeout := time.After(10 * time.Second)
	for {
		select {
		case frame := <-c.sent:
			if fits(frame) {
				return frame
			}
		case <-timeout:
			t.Fatalf("no %s", what)
		}
	}
}

// plugged returns a stack with a card.
func plugged(t testing.TB, settings Settings) (*Layer, *link, *cable) {
	t.Helper()
	settings.TCPReceive, settings.TCPSend = 1<<20, 1<<20
	l, err := newLayer(settings)
	if err != nil {
		t.Fatal(err)
	}
	c := &cable{mtu: 1500, sent: make(chan []byte, 256)}
	card, err := l.addDevice(c, firstNIC)
	if err != nil {
		t.Fatal(err)
	}
	l.configure([]*link{card})
	t.Cleanup(l.stack.Close)
	return l, card, c
}

// TestEcho answers a ping: the address is looked up by ARP, the frame's header
// is that of the other end turned round.
func TestEcho(t *testing.T) {
	settings := Settings{Address: tcpip.AddressWithPrefix{Address: tcpip.AddrFrom4([4]byte{10, 0, 0, 1}), PrefixLen: 24}}
	_, _, c := plugged(t, settings)
	peer := tcpip.LinkAddress("\x52\x54\x00\x00\x00\x02")
	own := tcpip.LinkAddress(ownHardware[:])

	ask := make([]byte, header.EthernetMinimumSize+header.ARPSize)
	header.Ethernet(ask).Encode(&header.EthernetFields{SrcAddr: peer, DstAddr: header.EthernetBroadcastAddress, Type: header.ARPProtocolNumber})
	arp := header.ARP(ask[header.EthernetMinimumSize:])
	arp.SetIPv4OverEthernet()
	arp.SetOp(header.ARPRequest)
	copy(arp.HardwareAddressSender(), peer)
	copy(arp.ProtocolAddressSender(), []byte{10, 0, 0, 2})
	copy(arp.ProtocolAddressTarget(), []byte{10, 0, 0, 1})
	c.arrive(ask)
	answer := c.next(t, "answer by ARP", func(b []byte) bool {
		return header.Ethernet(b).Type() == header.ARPProtocolNumber && header.ARP(b[header.EthernetMinimumSize:]).Op() == header.ARPReply
	})
	if got := header.ARP(answer[header.EthernetMinimumSize:]); got.Op() != header.ARPReply || tcpip.LinkAddress(got.HardwareAddressSender()) != own {
		t.Errorf("ARP: %x", answer)
	}

	const data = 1000
	ping := make([]byte, header.EthernetMinimumSize+header.IPv4MinimumSize+header.ICMPv4MinimumSize+data)
	header.Ethernet(ping).Encode(&header.EthernetFields{SrcAddr: peer, DstAddr: own, Type: header.IPv4ProtocolNumber})
	ip := header.IPv4(ping[header.EthernetMinimumSize:])
	ip.Encode(&header.IPv4Fields{
		TotalLength: uint16(len(ip)), TTL: 64, Protocol: uint8(header.ICMPv4ProtocolNumber),
		SrcAddr: tcpip.AddrFrom4([4]byte{10, 0, 0, 2}), DstAddr: tcpip.AddrFrom4([4]byte{10, 0, 0, 1}),
	})
	ip.SetChecksum(^ip.CalculateChecksum())
	icmp := header.ICMPv4(ip.Payload())
	icmp.SetType(header.ICMPv4Echo)
	icmp.SetChecksum(^checksum.Checksum(icmp, 0))
	c.arrive(ping)
	echo := c.next(t, "echo", func(b []byte) bool { return header.Ethernet(b).Type() == header.IPv4ProtocolNumber })
	if e := header.Ethernet(echo); e.DestinationAddress() != peer || e.SourceAddress() != own || len(echo) != len(ping) {
		t.Errorf("%d bytes from %v to %v", len(echo), e.SourceAddress(), e.DestinationAddress())
	}
	if got := header.ICMPv4(header.IPv4(echo[header.EthernetMinimumSize:]).Payload()); got.Type() != header.ICMPv4EchoReply {
		t.Errorf("type %d", got.Type())
	}
}

// TestAnnounce tells the neighbours of the address unasked: who has looked for it
// since before the machine was up need not ask again.
func TestAnnounce(t *testing.T) {
	settings := Settings{Address: tcpip.AddressWithPrefix{Address: tcpip.AddrFrom4([4]byte{10, 0, 0, 1}), PrefixLen: 24}}
	_, _, c := plugged(t, settings)
	frame := c.next(t, "announcement", func(b []byte) bool { return header.Ethernet(b).Type() == header.ARPProtocolNumber })
	said := header.ARP(frame[header.EthernetMinimumSize:])
	own := []byte{10, 0, 0, 1}
	switch {
	case header.Ethernet(frame).DestinationAddress() != header.EthernetBroadcastAddress,
		said.Op() != header.ARPRequest,
		!bytes.Equal(said.HardwareAddressSender(), ownHardware[:]),
		!bytes.Equal(said.ProtocolAddressSender(), own), !bytes.Equal(said.ProtocolAddressTarget(), own):
		t.Errorf("the announcement is %x", frame)
	}
}

// TestStrayFrames takes no harm from frames that are damaged or for others.
func TestStrayFrames(t *testing.T) {
	settings := Settings{Address: tcpip.AddressWithPrefix{Address: tcpip.AddrFrom4([4]byte{10, 0, 0, 1}), PrefixLen: 24}}
	l, _, c := plugged(t, settings)
	for n := range 64 {
		frame := make([]byte, n)
		for i := range frame {
			frame[i] = 0xff
		}
		if n >= 14 {
			binary.BigEndian.PutUint16(frame[12:], uint16(header.IPv4ProtocolNumber))
		}
		c.arrive(frame)
	}
	other := make([]byte, 60)
	header.Ethernet(other).Encode(&header.EthernetFields{DstAddr: "\x52\x54\x00\x00\x00\x09", Type: header.IPv4ProtocolNumber})
	before := l.stack.Stats().IP.PacketsReceived.Value()
	c.arrive(other)
	if after := l.stack.Stats().IP.PacketsReceived.Value(); after != before {
		t.Error("a frame for another machine went up")
	}
}

// server answers DHCP on the other end of a cable.
type server struct {
	t     *testing.T
	cable *cable
	lease uint32 // seconds
	nak   bool   // refuse what is asked for next
}

var serverHardware = [6]byte{0x52, 0x54, 0, 0, 0, 2}

// step answers the next message of the client, which must be of a type.
func (s *server) step(kind dhcp.Type) {
	s.t.Helper()
	frame := s.cable.next(s.t, "DHCP message", func(b []byte) bool {
		return len(b) > 42 && binary.BigEndian.Uint16(b[36:]) == 67
	})
	message := frame[42:]
	if got := dhcp.Type(message[242]); got != kind {
		s.t.Fatalf("message of type %d, want %d", got, kind)
	}
	answer := dhcp.Offer
	if kind == dhcp.Request {
		answer = dhcp.Ack
		if s.nak {
			answer, s.nak = dhcp.Nak, false
		}
	}
	s.cable.arrive(s.reply(message, answer))
}

// reply makes the frame of an answer to a message.
func (s *server) reply(message []byte, kind dhcp.Type) []byte {
	m := make([]byte, 240)
	m[0], m[1], m[2] = 2, 1, 6
	copy(m[4:8], message[4:8])
	copy(m[16:20], []byte{10, 0, 0, 9})
	copy(m[28:34], message[28:34])
	copy(m[236:], []byte{0x63, 0x82, 0x53, 0x63})
	m = append(m, 53, 1, byte(kind), 54, 4, 10, 0, 0, 1, 1, 4, 255, 255, 255, 0, 3, 4, 10, 0, 0, 1, 6, 4, 10, 0, 0, 3,
		15, 3, 'l', 'a', 'n', 26, 2, 1400>>8, 1400&0xff, 51, 4)
	m = append(binary.BigEndian.AppendUint32(m, s.lease), 255)
	frame := make([]byte, 42, 42+len(m))
	header.Ethernet(frame).Encode(&header.EthernetFields{
		SrcAddr: tcpip.LinkAddress(serverHardware[:]), DstAddr: header.EthernetBroadcastAddress, Type: header.IPv4ProtocolNumber,
	})
	ip := header.IPv4(frame[14:34])
	ip.Encode(&header.IPv4Fields{
		TotalLength: uint16(28 + len(m)), TTL: 64, Protocol: 17,
		SrcAddr: tcpip.AddrFrom4([4]byte{10, 0, 0, 1}), DstAddr: header.IPv4Broadcast,
	})
	ip.SetChecksum(^ip.CalculateChecksum())
	header.UDP(frame[34:]).Encode(&header.UDPFields{SrcPort: 67, DstPort: 68, Length: uint16(8 + len(m))})
	return append(frame, m...)
}

// has waits until the interface has the address or no longer has it.
func has(t *testing.T, l *Layer, want bool) {
	t.Helper()
	for range 500 {
		_, err := l.stack.GetMainNICAddress(firstNIC, header.IPv4ProtocolNumber)
		a, _ := l.stack.GetMainNICAddress(firstNIC, header.IPv4ProtocolNumber)
		if got := err == nil && a.String() == "10.0.0.9/24"; got == want {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("the interface's address: %v", want)
}

// TestLease gets an address, renews it with its server, loses it by a NAK and
// gets it again.
func TestLease(t *testing.T) {
	l, link, c := plugged(t, Settings{DHCP: true, DHCPTimeout: time.Minute})
	s := &server{t: t, cable: c, lease: 4}
	s.step(dhcp.Discover)
	s.step(dhcp.Request)
	has(t, l, true)
	if link.MTU() != 1400 {
		t.Errorf("MTU %d", link.MTU())
	}
	if conf := string(netconf.ResolvConf()); !strings.Contains(conf, "search lan") || !strings.Contains(conf, "nameserver 10.0.0.3") {
		t.Errorf("resolv.conf: %q", conf)
	}
	var gateway bool
	for _, r := range l.stack.GetRouteTable() {
		gateway = gateway || r.Destination.Equal(header.IPv4EmptySubnet) && r.Gateway == tcpip.AddrFrom4([4]byte{10, 0, 0, 1})
	}
	if !gateway {
		t.Errorf("routes: %v", l.stack.GetRouteTable())
	}
	routes := len(l.stack.GetRouteTable())
	// After half of the lease: to the server alone, with the address in ciaddr.
	renewal := c.next(t, "renewal", func(b []byte) bool { return len(b) > 42 && binary.BigEndian.Uint16(b[36:]) == 67 })
	if tcpip.LinkAddress(renewal[:6]) != tcpip.LinkAddress(serverHardware[:]) || netip.AddrFrom4([4]byte(renewal[54:])).String() != "10.0.0.9" {
		t.Errorf("renewal to %x with address %v", renewal[:6], renewal[54:58])
	}
	c.arrive(s.reply(renewal[42:], dhcp.Ack))
	time.Sleep(50 * time.Millisecond)
	if n := len(l.stack.GetRouteTable()); n != routes {
		t.Errorf("%d routes after the renewal, %d before", n, routes)
	}
	s.nak = true
	s.step(dhcp.Request)
	has(t, l, false)
	if conf := string(netconf.ResolvConf()); conf != "" {
		t.Errorf("resolv.conf: %q", conf)
	}
	s.step(dhcp.Discover)
	s.step(dhcp.Request)
	has(t, l, true)
}

// TestLeaseEnds gives up an address that nobody renews, and asks anew.
func TestLeaseEnds(t *testing.T) {
	l, _, c := plugged(t, Settings{DHCP: true, DHCPTimeout: time.Minute})
	s := &server{t: t, cable: c, lease: 1}
	s.step(dhcp.Discover)
	s.step(dhcp.Request)
	has(t, l, true)
	has(t, l, false)
	c.next(t, "new search", func(b []byte) bool { return len(b) > 284 && dhcp.Type(b[284]) == dhcp.Discover })
}

// TestWaiting holds main back no longer than the time for DHCP.
func TestWaiting(t *testing.T) {
	start := time.Now()
	plugged(t, Settings{DHCP: true, Wait: true, DHCPTimeout: 200 * time.Millisecond})
	if d := time.Since(start); d < 200*time.Millisecond || d > 5*time.Second {
		t.Errorf("held back for %v", d)
	}
}
