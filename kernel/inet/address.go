package inet

import (
	"encoding/binary"
	"syscall"
	"unsafe"

	"eggcup/kernel/socket"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
)

// Sizes of struct sockaddr_in and sockaddr_in6; the latter's field
// sin6_scope_id may be missing.
const (
	sizeofInet4    = 16
	sizeofInet6    = 28
	sizeofInet6Min = 24
)

// parseAddress reads the address that a call was given, for a socket of a
// family. An unspecified address is the empty one, as the stack has it.
func parseAddress(family int, p unsafe.Pointer, length int) (a tcpip.FullAddress, errno syscall.Errno) {
	if length < 2 {
		return a, syscall.EINVAL
	}
	b := socket.Bytes(p, length)
	switch given := int(binary.NativeEndian.Uint16(b)); {
	case given != family:
		return a, syscall.EAFNOSUPPORT
	case family == syscall.AF_INET:
		if length < sizeofInet4 {
			return a, syscall.EINVAL
		}
		a.Addr = specified(tcpip.AddrFrom4([4]byte(b[4:8])))
	default:
		if length < sizeofInet6Min {
			return a, syscall.EINVAL
		}
		a.Addr = specified(tcpip.AddrFrom16([16]byte(b[8:24])))
		if length >= sizeofInet6 && header.IsV6LinkLocalUnicastAddress(a.Addr) {
			a.NIC = tcpip.NICID(binary.NativeEndian.Uint32(b[24:]))
		}
	}
	a.Port = binary.BigEndian.Uint16(b[2:])
	return a, 0
}

// specified returns a, or the empty address for 0.0.0.0 and ::.
func specified(a tcpip.Address) tcpip.Address {
	if a.Unspecified() {
		return tcpip.Address{}
	}
	return a
}

// sockaddr is room for the address of either family.
type sockaddr [sizeofInet6]byte

// encode writes a in the form of a socket's family and returns the bytes.
func (to *sockaddr) encode(family int, a tcpip.FullAddress) []byte {
	binary.NativeEndian.PutUint16(to[:], uint16(family))
	binary.BigEndian.PutUint16(to[2:], a.Port)
	if family == syscall.AF_INET {
		copy(to[4:8], a.Addr.AsSlice())
		return to[:sizeofInet4]
	}
	encodeInet6(to[8:24], a.Addr)
	if header.IsV6LinkLocalUnicastAddress(a.Addr) {
		binary.NativeEndian.PutUint32(to[24:], uint32(a.NIC))
	}
	return to[:sizeofInet6]
}

// encodeInet6 writes an address as one of IPv6, an IPv4 address mapped.
func encodeInet6(to []byte, a tcpip.Address) {
	if a.Len() == header.IPv4AddressSize {
		to[10], to[11] = 0xff, 0xff
		to = to[12:]
	}
	copy(to, a.AsSlice())
}

// isUnspec reports whether a call was given an address of AF_UNSPEC.
func isUnspec(p unsafe.Pointer, length int) bool {
	return length >= 2 && *(*uint16)(p) == syscall.AF_UNSPEC
}
