package unixsocket

import (
	"encoding/binary"
	"syscall"
	"unsafe"

	"eggcup/kernel/descriptor"
	"eggcup/kernel/socket"
)

// credentials returns the struct ucred of the one process: its number is 1, its
// user root.
func credentials() []byte {
	var b [syscall.SizeofUcred]byte
	binary.NativeEndian.PutUint32(b[:], 1)
	return b[:]
}

// SetOption answers setsockopt(2). Options that have no meaning for AF_UNIX are
// taken as Linux takes them, and change nothing.
func (s *unixSocket) SetOption(level, name int, p unsafe.Pointer, length int) syscall.Errno {
	if level != syscall.SOL_SOCKET {
		return syscall.EOPNOTSUPP
	}
	if errno, ok := s.Base.SetOption(name, p, length); ok {
		return errno
	}
	value, errno := socket.LoadInt(p, length)
	if errno != 0 {
		return errno
	}
	switch name {
	case syscall.SO_PASSCRED:
		s.mu.Lock()
		s.passCred = value != 0
		s.mu.Unlock()
	case syscall.SO_REUSEADDR, syscall.SO_BROADCAST, syscall.SO_KEEPALIVE, syscall.SO_SNDBUF, syscall.SO_RCVBUF,
		syscall.SO_LINGER, syscall.SO_DEBUG, syscall.SO_PRIORITY, syscall.SO_OOBINLINE:
	default:
		return syscall.ENOPROTOOPT
	}
	return 0
}

// Request answers ioctl(2).
func (s *unixSocket) Request(request uintptr, p unsafe.Pointer) syscall.Errno {
	if request != descriptor.FIONRead {
		return syscall.ENOTTY
	}
	s.in.mu.Lock()
	defer s.in.mu.Unlock()
	switch size := s.in.size; {
	case s.in.stream || len(s.in.messages) == 0:
		*(*int32)(p) = int32(size)
	default:
		*(*int32)(p) = int32(len(s.in.messages[0].data))
	}
	return 0
}

// Option answers getsockopt(2).
func (s *unixSocket) Option(level, name int, to unsafe.Pointer, length *uint32) syscall.Errno {
	if level != syscall.SOL_SOCKET {
		return syscall.EOPNOTSUPP
	}
	if errno, ok := s.Base.Option(name, to, length); ok {
		return errno
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	value := 0
	switch name {
	case syscall.SO_TYPE:
		value = s.kind
	case socket.SoDomain:
		value = syscall.AF_UNIX
	case syscall.SO_ACCEPTCONN:
		value = socket.Boolean(s.listening)
	case syscall.SO_PASSCRED:
		value = socket.Boolean(s.passCred)
	case syscall.SO_SNDBUF, syscall.SO_RCVBUF:
		value = capacity
	case syscall.SO_PEERCRED:
		return socket.StoreOption(to, length, credentials())
	case syscall.SO_LINGER:
		return socket.StoreOption(to, length, make([]byte, 8))
	case socket.SoProtocol, syscall.SO_ERROR, syscall.SO_REUSEADDR, syscall.SO_BROADCAST, syscall.SO_KEEPALIVE,
		syscall.SO_DEBUG, syscall.SO_PRIORITY, syscall.SO_OOBINLINE:
	default:
		return syscall.ENOPROTOOPT
	}
	return socket.StoreInt(to, length, value)
}
