package inet

import (
	"strconv"
	"time"

	"eggcup/kernel/klog"
	"eggcup/kernel/netconf"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv6"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
)

// advertisements is told of what IPv6 routers advertise (RFC 4861, RFC 8106):
// the stack makes the addresses (SLAAC), the routes and name servers are left
// to us. It must not call the stack, so the work is done elsewhere.
type advertisements Layer

func ndpSettings() ipv6.NDPConfigurations {
	c := ipv6.DefaultNDPConfigurations()
	c.AutoGenTempGlobalAddresses = false // a server has one address, which does not change
	return c
}

// followAdvertisements does the work that advertisements bring.
func (l *Layer) followAdvertisements() {
	for work := range l.advertised {
		work()
	}
}

// later queues work. What a flood of advertisements brings is dropped: routers
// repeat themselves.
func (a *advertisements) later(work func()) {
	select {
	case a.advertised <- work:
	default:
	}
}

func (a *advertisements) OnDuplicateAddressDetectionResult(nic tcpip.NICID, address tcpip.Address, result stack.DADResult) {
	if _, duplicate := result.(*stack.DADDupAddrDetected); duplicate {
		a.later(func() {
			klog.Error("inet", nicName(nic), ": another machine has the address ", address.String())
		})
	}
}

func (a *advertisements) OnOffLinkRouteUpdated(nic tcpip.NICID, to tcpip.Subnet, router tcpip.Address, _ header.NDPRoutePreference) {
	a.later(func() {
		a.stack.RemoveRoutes(sameRoute(nic, to, router))
		(*Layer)(a).addGateway(nic, to, router)
	})
}

func (a *advertisements) OnOffLinkRouteInvalidated(nic tcpip.NICID, to tcpip.Subnet, router tcpip.Address) {
	a.later(func() { a.stack.RemoveRoutes(sameRoute(nic, to, router)) })
}

func (a *advertisements) OnOnLinkPrefixDiscovered(nic tcpip.NICID, prefix tcpip.Subnet) {
	a.later(func() {
		a.stack.RemoveRoutes(sameRoute(nic, prefix, tcpip.Address{}))
		a.stack.AddRoute(tcpip.Route{Destination: prefix, NIC: nic})
	})
}

func (a *advertisements) OnOnLinkPrefixInvalidated(nic tcpip.NICID, prefix tcpip.Subnet) {
	a.later(func() { a.stack.RemoveRoutes(sameRoute(nic, prefix, tcpip.Address{})) })
}

func sameRoute(nic tcpip.NICID, to tcpip.Subnet, gateway tcpip.Address) func(tcpip.Route) bool {
	return func(r tcpip.Route) bool {
		return r.NIC == nic && r.Destination.Equal(to) && r.Gateway == gateway
	}
}

func (a *advertisements) OnAutoGenAddress(nic tcpip.NICID, address tcpip.AddressWithPrefix) stack.AddressDispatcher {
	a.later(func() { klog.Info("inet", nicName(nic), ": ", address.String(), " (SLAAC)") })
	return nil
}

func (*advertisements) OnAutoGenAddressDeprecated(tcpip.NICID, tcpip.AddressWithPrefix) {}

func (a *advertisements) OnAutoGenAddressInvalidated(nic tcpip.NICID, address tcpip.AddressWithPrefix) {
	a.later(func() { klog.Warn("inet", nicName(nic), ": ", address.String(), " is no longer valid") })
}

func (a *advertisements) OnRecursiveDNSServerOption(nic tcpip.NICID, servers []tcpip.Address, valid time.Duration) {
	var names []string
	for _, server := range servers {
		name := server.String()
		if header.IsV6LinkLocalUnicastAddress(server) {
			name += "%" + nicName(nic)
		}
		names = append(names, name)
	}
	if valid == 0 {
		names = nil
	}
	a.later(func() { netconf.SetResolver(nicName(nic)+" (router)", names, nil) })
}

// Names to search are taken from the configuration and DHCP alone: a list that
// anybody on the link can send would send look-ups astray.
func (*advertisements) OnDNSSearchListOption(tcpip.NICID, []string, time.Duration) {}

// There is no DHCPv6 client.
func (*advertisements) OnDHCPv6Configuration(tcpip.NICID, ipv6.DHCPv6ConfigurationFromNDPRA) {}

// nicName returns an interface's name: eth0 is the first after the loopback.
func nicName(nic tcpip.NICID) string {
	if nic == loopbackNIC {
		return "lo"
	}
	return "eth" + strconv.Itoa(int(nic-firstNIC))
}
