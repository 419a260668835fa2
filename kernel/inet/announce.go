package inet

import (
	"time"

	"eggcup/kernel/klog"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/network/arp"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
)

// Announcements of RFC 5227, 2.3.
const (
	announcements    = 2
	announceInterval = 2 * time.Second
)

// announce tells the neighbours of an interface the hardware address behind its
// new IPv4 address, by requests for itself. A neighbour that has been asking
// since before the machine was up asks once a second: without this, the first
// connection would wait for that.
func (l *Layer) announce(nic tcpip.NICID, own tcpip.Address) {
	endpoint, err := l.stack.GetNetworkEndpoint(nic, arp.ProtocolNumber)
	if err != nil {
		return // the interface is gone
	}
	resolver, ok := endpoint.(stack.LinkAddressResolver)
	if !ok {
		return // the loopback
	}
	var again func(left int)
	again = func(left int) {
		// An address that is gone by now is refused.
		if err := resolver.LinkAddressRequest(own, own, ""); err != nil {
			klog.Debug("inet", nicName(nic), ": announce ", own.String(), ": ", err.String())
		} else if left > 1 {
			time.AfterFunc(announceInterval, func() { again(left - 1) })
		}
	}
	again(announcements)
}
