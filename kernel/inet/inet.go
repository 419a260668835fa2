// Package inet is the network: sockets for an unmodified package net, on the
// TCP/IP stack of gvisor.dev/gvisor.
//
// It answers the socket calls that package hook passes on. An event of the
// stack marks the socket's descriptor ready in the kernel, where the Go
// runtime's poller waits; a call that blocks waits on a channel. The interfaces
// are the loopback and every device of package netdev, with addresses from the
// configuration, DHCP (RFC 2131) or routers' advertisements (RFC 4862).
// AF_UNIX is package unixsocket's; AF_NETLINK answers what net.Interfaces asks.
//
// It is a Go module of its own, so that a kernel without network needs nothing
// of gVisor (docs/adr/0016-units-that-are-modules.md).
//
// Context: goroutine.
//
// Try it: eggcup set NET=y VIRTIO_NET=y; eggcup run examples/httpd.
package inet

import (
	"time"

	"eggcup/kernel/hook"
	"eggcup/kernel/klog"
	"eggcup/kernel/netconf"
	"eggcup/kernel/netdev"
	"eggcup/kernel/netfiles"

	"gvisor.dev/gvisor/pkg/log"
	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
)

// Init starts the stack on all registered devices and takes the socket calls.
func Init() error {
	settings, err := configured()
	if err != nil {
		return err
	}
	log.SetLevel(log.Warning)
	log.SetTarget(logger{})
	l, err := newLayer(settings)
	if err != nil {
		return err
	}
	hook.SetSockets(l)
	netfiles.Set(l)
	var started []*link
	for i, device := range netdev.Devices() {
		link, err := l.addDevice(device, tcpip.NICID(firstNIC+i))
		if err != nil {
			klog.Error("inet", device.Name(), ": ", err.Error())
			continue
		}
		started = append(started, link)
	}
	l.links = started
	l.configure(started)
	return nil
}

// addDevice makes a device an interface of the stack.
func (l *Layer) addDevice(device netdev.Device, nic tcpip.NICID) (*link, error) {
	link := newLink(device, nic, l.settings.MTU)
	name := nicName(nic)
	if err := l.stack.CreateNICWithOptions(nic, link, stack.NICOptions{Name: name}); err != nil {
		return nil, stepError("add "+name, err)
	}
	if l.settings.IPv6 {
		// Link-local addresses and multicast need no router.
		l.stack.AddRoute(tcpip.Route{Destination: header.IPv6LinkLocalPrefix.Subnet(), NIC: nic})
		l.stack.AddRoute(tcpip.Route{Destination: ipv6Multicast, NIC: nic})
	}
	if err := device.Start(link.receive); err != nil {
		l.stack.RemoveNIC(nic)
		return nil, err
	}
	hardware := device.HardwareAddr()
	klog.Info("inet", name, ": ", device.Name(), ", ", tcpip.LinkAddress(hardware[:]).String())
	return link, nil
}

var ipv6Multicast = tcpip.AddressWithPrefix{
	Address:   tcpip.AddrFrom16([16]byte{0xff}),
	PrefixLen: 8,
}.Subnet()

// configure gives the interfaces their IPv4 addresses: a static one to the
// first, or to each what DHCP says.
func (l *Layer) configure(links []*link) {
	if !l.settings.DHCP {
		netconf.SetResolver("configuration", l.settings.DNS, nil)
	}
	if len(links) == 0 {
		return
	}
	if !l.settings.DHCP {
		l.setStatic(links[0])
		return
	}
	ready := make(chan struct{}, len(links))
	for _, link := range links {
		c := newClient(l, link, func() { ready <- struct{}{} })
		go c.run()
	}
	if !l.settings.Wait {
		return
	}
	select {
	case <-ready:
	case <-time.After(l.settings.DHCPTimeout):
		// The clients say so themselves and go on; the program starts.
	}
}

func (l *Layer) setStatic(link *link) {
	name := nicName(link.nic)
	if l.settings.Address.PrefixLen == 0 {
		return
	}
	if err := l.addAddress(link.nic, l.settings.Address); err != nil {
		klog.Error("inet", name, ": ", l.settings.Address.String(), ": ", err.String())
		return
	}
	klog.Info("inet", name, ": ", l.settings.Address.String())
	if l.settings.Gateway.Len() != 0 {
		l.addGateway(link.nic, header.IPv4EmptySubnet, l.settings.Gateway)
	}
}

// logger takes the stack's own messages.
type logger struct{}

// Emit logs a message of the stack.
func (logger) Emit(_ int, level log.Level, _ time.Time, format string, v ...any) {
	text := formatted(format, v)
	switch level {
	case log.Warning:
		klog.Warn("inet", text)
	case log.Info:
		klog.Info("inet", text)
	default:
		klog.Debug("inet", text)
	}
}
