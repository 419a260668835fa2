package inet

import (
	"syscall"
	"time"

	"eggcup/kernel/unixsocket"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/link/loopback"
	"gvisor.dev/gvisor/pkg/tcpip/network/arp"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv6"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
	"gvisor.dev/gvisor/pkg/tcpip/transport/icmp"
	"gvisor.dev/gvisor/pkg/tcpip/transport/raw"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
	"gvisor.dev/gvisor/pkg/tcpip/transport/udp"
)

// Layer answers for all sockets: it is the stack and the families beside it.
type Layer struct {
	stack    *stack.Stack
	settings Settings
	links    []*link // in the order of their numbers, from firstNIC on
	meeting  meeting

	// advertised is what routers' advertisements have changed: work for
	// followAdvertisements.
	advertised chan func()
}

// Numbers of the interfaces.
const (
	loopbackNIC = 1
	firstNIC    = 2
)

// Socket answers socket(2).
func (l *Layer) Socket(domain, kind, protocol int) (int, syscall.Errno) {
	switch domain {
	case syscall.AF_INET:
		return l.open(domain, kind, protocol)
	case syscall.AF_INET6:
		if l.settings.IPv6 {
			return l.open(domain, kind, protocol)
		}
	case syscall.AF_UNIX:
		return unixsocket.Socket(kind, protocol)
	case syscall.AF_NETLINK:
		return l.openNetlink(kind, protocol)
	}
	return -1, syscall.EAFNOSUPPORT
}

// Pair answers socketpair(2).
func (l *Layer) Pair(domain, kind, protocol int) ([2]int32, syscall.Errno) {
	switch domain {
	case syscall.AF_UNIX:
		return unixsocket.Pair(kind, protocol)
	case syscall.AF_INET, syscall.AF_INET6:
		return [2]int32{}, syscall.EOPNOTSUPP
	}
	return [2]int32{}, syscall.EAFNOSUPPORT
}

// newLayer makes a stack with the loopback interface.
func newLayer(settings Settings) (*Layer, error) {
	l := &Layer{settings: settings, advertised: make(chan func(), 64)}
	networks := []stack.NetworkProtocolFactory{newIPv4, arp.NewProtocol}
	if settings.IPv6 {
		networks = append(networks, newIPv6(ipv6.Options{
			NDPConfigs:       ndpSettings(),
			AutoGenLinkLocal: true,
			NDPDisp:          (*advertisements)(l),
			DADConfigs:       stack.DefaultDADConfigurations(),
		}))
	}
	l.stack = stack.New(stack.Options{
		Clock:            newClock(),
		NetworkProtocols: networks,
		TransportProtocols: []stack.TransportProtocolFactory{
			tcp.NewProtocolCUBIC, udp.NewProtocol, icmp.NewProtocol4, icmp.NewProtocol6,
		},
		HandleLocal: true,
		RawFactory:  raw.EndpointFactory{},
	})
	if err := l.tuneTCP(); err != nil {
		return nil, stepError("set up TCP", err)
	}
	if err := l.addLoopback(); err != nil {
		return nil, stepError("set up the loopback interface", err)
	}
	if settings.IPv6 {
		go l.followAdvertisements()
	}
	return l, nil
}

// stackError is an error of the stack with the step that it happened in.
type stackError struct {
	step string
	err  tcpip.Error
}

func (e *stackError) Error() string { return "inet: " + e.step + ": " + e.err.String() }

func stepError(step string, err tcpip.Error) error { return &stackError{step, err} }

// timeWait is how long a closed connection's ports stay reserved (2 MSL). It is
// less than the minute of Linux, which limits their number instead.
const timeWait = 10 * time.Second

func (l *Layer) tuneTCP() tcpip.Error {
	// Selective acknowledgements (RFC 2018), and losses found by time (RACK, RFC
	// 8985): docs/adr/0028-tcp-with-rack.md.
	sack := tcpip.TCPSACKEnabled(true)
	recovery := tcpip.TCPRACKLossDetection
	// What the stack would do about buffers, buffers.go does. It stays on for the
	// window's scale, which follows the largest buffer then, not the first.
	moderate := tcpip.TCPModerateReceiveBufferOption(true)
	wait := tcpip.TCPTimeWaitTimeoutOption(timeWait)
	receive := tcpip.TCPReceiveBufferSizeRangeOption{
		Min: leastBuffer, Default: min(firstBuffer, l.settings.TCPReceive), Max: l.settings.TCPReceive,
	}
	send := tcpip.TCPSendBufferSizeRangeOption{
		Min: leastBuffer, Default: l.settings.TCPSend, Max: l.settings.TCPSend,
	}
	for _, option := range []tcpip.SettableTransportProtocolOption{&sack, &recovery, &moderate, &wait, &receive, &send} {
		if err := l.stack.SetTransportProtocolOption(tcp.ProtocolNumber, option); err != nil {
			return err
		}
	}
	return nil
}

// The addresses of the loopback interface.
var (
	loopback4 = tcpip.AddressWithPrefix{Address: tcpip.AddrFrom4([4]byte{127, 0, 0, 1}), PrefixLen: 8}
	loopback6 = tcpip.AddressWithPrefix{Address: header.IPv6Loopback, PrefixLen: 128}
)

func (l *Layer) addLoopback() tcpip.Error {
	options := stack.NICOptions{Name: "lo"}
	if err := l.stack.CreateNICWithOptions(loopbackNIC, loopback.New(), options); err != nil {
		return err
	}
	if err := l.addAddress(loopbackNIC, loopback4); err != nil {
		return err
	}
	if !l.settings.IPv6 {
		return nil
	}
	// Nobody else can have an address here: none is asked for.
	endpoint, err := l.stack.GetNetworkEndpoint(loopbackNIC, header.IPv6ProtocolNumber)
	if err != nil {
		return err
	}
	if d, ok := endpoint.(stack.DuplicateAddressDetector); ok {
		d.SetDADConfigurations(stack.DADConfigurations{})
	}
	return l.addAddress(loopbackNIC, loopback6)
}

// addAddress gives an interface an address, routes its network there, and tells
// the neighbours.
func (l *Layer) addAddress(nic tcpip.NICID, a tcpip.AddressWithPrefix) tcpip.Error {
	protocol := header.IPv4ProtocolNumber
	if a.Address.Len() == header.IPv6AddressSize {
		protocol = header.IPv6ProtocolNumber
	}
	err := l.stack.AddProtocolAddress(nic, tcpip.ProtocolAddress{Protocol: protocol, AddressWithPrefix: a}, stack.AddressProperties{})
	if err != nil {
		return err
	}
	l.stack.AddRoute(tcpip.Route{Destination: a.Subnet(), NIC: nic})
	if protocol == header.IPv4ProtocolNumber {
		l.announce(nic, a.Address)
	}
	return nil
}

// removeAddress takes an address and all routes of its protocol from an
// interface.
func (l *Layer) removeAddress(nic tcpip.NICID, a tcpip.AddressWithPrefix) {
	l.stack.RemoveAddress(nic, a.Address)
	l.stack.RemoveRoutes(func(r tcpip.Route) bool {
		return r.NIC == nic && r.Destination.ID().Len() == a.Address.Len()
	})
}

// addGateway routes a network, or everything, through a gateway.
func (l *Layer) addGateway(nic tcpip.NICID, to tcpip.Subnet, gateway tcpip.Address) {
	l.stack.AddRoute(tcpip.Route{Destination: to, Gateway: gateway, NIC: nic})
}
