// What gVisor's stack takes of an image: the bench lays this file over a
// program for Linux, which is then linked with the stack as kernel/inet makes
// it, and with gVisor's own adapter to package net in the place of eggcup's
// code. It is not run.
package main

import (
	"net"
	"os"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/adapters/gonet"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/link/channel"
	"gvisor.dev/gvisor/pkg/tcpip/link/ethernet"
	"gvisor.dev/gvisor/pkg/tcpip/link/loopback"
	"gvisor.dev/gvisor/pkg/tcpip/network/arp"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv6"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
	"gvisor.dev/gvisor/pkg/tcpip/transport/icmp"
	"gvisor.dev/gvisor/pkg/tcpip/transport/raw"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
	"gvisor.dev/gvisor/pkg/tcpip/transport/udp"
)

func init() {
	if os.Getenv("EGGCUP_BENCH_STACK") != "" {
		useStack()
	}
}

func useStack() {
	s := stack.New(stack.Options{
		NetworkProtocols:   []stack.NetworkProtocolFactory{ipv4.NewProtocol, ipv6.NewProtocol, arp.NewProtocol},
		TransportProtocols: []stack.TransportProtocolFactory{tcp.NewProtocol, udp.NewProtocol, icmp.NewProtocol4, icmp.NewProtocol6},
		RawFactory:         &raw.EndpointFactory{},
	})
	s.CreateNIC(1, loopback.New())
	s.CreateNIC(2, ethernet.New(channel.New(16, 1500, "\x52\x54\x00\x12\x34\x56")))
	own := tcpip.AddressWithPrefix{Address: tcpip.AddrFrom4([4]byte{10, 0, 2, 15}), PrefixLen: 24}
	s.AddProtocolAddress(2, tcpip.ProtocolAddress{Protocol: ipv4.ProtocolNumber, AddressWithPrefix: own}, stack.AddressProperties{})
	s.AddRoute(tcpip.Route{Destination: header.IPv4EmptySubnet, NIC: 2})
	at := tcpip.FullAddress{NIC: 2, Addr: own.Address, Port: 80}
	listener, _ := gonet.ListenTCP(s, at, ipv4.ProtocolNumber)
	datagrams, _ := gonet.DialUDP(s, &at, nil, ipv4.ProtocolNumber)
	stream, _ := gonet.DialTCP(s, at, ipv4.ProtocolNumber)
	for _, c := range []any{listener, datagrams, stream} {
		if c, ok := c.(net.Conn); ok {
			c.Read(nil)
		}
	}
}
