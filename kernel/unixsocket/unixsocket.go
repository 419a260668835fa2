// Package unixsocket implements sockets of the family AF_UNIX: stream,
// datagram and seqpacket, pairs, abstract names and names in the file system.
//
// Specification: unix(7). Descriptors travel in SCM_RIGHTS; credentials are
// those of process 1. A name in the file system is a file if the kernel's file
// system can make one, and only a name in this package otherwise.
//
// Context: goroutine. Lock order: names.mu, a listener's mu, another socket's
// mu, a queue's mu; never two queues' at once.
package unixsocket

import (
	"sync"
	"syscall"
	"unsafe"

	"eggcup/kernel/descriptor"
	"eggcup/kernel/socket"
)

// unixSocket is a socket. What it receives is in its queue in; what it sends
// goes to the queue out, of the socket it is connected to.
type unixSocket struct {
	socket.Base
	kind int

	mu        sync.Mutex
	name      []byte // sun_path as bound; guarded by mu
	bound     *entry // guarded by mu
	peerName  []byte // guarded by mu
	in        *queue
	out       *queue        // guarded by mu; nil if not connected
	listening bool          // guarded by mu
	backlog   int           // guarded by mu
	pending   []*unixSocket // connected, not accepted; guarded by mu
	waiting   []*unixSocket // connect would have blocked; guarded by mu
	connected bool          // once: a stream cannot connect again; guarded by mu
	closed    bool          // guarded by mu
	passCred  bool          // SO_PASSCRED; guarded by mu
}

func newSocket(kind int) *unixSocket {
	s := &unixSocket{kind: kind}
	s.File = s
	s.in = &queue{reader: s, stream: kind == syscall.SOCK_STREAM}
	return s
}

// Socket answers socket(2) for AF_UNIX.
func Socket(argument, protocol int) (fd int, errno syscall.Errno) {
	kind, flags, errno := check(argument, protocol)
	if errno != 0 {
		return -1, errno
	}
	return newSocket(kind).open(flags)
}

// Pair answers socketpair(2) for AF_UNIX.
func Pair(argument, protocol int) (fds [2]int32, errno syscall.Errno) {
	kind, flags, errno := check(argument, protocol)
	if errno != 0 {
		return fds, errno
	}
	a, b := newSocket(kind), newSocket(kind)
	join(a, b)
	first, errno := a.open(flags)
	if errno != 0 {
		return fds, errno
	}
	second, errno := b.open(flags)
	if errno != 0 {
		a.Node.Close(first)
		return fds, errno
	}
	return [2]int32{int32(first), int32(second)}, 0
}

func check(argument, protocol int) (kind, flags int, errno syscall.Errno) {
	kind, flags, errno = socket.Kind(argument)
	switch {
	case errno != 0:
	case protocol != 0 && protocol != syscall.AF_UNIX:
		errno = syscall.EPROTONOSUPPORT
	case kind != syscall.SOCK_STREAM && kind != syscall.SOCK_DGRAM && kind != syscall.SOCK_SEQPACKET:
		errno = syscall.ESOCKTNOSUPPORT
	}
	return kind, flags, errno
}

// join connects two new sockets.
func join(a, b *unixSocket) {
	a.out, b.out = b.in, a.in
	a.connected, b.connected = true, true
	a.in.writer, b.in.writer = b, a
}

// open gives s its descriptor.
func (s *unixSocket) open(flags int) (int, syscall.Errno) {
	s.SetNonBlock(flags&syscall.O_NONBLOCK != 0)
	fd, errno := descriptor.Open(&s.Node, flags)
	if errno == 0 {
		s.Ready(s.readiness(), 0)
	}
	return fd, errno
}

// readiness returns the events of epoll(7) that hold for s.
func (s *unixSocket) readiness() (events uintptr) {
	s.mu.Lock()
	out, listening, pending, connected := s.out, s.listening, len(s.pending), s.connected
	s.mu.Unlock()
	if listening {
		if pending > 0 {
			return descriptor.In
		}
		return 0
	}
	if s.kind != syscall.SOCK_DGRAM && !connected {
		return descriptor.Out | descriptor.Hup
	}
	ended := s.in.atEnd()
	if s.in.readable() {
		events |= descriptor.In
	}
	if ended {
		events |= descriptor.In | descriptor.ReadHup
	}
	switch {
	case out == nil:
		events |= descriptor.Out
	case out.writable(s):
		events |= descriptor.Out
	}
	if ended && out != nil && out.refuses() && s.kind != syscall.SOCK_DGRAM {
		events |= descriptor.Hup
	}
	return events
}

// update tells the kernel what holds for s.
func (s *unixSocket) update() { s.Update(s.readiness) }

// Watch makes events that end known to the kernel from now on.
func (s *unixSocket) Watch() { s.update() }

// settle follows a call that may have ended an event.
func (s *unixSocket) settle() { s.Settle(s.readiness) }

// begin tells who waits for s that events begin.
func (s *unixSocket) begin(events uintptr) {
	s.Ready(events, 0)
	s.Changed.Broadcast()
}

// Shutdown ends one or both directions.
func (s *unixSocket) Shutdown(how int) syscall.Errno {
	if how < syscall.SHUT_RD || how > syscall.SHUT_RDWR {
		return syscall.EINVAL
	}
	s.mu.Lock()
	out, listening := s.out, s.listening
	s.mu.Unlock()
	if out == nil && !listening {
		return syscall.ENOTCONN
	}
	if how != syscall.SHUT_WR {
		s.in.stopReading(false)
	}
	if how != syscall.SHUT_RD && out != nil {
		out.stopWriting()
	}
	s.begin(s.readiness())
	return 0
}

// Close ends s: its peer reads to the end and cannot write any more.
func (s *unixSocket) Close() {
	s.mu.Lock()
	out, bound, pending, waiting := s.out, s.bound, s.pending, s.waiting
	s.closed, s.pending, s.waiting, s.bound = true, nil, nil, nil
	s.mu.Unlock()
	if bound != nil {
		bound.remove()
	}
	s.in.stopReading(true)
	if out != nil && s.kind != syscall.SOCK_DGRAM {
		out.stopWriting()
	}
	if out != nil {
		out.forget(s)
	}
	for _, p := range pending {
		p.Close()
	}
	for _, w := range waiting {
		w.begin(descriptor.Out)
	}
	s.Changed.Broadcast()
}

// Listen makes s accept connections.
func (s *unixSocket) Listen(backlog int) syscall.Errno {
	if s.kind == syscall.SOCK_DGRAM {
		return syscall.EOPNOTSUPP
	}
	s.mu.Lock()
	if s.bound == nil || s.connected {
		s.mu.Unlock()
		return syscall.EINVAL
	}
	const most = 4096 // net.core.somaxconn
	if backlog < 0 || backlog > most {
		backlog = most
	}
	s.listening, s.backlog = true, backlog
	s.mu.Unlock()
	s.update()
	return 0
}

// Accept takes a connection.
func (s *unixSocket) Accept(address unsafe.Pointer, length *uint32, flags int) (int, syscall.Errno) {
	w := s.Receiving(0)
	defer w.Stop()
	for {
		changed := w.Arm()
		peer, errno := s.takePending()
		if errno == 0 {
			s.settle()
			fd, errno := peer.open(flags | syscall.O_RDWR)
			if errno != 0 {
				s.putBack(peer)
				return -1, errno
			}
			peer.mu.Lock()
			name := peer.peerName
			peer.mu.Unlock()
			return fd, socket.StoreName(address, length, sockaddr(name))
		}
		if errno != syscall.EAGAIN {
			return -1, errno
		}
		s.settle()
		if errno := w.For(changed); errno != 0 {
			return -1, errno
		}
	}
}

func (s *unixSocket) takePending() (*unixSocket, syscall.Errno) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.listening || s.in.atEnd() {
		return nil, syscall.EINVAL
	}
	if len(s.pending) == 0 {
		return nil, syscall.EAGAIN
	}
	peer := s.pending[0]
	s.pending = s.pending[1:]
	for _, w := range s.waiting {
		w.begin(descriptor.Out)
	}
	s.waiting = nil
	return peer, 0
}

// putBack returns a connection that got no descriptor to the front.
func (s *unixSocket) putBack(peer *unixSocket) {
	s.mu.Lock()
	s.pending = append([]*unixSocket{peer}, s.pending...)
	s.mu.Unlock()
	s.begin(descriptor.In)
}
