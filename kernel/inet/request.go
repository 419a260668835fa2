package inet

import (
	"encoding/binary"
	"syscall"
	"unsafe"

	"eggcup/kernel/descriptor"
	"eggcup/kernel/socket"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
)

// Requests of ioctl(2) that tell about interfaces (netdevice(7)).
const (
	getName      = 0x8910 // SIOCGIFNAME
	getFlags     = 0x8913 // SIOCGIFFLAGS
	getAddress   = 0x8915 // SIOCGIFADDR
	getBroadcast = 0x8919 // SIOCGIFBRDADDR
	getMask      = 0x891b // SIOCGIFNETMASK
	getMTU       = 0x8921 // SIOCGIFMTU
	getHardware  = 0x8927 // SIOCGIFHWADDR
	getIndex     = 0x8933 // SIOCGIFINDEX

	outQueue = 0x5411 // SIOCOUTQ
)

// Layout of struct ifreq: a name, and the answer.
const (
	ifreqSize   = 40
	ifreqAnswer = syscall.IFNAMSIZ
)

// Request answers ioctl(2).
func (s *inetSocket) Request(request uintptr, p unsafe.Pointer) syscall.Errno {
	switch request {
	case descriptor.FIONRead:
		*(*int32)(p) = int32(s.waiting())
		return 0
	case outQueue:
		queued, err := s.endpoint.GetSockOptInt(tcpip.SendQueueSizeOption)
		*(*int32)(p) = int32(queued)
		return number(err)
	case getName:
		b := socket.Bytes(p, ifreqSize)
		info, ok := s.layer.stack.NICInfo()[tcpip.NICID(binary.NativeEndian.Uint32(b[ifreqAnswer:]))]
		if !ok {
			return syscall.ENODEV
		}
		clear(b[:ifreqAnswer])
		copy(b[:ifreqAnswer-1], info.Name)
		return 0
	case getFlags, getAddress, getBroadcast, getMask, getMTU, getHardware, getIndex:
		return s.layer.describe(request, socket.Bytes(p, ifreqSize))
	}
	return syscall.ENOTTY
}

// waiting is how many bytes there are to be read.
func (s *inetSocket) waiting() int {
	if d := s.flows(); d != nil {
		d.in.mu.Lock()
		defer d.in.mu.Unlock()
		return d.in.size
	}
	size, err := s.endpoint.GetSockOptInt(tcpip.ReceiveQueueSizeOption)
	if err != nil {
		return 0
	}
	return size
}

// describe answers a request about the interface that a struct ifreq names.
func (l *Layer) describe(request uintptr, b []byte) syscall.Errno {
	name := string(trim(b[:ifreqAnswer]))
	answer := b[ifreqAnswer:]
	for id, info := range l.stack.NICInfo() {
		if info.Name != name {
			continue
		}
		switch request {
		case getIndex:
			binary.NativeEndian.PutUint32(answer, uint32(id))
		case getFlags:
			binary.NativeEndian.PutUint16(answer, uint16(flags(info)))
		case getMTU:
			binary.NativeEndian.PutUint32(answer, info.MTU)
		case getHardware:
			kind := uint16(syscall.ARPHRD_ETHER)
			if info.Flags.Loopback {
				kind = syscall.ARPHRD_LOOPBACK
			}
			clear(answer[:16])
			binary.NativeEndian.PutUint16(answer, kind)
			copy(answer[2:], info.LinkAddress)
		default:
			return addressOf(info, request, answer)
		}
		return 0
	}
	return syscall.ENODEV
}

// flags are an interface's IFF_ flags.
func flags(info stack.NICInfo) (set uint32) {
	set = syscall.IFF_BROADCAST | syscall.IFF_MULTICAST
	if info.Flags.Loopback {
		set = syscall.IFF_LOOPBACK
	}
	if info.Flags.Up {
		set |= syscall.IFF_UP
	}
	if info.Flags.Running {
		set |= syscall.IFF_RUNNING
	}
	return set
}

// addressOf answers with the first address of IPv4, its mask, or that of
// everybody on its net.
func addressOf(info stack.NICInfo, request uintptr, answer []byte) syscall.Errno {
	for _, a := range info.ProtocolAddresses {
		if a.Protocol != header.IPv4ProtocolNumber {
			continue
		}
		b := a.AddressWithPrefix.Address.As4()
		subnet := a.AddressWithPrefix.Subnet()
		all := subnet.Mask()
		mask := binary.BigEndian.Uint32(all.AsSlice())
		switch request {
		case getMask:
			binary.BigEndian.PutUint32(b[:], mask)
		case getBroadcast:
			if info.Flags.Loopback {
				b = [4]byte{}
			} else {
				binary.BigEndian.PutUint32(b[:], binary.BigEndian.Uint32(b[:])|^mask)
			}
		}
		clear(answer[:16])
		binary.NativeEndian.PutUint16(answer, syscall.AF_INET)
		copy(answer[4:], b[:])
		return 0
	}
	return syscall.EADDRNOTAVAIL
}
