package inet

import (
	"syscall"

	"eggcup/kernel/descriptor"
	"eggcup/kernel/netfiles"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
)

// Interfaces is what /proc/net/dev shows: netfiles.Network.
func (l *Layer) Interfaces() (all []netfiles.Interface) {
	ids, infos := l.nics()
	for _, id := range ids {
		info := infos[tcpip.NICID(id)]
		all = append(all, netfiles.Interface{
			Name: info.Name, Index: int(id), Hardware: string(info.LinkAddress), MTU: int(info.MTU),
			Loopback: info.Flags.Loopback, Flags: flags(info),
			Received: netfiles.Counters{
				Packets: info.Stats.Rx.Packets.Value(), Bytes: info.Stats.Rx.Bytes.Value(),
				Errors: info.Stats.MalformedL4RcvdPackets.Value(), Dropped: info.Stats.DisabledRx.Packets.Value(),
			},
			Sent: netfiles.Counters{
				Packets: info.Stats.Tx.Packets.Value(), Bytes: info.Stats.Tx.Bytes.Value(),
				Dropped: info.Stats.TxPacketsDroppedNoBufferSpace.Value(),
			},
		})
	}
	return all
}

// Sockets is what /proc/net/tcp and its siblings show.
func (l *Layer) Sockets(kind string) (all []netfiles.Socket) {
	wanted := map[string]struct{ family, kind int }{
		"tcp": {syscall.AF_INET, syscall.SOCK_STREAM}, "tcp6": {syscall.AF_INET6, syscall.SOCK_STREAM},
		"udp": {syscall.AF_INET, syscall.SOCK_DGRAM}, "udp6": {syscall.AF_INET6, syscall.SOCK_DGRAM},
	}[kind]
	for _, fd := range descriptor.Opened() {
		node := descriptor.Lookup(fd)
		if node == nil {
			continue
		}
		if s, ok := node.File.(*inetSocket); ok && s.family == wanted.family && s.kind == wanted.kind {
			all = append(all, s.describe(fd))
		}
	}
	return all
}

// describe is a line of /proc/net/tcp.
func (s *inetSocket) describe(fd int) netfiles.Socket {
	size := 4
	if s.family == syscall.AF_INET6 {
		size = 16
	}
	known := netfiles.Socket{Descriptor: fd, Local: make([]byte, size), Remote: make([]byte, size), State: 7, Receiving: s.waiting()}
	if local, err := s.endpoint.GetLocalAddress(); err == nil {
		known.LocalPort = local.Port
		put(known.Local, local.Addr)
	}
	if remote, err := s.endpoint.GetRemoteAddress(); err == nil {
		known.RemotePort = remote.Port
		put(known.Remote, remote.Addr)
	}
	if s.kind == syscall.SOCK_STREAM {
		known.State = states[tcp.EndpointState(s.endpoint.State())]
	}
	return known
}

// put writes an address; one of IPv4 in the form that IPv6 has for it, if there
// is room.
func put(to []byte, a tcpip.Address) {
	b := a.AsSlice()
	if len(b) == 4 && len(to) == 16 {
		to[10], to[11] = 0xff, 0xff
	}
	copy(to[len(to)-len(b):], b)
}

// states are Linux's numbers (include/net/tcp_states.h).
var states = map[tcp.EndpointState]uint8{
	tcp.StateEstablished: 1, tcp.StateSynSent: 2, tcp.StateSynRecv: 3, tcp.StateFinWait1: 4, tcp.StateFinWait2: 5,
	tcp.StateTimeWait: 6, tcp.StateClose: 7, tcp.StateInitial: 7, tcp.StateBound: 7, tcp.StateError: 7,
	tcp.StateCloseWait: 8, tcp.StateLastAck: 9, tcp.StateListen: 10, tcp.StateClosing: 11,
}
