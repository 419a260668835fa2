package inet

import (
	"encoding/binary"
	"sort"
	"sync"
	"syscall"
	"unsafe"

	"eggcup/kernel/descriptor"
	"eggcup/kernel/socket"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
)

// netlinkSocket answers what net.Interfaces asks: dumps of links, addresses
// and routes (rtnetlink(7)). The answer to a request is ready at once.
type netlinkSocket struct {
	socket.Base
	layer *Layer
	kind  int

	mu      sync.Mutex
	port    uint32
	answers [][]byte // guarded by mu
}

// sizeofNetlink is the size of struct sockaddr_nl.
const sizeofNetlink = 12

func (l *Layer) openNetlink(argument, protocol int) (int, syscall.Errno) {
	kind, flags, errno := socket.Kind(argument)
	switch {
	case errno != 0:
		return -1, errno
	case kind != syscall.SOCK_RAW && kind != syscall.SOCK_DGRAM:
		return -1, syscall.ESOCKTNOSUPPORT
	case protocol != syscall.NETLINK_ROUTE:
		return -1, syscall.EPROTONOSUPPORT
	}
	s := &netlinkSocket{layer: l, kind: kind}
	s.File = s
	s.SetNonBlock(flags&syscall.O_NONBLOCK != 0)
	fd, errno := descriptor.Open(&s.Node, flags)
	if errno == 0 {
		s.Ready(descriptor.Out, 0)
	}
	return fd, errno
}

// dump makes the answer to a request.
func (s *netlinkSocket) dump(request []byte) (answers [][]byte, errno syscall.Errno) {
	for len(request) >= syscall.SizeofNlMsghdr {
		length := binary.NativeEndian.Uint32(request)
		if length < syscall.SizeofNlMsghdr || int(length) > len(request) {
			return nil, syscall.EINVAL
		}
		kind := binary.NativeEndian.Uint16(request[4:])
		sequence := binary.NativeEndian.Uint32(request[8:])
		family := 0
		if length > syscall.SizeofNlMsghdr {
			family = int(request[syscall.SizeofNlMsghdr])
		}
		m := &messages{sequence: sequence, port: s.port}
		switch kind {
		case syscall.RTM_GETLINK:
			s.layer.dumpLinks(m)
		case syscall.RTM_GETADDR:
			s.layer.dumpAddresses(m, family)
		case syscall.RTM_GETROUTE:
			s.layer.dumpRoutes(m, family)
		default:
			m.fail(request[:syscall.SizeofNlMsghdr], syscall.EOPNOTSUPP)
			answers = append(answers, m.b)
			request = request[min((int(length)+3)&^3, len(request)):]
			continue
		}
		if len(m.b) > 0 {
			answers = append(answers, m.b)
		}
		answers = append(answers, m.done())
		request = request[min((int(length)+3)&^3, len(request)):]
	}
	return answers, 0
}

// messages collects netlink messages of one answer.
type messages struct {
	b        []byte
	sequence uint32
	port     uint32
	start    int
}

//go:noinline
func (m *messages) begin(kind, flags uint16, body ...byte) {
	m.start = len(m.b)
	m.b = append(m.b, make([]byte, syscall.SizeofNlMsghdr)...)
	h := m.b[m.start:]
	binary.NativeEndian.PutUint16(h[4:], kind)
	binary.NativeEndian.PutUint16(h[6:], flags)
	binary.NativeEndian.PutUint32(h[8:], m.sequence)
	binary.NativeEndian.PutUint32(h[12:], m.port)
	m.b = append(m.b, body...)
}

//go:noinline
func (m *messages) attribute(kind uint16, value []byte) {
	m.b = binary.NativeEndian.AppendUint16(m.b, uint16(4+len(value)))
	m.b = binary.NativeEndian.AppendUint16(m.b, kind)
	m.b = append(m.b, value...)
	for len(m.b)%4 != 0 {
		m.b = append(m.b, 0)
	}
}

func (m *messages) attribute32(kind uint16, value uint32) {
	m.attribute(kind, binary.NativeEndian.AppendUint32(nil, value))
}

func (m *messages) end() {
	binary.NativeEndian.PutUint32(m.b[m.start:], uint32(len(m.b)-m.start))
}

// done returns the message that ends a dump.
func (m *messages) done() []byte {
	last := messages{sequence: m.sequence, port: m.port}
	last.begin(syscall.NLMSG_DONE, syscall.NLM_F_MULTI, 0, 0, 0, 0)
	last.end()
	return last.b
}

func (m *messages) fail(request []byte, errno syscall.Errno) {
	m.begin(syscall.NLMSG_ERROR, 0)
	m.b = binary.NativeEndian.AppendUint32(m.b, uint32(-int32(errno)))
	m.b = append(m.b, request...)
	m.end()
}

// nics returns the interfaces by number.
func (l *Layer) nics() (numbers []int, info map[tcpip.NICID]stack.NICInfo) {
	info = l.stack.NICInfo()
	for id := range info {
		numbers = append(numbers, int(id))
	}
	sort.Ints(numbers)
	return numbers, info
}

func (l *Layer) dumpLinks(m *messages) {
	numbers, all := l.nics()
	for _, n := range numbers {
		info := all[tcpip.NICID(n)]
		kind := uint16(syscall.ARPHRD_ETHER)
		address, broadcast := []byte(info.LinkAddress), []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
		if info.Flags.Loopback {
			kind = syscall.ARPHRD_LOOPBACK
			address, broadcast = make([]byte, 6), make([]byte, 6)
		}
		var body [syscall.SizeofIfInfomsg]byte
		binary.NativeEndian.PutUint16(body[2:], kind)
		binary.NativeEndian.PutUint32(body[4:], uint32(n))
		binary.NativeEndian.PutUint32(body[8:], flags(info))
		m.begin(syscall.RTM_NEWLINK, syscall.NLM_F_MULTI, body[:]...)
		m.attribute(syscall.IFLA_IFNAME, append([]byte(info.Name), 0))
		m.attribute32(syscall.IFLA_MTU, info.MTU)
		m.attribute(syscall.IFLA_ADDRESS, address)
		m.attribute(syscall.IFLA_BROADCAST, broadcast)
		m.end()
	}
}

func (l *Layer) dumpAddresses(m *messages, family int) {
	numbers, all := l.nics()
	for _, n := range numbers {
		info := all[tcpip.NICID(n)]
		for _, a := range info.ProtocolAddresses {
			own := syscall.AF_INET
			if a.Protocol == header.IPv6ProtocolNumber {
				own = syscall.AF_INET6
			}
			if family != syscall.AF_UNSPEC && family != own {
				continue
			}
			address := a.AddressWithPrefix.Address
			scope := byte(syscall.RT_SCOPE_UNIVERSE)
			switch {
			case info.Flags.Loopback:
				scope = syscall.RT_SCOPE_HOST
			case header.IsV6LinkLocalUnicastAddress(address):
				scope = syscall.RT_SCOPE_LINK
			}
			body := [syscall.SizeofIfAddrmsg]byte{byte(own), byte(a.AddressWithPrefix.PrefixLen), syscall.IFA_F_PERMANENT, scope}
			binary.NativeEndian.PutUint32(body[4:], uint32(n))
			m.begin(syscall.RTM_NEWADDR, syscall.NLM_F_MULTI, body[:]...)
			m.attribute(syscall.IFA_ADDRESS, address.AsSlice())
			if own == syscall.AF_INET {
				m.attribute(syscall.IFA_LOCAL, address.AsSlice())
				m.attribute(syscall.IFA_LABEL, append([]byte(info.Name), 0))
			}
			m.end()
		}
	}
}

func (l *Layer) dumpRoutes(m *messages, family int) {
	for _, r := range l.stack.GetRouteTable() {
		own := syscall.AF_INET
		if r.Destination.ID().Len() == header.IPv6AddressSize {
			own = syscall.AF_INET6
		}
		if family != syscall.AF_UNSPEC && family != own {
			continue
		}
		body := [syscall.SizeofRtMsg]byte{
			byte(own), byte(r.Destination.Prefix()), 0, 0,
			syscall.RT_TABLE_MAIN, syscall.RTPROT_BOOT, syscall.RT_SCOPE_LINK, syscall.RTN_UNICAST,
		}
		if r.Gateway.Len() > 0 {
			body[6] = syscall.RT_SCOPE_UNIVERSE
		}
		m.begin(syscall.RTM_NEWROUTE, syscall.NLM_F_MULTI, body[:]...)
		if r.Destination.Prefix() > 0 {
			id := r.Destination.ID()
			m.attribute(syscall.RTA_DST, id.AsSlice())
		}
		if r.Gateway.Len() > 0 {
			m.attribute(syscall.RTA_GATEWAY, r.Gateway.AsSlice())
		}
		m.attribute32(syscall.RTA_OIF, uint32(r.NIC))
		m.end()
	}
}

// Bind answers bind(2): the port number is the kernel's to choose.
func (s *netlinkSocket) Bind(p unsafe.Pointer, length int) syscall.Errno {
	if length < sizeofNetlink || *(*uint16)(p) != syscall.AF_NETLINK {
		return syscall.EINVAL
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.port = *(*uint32)(unsafe.Add(p, 4))
	if s.port == 0 {
		s.port = 1
	}
	return 0
}

// Connect answers connect(2): there is nobody but the kernel.
func (s *netlinkSocket) Connect(p unsafe.Pointer, length int) syscall.Errno {
	if length < sizeofNetlink || *(*uint16)(p) != syscall.AF_NETLINK {
		return syscall.EINVAL
	}
	return 0
}

// Listen, Accept and Shutdown are not for netlink.
func (*netlinkSocket) Listen(int) syscall.Errno { return syscall.EOPNOTSUPP }

// Accept is not for netlink.
func (*netlinkSocket) Accept(unsafe.Pointer, *uint32, int) (int, syscall.Errno) {
	return -1, syscall.EOPNOTSUPP
}

// Shutdown is not for netlink.
func (*netlinkSocket) Shutdown(int) syscall.Errno { return syscall.EOPNOTSUPP }

func (s *netlinkSocket) name(port uint32) []byte {
	b := make([]byte, sizeofNetlink)
	b[0] = syscall.AF_NETLINK
	binary.NativeEndian.PutUint32(b[4:], port)
	return b
}

// LocalName answers getsockname(2).
func (s *netlinkSocket) LocalName(to unsafe.Pointer, length *uint32) syscall.Errno {
	s.mu.Lock()
	defer s.mu.Unlock()
	return socket.StoreName(to, length, s.name(s.port))
}

// PeerName answers getpeername(2): the kernel.
func (s *netlinkSocket) PeerName(to unsafe.Pointer, length *uint32) syscall.Errno {
	return socket.StoreName(to, length, s.name(0))
}

// SetOption answers setsockopt(2). What a socket asks to hear of besides never
// comes: there are no notifications.
func (s *netlinkSocket) SetOption(level, name int, p unsafe.Pointer, length int) syscall.Errno {
	if level == syscall.SOL_SOCKET {
		if errno, ok := s.Base.SetOption(name, p, length); ok {
			return errno
		}
	}
	return 0
}

// Option answers getsockopt(2).
func (s *netlinkSocket) Option(level, name int, to unsafe.Pointer, length *uint32) syscall.Errno {
	if level != syscall.SOL_SOCKET {
		return syscall.ENOPROTOOPT
	}
	if errno, ok := s.Base.Option(name, to, length); ok {
		return errno
	}
	value := 0
	switch name {
	case syscall.SO_TYPE:
		value = s.kind
	case socket.SoDomain:
		value = syscall.AF_NETLINK
	case socket.SoProtocol:
		value = syscall.NETLINK_ROUTE
	case syscall.SO_SNDBUF, syscall.SO_RCVBUF:
		value = 1 << 17
	case syscall.SO_ERROR:
	default:
		return syscall.ENOPROTOOPT
	}
	return socket.StoreInt(to, length, value)
}

// Read receives an answer.
func (s *netlinkSocket) Read(p unsafe.Pointer, n int) (int, syscall.Errno) {
	return s.Receive(p, n, 0, nil, nil)
}

// Write sends a request.
func (s *netlinkSocket) Write(p unsafe.Pointer, n int) (int, syscall.Errno) {
	return s.Send(p, n, 0, nil, 0)
}

// Send answers sendto(2).
func (s *netlinkSocket) Send(p unsafe.Pointer, n, flags int, address unsafe.Pointer, length int) (int, syscall.Errno) {
	v := syscall.Iovec{Base: (*byte)(p), Len: uint64(n)}
	return s.send(&v, 1)
}

// Receive answers recvfrom(2).
func (s *netlinkSocket) Receive(p unsafe.Pointer, n, flags int, address unsafe.Pointer, length *uint32) (int, syscall.Errno) {
	v := syscall.Iovec{Base: (*byte)(p), Len: uint64(n)}
	done, _, errno := s.receive(&v, 1, flags)
	if errno == 0 && address != nil {
		errno = socket.StoreName(address, length, s.name(0))
	}
	return done, errno
}

// SendMessage answers sendmsg(2).
func (s *netlinkSocket) SendMessage(m *syscall.Msghdr, flags int) (int, syscall.Errno) {
	return s.send(m.Iov, int(m.Iovlen))
}

// ReceiveMessage answers recvmsg(2).
func (s *netlinkSocket) ReceiveMessage(m *syscall.Msghdr, flags int) (int, syscall.Errno) {
	done, cut, errno := s.receive(m.Iov, int(m.Iovlen), flags)
	if errno != 0 {
		return -1, errno
	}
	if m.Name != nil {
		if errno := socket.StoreName(unsafe.Pointer(m.Name), &m.Namelen, s.name(0)); errno != 0 {
			return -1, errno
		}
	}
	answer := socket.NewAnswer(m)
	result := 0
	if cut {
		result = syscall.MSG_TRUNC
	}
	answer.Finish(result)
	return done, 0
}

// largestRequest is more than any request that is answered.
const largestRequest = 64 << 10

func (s *netlinkSocket) send(p *syscall.Iovec, count int) (int, syscall.Errno) {
	size := socket.Size(p, count)
	if size > largestRequest {
		return -1, syscall.EMSGSIZE
	}
	request := make([]byte, size)
	socket.Gather(request, p, count, 0)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.port == 0 {
		s.port = 1
	}
	answers, errno := s.dump(request)
	if errno != 0 {
		return -1, errno
	}
	s.answers = append(s.answers, answers...)
	if len(answers) > 0 {
		s.Ready(descriptor.In, 0)
		s.Changed.Broadcast()
	}
	return size, 0
}

func (s *netlinkSocket) receive(p *syscall.Iovec, count, flags int) (done int, cut bool, errno syscall.Errno) {
	w := s.Receiving(flags)
	defer w.Stop()
	for {
		changed := w.Arm()
		s.mu.Lock()
		if len(s.answers) > 0 {
			answer := s.answers[0]
			done = socket.Scatter(p, count, 0, answer)
			if flags&syscall.MSG_PEEK == 0 {
				s.answers = s.answers[1:]
				if len(s.answers) == 0 {
					s.Ready(0, descriptor.In)
				}
			}
			s.mu.Unlock()
			cut = done < len(answer)
			if cut && flags&syscall.MSG_TRUNC != 0 {
				done = len(answer)
			}
			return done, cut, 0
		}
		s.mu.Unlock()
		if errno := w.For(changed); errno != 0 {
			return -1, false, errno
		}
	}
}

// Close ends the socket.
func (s *netlinkSocket) Close() { s.Changed.Broadcast() }
