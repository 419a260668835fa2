package inet

import (
	"syscall"
	"unsafe"

	"eggcup/kernel/socket"

	"gvisor.dev/gvisor/pkg/tcpip"
)

// What read(2) and write(2) do to a stream most often: one look at the endpoint,
// in place. All else goes the general way.
//
// Their frames are small on purpose: below them is the stack, and a goroutine
// that serves a connection must fit into 8 KiB with both. If it does not, each
// garbage collection halves its memory, and its next request doubles it again.

// Read receives up to n bytes.
func (s *inetSocket) Read(p unsafe.Pointer, n int) (int, syscall.Errno) {
	if s.kind != syscall.SOCK_STREAM || n == 0 || socket.OnStack(p) || s.flows() != nil {
		return s.Receive(p, n, 0, nil, nil)
	}
	got, err := s.look(p, n)
	switch err.(type) {
	case nil:
		s.settle()
		return got, 0
	case *tcpip.ErrClosedForReceive:
		return 0, 0
	case *tcpip.ErrWouldBlock:
		if w := s.Receiving(0); w.Blocks() {
			return s.Receive(p, n, 0, nil, nil)
		}
		s.settle()
	}
	return -1, number(err)
}

// look takes what the endpoint has.
func (s *inetSocket) look(p unsafe.Pointer, n int) (int, tcpip.Error) {
	s.readMu.Lock()
	defer s.readMu.Unlock()
	s.sink.b = socket.Bytes(p, n)
	s.sink.n, s.sink.record = 0, false
	_, err := s.endpoint.Read(&s.sink, tcpip.ReadOptions{})
	s.sink.b = nil
	if err != nil {
		return 0, err
	}
	s.widen(s.sink.n)
	return s.sink.n, nil
}

// Write sends n bytes.
func (s *inetSocket) Write(p unsafe.Pointer, n int) (int, syscall.Errno) {
	if s.kind != syscall.SOCK_STREAM || n == 0 || socket.OnStack(p) || s.flows() != nil {
		return s.Send(p, n, 0, nil, 0)
	}
	socket.Reserve()
	sent, err := s.put(p, n)
	if sent == n {
		s.settle()
		return n, 0
	}
	if _, full := err.(*tcpip.ErrWouldBlock); err != nil && !full {
		return -1, number(err)
	}
	rest, errno := s.Send(unsafe.Add(p, sent), n-sent, 0, nil, 0)
	switch {
	case sent == 0:
		return rest, errno
	case errno != 0:
		return sent, 0
	}
	return sent + rest, 0
}

// put hands the endpoint as much as it takes. An error takes nothing.
func (s *inetSocket) put(p unsafe.Pointer, n int) (int, tcpip.Error) {
	s.writeMu.Lock()
	defer s.writeMu.Unlock()
	s.source.b = socket.Bytes(p, n)
	sent, err := s.endpoint.Write(&s.source, tcpip.WriteOptions{})
	s.source.b = nil
	return int(sent), err
}
