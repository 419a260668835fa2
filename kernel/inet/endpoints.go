package inet

import (
	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv6"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
)

// protocol is one of the stack's network protocols, with endpoints that something
// of ours stands before.
type protocol struct {
	stack.NetworkProtocol
	wrap func(stack.NetworkInterface, stack.TransportDispatcher, stack.NetworkEndpoint) stack.NetworkEndpoint
}

// NewEndpoint implements stack.NetworkProtocol.
func (p *protocol) NewEndpoint(nic stack.NetworkInterface, dispatcher stack.TransportDispatcher) stack.NetworkEndpoint {
	return p.wrap(nic, dispatcher, p.NetworkProtocol.NewEndpoint(nic, dispatcher))
}

// whole4 is what the stack looks for in an endpoint of IPv4.
type whole4 interface {
	stack.NetworkEndpoint
	stack.AddressableEndpoint
	stack.GroupAddressableEndpoint
	stack.ForwardingNetworkEndpoint
	stack.MulticastForwardingNetworkEndpoint
	stack.LinkResolvableNetworkEndpoint
}

// whole6 is what it looks for in one of IPv6.
type whole6 interface {
	whole4
	stack.NDPEndpoint
	stack.DuplicateAddressDetector
	stack.LinkAddressResolver
}

// newIPv4 makes IPv4 with shortcuts.
func newIPv4(s *stack.Stack) stack.NetworkProtocol {
	return &protocol{ipv4.NewProtocol(s), func(nic stack.NetworkInterface, d stack.TransportDispatcher, e stack.NetworkEndpoint) stack.NetworkEndpoint {
		whole, stats := e.(whole4), e.Stats().(stack.IPNetworkEndpointStats)
		short := &shortcut{whole4: whole, nic: nic, dispatcher: d, stats: stats.IPStats()}
		if !nic.IsLoopback() { // where an answer has no way to save
			short.acks = newAcks(short.transmit)
		}
		return short
	}}
}

// newIPv6 makes a factory of IPv6 that keeps acknowledgements.
func newIPv6(options ipv6.Options) stack.NetworkProtocolFactory {
	plain := ipv6.NewProtocolWithOptions(options)
	return func(s *stack.Stack) stack.NetworkProtocol {
		return &protocol{plain(s), func(nic stack.NetworkInterface, _ stack.TransportDispatcher, e stack.NetworkEndpoint) stack.NetworkEndpoint {
			if nic.IsLoopback() {
				return e
			}
			whole := e.(whole6)
			return &patient{whole, newAcks(whole.WritePacket)}
		}}
	}
}

// patient is an endpoint of IPv6 that keeps acknowledgements.
type patient struct {
	whole6
	acks *acks
}

// WritePacket implements stack.NetworkEndpoint.
func (p *patient) WritePacket(route *stack.Route, params stack.NetworkHeaderParams, packet *stack.PacketBuffer) tcpip.Error {
	if params.Protocol != header.TCPProtocolNumber {
		return p.whole6.WritePacket(route, params, packet)
	}
	return p.acks.write(route, params, packet)
}

// Close implements stack.NetworkEndpoint.
func (p *patient) Close() {
	p.acks.close()
	p.whole6.Close()
}
