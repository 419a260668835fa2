package unixsocket

import (
	"path"
	"strings"
	"sync"
	"syscall"
	"unsafe"

	"eggcup/kernel/descriptor"
	"eggcup/kernel/socket"
)

// pathSize is the size of sun_path (unix(7)).
const pathSize = 108

// entry is a name that a socket is bound to.
type entry struct {
	key    string
	socket *unixSocket
	inFile bool // the name is a file's
}

// names are all bound names. A name in the file system is under its absolute
// path, an abstract one under its bytes, which begin with a zero.
var names = struct {
	mu      sync.Mutex
	entries map[string]*entry
	next    uint32 // for autobind
}{entries: map[string]*entry{}}

// The file system, replaced by the tests.
var (
	workingFolder = syscall.Getwd

	makeFile = func(name string) syscall.Errno { return number(syscall.Mknod(name, syscall.S_IFSOCK|0o777, 0)) }
	findFile = func(name string) syscall.Errno {
		var s syscall.Stat_t
		return number(syscall.Stat(name, &s))
	}
)

func number(err error) syscall.Errno {
	errno, _ := err.(syscall.Errno)
	return errno
}

// sockaddr makes a struct sockaddr_un of a name.
//
//go:noinline
func sockaddr(name []byte) []byte {
	b := make([]byte, 2, 2+len(name)+1)
	b[0] = syscall.AF_UNIX
	b = append(b, name...)
	if len(name) > 0 && name[0] != 0 {
		b = append(b, 0)
	}
	return b
}

// parse reads a struct sockaddr_un; a name in the file system ends at its zero.
func parse(p unsafe.Pointer, length int) (name []byte, errno syscall.Errno) {
	if length < 2 || length > 2+pathSize {
		return nil, syscall.EINVAL
	}
	b := socket.Bytes(p, length)
	if b[0] != syscall.AF_UNIX || b[1] != 0 {
		return nil, syscall.EINVAL
	}
	b = b[2:]
	if len(b) > 0 && b[0] != 0 {
		if end := strings.IndexByte(string(b), 0); end >= 0 {
			b = b[:end]
		}
	}
	return append([]byte(nil), b...), 0
}

// key returns what a name is listed under.
func key(name []byte) string {
	if name[0] == 0 {
		return string(name)
	}
	if name[0] == '/' {
		return path.Clean(string(name))
	}
	folder, _ := workingFolder()
	return path.Join("/", folder, string(name))
}

// Bind gives s a name.
func (s *unixSocket) Bind(p unsafe.Pointer, length int) syscall.Errno {
	name, errno := parse(p, length)
	if errno != 0 {
		return errno
	}
	names.mu.Lock()
	defer names.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bound != nil {
		return syscall.EINVAL
	}
	if len(name) == 0 {
		name = freeName()
	}
	e := &entry{key: key(name), socket: s}
	if name[0] != 0 {
		switch errno := makeFile(string(name)); errno {
		case 0:
			e.inFile = true
		case syscall.EEXIST:
			return syscall.EADDRINUSE
		case syscall.ENOSYS, syscall.EPERM, syscall.EOPNOTSUPP:
			// The file system has no such files: the name is here alone.
		default:
			return errno
		}
	}
	if other := names.entries[e.key]; other != nil && !e.inFile {
		return syscall.EADDRINUSE
	}
	names.entries[e.key] = e
	s.name, s.bound = name, e
	return 0
}

// freeName makes an abstract name as autobind does. names.mu is held.
func freeName() []byte {
	for {
		const digits = "0123456789abcdef"
		names.next++
		name := []byte{0, 0, 0, 0, 0, 0}
		for i, n := 5, names.next; i > 0; i, n = i-1, n>>4 {
			name[i] = digits[n&15]
		}
		if names.entries[string(name)] == nil {
			return name
		}
	}
}

// remove frees the name, unless somebody has taken it since the file went.
func (e *entry) remove() {
	names.mu.Lock()
	defer names.mu.Unlock()
	if names.entries[e.key] == e {
		delete(names.entries, e.key)
	}
}

// lookup finds the socket that is bound to a name.
func lookup(name []byte) (*unixSocket, syscall.Errno) {
	if len(name) == 0 {
		return nil, syscall.ECONNREFUSED
	}
	names.mu.Lock()
	e := names.entries[key(name)]
	names.mu.Unlock()
	if name[0] == 0 {
		if e == nil {
			return nil, syscall.ECONNREFUSED
		}
		return e.socket, 0
	}
	if e != nil && !e.inFile {
		return e.socket, 0
	}
	if errno := findFile(string(name)); errno != 0 {
		if errno == syscall.ENOSYS {
			errno = syscall.ENOENT
		}
		return nil, errno
	}
	if e == nil {
		return nil, syscall.ECONNREFUSED
	}
	return e.socket, 0
}

// LocalName answers getsockname(2).
func (s *unixSocket) LocalName(to unsafe.Pointer, length *uint32) syscall.Errno {
	s.mu.Lock()
	defer s.mu.Unlock()
	return socket.StoreName(to, length, sockaddr(s.name))
}

// PeerName answers getpeername(2).
func (s *unixSocket) PeerName(to unsafe.Pointer, length *uint32) syscall.Errno {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.out == nil {
		return syscall.ENOTCONN
	}
	return socket.StoreName(to, length, sockaddr(s.peerName))
}

// Connect connects s to the socket bound to an address; a datagram socket only
// remembers where it sends.
func (s *unixSocket) Connect(p unsafe.Pointer, length int) syscall.Errno {
	if length >= 2 && *(*uint16)(p) == syscall.AF_UNSPEC && s.kind == syscall.SOCK_DGRAM {
		s.mu.Lock()
		s.out, s.peerName = nil, nil
		s.mu.Unlock()
		s.update()
		return 0
	}
	name, errno := parse(p, length)
	if errno != 0 {
		return errno
	}
	w := s.Sending(0)
	defer w.Stop()
	for {
		changed := w.Arm()
		other, errno := lookup(name)
		switch {
		case errno != 0:
		case other.kind != s.kind:
			errno = syscall.EPROTOTYPE
		case s.kind == syscall.SOCK_DGRAM:
			s.mu.Lock()
			s.out, s.peerName = other.in, name
			s.mu.Unlock()
		default:
			errno = s.dial(other, name)
		}
		if errno == 0 {
			s.update()
			s.Changed.Broadcast()
		}
		if errno != syscall.EAGAIN {
			return errno
		}
		if errno := w.For(changed); errno != 0 {
			return errno
		}
	}
}

// dial queues a new socket, connected to s, with the listener.
func (s *unixSocket) dial(listener *unixSocket, name []byte) syscall.Errno {
	s.mu.Lock()
	connected, listening, own := s.connected, s.listening, s.name
	s.mu.Unlock()
	switch {
	case connected:
		return syscall.EISCONN
	case listening:
		return syscall.EINVAL
	}
	accepted := newSocket(s.kind)
	listener.mu.Lock()
	defer listener.mu.Unlock()
	switch {
	case !listener.listening || listener.closed:
		return syscall.ECONNREFUSED
	case len(listener.pending) > listener.backlog:
		listener.waiting = append(listener.waiting, s)
		return syscall.EAGAIN
	}
	accepted.name, accepted.peerName = listener.name, own
	accepted.passCred = listener.passCred
	joinAccepted(s, accepted, name)
	listener.pending = append(listener.pending, accepted)
	listener.begin(descriptor.In)
	return 0
}

// joinAccepted connects the caller's socket to a new one.
func joinAccepted(s, accepted *unixSocket, name []byte) {
	accepted.out, accepted.connected = s.in, true
	accepted.in.writer = s
	s.mu.Lock()
	defer s.mu.Unlock()
	s.out, s.connected, s.peerName = accepted.in, true, name
	s.in.mu.Lock()
	s.in.writer = accepted
	s.in.mu.Unlock()
}
