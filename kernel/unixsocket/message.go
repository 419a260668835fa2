package unixsocket

import (
	"encoding/binary"
	"syscall"
	"unsafe"

	"eggcup/kernel/socket"
)

// Read receives up to n bytes.
func (s *unixSocket) Read(p unsafe.Pointer, n int) (int, syscall.Errno) {
	return s.Receive(p, n, 0, nil, nil)
}

// Write sends n bytes.
func (s *unixSocket) Write(p unsafe.Pointer, n int) (int, syscall.Errno) {
	return s.Send(p, n, 0, nil, 0)
}

// Send answers sendto(2).
func (s *unixSocket) Send(p unsafe.Pointer, n, flags int, address unsafe.Pointer, length int) (int, syscall.Errno) {
	v := syscall.Iovec{Base: (*byte)(p), Len: uint64(n)}
	return s.send(&v, 1, flags, address, length, nil)
}

// Receive answers recvfrom(2).
func (s *unixSocket) Receive(p unsafe.Pointer, n, flags int, address unsafe.Pointer, length *uint32) (int, syscall.Errno) {
	v := syscall.Iovec{Base: (*byte)(p), Len: uint64(n)}
	return s.receive(&v, 1, flags, address, length, nil)
}

// WriteVector sends n pieces as one message.
func (s *unixSocket) WriteVector(p *syscall.Iovec, n int) (int, syscall.Errno) {
	return s.send(p, n, 0, nil, 0, nil)
}

// ReadVector receives to n pieces.
func (s *unixSocket) ReadVector(p *syscall.Iovec, n int) (int, syscall.Errno) {
	return s.receive(p, n, 0, nil, nil, nil)
}

// SendMessage answers sendmsg(2).
func (s *unixSocket) SendMessage(m *syscall.Msghdr, flags int) (int, syscall.Errno) {
	rights, errno := travelling(m)
	if errno != 0 {
		return -1, errno
	}
	n, errno := s.send(m.Iov, int(m.Iovlen), flags, unsafe.Pointer(m.Name), int(m.Namelen), rights)
	if errno != 0 {
		discard(rights)
	}
	return n, errno
}

// ReceiveMessage answers recvmsg(2).
func (s *unixSocket) ReceiveMessage(m *syscall.Msghdr, flags int) (int, syscall.Errno) {
	return s.receive(m.Iov, int(m.Iovlen), flags, unsafe.Pointer(m.Name), &m.Namelen, m)
}

// send sends what the pieces at p hold. A stream that may wait sends all of it.
func (s *unixSocket) send(p *syscall.Iovec, count, flags int, to unsafe.Pointer, toLength int, rights []int) (int, syscall.Errno) {
	if flags&syscall.MSG_OOB != 0 {
		return -1, syscall.EOPNOTSUPP
	}
	size, done := socket.Size(p, count), 0
	w := s.Sending(flags)
	defer w.Stop()
	for {
		changed := w.Arm()
		out, errno := s.target(to, toLength)
		if errno != 0 {
			return -1, errno
		}
		n := 0
		if size > 0 || s.kind != syscall.SOCK_STREAM {
			m := message{rights: rights, sender: s.sender()}
			n, errno = out.put(s, size-done, m, func(b []byte) { socket.Gather(b, p, count, done) })
		}
		if errno == 0 {
			done, rights = done+n, nil
			s.settle()
			if done == size {
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

// sender returns the name that goes with a datagram.
func (s *unixSocket) sender() []byte {
	if s.kind == syscall.SOCK_STREAM {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.name
}

// target returns the queue that a message goes to.
func (s *unixSocket) target(to unsafe.Pointer, length int) (*queue, syscall.Errno) {
	s.mu.Lock()
	out := s.out
	s.mu.Unlock()
	if to == nil || length == 0 {
		if out == nil {
			return nil, syscall.ENOTCONN
		}
		return out, 0
	}
	if s.kind != syscall.SOCK_DGRAM {
		if out != nil {
			return nil, syscall.EISCONN
		}
		return nil, syscall.EOPNOTSUPP
	}
	name, errno := parse(to, length)
	if errno != 0 {
		return nil, errno
	}
	other, errno := lookup(name)
	switch {
	case errno != 0:
		return nil, errno
	case other.kind != syscall.SOCK_DGRAM:
		return nil, syscall.EPROTOTYPE
	}
	return other.in, 0
}

// receive receives to the pieces at p; with m also what came with the data.
func (s *unixSocket) receive(p *syscall.Iovec, count, flags int, from unsafe.Pointer, length *uint32, m *syscall.Msghdr) (int, syscall.Errno) {
	if flags&syscall.MSG_OOB != 0 {
		return -1, syscall.EOPNOTSUPP
	}
	if errno := s.mayReceive(); errno != 0 {
		return -1, errno
	}
	size, done := socket.Size(p, count), 0
	if size == 0 && s.kind == syscall.SOCK_STREAM {
		return 0, 0
	}
	peek := flags&syscall.MSG_PEEK != 0
	w := s.Receiving(flags)
	defer w.Stop()
	for {
		changed := w.Arm()
		whole := 0
		n, got, errno := s.in.take(peek, func(b []byte) int {
			whole += len(b)
			taken := socket.Scatter(p, count, done, b)
			done += taken
			return taken
		})
		if errno == 0 {
			s.settle()
			if flags&syscall.MSG_WAITALL != 0 && s.kind == syscall.SOCK_STREAM && done < size && n > 0 && !peek && w.Blocks() {
				continue
			}
			return s.answer(done, whole, flags, got, from, length, m)
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

// mayReceive refuses what can never receive.
func (s *unixSocket) mayReceive() syscall.Errno {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.listening:
		return syscall.EINVAL
	case s.kind == syscall.SOCK_STREAM && !s.connected:
		return syscall.EINVAL
	case s.kind == syscall.SOCK_SEQPACKET && !s.connected:
		return syscall.ENOTCONN
	}
	return 0
}

// answer fills in what a receiving call returns beside the data.
func (s *unixSocket) answer(done, whole, flags int, got message, from unsafe.Pointer, length *uint32, m *syscall.Msghdr) (int, syscall.Errno) {
	cut := s.kind != syscall.SOCK_STREAM && whole > done
	peek := flags&syscall.MSG_PEEK != 0
	if from != nil {
		if s.kind == syscall.SOCK_STREAM || len(got.sender) == 0 {
			*length = 0 // a sender without a name has no address either
		} else if errno := socket.StoreName(from, length, sockaddr(got.sender)); errno != 0 {
			return -1, errno
		}
	} else if m != nil {
		m.Namelen = 0
	}
	switch {
	case m != nil:
		answer := socket.NewAnswer(m)
		s.mu.Lock()
		passCred := s.passCred
		s.mu.Unlock()
		if passCred && (whole > 0 || s.kind == syscall.SOCK_DGRAM) { // not at the end of a stream
			answer.Add(syscall.SOL_SOCKET, syscall.SCM_CREDENTIALS, credentials())
		}
		if !peek {
			deliver(&answer, got.rights)
		}
		result := 0
		if cut {
			result |= syscall.MSG_TRUNC
		}
		if flags&syscall.MSG_CMSG_CLOEXEC != 0 {
			result |= syscall.MSG_CMSG_CLOEXEC
		}
		answer.Finish(result)
	case !peek:
		discard(got.rights)
	}
	if cut && flags&syscall.MSG_TRUNC != 0 {
		return whole, 0
	}
	return done, 0
}

// maxRights is how many descriptors one message carries (SCM_MAX_FD).
const maxRights = 253

// travelling makes references of its own to the descriptors in m's SCM_RIGHTS.
func travelling(m *syscall.Msghdr) (rights []int, errno syscall.Errno) {
	errno = socket.EachControl(m, func(c socket.Control) syscall.Errno {
		if c.Level != syscall.SOL_SOCKET {
			return 0
		}
		switch c.Type {
		case syscall.SCM_CREDENTIALS:
			if len(c.Data) < syscall.SizeofUcred {
				return syscall.EINVAL
			}
			return 0
		case syscall.SCM_RIGHTS:
		default:
			return syscall.EINVAL
		}
		for b := c.Data; len(b) >= 4; b = b[4:] {
			if len(rights) == maxRights {
				return syscall.EINVAL
			}
			fd, _, errno := syscall.Syscall(syscall.SYS_FCNTL, uintptr(binary.NativeEndian.Uint32(b)), syscall.F_DUPFD_CLOEXEC, 0)
			if errno != 0 {
				return errno
			}
			rights = append(rights, int(fd))
		}
		return 0
	})
	if errno != 0 {
		discard(rights)
		return nil, errno
	}
	return rights, 0
}

// deliver gives the descriptors that fit into the answer to the receiver.
func deliver(answer *socket.Answer, rights []int) {
	if len(rights) == 0 {
		return
	}
	fit := min(len(rights), answer.Room()/4)
	if fit > 0 {
		b := make([]byte, 0, 4*fit)
		for _, fd := range rights[:fit] {
			b = binary.NativeEndian.AppendUint32(b, uint32(fd))
		}
		answer.Add(syscall.SOL_SOCKET, syscall.SCM_RIGHTS, b)
	}
	if fit < len(rights) {
		answer.Cut()
		discard(rights[fit:])
	}
}
