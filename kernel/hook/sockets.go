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

// sockets is the layer.
var sockets atomic.Pointer[SocketLayer]

// SetSockets makes layer answer socket(2) and socketpair(2), and registers what
// programs do with sockets.
func SetSockets(layer SocketLayer) {
	sockets.Store(&layer)
	ServeDescriptors()
	ServeTransfers()
	ServePolls()
	register(socketCalls)
}

var socketCalls = []call{
	{number: syscall.SYS_SOCKET, serve: serveSocket},
	{number: syscall.SYS_SOCKETPAIR, pointers: p4, serve: serveSocket},
	{number: syscall.SYS_BIND, pointers: p2, serve: serveSocket},
	{number: syscall.SYS_LISTEN, serve: serveSocket},
	{number: syscall.SYS_CONNECT, pointers: p2, serve: serveSocket},
	{number: syscall.SYS_ACCEPT, pointers: p2 | p3, serve: serveSocket},
	{number: syscall.SYS_ACCEPT4, pointers: p2 | p3, serve: serveSocket},
	{number: syscall.SYS_GETSOCKNAME, pointers: p2 | p3, serve: serveSocket},
	{number: syscall.SYS_GETPEERNAME, pointers: p2 | p3, serve: serveSocket},
	{number: syscall.SYS_GETSOCKOPT, pointers: p4 | p5, serve: serveSocket},
	{number: syscall.SYS_SETSOCKOPT, pointers: p4, serve: serveSocket},
	{number: syscall.SYS_SHUTDOWN, serve: serveSocket},
	{number: syscall.SYS_SENDTO, pointers: p2 | p5, serve: serveSocket},
	{number: syscall.SYS_RECVFROM, pointers: p2 | p5 | p6, serve: serveSocket},
	{number: syscall.SYS_SENDMSG, pointers: p2, serve: serveSocket},
	{number: syscall.SYS_RECVMSG, pointers: p2, serve: serveSocket},
	{number: sysSendmmsg, pointers: p2, serve: serveSocket},
	{number: syscall.SYS_RECVMMSG, pointers: p2, serve: serveSocket},
}

// serveSocket answers the calls on sockets.
func serveSocket(trap uintptr, a Arguments) (uintptr, syscall.Errno) {
	switch trap {
	case syscall.SYS_SOCKET:
		return openSocket(a.number(1), a.number(2), a.number(3))
	case syscall.SYS_SOCKETPAIR:
		return openPair(a.number(1), a.number(2), a.number(3), a.pointer(4))
	case syscall.SYS_BIND, syscall.SYS_CONNECT:
		return address(trap, a.number(1), a.pointer(2), a.number(3))
	case syscall.SYS_LISTEN, syscall.SYS_SHUTDOWN:
		return change(trap, a.number(1), a.number(2))
	case syscall.SYS_ACCEPT:
		return accept(a.number(1), a.pointer(2), a.pointer(3), 0)
	case syscall.SYS_ACCEPT4:
		return accept(a.number(1), a.pointer(2), a.pointer(3), a.number(4))
	case syscall.SYS_GETSOCKNAME, syscall.SYS_GETPEERNAME:
		return name(trap, a.number(1), a.pointer(2), a.pointer(3))
	case syscall.SYS_SETSOCKOPT:
		return setOption(a.number(1), a.number(2), a.number(3), a.pointer(4), a.number(5))
	case syscall.SYS_GETSOCKOPT:
		return option(a.number(1), a.number(2), a.number(3), a.pointer(4), a.pointer(5))
	case syscall.SYS_SENDTO:
		r, errno := send(a.number(1), a.pointer(2), int(a.word(3)), a.number(4), a.pointer(5), a.number(6))
		return signalled(a.number(4), r, errno)
	case syscall.SYS_RECVFROM:
		return receive(a.number(1), a.pointer(2), int(a.word(3)), a.number(4), a.pointer(5), a.pointer(6))
	case syscall.SYS_SENDMSG:
		r, errno := message(trap, a.number(1), a.pointer(2), a.number(3))
		return signalled(a.number(3), r, errno)
	case syscall.SYS_RECVMSG:
		return message(trap, a.number(1), a.pointer(2), a.number(3))
	}
	return messages(trap, a.number(1), a.pointer(2), int(uint32(a.word(3))), a.number(4)) // sendmmsg, recvmmsg
}

// signalled is the result of a call that sends, with SIGPIPE if it belongs to it.
func signalled(flags int, r uintptr, errno syscall.Errno) (uintptr, syscall.Errno) {
	if errno == syscall.EPIPE && flags&syscall.MSG_NOSIGNAL == 0 {
		brokenPipe()
	}
	return r, errno
}

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
