package inet

import (
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"eggcup/kernel/descriptor"
	"eggcup/kernel/socket"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
)

// direct is a TCP connection between two sockets of this machine, seen from one
// of them. The stack makes and ends the connection, with its ports, states and
// queues of what is not accepted; the bytes go through two flows and meet no
// segment, timer or checksum on their way. The loopback interface does not
// count them, and raw sockets do not see them.
type direct struct {
	in, out *flow
	// joined says that the connection was accepted: from then on the flows
	// alone tell what happens.
	joined *atomic.Bool
}

// ends names a connection as the end that connects sees it.
type ends struct{ local, remote tcpip.FullAddress }

func newEnds(local, remote tcpip.FullAddress) ends {
	plain := func(a tcpip.FullAddress) tcpip.FullAddress {
		if header.IsV4MappedAddress(a.Addr) {
			a.Addr = tcpip.AddrFrom4Slice(a.Addr.AsSlice()[12:])
		}
		return tcpip.FullAddress{Addr: a.Addr, Port: a.Port}
	}
	return ends{plain(local), plain(remote)}
}

// meeting is where the two ends of a connection find each other.
type meeting struct {
	mu sync.Mutex // held while a connection begins: it is known here before it can be accepted
	// waiting are the connections that nobody has accepted.
	waiting map[ends]*inetSocket
	sweep   int // how many there are when those are looked for that nobody will
}

const leastSweep = 64

// connect begins to connect s.
func (l *Layer) connect(s *inetSocket, to tcpip.FullAddress) tcpip.Error {
	if s.kind != syscall.SOCK_STREAM || s.direct.Load() != nil || !l.isOwn(to.Addr) {
		return s.endpoint.Connect(to)
	}
	m := &l.meeting
	m.mu.Lock()
	defer m.mu.Unlock()
	err := s.endpoint.Connect(to)
	if _, started := err.(*tcpip.ErrConnectStarted); !started {
		return err
	}
	local, failure := s.endpoint.GetLocalAddress()
	if failure != nil {
		return err
	}
	key := newEnds(local, to)
	if key.local == key.remote || m.waiting[ends{key.remote, key.local}] != nil {
		return err // a socket connected with itself, or two that connect at once: nobody accepts
	}
	in, out := new(flow), new(flow)
	in.reader, out.writer = s, s
	s.direct.Store(&direct{in: in, out: out, joined: new(atomic.Bool)})
	if m.waiting == nil {
		m.waiting, m.sweep = map[ends]*inetSocket{}, leastSweep
	}
	m.waiting[key] = s
	if len(m.waiting) > m.sweep {
		l.forget()
	}
	return err
}

// isOwn reports whether an address is one of this machine's.
func (l *Layer) isOwn(a tcpip.Address) bool {
	switch {
	case header.IsV4MappedAddress(a):
		return l.isOwn(tcpip.AddrFrom4Slice(a.AsSlice()[12:]))
	case a.Len() == header.IPv4AddressSize:
		return l.stack.CheckLocalAddress(0, header.IPv4ProtocolNumber, a) != 0
	case a.Len() == header.IPv6AddressSize:
		return l.stack.CheckLocalAddress(0, header.IPv6ProtocolNumber, a) != 0
	}
	return false
}

// forget drops the connections that were closed and that the stack has no other
// end of. The lock is held.
func (l *Layer) forget() {
	m := &l.meeting
	for key, s := range m.waiting {
		if !s.closed.Load() {
			continue // the other end may be on its way
		}
		protocol := header.IPv4ProtocolNumber
		if key.local.Addr.Len() == header.IPv6AddressSize {
			protocol = header.IPv6ProtocolNumber
		}
		id := stack.TransportEndpointID{
			LocalPort: key.remote.Port, LocalAddress: key.remote.Addr,
			RemotePort: key.local.Port, RemoteAddress: key.local.Addr,
		}
		found := l.stack.FindTransportEndpoint(protocol, tcp.ProtocolNumber, id, loopbackNIC)
		if e, ok := found.(*tcp.Endpoint); !ok || tcp.EndpointState(e.State()) == tcp.StateListen {
			delete(m.waiting, key)
		}
	}
	m.sweep = max(leastSweep, 2*len(m.waiting))
}

// accepted joins a socket that was accepted with the one that has connected.
func (l *Layer) accepted(s *inetSocket, peer tcpip.FullAddress) {
	local, err := s.endpoint.GetLocalAddress()
	if err != nil {
		return
	}
	m := &l.meeting
	m.mu.Lock()
	key := newEnds(peer, local)
	other := m.waiting[key]
	delete(m.waiting, key)
	m.mu.Unlock()
	if other == nil {
		return
	}
	d := other.direct.Load()
	d.out.join(&d.out.reader, s)
	d.in.join(&d.in.writer, s)
	s.direct.Store(&direct{in: d.out, out: d.in, joined: d.joined})
	d.joined.Store(true)
	// What the peer was told meanwhile by the stack alone.
	other.tell()
}

// flows returns the direct connection of s, once there is one. Until then, and
// when it comes to nothing, the stack answers.
func (s *inetSocket) flows() *direct {
	d := s.direct.Load()
	if d == nil || d.joined.Load() {
		return d
	}
	switch tcp.EndpointState(s.endpoint.State()) {
	case tcp.StateEstablished, tcp.StateFinWait1, tcp.StateFinWait2, tcp.StateTimeWait, tcp.StateCloseWait,
		tcp.StateLastAck, tcp.StateClosing:
		return d
	}
	return nil
}

// tell makes the kernel and those who wait hear of the events that hold.
func (s *inetSocket) tell() {
	if s == nil {
		return
	}
	if s.Watched() {
		s.update()
	} else {
		s.Ready(s.readiness(), 0)
	}
	s.Changed.Broadcast()
}

// events returns those of a direct connection.
func (d *direct) events() uintptr {
	in, peerEnded := d.in.readable()
	out, ended := d.out.writable()
	events := in | out
	if ended && peerEnded {
		events |= descriptor.Hup
	}
	return events
}

// write sends bytes of the pieces of a call, from the one at offset done on.
func (d *direct) write(p *syscall.Iovec, count, done, size int) (int, syscall.Errno) {
	if size == done {
		return 0, 0
	}
	if failure := d.in.takeFailure(); failure != 0 {
		return 0, failure
	}
	return d.out.put(size-done, func(b []byte, offset int) {
		socket.Gather(b, p, count, done+offset)
	})
}

// read receives to the pieces of a call.
func (d *direct) read(p *syscall.Iovec, count, done, size int, peek bool) (int, syscall.Errno) {
	return d.in.take(size-done, peek, func(b []byte, offset int) {
		socket.Scatter(p, count, done+offset, b)
	})
}

// shutdown follows shutdown(2). What has come may be read after SHUT_RD too.
func (d *direct) shutdown(how int) {
	if how != syscall.SHUT_RD {
		d.out.end(0)
	}
	if how != syscall.SHUT_WR {
		d.in.stop()
	}
}

// close follows the last close(2). The peer hears of a reset if it has written
// what was not read. It reports whether the peer was closed before.
func (d *direct) close(reset bool) (last bool) {
	var failure syscall.Errno
	if unread := d.in.refuse(reset); unread || reset {
		failure = syscall.ECONNRESET
	}
	d.out.end(failure)
	return d.out.abandoned()
}

// linger waits until the peer's buffer has what was written.
func (d *direct) linger(s *inetSocket, timeout time.Duration) {
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	for {
		changed := s.Changed.Channel()
		if d.out.delivered() {
			return
		}
		select {
		case <-changed:
		case <-timer.C:
			return
		}
	}
}
