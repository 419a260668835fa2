package inet

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"eggcup/kernel/config"
	"eggcup/kernel/unit"

	"gvisor.dev/gvisor/pkg/tcpip"
)

// Settings are those of the configuration, in the stack's terms.
type Settings struct {
	DHCP        bool
	DHCPTimeout time.Duration // after which its failure is logged
	Wait        bool          // hold main back for an address
	Hostname    string        // for the DHCP server
	Address     tcpip.AddressWithPrefix
	Gateway     tcpip.Address
	DNS         []string
	IPv6        bool
	MTU         int // 0: the device's
	TCPReceive  int // limits of a connection's buffers in bytes
	TCPSend     int
}

// configured reads the constants of the configuration. The configurator has
// checked them; a value that somebody has put in by other ways is refused here.
func configured() (Settings, error) {
	s := Settings{
		DHCP:        config.NetDhcp,
		DHCPTimeout: time.Duration(config.NetDhcpTimeout) * time.Second,
		Wait:        config.NetWait,
		Hostname:    config.Hostname,
		IPv6:        config.NetIpv6,
		MTU:         config.NetMtu,
		TCPReceive:  config.NetTcpReceive << 10,
		TCPSend:     config.NetTcpSend << 10,
	}
	var err error
	if s.Address, err = parsePrefix(config.NetAddress); err != nil {
		return s, unit.Wrap("inet: NET_ADDRESS", err)
	}
	if s.Gateway, err = parseIPv4(config.NetGateway); err != nil {
		return s, unit.Wrap("inet: NET_GATEWAY", err)
	}
	if s.DNS, err = parseServers(config.NetDns); err != nil {
		return s, unit.Wrap("inet: NET_DNS", err)
	}
	return s, nil
}

var errNotIPv4 = errors.New("not an IPv4 address")

// parsePrefix reads an address such as 10.0.2.15/24; "" is none.
func parsePrefix(text string) (tcpip.AddressWithPrefix, error) {
	if text == "" {
		return tcpip.AddressWithPrefix{}, nil
	}
	p, err := netip.ParsePrefix(text)
	if err != nil {
		return tcpip.AddressWithPrefix{}, err
	}
	if !p.Addr().Is4() {
		return tcpip.AddressWithPrefix{}, errNotIPv4
	}
	return tcpip.AddressWithPrefix{Address: tcpip.AddrFrom4(p.Addr().As4()), PrefixLen: p.Bits()}, nil
}

// parseIPv4 reads an address; "" is none.
func parseIPv4(text string) (tcpip.Address, error) {
	if text == "" {
		return tcpip.Address{}, nil
	}
	a, err := netip.ParseAddr(text)
	if err != nil {
		return tcpip.Address{}, err
	}
	if !a.Is4() {
		return tcpip.Address{}, errNotIPv4
	}
	return tcpip.AddrFrom4(a.As4()), nil
}

// parseServers checks addresses of name servers, separated by spaces.
func parseServers(text string) ([]string, error) {
	servers := strings.Fields(text)
	for _, server := range servers {
		if _, err := netip.ParseAddr(server); err != nil {
			return nil, err
		}
	}
	return servers, nil
}

func formatted(format string, v []any) string { return fmt.Sprintf(format, v...) }
