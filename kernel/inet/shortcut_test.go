package inet

import (
	"bytes"
	"encoding/binary"
	"reflect"
	"strings"
	"testing"

	"eggcup/kernel/netdev"

	"gvisor.dev/gvisor/pkg/buffer"
	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
)

var own4, peer4 = tcpip.AddrFrom4([4]byte{10, 0, 0, 1}), tcpip.AddrFrom4([4]byte{10, 0, 0, 2})

// newShortcut returns the endpoint of IPv4 of a stack with a card.
func newShortcut(t testing.TB) (*shortcut, *stack.Stack, *cable) {
	t.Helper()
	l, _, c := plugged(t, Settings{Address: tcpip.AddressWithPrefix{Address: own4, PrefixLen: 24}})
	endpoint, err := l.stack.GetNetworkEndpoint(firstNIC, header.IPv4ProtocolNumber)
	if err != nil {
		t.Fatal(err)
	}
	return endpoint.(*shortcut), l.stack, c
}

// tcpPacket makes an IPv4 packet with a segment that may take the short way, but
// for a change before its checksum, or after.
func tcpPacket(change func([]byte)) []byte {
	b := make([]byte, ipSize+header.TCPMinimumSize+8)
	header.IPv4(b).Encode(&header.IPv4Fields{
		TotalLength: uint16(len(b)), ID: 7, TTL: 64, Protocol: uint8(header.TCPProtocolNumber), SrcAddr: peer4, DstAddr: own4,
	})
	header.TCP(b[ipSize:]).Encode(&header.TCPFields{
		SrcPort: 4000, DstPort: 9, SeqNum: 1, AckNum: 2, DataOffset: header.TCPMinimumSize, Flags: psh, WindowSize: 1000,
	})
	h := header.IPv4(b)
	if change != nil {
		change(b)
	}
	if h.Checksum() == 0 {
		h.SetChecksum(^h.CalculateChecksum())
	}
	return b
}

// counters returns what the stack has counted.
func counters(s *shortcut, st *stack.Stack) map[string]uint64 {
	found := map[string]uint64{}
	for name, group := range map[string]any{"IP.": *s.stats, "TCP.": st.Stats().TCP} {
		v := reflect.ValueOf(group)
		for i := range v.NumField() {
			if c, ok := v.Field(i).Interface().(*tcpip.StatCounter); ok {
				found[name+v.Type().Field(i).Name] = c.Value()
			}
		}
	}
	return found
}

// counted returns what a packet changes of what is counted of those that come, when
// one of the two ways handles it.
func counted(s *shortcut, st *stack.Stack, handle func(*stack.PacketBuffer), packet []byte, checked bool) map[string]uint64 {
	before := counters(s, st)
	p := stack.NewPacketBuffer(stack.PacketBufferOptions{Payload: buffer.MakeWithData(packet)})
	p.RXChecksumValidated = checked
	handle(p)
	p.DecRef()
	changed := map[string]uint64{}
	for name, value := range counters(s, st) {
		if value != before[name] && !strings.Contains(name, "Sen") && !strings.Contains(name, "Outgoing") {
			changed[name] = value - before[name]
		}
	}
	return changed
}

// compareWays lets both ways handle a packet and compares what is counted.
func compareWays(t *testing.T, s *shortcut, st *stack.Stack, packet []byte, checked bool) {
	t.Helper()
	short := counted(s, st, s.HandlePacket, packet, checked)
	long := counted(s, st, s.whole4.HandlePacket, packet, checked)
	if !reflect.DeepEqual(short, long) {
		t.Errorf("% x:\ncounted %v, the long way %v", packet, short, long)
	}
}

// Packets of which something is special are treated as the long way does, and do
// not take the short one.
func TestShortcutReceive(t *testing.T) {
	s, st, _ := newShortcut(t)
	put16 := binary.BigEndian.PutUint16
	for name, c := range map[string]struct {
		change func(b []byte)
		fits   bool
	}{
		"plain":            {nil, true},
		"do not fragment":  {func(b []byte) { put16(b[ipFragment:], ipDoNot) }, true},
		"bad TCP header":   {func(b []byte) { b[ipSize+12] = 0xf0 }, true},
		"wrong checksum":   {func(b []byte) { put16(b[ipChecksum:], 1) }, false},
		"UDP":              {func(b []byte) { b[ipProtocol] = 17 }, false},
		"more fragments":   {func(b []byte) { put16(b[ipFragment:], 0x2000) }, false},
		"a later fragment": {func(b []byte) { put16(b[ipFragment:], 3) }, false},
		"options":          {func(b []byte) { b[0] = 0x46 }, false},
		"IPv6":             {func(b []byte) { b[0] = 0x65 }, false},
		"too long":         {func(b []byte) { put16(b[ipLength:], 1000) }, false},
		"too short":        {func(b []byte) { put16(b[ipLength:], ipSize+5) }, false},
		"padded":           {func(b []byte) { put16(b[ipLength:], ipSize+header.TCPMinimumSize) }, true},
		"for another":      {func(b []byte) { b[ipDestination+3] = 9 }, false},
		"for all":          {func(b []byte) { copy(b[ipDestination:], []byte{255, 255, 255, 255}) }, false},
		"for the network":  {func(b []byte) { b[ipDestination+3] = 255 }, false},
		"from ourselves":   {func(b []byte) { b[ipSource+3] = 1 }, false},
		"from the network": {func(b []byte) { b[ipSource+3] = 255 }, false},
		"from a group":     {func(b []byte) { b[ipSource] = 230 }, false},
		"from loopback":    {func(b []byte) { b[ipSource] = 127 }, false},
		"from everybody":   {func(b []byte) { copy(b[ipSource:], []byte{255, 255, 255, 255}) }, false},
	} {
		t.Run(name, func(t *testing.T) {
			packet := tcpPacket(c.change)
			p := stack.NewPacketBuffer(stack.PacketBufferOptions{Payload: buffer.MakeWithData(packet)})
			defer p.DecRef()
			if _, fits := s.fits(p); fits != c.fits {
				t.Errorf("takes the short way: %v", fits)
			}
			compareWays(t, s, st, packet, false)
			compareWays(t, s, st, packet, true)
		})
	}
}

// On the loopback interface the short way is for its address alone.
func TestShortcutLoopback(t *testing.T) {
	_, st, _ := newShortcut(t)
	endpoint, err := st.GetNetworkEndpoint(loopbackNIC, header.IPv4ProtocolNumber)
	if err != nil {
		t.Fatal(err)
	}
	s := endpoint.(*shortcut)
	for name, c := range map[string]struct {
		from, to [4]byte
		fits     bool
	}{
		"itself":       {[4]byte{127, 0, 0, 1}, [4]byte{127, 0, 0, 1}, true},
		"to another":   {[4]byte{127, 0, 0, 1}, [4]byte{127, 0, 0, 2}, false},
		"from another": {[4]byte{127, 0, 0, 2}, [4]byte{127, 0, 0, 1}, false},
		"from a card":  {[4]byte{10, 0, 0, 1}, [4]byte{127, 0, 0, 1}, false},
	} {
		packet := tcpPacket(func(b []byte) { copy(b[ipSource:], c.from[:]); copy(b[ipDestination:], c.to[:]) })
		p := stack.NewPacketBuffer(stack.PacketBufferOptions{Payload: buffer.MakeWithData(packet)})
		if _, fits := s.fits(p); fits != c.fits {
			t.Errorf("%s takes the short way: %v", name, fits)
		}
		p.DecRef()
		compareWays(t, s, st, packet, true)
	}
}

// The short way knows the address as long as it is the only one.
func TestShortcutAddress(t *testing.T) {
	s, l, _ := newShortcut(t)
	add := func(a tcpip.Address) {
		t.Helper()
		p := tcpip.ProtocolAddress{Protocol: header.IPv4ProtocolNumber, AddressWithPrefix: tcpip.AddressWithPrefix{Address: a, PrefixLen: 24}}
		if err := l.AddProtocolAddress(firstNIC, p, stack.AddressProperties{}); err != nil {
			t.Fatal(err)
		}
	}
	fits := func(to tcpip.Address) bool {
		packet := tcpPacket(func(b []byte) { copy(b[ipDestination:], to.AsSlice()) })
		p := stack.NewPacketBuffer(stack.PacketBufferOptions{Payload: buffer.MakeWithData(packet)})
		defer p.DecRef()
		_, ok := s.fits(p)
		return ok
	}
	other := tcpip.AddrFrom4([4]byte{10, 0, 0, 5})
	if !fits(own4) {
		t.Error("not with one address")
	}
	if add(other); fits(own4) || fits(other) {
		t.Error("with two addresses")
	}
	l.RemoveAddress(firstNIC, own4)
	if !fits(other) || fits(own4) {
		t.Error("not with the other address alone")
	}
	if l.RemoveAddress(firstNIC, other); fits(other) {
		t.Error("without an address")
	}
}

// What is sent has the header that the stack itself makes, but for the identity
// of a packet that may be cut.
func TestShortcutTransmit(t *testing.T) {
	s, l, c := newShortcut(t)
	if err := l.AddStaticNeighbor(firstNIC, header.IPv4ProtocolNumber, peer4, "\x52\x54\x00\x00\x00\x02"); err != nil {
		t.Fatal(err)
	}
	route, err := l.FindRoute(firstNIC, own4, peer4, header.IPv4ProtocolNumber, false)
	if err != nil {
		t.Fatal(err)
	}
	defer route.Release()
	is4 := func(b []byte) bool { return header.Ethernet(b).Type() == header.IPv4ProtocolNumber }
	for _, params := range []stack.NetworkHeaderParams{
		{Protocol: header.TCPProtocolNumber, TTL: 64, DF: true},
		{Protocol: header.TCPProtocolNumber, TTL: 3, TOS: 0x10},
	} {
		var frames [][]byte
		for _, write := range []func(*stack.Route, stack.NetworkHeaderParams, *stack.PacketBuffer) tcpip.Error{s.transmit, s.whole4.WritePacket} {
			p := stack.NewPacketBuffer(stack.PacketBufferOptions{
				ReserveHeaderBytes: int(route.MaxHeaderLength()) + header.TCPMinimumSize, Payload: buffer.MakeWithData([]byte("content")),
			})
			copy(p.TransportHeader().Push(header.TCPMinimumSize), tcpPacket(nil)[ipSize:])
			if err := write(route, params, p); err != nil {
				t.Fatal(err)
			}
			p.DecRef()
			frames = append(frames, c.next(t, "packet", is4))
		}
		for _, frame := range frames {
			h := header.IPv4(frame[netdev.HeaderSize:])
			if !h.IsChecksumValid() {
				t.Errorf("checksum of % x", h)
			}
			if !params.DF {
				h.SetID(0)
				h.SetChecksum(0)
			}
		}
		if !bytes.Equal(frames[0], frames[1]) {
			t.Errorf("% x, the stack's own\n% x", frames[0], frames[1])
		}
	}
}
