package inet

import (
	"encoding/binary"
	"math/rand/v2"
	"sync/atomic"

	"eggcup/kernel/netdev"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/header/parse"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
)

// shortcut is an endpoint of IPv4 with a short way for what nearly every packet
// is: a whole TCP segment from another machine to the interface's only address, to
// another machine, or on the loopback interface between its address and itself. All
// else goes the stack's own way, and so does what is wrong with such a packet.
//
// The long way asks filters that nobody can set here and looks the addresses up
// six times; it took a tenth of the instructions of a web server's request.
type shortcut struct {
	whole4
	nic        stack.NetworkInterface
	dispatcher stack.TransportDispatcher
	stats      *tcpip.IPStats
	acks       *acks // nil on the loopback interface
	own        atomic.Pointer[ownAddress]
	changes    atomic.Uint32 // of the addresses
}

// ownAddress is the address that an interface had alone after so many changes.
type ownAddress struct {
	address, broadcast uint32
	changes            uint32
}

// Offsets in an IPv4 header, and its fixed values for a packet without options
// (RFC 791, 3.1).
const (
	ipSize        = header.IPv4MinimumSize
	ipVersion     = 4<<4 | ipSize/4
	ipLength      = 2
	ipIdentity    = 4
	ipFragment    = 6
	ipDoNot       = 0x4000 // fragment
	ipFragmented  = 0x3fff // more fragments, or an offset
	ipTTL         = 8
	ipProtocol    = 9
	ipChecksum    = 10
	ipSource      = 12
	ipDestination = 16
	ipLongest     = 1<<16 - 1 // packet
)

// WritePacket implements stack.NetworkEndpoint.
func (s *shortcut) WritePacket(route *stack.Route, params stack.NetworkHeaderParams, packet *stack.PacketBuffer) tcpip.Error {
	switch {
	case params.Protocol != header.TCPProtocolNumber:
		return s.whole4.WritePacket(route, params, packet)
	case s.acks == nil:
		return s.transmit(route, params, packet)
	}
	return s.acks.write(route, params, packet)
}

// transmit sends a TCP segment.
func (s *shortcut) transmit(route *stack.Route, params stack.NetworkHeaderParams, packet *stack.PacketBuffer) tcpip.Error {
	size := packet.Size() + ipSize
	if route.Loop() != stack.PacketOut || params.ExperimentOptionValue != 0 || size > min(int(s.nic.MTU()), ipLongest) {
		return s.whole4.WritePacket(route, params, packet)
	}
	h := packet.NetworkHeader().Push(ipSize)
	h[0], h[1] = ipVersion, params.TOS
	binary.BigEndian.PutUint16(h[ipLength:], uint16(size))
	var identity, fragment uint16
	if params.DF {
		fragment = ipDoNot
	} else {
		identity = uint16(rand.Uint32()) // no secret: it only has to differ (RFC 6864)
	}
	binary.BigEndian.PutUint16(h[ipIdentity:], identity)
	binary.BigEndian.PutUint16(h[ipFragment:], fragment)
	h[ipTTL], h[ipProtocol] = params.TTL, uint8(params.Protocol)
	binary.BigEndian.PutUint16(h[ipChecksum:], 0)
	from, to := route.LocalAddress(), route.RemoteAddress()
	copy(h[ipSource:ipDestination], from.AsSlice())
	copy(h[ipDestination:ipSize], to.AsSlice())
	binary.BigEndian.PutUint16(h[ipChecksum:], ^netdev.Sum(0, h))
	packet.NetworkProtocolNumber = header.IPv4ProtocolNumber
	if err := s.nic.WritePacket(route, packet); err != nil {
		s.stats.OutgoingPacketErrors.Increment()
		return err
	}
	s.stats.PacketsSent.Increment()
	return nil
}

// HandlePacket implements stack.NetworkEndpoint.
func (s *shortcut) HandlePacket(packet *stack.PacketBuffer) {
	length, ok := s.fits(packet)
	if !ok || !s.Enabled() {
		s.whole4.HandlePacket(packet)
		return
	}
	packet.NetworkHeader().Consume(ipSize)
	packet.NetworkProtocolNumber = header.IPv4ProtocolNumber
	packet.Data().CapLength(length - ipSize)
	parse.TCP(packet) // what is wrong with it, the transport layer finds
	packet.NICID = s.nic.ID()
	s.stats.PacketsReceived.Increment()
	s.dispatcher.DeliverRawPacket(header.TCPProtocolNumber, packet)
	s.stats.ValidPacketsReceived.Increment()
	s.stats.PacketsDelivered.Increment()
	// TCP answers what it has no connection for itself.
	s.dispatcher.DeliverTransportPacket(header.TCPProtocolNumber, packet)
}

// fits reports whether a packet may take the short way, and how long it is.
func (s *shortcut) fits(packet *stack.PacketBuffer) (length int, ok bool) {
	data := packet.Data()
	h, ok := data.PullUp(ipSize)
	if !ok || h[0] != ipVersion || h[ipProtocol] != uint8(header.TCPProtocolNumber) ||
		binary.BigEndian.Uint16(h[ipFragment:])&ipFragmented != 0 {
		return 0, false
	}
	length = int(binary.BigEndian.Uint16(h[ipLength:]))
	if length < ipSize+header.TCPMinimumSize || length > data.Size() {
		return 0, false
	}
	own := s.ownAddress()
	if own == nil {
		return 0, false
	}
	from, to := binary.BigEndian.Uint32(h[ipSource:]), binary.BigEndian.Uint32(h[ipDestination:])
	const loopback, multicast = 127, 224 // first bytes; multicast and all above
	switch {
	case to != own.address:
		return 0, false
	case s.nic.IsLoopback():
		if from != to {
			return 0, false
		}
	case from == own.address, from == own.broadcast, from>>24 == loopback, from>>24 >= multicast:
		return 0, false
	}
	return length, packet.RXChecksumValidated || netdev.Sum(0, h) == 0xffff
}

// ownAddress returns the interface's address, or nil if it has not exactly one.
func (s *shortcut) ownAddress() *ownAddress {
	changes := s.changes.Load()
	own := s.own.Load()
	if own == nil || own.changes != changes {
		own = &ownAddress{changes: changes}
		count := 0
		for _, a := range s.PermanentAddresses() {
			if a.Address != header.IPv4Broadcast { // which every interface has
				count++
				subnet := a.Subnet()
				broadcast := subnet.Broadcast()
				own.address = binary.BigEndian.Uint32(a.Address.AsSlice())
				own.broadcast = binary.BigEndian.Uint32(broadcast.AsSlice())
			}
		}
		if count != 1 || own.address == own.broadcast {
			own.address = 0
		}
		s.own.Store(own)
	}
	if own.address == 0 {
		return nil
	}
	return own
}

// AddAndAcquirePermanentAddress implements stack.AddressableEndpoint.
func (s *shortcut) AddAndAcquirePermanentAddress(a tcpip.AddressWithPrefix, properties stack.AddressProperties) (stack.AddressEndpoint, tcpip.Error) {
	defer s.changes.Add(1)
	return s.whole4.AddAndAcquirePermanentAddress(a, properties)
}

// RemovePermanentAddress implements stack.AddressableEndpoint.
func (s *shortcut) RemovePermanentAddress(a tcpip.Address) tcpip.Error {
	defer s.changes.Add(1)
	return s.whole4.RemovePermanentAddress(a)
}

// Close implements stack.NetworkEndpoint.
func (s *shortcut) Close() {
	if s.acks != nil {
		s.acks.close()
	}
	s.whole4.Close()
}
