package hook

import (
	"sync/atomic"
	"syscall"
	"unsafe"

	"eggcup/kernel/descriptor"
	"eggcup/kernel/rawsys"
)

// SocketLayer makes sockets; what it makes implements Socket.
type SocketLayer interface {
	// Socket answers socket(2) and gives the socket its descriptor.
	Socket(domain, kind, protocol int) (fd int, errno syscall.Errno)
	// Pair answers socketpair(2).
	Pair(domain, kind, protocol int) (fds [2]int32, errno syscall.Errno)
}

// Socket is the file of a socket. Pointers are those of the system call and may
// point into the caller's stack: they must not be stored in the heap. Addresses
// and options have the form that Linux gives them; where length points to a
// number, it is the room before and the size after.
type Socket interface {
	descriptor.File
	Bind(address unsafe.Pointer, length int) syscall.Errno
	Connect(address unsafe.Pointer, length int) syscall.Errno
	Listen(backlog int) syscall.Errno
	Accept(address unsafe.Pointer, length *uint32, flags int) (fd int, errno syscall.Errno)
	LocalName(address unsafe.Pointer, length *uint32) syscall.Errno
	PeerName(address unsafe.Pointer, length *uint32) syscall.Errno
	SetOption(level, name int, value unsafe.Pointer, length int) syscall.Errno
	Option(level, name int, value unsafe.Pointer, length *uint32) syscall.Errno
	Shutdown(how int) syscall.Errno
	Send(p unsafe.Pointer, n, flags int, address unsafe.Pointer, length int) (int, syscall.Errno)
	Receive(p unsafe.Pointer, n, flags int, address unsafe.Pointer, length *uint32) (int, syscall.Errno)
	SendMessage(m *syscall.Msghdr, flags int) (int, syscall.Errno)
	ReceiveMessage(m *syscall.Msghdr, flags int) (int, syscall.Errno)
}

// sockets is the layer; nil answers nothing.
var sockets atomic.Pointer[SocketLayer]

// SetSockets makes layer answer socket(2) and socketpair(2).
func SetSockets(layer SocketLayer) { sockets.Store(&layer) }

// serveSocket answers the calls on sockets. Like serve it turns integers into
// pointers before it calls anything that can grow the stack.
//
//go:nosplit
func serveSocket(trap, a1, a2, a3, a4, a5, a6 uintptr) (r uintptr, err syscall.Errno, ok bool) {
	if sockets.Load() == nil {
		return 0, 0, false
	}
	switch trap {
	case syscall.SYS_SOCKET:
		r, err = openSocket(int(int32(a1)), int(int32(a2)), int(int32(a3)))
	case syscall.SYS_SOCKETPAIR:
		r, err = openPair(int(int32(a1)), int(int32(a2)), int(int32(a3)), rawsys.Pointer(&a4))
	case syscall.SYS_BIND, syscall.SYS_CONNECT:
		r, err = address(trap, int(int32(a1)), rawsys.Pointer(&a2), int(int32(a3)))
	case syscall.SYS_LISTEN, syscall.SYS_SHUTDOWN:
		r, err = change(trap, int(int32(a1)), int(int32(a2)))
	case syscall.SYS_ACCEPT:
		r, err = accept(int(int32(a1)), rawsys.Pointer(&a2), rawsys.Pointer(&a3), 0)
	case syscall.SYS_ACCEPT4:
		r, err = accept(int(int32(a1)), rawsys.Pointer(&a2), rawsys.Pointer(&a3), int(int32(a4)))
	case syscall.SYS_GETSOCKNAME, syscall.SYS_GETPEERNAME:
		r, err = name(trap, int(int32(a1)), rawsys.Pointer(&a2), rawsys.Pointer(&a3))
	case syscall.SYS_SETSOCKOPT:
		r, err = setOption(int(int32(a1)), int(int32(a2)), int(int32(a3)), rawsys.Pointer(&a4), int(int32(a5)))
	case syscall.SYS_GETSOCKOPT:
		r, err = option(int(int32(a1)), int(int32(a2)), int(int32(a3)), rawsys.Pointer(&a4), rawsys.Pointer(&a5))
	case syscall.SYS_SENDTO:
		r, err = send(int(int32(a1)), rawsys.Pointer(&a2), int(a3), int(int32(a4)), rawsys.Pointer(&a5), int(int32(a6)))
	case syscall.SYS_RECVFROM:
		r, err = receive(int(int32(a1)), rawsys.Pointer(&a2), int(a3), int(int32(a4)), rawsys.Pointer(&a5), rawsys.Pointer(&a6))
	case syscall.SYS_SENDMSG, syscall.SYS_RECVMSG:
		r, err = message(trap, int(int32(a1)), rawsys.Pointer(&a2), int(int32(a3)))
	case sysSendmmsg, syscall.SYS_RECVMMSG:
		r, err = messages(trap, int(int32(a1)), rawsys.Pointer(&a2), int(uint32(a3)), int(int32(a4)))
	}
	if err == syscall.EPIPE && signals(trap, a3, a4) {
		brokenPipe()
	}
	return r, err, true
}

// signals reports whether a call sends SIGPIPE with its EPIPE.
//
//go:nosplit
func signals(trap, a3, a4 uintptr) bool {
	const noSignal = syscall.MSG_NOSIGNAL
	return trap == syscall.SYS_SENDTO && a4&noSignal == 0 || trap == syscall.SYS_SENDMSG && a3&noSignal == 0
}

// failed is the first result of a call that failed.
const failed = ^uintptr(0)

// find returns the socket behind a descriptor.
func find(fd int) (Socket, syscall.Errno) {
	if node := descriptor.Lookup(fd); node != nil {
		if s, ok := node.File.(Socket); ok {
			return s, 0
		}
		return nil, syscall.ENOTSOCK
	}
	const getFD = 1
	if _, errno := rawsys.Call(syscall.SYS_FCNTL, uintptr(fd), getFD, 0, 0, 0, 0); errno != 0 {
		return nil, errno
	}
	return nil, syscall.ENOTSOCK
}

// outcome is what a call returns that gives a number or an error.
func outcome(n int, errno syscall.Errno) (uintptr, syscall.Errno) {
	if errno != 0 {
		return failed, errno
	}
	return uintptr(n), 0
}

func openSocket(domain, kind, protocol int) (uintptr, syscall.Errno) {
	return outcome((*sockets.Load()).Socket(domain, kind, protocol))
}

func openPair(domain, kind, protocol int, to unsafe.Pointer) (uintptr, syscall.Errno) {
	if to == nil {
		return failed, syscall.EFAULT
	}
	fds, errno := (*sockets.Load()).Pair(domain, kind, protocol)
	if errno == 0 {
		*(*[2]int32)(to) = fds
	}
	return outcome(0, errno)
}

// address answers bind and connect.
func address(trap uintptr, fd int, p unsafe.Pointer, length int) (uintptr, syscall.Errno) {
	s, errno := find(fd)
	switch {
	case errno != 0:
	case length < 0:
		errno = syscall.EINVAL
	case p == nil && length > 0:
		errno = syscall.EFAULT
	case trap == syscall.SYS_BIND:
		errno = s.Bind(p, length)
	default:
		errno = s.Connect(p, length)
	}
	return outcome(0, errno)
}

// change answers listen and shutdown.
func change(trap uintptr, fd, argument int) (uintptr, syscall.Errno) {
	s, errno := find(fd)
	switch {
	case errno != 0:
	case trap == syscall.SYS_LISTEN:
		errno = s.Listen(argument)
	default:
		errno = s.Shutdown(argument)
	}
	return outcome(0, errno)
}

func accept(fd int, p, length unsafe.Pointer, flags int) (uintptr, syscall.Errno) {
	s, errno := find(fd)
	if errno != 0 {
		return failed, errno
	}
	if flags&^(syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC) != 0 {
		return failed, syscall.EINVAL
	}
	if p != nil && length == nil {
		return failed, syscall.EFAULT
	}
	return outcome(s.Accept(p, (*uint32)(length), flags))
}

// name answers getsockname and getpeername.
func name(trap uintptr, fd int, p, length unsafe.Pointer) (uintptr, syscall.Errno) {
	s, errno := find(fd)
	switch {
	case errno != 0:
	case p == nil || length == nil:
		errno = syscall.EFAULT
	case trap == syscall.SYS_GETSOCKNAME:
		errno = s.LocalName(p, (*uint32)(length))
	default:
		errno = s.PeerName(p, (*uint32)(length))
	}
	return outcome(0, errno)
}

func setOption(fd, level, name int, p unsafe.Pointer, length int) (uintptr, syscall.Errno) {
	s, errno := find(fd)
	switch {
	case errno != 0:
	case length < 0:
		errno = syscall.EINVAL
	case p == nil && length > 0:
		errno = syscall.EFAULT
	default:
		errno = s.SetOption(level, name, p, length)
	}
	return outcome(0, errno)
}

func option(fd, level, name int, p, length unsafe.Pointer) (uintptr, syscall.Errno) {
	s, errno := find(fd)
	switch {
	case errno != 0:
	case p == nil || length == nil:
		errno = syscall.EFAULT
	case int32(*(*uint32)(length)) < 0:
		errno = syscall.EINVAL
	default:
		errno = s.Option(level, name, p, (*uint32)(length))
	}
	return outcome(0, errno)
}

func send(fd int, p unsafe.Pointer, n, flags int, to unsafe.Pointer, length int) (uintptr, syscall.Errno) {
	s, errno := find(fd)
	switch {
	case errno != 0:
		return failed, errno
	case n < 0 || length < 0 && to != nil:
		return failed, syscall.EINVAL
	case p == nil && n > 0:
		return failed, syscall.EFAULT
	}
	return outcome(s.Send(p, n, flags, to, length))
}

func receive(fd int, p unsafe.Pointer, n, flags int, from, length unsafe.Pointer) (uintptr, syscall.Errno) {
	s, errno := find(fd)
	switch {
	case errno != 0:
		return failed, errno
	case n < 0:
		return failed, syscall.EINVAL
	case p == nil && n > 0 || from != nil && length == nil:
		return failed, syscall.EFAULT
	}
	return outcome(s.Receive(p, n, flags, from, (*uint32)(length)))
}

// message answers sendmsg and recvmsg.
func message(trap uintptr, fd int, p unsafe.Pointer, flags int) (uintptr, syscall.Errno) {
	s, errno := find(fd)
	if errno != 0 {
		return failed, errno
	}
	if p == nil {
		return failed, syscall.EFAULT
	}
	if errno := checkVector((*syscall.Msghdr)(p).Iov, int((*syscall.Msghdr)(p).Iovlen)); errno != 0 {
		return failed, errno
	}
	if trap == syscall.SYS_SENDMSG {
		return outcome(s.SendMessage((*syscall.Msghdr)(p), flags))
	}
	return outcome(s.ReceiveMessage((*syscall.Msghdr)(p), flags))
}

// mmsghdr is the struct of sendmmsg(2) and recvmmsg(2).
type mmsghdr struct {
	header syscall.Msghdr
	length uint32
	_      uint32
}

// waitForOne is MSG_WAITFORONE: after the first message do not block.
const waitForOne = 0x10000

// messages answers sendmmsg and recvmmsg: how many messages went through, an
// error only if the first did not.
func messages(trap uintptr, fd int, p unsafe.Pointer, n, flags int) (uintptr, syscall.Errno) {
	one := uintptr(syscall.SYS_SENDMSG)
	if trap == syscall.SYS_RECVMMSG {
		one = syscall.SYS_RECVMSG
	}
	if p == nil && n > 0 {
		return failed, syscall.EFAULT
	}
	for done := range min(n, maxVector) {
		m := (*mmsghdr)(unsafe.Add(p, uintptr(done)*unsafe.Sizeof(mmsghdr{})))
		size, errno := message(one, fd, unsafe.Pointer(&m.header), flags&^waitForOne)
		if errno != 0 {
			if done > 0 {
				return uintptr(done), 0
			}
			return failed, errno
		}
		m = (*mmsghdr)(unsafe.Add(p, uintptr(done)*unsafe.Sizeof(mmsghdr{})))
		m.length = uint32(size)
		if flags&waitForOne != 0 {
			flags |= syscall.MSG_DONTWAIT
		}
	}
	return uintptr(min(n, maxVector)), 0
}

// maxVector is how many pieces readv(2) takes (UIO_MAXIOV).
const maxVector = 1024

// checkVector checks the lengths of the pieces that readv(2) and its like take.
func checkVector(p *syscall.Iovec, n int) syscall.Errno {
	switch {
	case n < 0 || n > maxVector:
		return syscall.EINVAL
	case n > 0 && p == nil:
		return syscall.EFAULT
	}
	total := 0
	for _, piece := range unsafe.Slice(p, n) {
		length := int(piece.Len)
		total += length
		if length < 0 || total < 0 {
			return syscall.EINVAL
		}
		if piece.Base == nil && length > 0 {
			return syscall.EFAULT
		}
	}
	return 0
}

// vector answers readv and writev: a socket takes the pieces as one message,
// files and what else there is are the file layer's matter.
func vector(node *descriptor.Node, trap uintptr, fd int, p unsafe.Pointer, n int) (uintptr, syscall.Errno) {
	if s, ok := node.File.(VectorSocket); ok {
		if errno := checkVector((*syscall.Iovec)(p), n); errno != 0 {
			return failed, errno
		}
		if trap == syscall.SYS_WRITEV {
			done, errno := s.WriteVector((*syscall.Iovec)(p), n)
			if errno == syscall.EPIPE {
				brokenPipe()
			}
			return outcome(done, errno)
		}
		return outcome(s.ReadVector((*syscall.Iovec)(p), n))
	}
	if layer := files.Load(); layer != nil {
		return (*layer).Call(trap, p, nil, uintptr(fd), 0, uintptr(n), 0, 0, 0)
	}
	return pieces(node, trap == syscall.SYS_WRITEV, (*syscall.Iovec)(p), n)
}

// pieces reads or writes piece by piece until one does not go through whole.
func pieces(node *descriptor.Node, write bool, p *syscall.Iovec, n int) (uintptr, syscall.Errno) {
	if errno := checkVector(p, n); errno != 0 {
		return failed, errno
	}
	done := 0
	for i := range n {
		// Read anew in each round: the stack that p may point into moves.
		piece := (*syscall.Iovec)(unsafe.Add(unsafe.Pointer(p), uintptr(i)*unsafe.Sizeof(*p)))
		length := int(piece.Len)
		var count int
		var errno syscall.Errno
		if write {
			count, errno = node.File.Write(unsafe.Pointer(piece.Base), length)
		} else {
			count, errno = node.File.Read(unsafe.Pointer(piece.Base), length)
		}
		if errno != 0 {
			if done > 0 {
				return uintptr(done), 0
			}
			return failed, errno
		}
		done += count
		if count < length {
			break
		}
	}
	return uintptr(done), 0
}

// VectorSocket is a Socket that takes the pieces of readv and writev at once.
type VectorSocket interface {
	ReadVector(p *syscall.Iovec, n int) (int, syscall.Errno)
	WriteVector(p *syscall.Iovec, n int) (int, syscall.Errno)
}

// watch tells a file that the program watches it, and lets the kernel do that.
func watch(node *descriptor.Node, epoll, operation, fd uintptr, event unsafe.Pointer) (uintptr, syscall.Errno) {
	node.Watch()
	return rawsys.Call(syscall.SYS_EPOLL_CTL, epoll, operation, fd, uintptr(event), 0, 0)
}
