// Package dhcp writes and reads the messages of DHCPv4, with the frames around
// them: a client needs them before the machine has an address, so neither
// sockets nor a TCP/IP stack can carry them.
//
// Specifications: RFC 2131, RFC 2132, RFC 3442 (classless routes).
//
// Context: goroutine.
package dhcp

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"time"
)

// Type is the type of a message.
type Type byte

// The types that a client sends and gets.
const (
	Discover Type = 1
	Offer    Type = 2
	Request  Type = 3
	Decline  Type = 4
	Ack      Type = 5
	Nak      Type = 6
	Release  Type = 7
)

// Options (RFC 2132).
const (
	optionPad           = 0
	optionSubnetMask    = 1
	optionRouter        = 3
	optionDNS           = 6
	optionHostname      = 12
	optionDomain        = 15
	optionMTU           = 26
	optionRequestedIP   = 50
	optionLeaseTime     = 51
	optionOverload      = 52
	optionType          = 53
	optionServer        = 54
	optionParameters    = 55
	optionMaxSize       = 57
	optionRenewalTime   = 58
	optionRebindingTime = 59
	optionClientID      = 61
	optionRoutes        = 121
	optionEnd           = 255
)

// Sizes and places in a message (RFC 2131, 2).
const (
	fixedSize    = 236
	atXID        = 4
	atSecs       = 8
	atFlags      = 10
	atClientIP   = 12
	atYourIP     = 16
	atHardware   = 28
	atServerName = 44
	atFile       = 108
	atCookie     = fixedSize
	atOptions    = fixedSize + 4
	leastSize    = 300 // of BOOTP, which some relays insist on
	cookie       = 0x63825363
	bootRequest  = 1
	bootReply    = 2
	ethernet     = 1
	broadcast    = 0x8000
)

// Client is what a client says in every message.
type Client struct {
	Hardware [6]byte
	Hostname string
}

// Query is a message to a server.
type Query struct {
	Type      Type
	XID       uint32
	Elapsed   time.Duration // since the client began
	Own       netip.Addr    // the client's address, if it has one
	Requested netip.Addr    // the address it asks for
	Server    netip.Addr    // the server it has chosen
}

// Append appends the message to b.
func (c *Client) Append(b []byte, q *Query) []byte {
	start := len(b)
	b = append(b, make([]byte, atOptions)...)
	m := b[start:]
	m[0], m[1], m[2] = bootRequest, ethernet, byte(len(c.Hardware))
	binary.BigEndian.PutUint32(m[atXID:], q.XID)
	binary.BigEndian.PutUint16(m[atSecs:], uint16(min(q.Elapsed/time.Second, 0xffff)))
	if q.Own.Is4() {
		copy(m[atClientIP:], q.Own.AsSlice())
	} else {
		// Without an address the client hears broadcasts alone.
		binary.BigEndian.PutUint16(m[atFlags:], broadcast)
	}
	copy(m[atHardware:], c.Hardware[:])
	binary.BigEndian.PutUint32(m[atCookie:], cookie)
	b = append(b, optionType, 1, byte(q.Type))
	b = append(b, optionClientID, 1+6, ethernet)
	b = append(b, c.Hardware[:]...)
	b = appendAddress(b, optionRequestedIP, q.Requested)
	b = appendAddress(b, optionServer, q.Server)
	if q.Type == Discover || q.Type == Request {
		if n := len(c.Hostname); n > 0 && n < 64 {
			b = append(b, optionHostname, byte(n))
			b = append(b, c.Hostname...)
		}
		b = append(b, optionMaxSize, 2, 1500>>8, 1500&0xff)
		b = append(b, optionParameters, 9, optionSubnetMask, optionRoutes, optionRouter, optionDNS, optionDomain,
			optionMTU, optionLeaseTime, optionRenewalTime, optionRebindingTime)
	}
	b = append(b, optionEnd)
	for len(b)-start < leastSize {
		b = append(b, optionPad)
	}
	return b
}

func appendAddress(b []byte, option byte, a netip.Addr) []byte {
	if !a.Is4() {
		return b
	}
	b = append(b, option, 4)
	return append(b, a.AsSlice()...)
}

// Route is a network and the router to it.
type Route struct {
	To     netip.Prefix
	Router netip.Addr // unspecified: on the link
}

// Reply is a message from a server.
type Reply struct {
	Type      Type
	XID       uint32
	Hardware  [6]byte
	Address   netip.Prefix // the client's, with that of the network
	Server    netip.Addr
	Routes    []Route
	DNS       []netip.Addr
	Domain    string
	MTU       int
	Lease     time.Duration
	Renewal   time.Duration
	Rebinding time.Duration
}

// The errors of Parse.
var (
	ErrShort  = errors.New("dhcp: the message is too short")
	ErrNot    = errors.New("dhcp: this is no reply to a client")
	ErrOption = errors.New("dhcp: an option goes beyond the message or has a wrong length")
)

// Parse reads a message from a server. It takes from it what makes sense and
// leaves out what does not.
func Parse(b []byte) (*Reply, error) {
	if len(b) < atOptions {
		return nil, ErrShort
	}
	if b[0] != bootReply || b[1] != ethernet || b[2] != 6 || binary.BigEndian.Uint32(b[atCookie:]) != cookie {
		return nil, ErrNot
	}
	options := map[byte][]byte{}
	if err := readOptions(options, b[atOptions:]); err != nil {
		return nil, err
	}
	// Options may go on in two fixed fields that are not needed otherwise.
	if over := options[optionOverload]; len(over) == 1 {
		if over[0]&1 != 0 {
			if err := readOptions(options, b[atFile:atCookie]); err != nil {
				return nil, err
			}
		}
		if over[0]&2 != 0 {
			if err := readOptions(options, b[atServerName:atFile]); err != nil {
				return nil, err
			}
		}
	}
	kind := options[optionType]
	if len(kind) != 1 {
		return nil, ErrNot
	}
	r := &Reply{Type: Type(kind[0]), XID: binary.BigEndian.Uint32(b[atXID:]), Hardware: [6]byte(b[atHardware:])}
	own := netip.AddrFrom4([4]byte(b[atYourIP:]))
	r.Address = netip.PrefixFrom(own, maskBits(options[optionSubnetMask], own))
	r.Server = address(options[optionServer])
	r.Domain = domain(options[optionDomain])
	r.DNS = addresses(options[optionDNS])
	r.Routes = routes(options[optionRoutes])
	if routers := addresses(options[optionRouter]); r.Routes == nil && len(routers) > 0 {
		r.Routes = []Route{{To: netip.PrefixFrom(netip.IPv4Unspecified(), 0), Router: routers[0]}}
	}
	if mtu := options[optionMTU]; len(mtu) == 2 {
		r.MTU = int(binary.BigEndian.Uint16(mtu))
	}
	r.Lease = seconds(options[optionLeaseTime])
	r.Renewal = seconds(options[optionRenewalTime])
	r.Rebinding = seconds(options[optionRebindingTime])
	r.fillTimes()
	return r, nil
}

// Infinite is the lease time of a lease that does not end.
const Infinite = 0xffffffff * time.Second

// fillTimes sets the times that the server left out, or that make no sense, to
// the shares of the lease that RFC 2131, 4.4.5 names.
func (r *Reply) fillTimes() {
	if r.Rebinding == 0 || r.Rebinding >= r.Lease {
		r.Rebinding = r.Lease / 8 * 7
	}
	if r.Renewal == 0 || r.Renewal >= r.Rebinding {
		r.Renewal = min(r.Lease/2, r.Rebinding)
	}
}

// readOptions adds the options in b; one that comes twice is joined (RFC 3396).
//
//go:noinline
func readOptions(to map[byte][]byte, b []byte) error {
	for len(b) > 0 {
		code := b[0]
		if code == optionEnd {
			return nil
		}
		if code == optionPad {
			b = b[1:]
			continue
		}
		if len(b) < 2 || len(b) < 2+int(b[1]) {
			return ErrOption
		}
		n := int(b[1])
		to[code] = append(to[code], b[2:2+n]...)
		b = b[2+n:]
	}
	return nil
}

func seconds(b []byte) time.Duration {
	if len(b) != 4 {
		return 0
	}
	return time.Duration(binary.BigEndian.Uint32(b)) * time.Second
}

func address(b []byte) netip.Addr {
	if len(b) < 4 {
		return netip.Addr{}
	}
	return netip.AddrFrom4([4]byte(b))
}

func addresses(b []byte) (list []netip.Addr) {
	for ; len(b) >= 4; b = b[4:] {
		if a := address(b); !a.IsUnspecified() {
			list = append(list, a)
		}
	}
	return list
}

// maskBits returns the length of a network's prefix from its mask; without a
// proper mask it is that of the address's class.
func maskBits(mask []byte, a netip.Addr) int {
	if len(mask) == 4 {
		m := binary.BigEndian.Uint32(mask)
		bits := 0
		for m&(1<<31) != 0 {
			m <<= 1
			bits++
		}
		if m == 0 {
			return bits
		}
	}
	switch first := a.As4()[0]; {
	case first < 128:
		return 8
	case first < 192:
		return 16
	}
	return 24
}

// domain returns a domain's name if it could be one: it goes into a file that
// is read line by line.
func domain(b []byte) string {
	for len(b) > 0 && b[len(b)-1] == 0 {
		b = b[:len(b)-1]
	}
	for _, c := range b {
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		if !letter && (c < '0' || c > '9') && c != '.' && c != '-' && c != '_' {
			return ""
		}
	}
	return string(b)
}

// routes reads classless routes; a list that is damaged counts as none.
func routes(b []byte) (list []Route) {
	for len(b) > 0 {
		bits := int(b[0])
		n := (bits + 7) / 8
		if bits > 32 || len(b) < 1+n+4 {
			return nil
		}
		var network [4]byte
		copy(network[:], b[1:1+n])
		to := netip.PrefixFrom(netip.AddrFrom4(network), bits).Masked()
		list = append(list, Route{To: to, Router: address(b[1+n:])})
		b = b[1+n+4:]
	}
	return list
}
