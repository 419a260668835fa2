package inet

import (
	"encoding/binary"
	"syscall"
	"unsafe"

	"eggcup/kernel/socket"

	"gvisor.dev/gvisor/pkg/tcpip"
)

// Options of IP and IPv6 that package syscall does not name, or not rightly.
const (
	ipBindAddressNoPort = 24
	ipMTUDiscover       = 10
	ipRecvErr           = 11
	ipRecvOrigDstAddr   = 20
	ipFreeBind          = 15
	ipv6RecvErr         = 25
	ipv6MTUDiscover     = 23
	ipv6RecvHopLimit    = 51
	ipv6AddrPreferences = 72
	ipv6FreeBind        = 78
)

// loadByteOrInt reads an option that may be given as one byte (ip(7)).
func loadByteOrInt(p unsafe.Pointer, length int) (int, syscall.Errno) {
	if length >= 1 && length < 4 {
		return int(*(*uint8)(p)), 0
	}
	return socket.LoadInt(p, length)
}

func (s *inetSocket) setIPOption(name int, p unsafe.Pointer, length int) syscall.Errno {
	switch name {
	case syscall.IP_ADD_MEMBERSHIP, syscall.IP_DROP_MEMBERSHIP, syscall.IP_MULTICAST_IF:
		return s.setGroup(name, p, length)
	}
	value, errno := loadByteOrInt(p, length)
	if errno != 0 {
		return errno
	}
	o := s.endpoint.SocketOptions()
	on := value != 0
	switch name {
	case syscall.IP_TTL:
		if value == -1 {
			value = tcpip.UseDefaultIPv4TTL
		} else if value < 1 || value > 255 {
			return syscall.EINVAL
		}
		return number(s.endpoint.SetSockOptInt(tcpip.IPv4TTLOption, value))
	case syscall.IP_TOS:
		return number(s.endpoint.SetSockOptInt(tcpip.IPv4TOSOption, value))
	case syscall.IP_MULTICAST_TTL:
		if value == -1 {
			value = 1
		}
		if value < 0 || value > 255 {
			return syscall.EINVAL
		}
		return number(s.endpoint.SetSockOptInt(tcpip.MulticastTTLOption, value))
	case syscall.IP_MULTICAST_LOOP:
		o.SetMulticastLoop(on)
	case syscall.IP_PKTINFO:
		o.SetReceivePacketInfo(on)
	case syscall.IP_RECVTTL:
		o.SetReceiveTTL(on)
	case syscall.IP_RECVTOS:
		o.SetReceiveTOS(on)
	case syscall.IP_HDRINCL:
		o.SetHeaderIncluded(on)
	case ipRecvOrigDstAddr:
		o.SetReceiveOriginalDstAddress(on)
	case ipMTUDiscover, ipRecvErr, ipBindAddressNoPort, ipFreeBind:
		s.Remember(syscall.IPPROTO_IP, name, value) // the stack splits datagrams as needed and keeps no queue of errors
	default:
		return syscall.ENOPROTOOPT
	}
	return 0
}

func (s *inetSocket) ipOption(name int) (int, syscall.Errno) {
	o := s.endpoint.SocketOptions()
	switch name {
	case syscall.IP_TTL:
		value, err := s.endpoint.GetSockOptInt(tcpip.IPv4TTLOption)
		if value == tcpip.UseDefaultIPv4TTL {
			value = defaultTTL
		}
		return value, number(err)
	case syscall.IP_TOS:
		value, err := s.endpoint.GetSockOptInt(tcpip.IPv4TOSOption)
		return value, number(err)
	case syscall.IP_MULTICAST_TTL:
		value, err := s.endpoint.GetSockOptInt(tcpip.MulticastTTLOption)
		return value, number(err)
	case syscall.IP_MULTICAST_LOOP:
		return socket.Boolean(o.GetMulticastLoop()), 0
	case syscall.IP_PKTINFO:
		return socket.Boolean(o.GetReceivePacketInfo()), 0
	case syscall.IP_RECVTTL:
		return socket.Boolean(o.GetReceiveTTL()), 0
	case syscall.IP_RECVTOS:
		return socket.Boolean(o.GetReceiveTOS()), 0
	case syscall.IP_HDRINCL:
		return socket.Boolean(o.GetHeaderIncluded()), 0
	case ipMTUDiscover:
		const want = 1 // IP_PMTUDISC_WANT
		return s.Remembered(syscall.IPPROTO_IP, name, want), 0
	case ipRecvErr, ipBindAddressNoPort, ipFreeBind:
		return s.Remembered(syscall.IPPROTO_IP, name, 0), 0
	}
	return 0, syscall.ENOPROTOOPT
}

// defaultTTL is what datagrams start with (net.ipv4.ip_default_ttl).
const defaultTTL = 64

// setGroup joins or leaves a multicast group of IPv4, or says through which
// interface to send. The argument is a struct ip_mreqn, or one without its
// last field, or an address alone.
func (s *inetSocket) setGroup(name int, p unsafe.Pointer, length int) syscall.Errno {
	if length < 4 {
		return syscall.EINVAL
	}
	b := socket.Bytes(p, length)
	var group, own tcpip.Address
	var nic tcpip.NICID
	group = tcpip.AddrFrom4([4]byte(b))
	if length >= 8 {
		own = specified(tcpip.AddrFrom4([4]byte(b[4:])))
	}
	if length >= 12 {
		nic = tcpip.NICID(binary.NativeEndian.Uint32(b[8:]))
	}
	switch name {
	case syscall.IP_ADD_MEMBERSHIP:
		if length < 8 {
			return syscall.EINVAL
		}
		return number(s.endpoint.SetSockOpt(&tcpip.AddMembershipOption{NIC: nic, InterfaceAddr: own, MulticastAddr: group}))
	case syscall.IP_DROP_MEMBERSHIP:
		if length < 8 {
			return syscall.EINVAL
		}
		return number(s.endpoint.SetSockOpt(&tcpip.RemoveMembershipOption{NIC: nic, InterfaceAddr: own, MulticastAddr: group}))
	}
	if length < 8 {
		own = specified(group)
	}
	return number(s.endpoint.SetSockOpt(&tcpip.MulticastInterfaceOption{NIC: nic, InterfaceAddr: own}))
}

func (s *inetSocket) setIPv6Option(name int, p unsafe.Pointer, length int) syscall.Errno {
	switch name {
	case syscall.IPV6_JOIN_GROUP, syscall.IPV6_LEAVE_GROUP:
		if length < syscall.SizeofIPv6Mreq {
			return syscall.EINVAL
		}
		b := socket.Bytes(p, length)
		group, nic := tcpip.AddrFrom16([16]byte(b)), tcpip.NICID(binary.NativeEndian.Uint32(b[16:]))
		if name == syscall.IPV6_JOIN_GROUP {
			return number(s.endpoint.SetSockOpt(&tcpip.AddMembershipOption{NIC: nic, MulticastAddr: group}))
		}
		return number(s.endpoint.SetSockOpt(&tcpip.RemoveMembershipOption{NIC: nic, MulticastAddr: group}))
	}
	value, errno := socket.LoadInt(p, length)
	if errno != 0 {
		return errno
	}
	o := s.endpoint.SocketOptions()
	on := value != 0
	switch name {
	case syscall.IPV6_V6ONLY:
		if a, err := s.endpoint.GetLocalAddress(); err != nil || a.Port != 0 {
			return syscall.EINVAL
		}
		o.SetV6Only(on)
	case syscall.IPV6_UNICAST_HOPS:
		if value < -1 || value > 255 {
			return syscall.EINVAL
		}
		return number(s.endpoint.SetSockOptInt(tcpip.IPv6HopLimitOption, value)) // -1 is the default
	case syscall.IPV6_TCLASS:
		if value < -1 || value > 255 {
			return syscall.EINVAL
		}
		return number(s.endpoint.SetSockOptInt(tcpip.IPv6TrafficClassOption, max(value, 0)))
	case syscall.IPV6_MULTICAST_HOPS:
		if value == -1 {
			value = 1
		}
		if value < 0 || value > 255 {
			return syscall.EINVAL
		}
		return number(s.endpoint.SetSockOptInt(tcpip.MulticastTTLOption, value))
	case syscall.IPV6_MULTICAST_LOOP:
		o.SetMulticastLoop(on)
	case syscall.IPV6_MULTICAST_IF:
		return number(s.endpoint.SetSockOpt(&tcpip.MulticastInterfaceOption{NIC: tcpip.NICID(value)}))
	case syscall.IPV6_RECVPKTINFO:
		o.SetIPv6ReceivePacketInfo(on)
	case ipv6RecvHopLimit:
		o.SetReceiveHopLimit(on)
	case syscall.IPV6_RECVTCLASS:
		o.SetReceiveTClass(on)
	case ipv6RecvErr, ipv6MTUDiscover, ipv6AddrPreferences, ipv6FreeBind:
		// As with IPv4.
	default:
		return syscall.ENOPROTOOPT
	}
	return 0
}

func (s *inetSocket) ipv6Option(name int) (int, syscall.Errno) {
	o := s.endpoint.SocketOptions()
	switch name {
	case syscall.IPV6_V6ONLY:
		return socket.Boolean(o.GetV6Only()), 0
	case syscall.IPV6_UNICAST_HOPS:
		value, err := s.endpoint.GetSockOptInt(tcpip.IPv6HopLimitOption)
		if value == tcpip.UseDefaultIPv6HopLimit {
			value = defaultTTL
		}
		return value, number(err)
	case syscall.IPV6_TCLASS:
		value, err := s.endpoint.GetSockOptInt(tcpip.IPv6TrafficClassOption)
		return value, number(err)
	case syscall.IPV6_MULTICAST_HOPS:
		value, err := s.endpoint.GetSockOptInt(tcpip.MulticastTTLOption)
		return value, number(err)
	case syscall.IPV6_MULTICAST_LOOP:
		return socket.Boolean(o.GetMulticastLoop()), 0
	case syscall.IPV6_RECVPKTINFO:
		return socket.Boolean(o.GetIPv6ReceivePacketInfo()), 0
	case ipv6RecvHopLimit:
		return socket.Boolean(o.GetReceiveHopLimit()), 0
	case syscall.IPV6_RECVTCLASS:
		return socket.Boolean(o.GetReceiveTClass()), 0
	case ipv6RecvErr, ipv6MTUDiscover, ipv6AddrPreferences, ipv6FreeBind:
		return 0, 0
	}
	return 0, syscall.ENOPROTOOPT
}
