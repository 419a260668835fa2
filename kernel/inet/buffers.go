package inet

import "syscall"

// Sizes of the buffers of a TCP socket, in bytes.
const (
	leastBuffer = 4 << 10
	// firstBuffer is a new socket's receive buffer, half of which is window: what
	// a connection can make the machine hold that the program never reads. It
	// grows from there to the limit of the settings.
	firstBuffer = 128 << 10
)

// sizeBuffers gives a TCP socket that begins the size of its send buffer. That
// turns off that the stack changes it: when it shrinks, after a loss, a writer
// who waits is not woken (docs/adr/0020-tcp-without-rack.md).
func (s *inetSocket) sizeBuffers() {
	if s.kind == syscall.SOCK_STREAM {
		s.endpoint.SocketOptions().SetSendBufferSize(int64(s.layer.settings.TCPSend), true)
	}
}

// widen makes the receive buffer larger for a program that reads on: twice as
// large when it has been read through twice. readMu is held.
//
// The stack's own way to do that, ModerateRecvBuf, looks at the size before it
// grows to see whether the peer has to hear of room. A peer that was told of no
// room hears nothing then, and sends nothing until it asks by itself, up to two
// minutes later.
func (s *inetSocket) widen(n int) {
	options := s.endpoint.SocketOptions()
	size, limit := options.GetReceiveBufferSize(), int64(s.layer.settings.TCPReceive)
	if size >= limit || s.sized.Load() {
		return
	}
	if s.taken += int64(n); s.taken < 2*size {
		return
	}
	s.taken = 0
	options.SetReceiveBufferSize(min(2*size, limit), true)
}
