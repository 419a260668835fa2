package inet

import (
	"encoding/binary"
	"io"
	"syscall"
	"unsafe"

	"eggcup/kernel/socket"

	"gvisor.dev/gvisor/pkg/tcpip"
)

// sink is where the stack writes what a call receives. A datagram that does not
// fit is cut, a stream goes as far as there is room.
type sink struct {
	b      []byte
	n      int
	record bool
}

func (s *sink) Write(b []byte) (int, error) {
	n := copy(s.b[s.n:], b)
	s.n += n
	if n < len(b) && !s.record {
		return n, io.ErrShortWrite
	}
	return len(b), nil
}

// source is where the stack reads what a call sends.
type source struct{ b []byte }

func (s *source) Read(b []byte) (int, error) {
	if len(s.b) == 0 {
		return 0, io.EOF
	}
	n := copy(b, s.b)
	s.b = s.b[n:]
	return n, nil
}

// Len returns how much is left to send.
func (s *source) Len() int { return len(s.b) }

// Send answers sendto(2).
func (s *inetSocket) Send(p unsafe.Pointer, n, flags int, address unsafe.Pointer, length int) (int, syscall.Errno) {
	v := syscall.Iovec{Base: (*byte)(p), Len: uint64(n)}
	return s.send(&v, 1, flags, address, length, nil)
}

// Receive answers recvfrom(2).
func (s *inetSocket) Receive(p unsafe.Pointer, n, flags int, address unsafe.Pointer, length *uint32) (int, syscall.Errno) {
	v := syscall.Iovec{Base: (*byte)(p), Len: uint64(n)}
	return s.receive(&v, 1, flags, address, length, nil)
}

// WriteVector sends n pieces; as a datagram, if the socket is not a stream.
func (s *inetSocket) WriteVector(p *syscall.Iovec, n int) (int, syscall.Errno) {
	return s.send(p, n, 0, nil, 0, nil)
}

// ReadVector receives to n pieces.
func (s *inetSocket) ReadVector(p *syscall.Iovec, n int) (int, syscall.Errno) {
	return s.receive(p, n, 0, nil, nil, nil)
}

// SendMessage answers sendmsg(2).
func (s *inetSocket) SendMessage(m *syscall.Msghdr, flags int) (int, syscall.Errno) {
	return s.send(m.Iov, int(m.Iovlen), flags, unsafe.Pointer(m.Name), int(m.Namelen), m)
}

// ReceiveMessage answers recvmsg(2).
func (s *inetSocket) ReceiveMessage(m *syscall.Msghdr, flags int) (int, syscall.Errno) {
	return s.receive(m.Iov, int(m.Iovlen), flags, unsafe.Pointer(m.Name), &m.Namelen, m)
}

// send sends what the pieces at p hold. A stream that may wait sends all of it.
func (s *inetSocket) send(p *syscall.Iovec, count, flags int, to unsafe.Pointer, toLength int, m *syscall.Msghdr) (int, syscall.Errno) {
	if flags&syscall.MSG_OOB != 0 {
		return -1, syscall.EOPNOTSUPP
	}
	var options tcpip.WriteOptions
	if m != nil {
		if errno := s.sendControl(m, &options.ControlMessages); errno != 0 {
			return -1, errno
		}
	}
	var address tcpip.FullAddress
	stream := s.kind == syscall.SOCK_STREAM
	hasAddress := to != nil && toLength > 0 && !stream
	if hasAddress {
		var errno syscall.Errno
		if address, errno = parseAddress(s.family, to, toLength); errno != 0 {
			return -1, errno
		}
	}
	size, done := socket.Size(p, count), 0
	w := s.Sending(flags)
	defer w.Stop()
	for {
		changed := w.Arm()
		n, errno := s.write(p, count, done, size, hasAddress, &address, &options)
		if errno == 0 {
			done += n
			s.settle()
			if done >= size || !stream {
				return done, 0
			}
			continue
		}
		if errno == syscall.EAGAIN {
			s.settle()
			errno = w.For(changed)
		}
		if errno != 0 {
			if done > 0 {
				return done, 0
			}
			return -1, errno
		}
	}
}

// write hands the endpoint bytes of the pieces, from the one at offset done on:
// in place if they are one piece in the heap, else by way of a buffer.
func (s *inetSocket) write(p *syscall.Iovec, count, done, size int, hasAddress bool, address *tcpip.FullAddress, options *tcpip.WriteOptions) (int, syscall.Errno) {
	if d := s.flows(); d != nil {
		return d.write(p, count, done, size)
	}
	s.writeMu.Lock()
	defer s.writeMu.Unlock()
	if count == 1 && !socket.OnStack(unsafe.Pointer(p.Base)) {
		s.source.b = socket.Bytes(unsafe.Pointer(p.Base), size)[done:]
	} else if s.kind != syscall.SOCK_STREAM && size > socket.BounceSize {
		return 0, syscall.EMSGSIZE
	} else {
		b, back := socket.Borrow(size - done)
		defer socket.Return(back)
		s.source.b = b[:socket.Gather(b, p, count, done)]
	}
	all := len(s.source.b)
	write := *options
	if hasAddress {
		s.to = *address
		write.To = &s.to
	}
	write.Atomic = s.kind != syscall.SOCK_STREAM
	var n int64
	var err tcpip.Error
	if all > 0 || s.kind != syscall.SOCK_STREAM {
		n, err = s.endpoint.Write(&s.source, write)
	}
	s.source.b = nil
	return int(n), number(err)
}

// receive receives to the pieces at p.
func (s *inetSocket) receive(p *syscall.Iovec, count, flags int, from unsafe.Pointer, length *uint32, m *syscall.Msghdr) (int, syscall.Errno) {
	if flags&syscall.MSG_OOB != 0 {
		return -1, syscall.EINVAL // as a stream that has none
	}
	if flags&syscall.MSG_ERRQUEUE != 0 {
		return -1, syscall.EAGAIN
	}
	size, done := socket.Size(p, count), 0
	stream := s.kind == syscall.SOCK_STREAM
	if size == 0 && stream {
		return 0, 0
	}
	all := stream && flags&(syscall.MSG_WAITALL|syscall.MSG_PEEK) == syscall.MSG_WAITALL
	w := s.Receiving(flags)
	defer w.Stop()
	for {
		changed := w.Arm()
		got, errno := s.read(p, count, done, size, flags&syscall.MSG_PEEK != 0, from != nil)
		if errno == 0 {
			done += got.n
			s.settle()
			if all && done < size && got.n > 0 && w.Blocks() {
				continue
			}
			return s.answer(done, flags, &got, from, length, m)
		}
		if errno == syscall.EAGAIN {
			s.settle()
			errno = w.For(changed)
		}
		if errno != 0 {
			if done > 0 {
				return done, 0
			}
			return -1, errno
		}
	}
}

// received is what one look at the endpoint has brought.
type received struct {
	n, total int
	from     tcpip.FullAddress
	control  tcpip.ReceivableControlMessages
}

// read takes what the endpoint has, in place if the bytes go to one piece in
// the heap. The end of a stream is 0 bytes.
func (s *inetSocket) read(p *syscall.Iovec, count, done, size int, peek, needFrom bool) (received, syscall.Errno) {
	if d := s.flows(); d != nil {
		n, errno := d.read(p, count, done, size, peek)
		return received{n: n, total: n}, errno
	}
	s.readMu.Lock()
	defer s.readMu.Unlock()
	inPlace := count == 1 && !socket.OnStack(unsafe.Pointer(p.Base))
	if inPlace {
		s.sink.b = socket.Bytes(unsafe.Pointer(p.Base), size)[done:]
	} else {
		b, back := socket.Borrow(size - done)
		defer socket.Return(back)
		s.sink.b = b
	}
	s.sink.n, s.sink.record = 0, s.kind != syscall.SOCK_STREAM
	result, err := s.endpoint.Read(&s.sink, tcpip.ReadOptions{Peek: peek, NeedRemoteAddr: needFrom})
	n := s.sink.n
	if !inPlace && err == nil {
		n = socket.Scatter(p, count, done, s.sink.b[:n])
	}
	s.sink.b = nil
	if _, closed := err.(*tcpip.ErrClosedForReceive); closed {
		return received{}, 0
	}
	if err != nil {
		return received{}, number(err)
	}
	if s.kind == syscall.SOCK_STREAM {
		s.widen(n)
	}
	return received{n: n, total: result.Total, from: result.RemoteAddr, control: result.ControlMessages}, 0
}

// answer fills in what a receiving call returns beside the data.
func (s *inetSocket) answer(done, flags int, got *received, from unsafe.Pointer, length *uint32, m *syscall.Msghdr) (int, syscall.Errno) {
	stream := s.kind == syscall.SOCK_STREAM
	if from != nil {
		if stream {
			*length = 0
		} else {
			var name sockaddr
			if errno := socket.StoreName(from, length, name.encode(s.family, got.from)); errno != 0 {
				return -1, errno
			}
		}
	} else if m != nil {
		m.Namelen = 0
	}
	cut := !stream && got.total > done
	if m != nil {
		answer := socket.NewAnswer(m)
		s.receivedControl(&answer, &got.control)
		result := 0
		if cut {
			result = syscall.MSG_TRUNC
		}
		answer.Finish(result)
	}
	if cut && flags&syscall.MSG_TRUNC != 0 {
		return got.total, 0
	}
	return done, 0
}

// sendControl reads the control messages that a datagram was given.
func (s *inetSocket) sendControl(m *syscall.Msghdr, to *tcpip.SendableControlMessages) syscall.Errno {
	if m.Control == nil || m.Controllen == 0 || s.kind == syscall.SOCK_STREAM {
		return 0
	}
	return socket.EachControl(m, func(c socket.Control) syscall.Errno {
		type key struct{ level, kind int }
		switch (key{c.Level, c.Type}) {
		case key{syscall.IPPROTO_IP, syscall.IP_TTL}, key{syscall.IPPROTO_IPV6, syscall.IPV6_HOPLIMIT}:
			if len(c.Data) < 4 {
				return syscall.EINVAL
			}
			value := int32(binary.NativeEndian.Uint32(c.Data))
			if value < 0 || value > 255 {
				return syscall.EINVAL
			}
			if c.Level == syscall.IPPROTO_IP {
				to.HasTTL, to.TTL = true, uint8(value)
			} else {
				to.HasHopLimit, to.HopLimit = true, uint8(value)
			}
		case key{syscall.IPPROTO_IPV6, syscall.IPV6_PKTINFO}:
			if len(c.Data) < syscall.SizeofInet6Pktinfo {
				return syscall.EINVAL
			}
			to.HasIPv6PacketInfo = true
			to.IPv6PacketInfo.Addr = specified(tcpip.AddrFrom16([16]byte(c.Data[:16])))
			to.IPv6PacketInfo.NIC = tcpip.NICID(binary.NativeEndian.Uint32(c.Data[16:]))
		}
		return 0
	})
}

// receivedControl makes the control messages that came with a datagram.
func (s *inetSocket) receivedControl(answer *socket.Answer, c *tcpip.ReceivableControlMessages) {
	var b [syscall.SizeofInet6Pktinfo]byte
	if c.HasIPPacketInfo {
		binary.NativeEndian.PutUint32(b[:], uint32(c.PacketInfo.NIC))
		copy(b[4:8], c.PacketInfo.LocalAddr.AsSlice())
		copy(b[8:12], c.PacketInfo.DestinationAddr.AsSlice())
		answer.Add(syscall.IPPROTO_IP, syscall.IP_PKTINFO, b[:syscall.SizeofInet4Pktinfo])
	}
	if c.HasTTL {
		binary.NativeEndian.PutUint32(b[:], uint32(c.TTL))
		answer.Add(syscall.IPPROTO_IP, syscall.IP_TTL, b[:4])
	}
	if c.HasTOS {
		answer.Add(syscall.IPPROTO_IP, syscall.IP_TOS, []byte{c.TOS})
	}
	if c.HasIPv6PacketInfo {
		copy(b[:16], c.IPv6PacketInfo.Addr.AsSlice())
		binary.NativeEndian.PutUint32(b[16:], uint32(c.IPv6PacketInfo.NIC))
		answer.Add(syscall.IPPROTO_IPV6, syscall.IPV6_PKTINFO, b[:])
	}
	if c.HasHopLimit {
		binary.NativeEndian.PutUint32(b[:], uint32(c.HopLimit))
		answer.Add(syscall.IPPROTO_IPV6, syscall.IPV6_HOPLIMIT, b[:4])
	}
	if c.HasTClass {
		binary.NativeEndian.PutUint32(b[:], c.TClass)
		answer.Add(syscall.IPPROTO_IPV6, syscall.IPV6_TCLASS, b[:4])
	}
}
