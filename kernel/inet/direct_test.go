package inet

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
)

// listening returns a listener, and a connection to it that nobody accepts yet.
func listening(t *testing.T, network string) (net.Listener, *net.TCPConn) {
	t.Helper()
	l, err := net.Listen(network, map[string]string{"tcp4": "127.0.0.1:0", "tcp6": "[::1]:0"}[network])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	c, err := net.Dial(network, l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return l, c.(*net.TCPConn)
}

func accept(t *testing.T, l net.Listener) *net.TCPConn {
	t.Helper()
	c, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c.(*net.TCPConn)
}

// TestBeforeAccept keeps what is written, and the end, for who accepts later.
func TestBeforeAccept(t *testing.T) {
	for _, network := range []string{"tcp4", "tcp6"} {
		l, c := listening(t, network)
		c.Write([]byte("early"))
		c.Close()
		s := accept(t, l)
		if got, err := io.ReadAll(s); string(got) != "early" || err != nil {
			t.Errorf("%s: %q, %v", network, got, err)
		}
		s.Write([]byte("nobody reads this"))
		if _, err := s.Write([]byte("x")); !errors.Is(err, syscall.EPIPE) {
			t.Errorf("%s: write: %v", network, err)
		}
	}
}

// TestNeverAccepted resets connections that wait in a queue that is closed, and
// remembers none of them.
func TestNeverAccepted(t *testing.T) {
	l, c := listening(t, "tcp4")
	c.Write([]byte("x"))
	l.Close()
	c.SetReadDeadline(time.Now().Add(5 * time.Second))
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("read: %v", err)
	}
	for range 3 * leastSweep {
		l, c := listening(t, "tcp4")
		c.Close()
		l.Close()
	}
	m := &layer.meeting
	m.mu.Lock()
	defer m.mu.Unlock()
	if n := len(m.waiting); n > 2*leastSweep {
		t.Errorf("%d connections are remembered", n)
	}
}

// TestUnread resets a peer whose bytes were not read; what it has got it may
// read before.
func TestUnread(t *testing.T) {
	l, c := listening(t, "tcp4")
	s := accept(t, l)
	s.Write([]byte("last words"))
	c.Write([]byte("unread"))
	s.Close()
	b := make([]byte, 100)
	if n, err := c.Read(b); string(b[:n]) != "last words" || err != nil {
		t.Errorf("%q, %v", b[:n], err)
	}
	if _, err := c.Read(b); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("then: %v", err)
	}
	if n, err := c.Read(b); n != 0 || err != io.EOF {
		t.Errorf("at last: %d, %v", n, err)
	}
}

// TestStreams sends random pieces both ways at once, through full buffers.
func TestStreams(t *testing.T) {
	l, c := listening(t, "tcp4")
	s := accept(t, l)
	sums := make(chan [sha256.Size]byte, 4)
	const size = 8 << 20
	send := func(c net.Conn, seed uint64) {
		chance := rand.New(rand.NewPCG(seed, 1))
		sum, left := sha256.New(), size
		for left > 0 {
			b := make([]byte, min(left, 1+chance.IntN(200_000)))
			for i := range b {
				b[i] = byte(chance.Uint32())
			}
			c.Write(b)
			sum.Write(b)
			left -= len(b)
		}
		c.(*net.TCPConn).CloseWrite()
		sums <- [sha256.Size]byte(sum.Sum(nil))
	}
	receive := func(c net.Conn, seed uint64) {
		chance := rand.New(rand.NewPCG(seed, 2))
		sum := sha256.New()
		for {
			b := make([]byte, 1+chance.IntN(100_000))
			n, err := c.Read(b)
			sum.Write(b[:n])
			if err != nil {
				break
			}
		}
		sums <- [sha256.Size]byte(sum.Sum(nil))
	}
	go send(c, 1)
	go receive(s, 1)
	if a, b := <-sums, <-sums; a != b {
		t.Error("to the one that accepted: not what was sent")
	}
	go send(s, 2)
	go receive(c, 2)
	if a, b := <-sums, <-sums; a != b {
		t.Error("to the one that connected: not what was sent")
	}
}

// TestFull blocks a writer, and lets it go on when there is room.
func TestFull(t *testing.T) {
	l, c := listening(t, "tcp4")
	s := accept(t, l)
	c.SetWriteDeadline(time.Now().Add(20 * time.Millisecond))
	block := bytes.Repeat([]byte("x"), 1<<20)
	written := 0
	for {
		n, err := c.Write(block)
		written += n
		if errors.Is(err, os.ErrDeadlineExceeded) {
			break
		}
		if err != nil || written > 64<<20 {
			t.Fatalf("%d bytes, %v", written, err)
		}
	}
	c.SetWriteDeadline(time.Time{})
	done := make(chan error)
	go func() {
		_, err := c.Write(block)
		c.CloseWrite()
		done <- err
	}()
	if n, err := io.Copy(io.Discard, s); int(n) != written+len(block) || err != nil {
		t.Errorf("%d bytes, %v; want %d", n, err, written+len(block))
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestBothClosed leaves nothing of a connection whose both ends are closed,
// whichever was first: no state that waits for late segments.
func TestBothClosed(t *testing.T) {
	for _, network := range []string{"tcp4", "tcp6"} {
		for _, serverFirst := range []bool{false, true} {
			first, second := connected(t, network)
			if serverFirst {
				first, second = second, first
			}
			one, two := first.LocalAddr().(*net.TCPAddr), second.LocalAddr().(*net.TCPAddr)
			first.Write([]byte("last words"))
			first.Close()
			if got, err := io.ReadAll(second); string(got) != "last words" || err != nil {
				t.Errorf("%s: %q, %v", network, got, err)
			}
			second.Close()
			for end := time.Now().Add(timeWait / 2); endpointOf(one, two) || endpointOf(two, one); time.Sleep(time.Millisecond) {
				if time.Now().After(end) {
					t.Errorf("%s, server first %v: the stack still has the connection", network, serverFirst)
					break
				}
			}
		}
	}
}

// endpointOf reports whether the stack has an endpoint of a connection.
func endpointOf(local, remote *net.TCPAddr) bool {
	address := func(a *net.TCPAddr) (tcpip.Address, tcpip.NetworkProtocolNumber) {
		if ip := a.IP.To4(); ip != nil {
			return tcpip.AddrFrom4Slice(ip), header.IPv4ProtocolNumber
		}
		return tcpip.AddrFrom16Slice(a.IP), header.IPv6ProtocolNumber
	}
	id := stack.TransportEndpointID{LocalPort: uint16(local.Port), RemotePort: uint16(remote.Port)}
	var protocol tcpip.NetworkProtocolNumber
	id.LocalAddress, protocol = address(local)
	id.RemoteAddress, _ = address(remote)
	e, ok := layer.stack.FindTransportEndpoint(protocol, tcp.ProtocolNumber, id, loopbackNIC).(*tcp.Endpoint)
	return ok && tcp.EndpointState(e.State()) != tcp.StateListen
}
