package inet

import (
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"eggcup/kernel/descriptor"
	"eggcup/kernel/socket"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/transport/icmp"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
	"gvisor.dev/gvisor/pkg/tcpip/transport/udp"
	"gvisor.dev/gvisor/pkg/waiter"
)

// inetSocket is a socket of AF_INET or AF_INET6: an endpoint of the stack with
// a descriptor.
type inetSocket struct {
	socket.Base
	endpoint tcpip.Endpoint
	queue    *waiter.Queue
	entry    waiter.Entry
	family   int
	kind     int
	protocol int
	layer    *Layer
	direct   atomic.Pointer[direct] // of a connection within this machine
	closed   atomic.Bool

	readMu sync.Mutex
	sink   sink        // guarded by readMu
	taken  int64       // read since the receive buffer has grown; guarded by readMu
	sized  atomic.Bool // the program has said how large the receive buffer is

	writeMu sync.Mutex
	source  source            // guarded by writeMu
	to      tcpip.FullAddress // guarded by writeMu
}

// The events of the stack have the values of poll(2), those of package
// descriptor too.
const everything = socket.Everything

// protocols says which transport protocol serves a type and a protocol number.
func protocols(family, kind, protocol int) (transport tcpip.TransportProtocolNumber, errno syscall.Errno) {
	type choice struct{ kind, protocol int }
	switch (choice{kind, protocol}) {
	case choice{syscall.SOCK_STREAM, 0}, choice{syscall.SOCK_STREAM, syscall.IPPROTO_TCP}:
		return tcp.ProtocolNumber, 0
	case choice{syscall.SOCK_DGRAM, 0}, choice{syscall.SOCK_DGRAM, syscall.IPPROTO_UDP}:
		return udp.ProtocolNumber, 0
	case choice{syscall.SOCK_DGRAM, syscall.IPPROTO_ICMP}:
		if family == syscall.AF_INET {
			return icmp.ProtocolNumber4, 0
		}
	case choice{syscall.SOCK_DGRAM, syscall.IPPROTO_ICMPV6}:
		if family == syscall.AF_INET6 {
			return icmp.ProtocolNumber6, 0
		}
	}
	switch kind {
	case syscall.SOCK_STREAM, syscall.SOCK_DGRAM:
		return 0, syscall.EPROTONOSUPPORT
	case syscall.SOCK_RAW:
		if protocol <= 0 || protocol > 255 {
			return 0, syscall.EPROTONOSUPPORT
		}
		return tcpip.TransportProtocolNumber(protocol), 0
	}
	return 0, syscall.ESOCKTNOSUPPORT
}

// open makes a socket and gives it a descriptor.
func (l *Layer) open(family, argument, protocol int) (int, syscall.Errno) {
	kind, flags, errno := socket.Kind(argument)
	if errno != 0 {
		return -1, errno
	}
	transport, errno := protocols(family, kind, protocol)
	if errno != 0 {
		return -1, errno
	}
	network := header.IPv4ProtocolNumber
	if family == syscall.AF_INET6 {
		network = header.IPv6ProtocolNumber
	}
	queue := new(waiter.Queue)
	var endpoint tcpip.Endpoint
	var err tcpip.Error
	if kind == syscall.SOCK_RAW {
		endpoint, err = l.stack.NewRawEndpoint(transport, network, queue, true)
	} else {
		endpoint, err = l.stack.NewEndpoint(transport, network, queue)
	}
	if err != nil {
		return -1, number(err)
	}
	s := &inetSocket{layer: l, family: family, kind: kind, protocol: int(transport)}
	s.attach(endpoint, queue)
	fd, errno := s.open(flags)
	if errno != 0 {
		s.Close()
	}
	return fd, errno
}

// attach connects s with its endpoint.
func (s *inetSocket) attach(endpoint tcpip.Endpoint, queue *waiter.Queue) {
	s.File = s
	s.endpoint, s.queue = endpoint, queue
	s.entry.Init(s, everything)
	queue.EventRegister(&s.entry)
	s.sizeBuffers()
}

// open gives s its descriptor.
func (s *inetSocket) open(flags int) (int, syscall.Errno) {
	s.SetNonBlock(flags&syscall.O_NONBLOCK != 0)
	fd, errno := descriptor.Open(&s.Node, flags)
	if errno == 0 {
		s.Ready(s.readiness(), 0)
	}
	return fd, errno
}

// NotifyEvent is told by the stack of events that begin. It is called with
// locks of the stack held.
func (s *inetSocket) NotifyEvent(mask waiter.EventMask) {
	if d := s.flows(); d != nil {
		s.Ready(uintptr(mask)&d.events(), 0)
	} else {
		s.Ready(uintptr(mask&everything), 0)
	}
	s.Changed.Broadcast()
}

func (s *inetSocket) readiness() uintptr {
	if d := s.flows(); d != nil {
		return d.events()
	}
	return uintptr(s.endpoint.Readiness(everything) & everything)
}

// update tells the kernel what holds for s.
func (s *inetSocket) update() { s.Update(s.readiness) }

// Watch makes events that end known to the kernel from now on.
func (s *inetSocket) Watch() { s.update() }

// settle follows a call that may have ended an event.
func (s *inetSocket) settle() { s.Settle(s.readiness) }

// Bind answers bind(2).
func (s *inetSocket) Bind(p unsafe.Pointer, length int) syscall.Errno {
	a, errno := parseAddress(s.family, p, length)
	if errno != 0 {
		return errno
	}
	errno = number(s.endpoint.Bind(a))
	s.update()
	return errno
}

// Connect answers connect(2).
func (s *inetSocket) Connect(p unsafe.Pointer, length int) syscall.Errno {
	socket.Reserve()
	if isUnspec(p, length) && s.kind != syscall.SOCK_STREAM {
		return number(s.endpoint.Disconnect())
	}
	a, errno := parseAddress(s.family, p, length)
	if errno != 0 {
		return errno
	}
	w := s.Sending(0)
	defer w.Stop()
	changed := w.Arm()
	err := s.layer.connect(s, a)
	s.update()
	if _, started := err.(*tcpip.ErrConnectStarted); !started {
		return number(err)
	}
	if !w.Blocks() {
		return syscall.EINPROGRESS
	}
	for s.readiness()&(descriptor.Out|descriptor.Err|descriptor.Hup) == 0 {
		if errno := w.For(changed); errno != 0 {
			return syscall.EINPROGRESS
		}
		changed = w.Arm()
	}
	if err := s.endpoint.LastError(); err != nil {
		return number(err)
	}
	s.endpoint.Connect(a) // takes note that the caller knows
	return 0
}

// Listen answers listen(2).
func (s *inetSocket) Listen(backlog int) syscall.Errno {
	if s.kind != syscall.SOCK_STREAM {
		return syscall.EOPNOTSUPP
	}
	const most = 4096 // net.core.somaxconn
	if backlog < 0 || backlog > most {
		backlog = most
	}
	// Linux queues one connection more than asked for.
	errno := number(s.endpoint.Listen(backlog + 1))
	s.update()
	return errno
}

// Accept answers accept4(2). The descriptor comes first: without one the
// connection stays in the queue.
func (s *inetSocket) Accept(address unsafe.Pointer, length *uint32, flags int) (int, syscall.Errno) {
	if s.kind != syscall.SOCK_STREAM {
		return -1, syscall.EOPNOTSUPP
	}
	w := s.Receiving(0)
	defer w.Stop()
	for {
		changed := w.Arm()
		fd, errno := s.accept(address, length, flags)
		if errno == syscall.EAGAIN {
			s.settle()
			if errno = w.For(changed); errno == 0 {
				continue
			}
		}
		return fd, errno
	}
}

func (s *inetSocket) accept(address unsafe.Pointer, length *uint32, flags int) (int, syscall.Errno) {
	if tcp.EndpointState(s.endpoint.State()) == tcp.StateListen && s.readiness()&descriptor.In == 0 {
		return -1, syscall.EAGAIN
	}
	accepted := &inetSocket{layer: s.layer, family: s.family, kind: s.kind, protocol: s.protocol}
	accepted.sized.Store(s.sized.Load())
	accepted.File = unborn{}
	accepted.SetNonBlock(flags&syscall.O_NONBLOCK != 0)
	fd, errno := descriptor.Open(&accepted.Node, flags|syscall.O_RDWR)
	if errno != 0 {
		return -1, errno
	}
	var peer tcpip.FullAddress
	endpoint, queue, err := s.endpoint.Accept(&peer)
	s.settle()
	if err == nil {
		accepted.attach(endpoint, queue)
		s.layer.accepted(accepted, peer)
		accepted.Ready(accepted.readiness(), 0)
		var name sockaddr
		errno = socket.StoreName(address, length, name.encode(s.family, peer))
	} else {
		errno = number(err)
	}
	if errno != 0 {
		accepted.Node.Close(fd)
		return -1, errno
	}
	return fd, 0
}

// unborn is the file of a descriptor that accept has not returned yet.
type unborn struct{}

func (unborn) Read(unsafe.Pointer, int) (int, syscall.Errno)  { return -1, syscall.EBADF }
func (unborn) Write(unsafe.Pointer, int) (int, syscall.Errno) { return -1, syscall.EBADF }
func (unborn) SetNonBlock(bool)                               {}
func (unborn) Close()                                         {}

// Shutdown answers shutdown(2).
func (s *inetSocket) Shutdown(how int) syscall.Errno {
	if how < syscall.SHUT_RD || how > syscall.SHUT_RDWR {
		return syscall.EINVAL
	}
	flags := [...]tcpip.ShutdownFlags{tcpip.ShutdownRead, tcpip.ShutdownWrite, tcpip.ShutdownRead | tcpip.ShutdownWrite}
	d := s.flows()
	errno := number(s.endpoint.Shutdown(flags[how]))
	if d != nil {
		d.shutdown(how)
		errno = 0
	}
	s.update()
	s.Changed.Broadcast()
	return errno
}

// Close ends the socket with its last descriptor. With SO_LINGER it waits for
// the peer to have everything.
func (s *inetSocket) Close() {
	socket.Reserve()
	linger := s.endpoint.SocketOptions().GetLinger()
	s.closed.Store(true)
	d := s.flows()
	if d != nil && d.close(linger.Enabled && linger.Timeout == 0) {
		// Both ends are closed and nobody looks at the stack's endpoints any more:
		// reset, they are gone at once, and not when TIME-WAIT ends.
		s.endpoint.SocketOptions().SetLinger(tcpip.LingerOption{Enabled: true})
	}
	switch {
	case d != nil:
		s.endpoint.Close()
		if linger.Enabled {
			d.linger(s, linger.Timeout)
		}
	case linger.Enabled && linger.Timeout > 0:
		s.closeAndLinger(linger.Timeout)
	default:
		s.endpoint.Close()
	}
	s.queue.EventUnregister(&s.entry)
	s.Changed.Broadcast()
}

func (s *inetSocket) closeAndLinger(timeout time.Duration) {
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	changed := s.Changed.Channel()
	s.endpoint.Close()
	for s.readiness()&descriptor.Hup == 0 {
		select {
		case <-changed:
			changed = s.Changed.Channel()
		case <-timer.C:
			return
		}
	}
}

// LocalName answers getsockname(2).
func (s *inetSocket) LocalName(to unsafe.Pointer, length *uint32) syscall.Errno {
	a, err := s.endpoint.GetLocalAddress()
	if err != nil {
		return number(err)
	}
	var name sockaddr
	return socket.StoreName(to, length, name.encode(s.family, a))
}

// PeerName answers getpeername(2).
func (s *inetSocket) PeerName(to unsafe.Pointer, length *uint32) syscall.Errno {
	a, err := s.endpoint.GetRemoteAddress()
	if err != nil {
		return syscall.ENOTCONN
	}
	var name sockaddr
	return socket.StoreName(to, length, name.encode(s.family, a))
}
