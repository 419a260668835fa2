package inet

import (
	"math/rand/v2"
	"net/netip"
	"strconv"
	"time"

	"eggcup/kernel/dhcp"
	"eggcup/kernel/klog"
	"eggcup/kernel/netconf"

	"gvisor.dev/gvisor/pkg/tcpip"
)

func isDHCP(frame []byte) bool { return dhcp.IsReply(frame) }

// client is the DHCP client of an interface (RFC 2131, 4.4). It runs in a
// goroutine of its own, for as long as the kernel does.
type client struct {
	layer   *Layer
	link    *link
	says    dhcp.Client
	replies chan reply
	ready   func() // called with the first lease
	began   time.Time
	warned  bool

	lease   *dhcp.Reply // nil without one
	address tcpip.AddressWithPrefix
	server  [6]byte // who sent it
}

// reply is a message and the hardware address that it came from.
type reply struct {
	*dhcp.Reply
	from [6]byte
}

// How long the client waits for an answer, at first and at most, and between
// attempts after the time that the configuration gives has passed.
const (
	firstWait = 500 * time.Millisecond
	mostWait  = 16 * time.Second
	leastWait = 60 * time.Second // between renewals (RFC 2131, 4.4.5)
)

func newClient(l *Layer, link *link, ready func()) *client {
	c := &client{
		layer:   l,
		link:    link,
		says:    dhcp.Client{Hardware: link.device.HardwareAddr(), Hostname: l.settings.Hostname},
		replies: make(chan reply, 8),
		ready:   ready,
		began:   time.Now(),
	}
	receive := c.receive
	link.dhcp.Store(&receive)
	return c
}

// receive takes a frame from the driver's goroutine.
func (c *client) receive(frame []byte) {
	r, from, err := dhcp.ParseFrame(frame)
	if err != nil {
		klog.Debug("inet", nicName(c.link.nic), ": ", err.Error())
		return
	}
	if r.Hardware != c.says.Hardware {
		return
	}
	select {
	case c.replies <- reply{r, from}:
	default: // a flood: what counts is asked for again
	}
}

// run gets a lease and keeps it, or another one.
func (c *client) run() {
	for {
		got := c.acquire()
		c.take(got)
		if c.ready != nil {
			c.ready()
			c.ready = nil
		}
		c.keep()
		c.drop()
		c.began, c.warned = time.Now(), false
	}
}

// acquire asks until a server gives an address.
func (c *client) acquire() reply {
	wait := firstWait
	for {
		xid := rand.Uint32()
		offer, ok := c.ask(&dhcp.Query{Type: dhcp.Discover, XID: xid}, spread(wait), dhcp.Offer)
		if ok && usable(offer.Reply) {
			request := &dhcp.Query{Type: dhcp.Request, XID: xid, Requested: offer.Address.Addr(), Server: offer.Server}
			for range 3 {
				answer, ok := c.ask(request, spread(wait), dhcp.Ack, dhcp.Nak)
				if ok && answer.Type == dhcp.Ack && usable(answer.Reply) {
					return answer
				}
				if ok {
					break
				}
			}
		}
		c.warn()
		wait = min(2*wait, mostWait)
	}
}

// spread makes a wait a little longer: clients that start together shall not ask
// together (RFC 2131, 4.1).
func spread(wait time.Duration) time.Duration { return wait + rand.N(wait/4) }

// usable reports whether an address can be taken as it is offered.
func usable(r *dhcp.Reply) bool {
	a := r.Address.Addr()
	return r.Lease > 0 && !a.IsUnspecified() && !a.IsLoopback() && !a.IsMulticast()
}

// warn says once that the time for DHCP is up.
func (c *client) warn() {
	if !c.warned && time.Since(c.began) > c.layer.settings.DHCPTimeout {
		c.warned = true
		seconds := strconv.Itoa(int(c.layer.settings.DHCPTimeout / time.Second))
		klog.Warn("inet", nicName(c.link.nic), ": no answer from a DHCP server within ", seconds, " s; still asking")
	}
}

// ask sends a message and waits for an answer to it.
func (c *client) ask(q *dhcp.Query, wait time.Duration, wanted ...dhcp.Type) (reply, bool) {
	q.Elapsed = time.Since(c.began)
	var server netip.Addr
	var hardware [6]byte
	if q.Own.IsValid() && q.Server.IsValid() { // renewing: to the one server
		server, hardware = q.Server, c.server
		q = &dhcp.Query{Type: q.Type, XID: q.XID, Elapsed: q.Elapsed, Own: q.Own}
	}
	frame := c.says.AppendFrame(nil, q, hardware, server)
	if err := c.link.device.Transmit(frame); err != nil {
		klog.Debug("inet", nicName(c.link.nic), ": DHCP: ", err.Error())
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for {
		select {
		case r := <-c.replies:
			if r.XID != q.XID {
				continue
			}
			for _, kind := range wanted {
				if r.Type == kind {
					return r, true
				}
			}
		case <-timer.C:
			return reply{}, false
		}
	}
}

// take puts a lease to use.
func (c *client) take(r reply) {
	name := nicName(c.link.nic)
	a := tcpip.AddressWithPrefix{Address: tcpip.AddrFrom4(r.Address.Addr().As4()), PrefixLen: r.Address.Bits()}
	fresh := c.lease == nil
	if !fresh && a != c.address {
		c.layer.removeAddress(c.link.nic, c.address)
		fresh = true
	}
	if fresh {
		if err := c.layer.addAddress(c.link.nic, a); err != nil {
			klog.Error("inet", name, ": ", a.String(), ": ", err.String())
		}
		klog.Info("inet", name, ": ", a.String(), " from DHCP server ", r.Server.String(), ", lease ", lifetime(r.Lease))
	} else {
		c.layer.stack.RemoveRoutes(func(route tcpip.Route) bool {
			return route.NIC == c.link.nic && route.Destination.ID().Len() == a.Address.Len() && route.Destination != a.Subnet()
		})
		klog.Debug("inet", name, ": lease renewed for ", lifetime(r.Lease))
	}
	c.lease, c.address, c.server = r.Reply, a, r.from
	for _, route := range r.Routes {
		to := tcpip.AddressWithPrefix{Address: tcpip.AddrFrom4(route.To.Addr().As4()), PrefixLen: route.To.Bits()}.Subnet()
		if route.Router.IsUnspecified() {
			c.layer.stack.AddRoute(tcpip.Route{Destination: to, NIC: c.link.nic})
		} else {
			c.layer.addGateway(c.link.nic, to, tcpip.AddrFrom4(route.Router.As4()))
		}
	}
	const leastMTU = 576 // what every host takes (RFC 791)
	if c.layer.settings.MTU == 0 && r.MTU >= leastMTU {
		c.link.SetMTU(uint32(r.MTU))
	}
	var servers, search []string
	for _, server := range r.DNS {
		servers = append(servers, server.String())
	}
	if r.Domain != "" {
		search = []string{r.Domain}
	}
	netconf.SetResolver(name, servers, search)
}

func lifetime(d time.Duration) string {
	if d >= dhcp.Infinite {
		return "for ever"
	}
	return d.String()
}

// keep renews the lease until it ends or the server takes it back.
func (c *client) keep() {
	for {
		if c.lease.Lease >= dhcp.Infinite {
			select {} // nothing to do any more
		}
		since := time.Now()
		time.Sleep(c.lease.Renewal)
		renewed, ok := c.renew(since)
		if !ok {
			return
		}
		c.take(renewed)
	}
}

// renew asks the server that gave the lease, from the rebinding time on any
// server. since is when the lease began.
func (c *client) renew(since time.Time) (reply, bool) {
	lease := c.lease
	q := &dhcp.Query{Type: dhcp.Request, XID: rand.Uint32(), Own: lease.Address.Addr()}
	for {
		now := time.Since(since)
		if now >= lease.Lease {
			klog.Warn("inet", nicName(c.link.nic), ": the lease has ended")
			return reply{}, false
		}
		// The next attempt comes after half of the time that is left, and the
		// first to any server when that time has come.
		until := lease.Rebinding
		q.Server = lease.Server
		if now >= lease.Rebinding {
			until, q.Server = lease.Lease, netip.Addr{}
		}
		wait := min(max((until-now)/2, min(leastWait, lease.Lease/8)), until-now+time.Millisecond)
		answer, ok := c.ask(q, wait, dhcp.Ack, dhcp.Nak)
		switch {
		case !ok:
		case answer.Type == dhcp.Nak:
			klog.Warn("inet", nicName(c.link.nic), ": the DHCP server has taken the address back")
			return reply{}, false
		case usable(answer.Reply):
			return answer, true
		}
	}
}

// drop gives up the address.
func (c *client) drop() {
	c.layer.removeAddress(c.link.nic, c.address)
	netconf.SetResolver(nicName(c.link.nic), nil, nil)
	c.lease = nil
}
