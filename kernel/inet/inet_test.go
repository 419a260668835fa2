package inet

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"eggcup/kernel/descriptor"
	"eggcup/kernel/hook"
	"eggcup/kernel/hook/hooktest"
)

// layer is what package net runs on in these tests.
var layer *Layer

var testSettings = Settings{IPv6: true, TCPReceive: 4 << 20, TCPSend: 4 << 20, DHCPTimeout: time.Second}

func TestMain(m *testing.M) {
	var err error
	if layer, err = newLayer(testSettings); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	hook.SetSockets(layer)
	hooktest.Install()
	os.Exit(m.Run())
}

// networks are the two families, each with its loopback address.
var networks = map[string]string{"tcp4": "127.0.0.1:0", "tcp6": "[::1]:0"}

func listen(t testing.TB, network, address string) net.Listener {
	t.Helper()
	l, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// connected returns both ends of a connection.
func connected(t testing.TB, network string) (client, server *net.TCPConn) {
	t.Helper()
	l := listen(t, network, networks[network])
	c, err := net.Dial(network, l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	s, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return c.(*net.TCPConn), s.(*net.TCPConn)
}

// TestStream sends megabytes, in pieces of all sizes, and compares them; then
// each end knows the other's address.
func TestStream(t *testing.T) {
	for network := range networks {
		client, server := connected(t, network)
		if client.LocalAddr().String() != server.RemoteAddr().String() ||
			client.RemoteAddr().String() != server.LocalAddr().String() {
			t.Errorf("%s: %v-%v and %v-%v", network, client.LocalAddr(), client.RemoteAddr(), server.LocalAddr(), server.RemoteAddr())
		}
		sent, received := sha256.New(), sha256.New()
		var wg sync.WaitGroup
		wg.Go(func() {
			for i := range 400 {
				b := bytes.Repeat([]byte{byte(i)}, 1+i*71)
				sent.Write(b)
				if _, err := client.Write(b); err != nil {
					t.Error(err)
					return
				}
			}
			client.CloseWrite()
		})
		if _, err := io.Copy(received, server); err != nil {
			t.Error(err)
		}
		wg.Wait()
		if !bytes.Equal(sent.Sum(nil), received.Sum(nil)) {
			t.Errorf("%s: what arrived is not what was sent", network)
		}
	}
}

// TestHalfClose reads to the end while the other direction stays open.
func TestHalfClose(t *testing.T) {
	client, server := connected(t, "tcp4")
	client.CloseWrite()
	b := make([]byte, 8)
	if n, err := server.Read(b); n != 0 || err != io.EOF {
		t.Errorf("server reads %d, %v", n, err)
	}
	server.Write([]byte("later"))
	server.Close()
	if got, err := io.ReadAll(client); string(got) != "later" || err != nil {
		t.Errorf("client reads %q, %v", got, err)
	}
}

// TestReset sees the reset of a connection that was closed with data unsent.
func TestReset(t *testing.T) {
	client, server := connected(t, "tcp4")
	server.SetLinger(0)
	server.Close()
	if _, err := client.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("read: %v", err)
	}
	if _, err := client.Write([]byte("x")); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("write: %v", err)
	}
}

// TestRefused has the right errors for what cannot be reached.
func TestRefused(t *testing.T) {
	for network, address := range networks {
		l := listen(t, network, address)
		l.Close()
		if _, err := net.Dial(network, l.Addr().String()); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("%s: %v", network, err)
		}
	}
	if _, err := net.DialTimeout("tcp4", "192.0.2.1:80", time.Second); !errors.Is(err, syscall.ENETUNREACH) && !errors.Is(err, syscall.EHOSTUNREACH) {
		t.Errorf("no route: %v", err)
	}
	l := listen(t, "tcp4", networks["tcp4"])
	if _, err := net.Listen("tcp4", l.Addr().String()); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("second listener: %v", err)
	}
	if _, err := net.Listen("tcp4", "192.0.2.1:0"); !errors.Is(err, syscall.EADDRNOTAVAIL) {
		t.Errorf("somebody else's address: %v", err)
	}
}

// TestDeadlines ends reading, writing and accepting in time.
func TestDeadlines(t *testing.T) {
	client, _ := connected(t, "tcp4")
	start := time.Now()
	client.SetDeadline(start.Add(50 * time.Millisecond))
	if _, err := client.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("read: %v", err)
	}
	client.SetWriteDeadline(time.Now().Add(100 * time.Millisecond))
	var err error
	for err == nil {
		_, err = client.Write(make([]byte, 1<<20))
	}
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("write: %v", err)
	}
	l := listen(t, "tcp4", networks["tcp4"]).(*net.TCPListener)
	l.SetDeadline(time.Now().Add(50 * time.Millisecond))
	if _, err := l.Accept(); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("accept: %v", err)
	}
	if d := time.Since(start); d > 10*time.Second {
		t.Errorf("all that took %v", d)
	}
}

// TestCloseWakes ends calls that wait when the socket is closed under them.
func TestCloseWakes(t *testing.T) {
	client, _ := connected(t, "tcp4")
	l := listen(t, "tcp4", networks["tcp4"])
	var wg sync.WaitGroup
	wg.Go(func() {
		if _, err := client.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
			t.Errorf("read: %v", err)
		}
	})
	wg.Go(func() {
		if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("accept: %v", err)
		}
	})
	time.Sleep(20 * time.Millisecond)
	client.Close()
	l.Close()
	wg.Wait()
}

// TestDatagrams keeps messages apart, in both families and from one to the
// other, and says who sent them.
func TestDatagrams(t *testing.T) {
	for _, c := range []struct{ from, to string }{
		{"127.0.0.1:0", "127.0.0.1:0"}, {"[::1]:0", "[::1]:0"}, {"127.0.0.1:0", "[::]:0"},
	} {
		a, err := net.ListenPacket("udp", c.from)
		if err != nil {
			t.Fatal(err)
		}
		b, err := net.ListenPacket("udp", c.to)
		if err != nil {
			t.Fatal(err)
		}
		to := b.LocalAddr().(*net.UDPAddr)
		if to.IP.IsUnspecified() {
			to = &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: to.Port}
		}
		for _, text := range []string{"first", "", "a third one"} {
			if _, err := a.WriteTo([]byte(text), to); err != nil {
				t.Fatal(err)
			}
			buffer := make([]byte, 5)
			want := text[:min(len(text), 5)]
			b.SetDeadline(time.Now().Add(5 * time.Second))
			n, from, err := b.ReadFrom(buffer)
			if err != nil || string(buffer[:n]) != want || from.String() != a.LocalAddr().String() {
				t.Errorf("%v: %q from %v, %v; want %q from %v", c, buffer[:n], from, err, want, a.LocalAddr())
			}
		}
		if _, err := a.WriteTo(make([]byte, 70000), to); !errors.Is(err, syscall.EMSGSIZE) {
			t.Errorf("70000 bytes: %v", err)
		}
		a.Close()
		b.Close()
	}
}

// TestConnectedDatagrams learns that nobody listens.
func TestConnectedDatagrams(t *testing.T) {
	nobody, _ := net.ListenPacket("udp4", "127.0.0.1:0")
	nobody.Close()
	c, err := net.Dial("udp4", nobody.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.Write([]byte("x"))
	c.SetReadDeadline(time.Now().Add(5 * time.Second))
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("%v", err)
	}
}

// TestNonBlockingConnect goes through EINPROGRESS, EALREADY, SO_ERROR and
// EISCONN, by hand.
func TestNonBlockingConnect(t *testing.T) {
	l := listen(t, "tcp4", networks["tcp4"])
	open := func() int {
		fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_NONBLOCK, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { syscall.Close(fd) })
		return fd
	}
	ready := func(fd int) {
		t.Helper()
		for range 500 {
			if hooktest.Events(fd)&descriptor.Out != 0 {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
		t.Error("never ready")
	}
	to := &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}, Port: l.Addr().(*net.TCPAddr).Port}
	fd := open()
	if err := syscall.Connect(fd, to); err != syscall.EINPROGRESS {
		t.Fatalf("connect: %v", err)
	}
	ready(fd)
	if v, err := syscall.GetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_ERROR); v != 0 || err != nil {
		t.Errorf("SO_ERROR: %d, %v", v, err)
	}
	if err := syscall.Connect(fd, to); err != nil {
		t.Errorf("connect, connected: %v", err)
	}
	if err := syscall.Connect(fd, to); err != syscall.EISCONN {
		t.Errorf("connect, and known: %v", err)
	}
	l.Close()
	fd = open()
	if err := syscall.Connect(fd, to); err != syscall.EINPROGRESS {
		t.Fatalf("connect: %v", err)
	}
	ready(fd)
	if v, err := syscall.GetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_ERROR); syscall.Errno(v) != syscall.ECONNREFUSED || err != nil {
		t.Errorf("SO_ERROR: %v, %v", syscall.Errno(v), err)
	}
	if _, err := syscall.Getpeername(fd); err != syscall.ENOTCONN {
		t.Errorf("getpeername: %v", err)
	}
}

// TestBlocking makes blocking calls with buffers on the stack.
func TestBlocking(t *testing.T) {
	l := listen(t, "tcp4", networks["tcp4"])
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(fd)
	if err := syscall.Connect(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}, Port: l.Addr().(*net.TCPAddr).Port}); err != nil {
		t.Fatal(err)
	}
	server, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		time.Sleep(20 * time.Millisecond)
		io.Copy(server, server)
		server.Close()
	}()
	for i := range 100 {
		var out, in [33]byte
		out[0] = byte(i)
		if n, err := syscall.Write(fd, out[:]); n != len(out) || err != nil {
			t.Fatal(n, err)
		}
		if n, err := syscall.Read(fd, in[:]); n != len(in) || err != nil || in != out {
			t.Fatal(n, err, in, out)
		}
	}
	syscall.Shutdown(fd, syscall.SHUT_WR)
	if n, err := syscall.Read(fd, make([]byte, 1)); n != 0 || err != nil {
		t.Errorf("at the end: %d, %v", n, err)
	}
	syscall.SetsockoptTimeval(fd, syscall.SOL_SOCKET, syscall.SO_RCVTIMEO, &syscall.Timeval{Usec: 1000})
}

// TestOptions sets options and reads them back.
func TestOptions(t *testing.T) {
	tcp, _ := syscall.Socket(syscall.AF_INET6, syscall.SOCK_STREAM, 0)
	defer syscall.Close(tcp)
	for _, o := range []struct{ level, name, value, want int }{
		{syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1, 1},
		{syscall.SOL_SOCKET, 15, 1, 1},
		{syscall.SOL_SOCKET, syscall.SO_BROADCAST, 1, 1},
		{syscall.SOL_SOCKET, syscall.SO_KEEPALIVE, 1, 1},
		{syscall.SOL_SOCKET, syscall.SO_RCVBUF, 100000, 200000},
		{syscall.SOL_SOCKET, syscall.SO_SNDBUF, 100000, 200000},
		{syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1, 1},
		{syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 0, 0},
		{syscall.IPPROTO_TCP, syscall.TCP_KEEPIDLE, 17, 17},
		{syscall.IPPROTO_TCP, syscall.TCP_KEEPINTVL, 18, 18},
		{syscall.IPPROTO_TCP, syscall.TCP_KEEPCNT, 5, 5},
		{syscall.IPPROTO_TCP, 18, 7000, 7000},
		{syscall.IPPROTO_IPV6, syscall.IPV6_V6ONLY, 1, 1},
		{syscall.IPPROTO_IPV6, syscall.IPV6_UNICAST_HOPS, 9, 9},
		{syscall.IPPROTO_IP, syscall.IP_TOS, 16, 16},
	} {
		if err := syscall.SetsockoptInt(tcp, o.level, o.name, o.value); err != nil {
			t.Errorf("set %v: %v", o, err)
		}
		if got, err := syscall.GetsockoptInt(tcp, o.level, o.name); got != o.want || err != nil {
			t.Errorf("get %v: %d, %v", o, got, err)
		}
	}
	for name, want := range map[int]int{syscall.SO_TYPE: syscall.SOCK_STREAM, 39: syscall.AF_INET6, 38: syscall.IPPROTO_TCP, syscall.SO_ACCEPTCONN: 0} {
		if got, err := syscall.GetsockoptInt(tcp, syscall.SOL_SOCKET, name); got != want || err != nil {
			t.Errorf("option %d: %d, %v", name, got, err)
		}
	}
	if err := syscall.SetsockoptInt(tcp, syscall.IPPROTO_TCP, 9999, 1); err != syscall.ENOPROTOOPT {
		t.Errorf("unknown: %v", err)
	}
	if err := syscall.SetsockoptInt(tcp, syscall.IPPROTO_TCP, syscall.TCP_KEEPCNT, 0); err != syscall.EINVAL {
		t.Errorf("out of range: %v", err)
	}
}

// TestKinds refuses what there is not, as Linux does.
func TestKinds(t *testing.T) {
	const mptcp = 262
	for _, c := range []struct {
		domain, kind, protocol int
		want                   error
	}{
		{syscall.AF_INET, syscall.SOCK_STREAM, mptcp, syscall.EPROTONOSUPPORT},
		{syscall.AF_INET, syscall.SOCK_SEQPACKET, 0, syscall.ESOCKTNOSUPPORT},
		{syscall.AF_INET, syscall.SOCK_DGRAM, syscall.IPPROTO_TCP, syscall.EPROTONOSUPPORT},
		{syscall.AF_INET, syscall.SOCK_STREAM | 0x4000, 0, syscall.EINVAL},
		{syscall.AF_PACKET, syscall.SOCK_RAW, 0, syscall.EAFNOSUPPORT},
		{syscall.AF_NETLINK, syscall.SOCK_RAW, 9, syscall.EPROTONOSUPPORT},
	} {
		if fd, err := syscall.Socket(c.domain, c.kind, c.protocol); err != c.want {
			t.Errorf("%v: %d, %v", c, fd, err)
		}
	}
	null, _ := os.Open(os.DevNull)
	defer null.Close()
	if err := syscall.Listen(int(null.Fd()), 1); err != syscall.ENOTSOCK {
		t.Errorf("a file: %v", err)
	}
	if err := syscall.Listen(9999, 1); err != syscall.EBADF {
		t.Errorf("no descriptor: %v", err)
	}
}

// TestWatched reports the end of events once the program watches by itself.
func TestWatched(t *testing.T) {
	client, server := connected(t, "tcp4")
	raw, err := client.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	ep, _ := syscall.EpollCreate1(0)
	defer syscall.Close(ep)
	raw.Control(func(s uintptr) {
		fd := int(s)
		if err := syscall.EpollCtl(ep, syscall.EPOLL_CTL_ADD, fd, &syscall.EpollEvent{Fd: int32(fd), Events: syscall.EPOLLIN}); err != nil {
			t.Fatal(err)
		}
		check := func(when string, want uintptr) {
			t.Helper()
			for range 200 {
				if hooktest.Events(fd) == want {
					return
				}
				time.Sleep(10 * time.Millisecond)
			}
			t.Errorf("%s: %#x, want %#x", when, hooktest.Events(fd), want)
		}
		check("at first", descriptor.Out)
		server.Write([]byte("xy"))
		check("with data", descriptor.In|descriptor.Out)
		syscall.Read(fd, make([]byte, 1))
		check("with half of it", descriptor.In|descriptor.Out)
		syscall.Read(fd, make([]byte, 1))
		check("read", descriptor.Out)
		server.CloseWrite()
		check("at the end", descriptor.In|descriptor.Out|descriptor.ReadHup)
	})
}

// TestLingering blocks in close until the peer has everything, but no longer
// than asked for.
func TestLingering(t *testing.T) {
	client, server := connected(t, "tcp4")
	server.SetReadBuffer(4096)
	client.SetLinger(1)
	client.SetWriteDeadline(time.Now().Add(50 * time.Millisecond))
	for {
		if _, err := client.Write(make([]byte, 1<<16)); err != nil {
			break
		}
	}
	start := time.Now()
	client.Close()
	if d := time.Since(start); d < 900*time.Millisecond || d > 5*time.Second {
		t.Errorf("closed after %v", d)
	}
}

// TestBacklog bounds the connections that wait by the backlog. As on Linux one
// more may wait, and another whose handshake ended while the last was queued.
func TestBacklog(t *testing.T) {
	fd, _ := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	defer syscall.Close(fd)
	if err := syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Listen(fd, 2); err != nil {
		t.Fatal(err)
	}
	name, _ := syscall.Getsockname(fd)
	address := fmt.Sprintf("127.0.0.1:%d", name.(*syscall.SockaddrInet4).Port)
	var open []net.Conn
	for {
		c, err := net.DialTimeout("tcp4", address, 300*time.Millisecond)
		if err != nil {
			break
		}
		open = append(open, c)
		if len(open) > 10 {
			break
		}
	}
	if len(open) < 2 || len(open) > 4 {
		t.Errorf("%d connections wait behind a backlog of 2", len(open))
	}
	for _, c := range open {
		c.Close()
	}
}

// TestInterfaces lists what there is.
func TestInterfaces(t *testing.T) {
	all, err := net.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 || all[0].Name != "lo" || all[0].Index != 1 || all[0].Flags&(net.FlagUp|net.FlagLoopback) != net.FlagUp|net.FlagLoopback {
		t.Fatalf("%+v", all)
	}
	addresses, err := all[0].Addrs()
	if err != nil || fmt.Sprint(addresses) != "[127.0.0.1/8 ::1/128]" {
		t.Errorf("%v, %v", addresses, err)
	}
}

// TestHTTP serves and asks, with keep-alive, many at once.
func TestHTTP(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Write(append([]byte("got "), body...))
	}))
	defer server.Close()
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			for j := range 20 {
				text := strings.Repeat(fmt.Sprint(i, j), 1+j*50)
				response, err := server.Client().Post(server.URL, "text/plain", strings.NewReader(text))
				if err != nil {
					t.Error(err)
					return
				}
				got, err := io.ReadAll(response.Body)
				response.Body.Close()
				if string(got) != "got "+text || err != nil {
					t.Errorf("%d bytes, %v", len(got), err)
				}
			}
		})
	}
	wg.Wait()
}

// TestLookup finds names through a server on the stack.
func TestLookup(t *testing.T) {
	server, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	go answerNames(server)
	resolver := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp4", server.LocalAddr().String())
	}}
	ctx, stop := context.WithTimeout(context.Background(), 10*time.Second)
	defer stop()
	got, err := resolver.LookupNetIP(ctx, "ip4", "egg.example.")
	if err != nil || fmt.Sprint(got) != "[192.0.2.7]" {
		t.Errorf("%v, %v", got, err)
	}
}

// answerNames answers every question with one address.
func answerNames(server net.PacketConn) {
	b := make([]byte, 512)
	for {
		n, from, err := server.ReadFrom(b)
		if err != nil || n < 12 {
			return
		}
		question := b[12:n]
		if end := bytes.IndexByte(question, 0); end >= 0 && end+5 <= len(question) {
			question = question[:end+5]
		}
		answer := append([]byte{b[0], b[1], 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0}, question...)
		answer = append(answer, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 7)
		server.WriteTo(answer, from)
	}
}

// TestDescriptors leaves none open after many connections.
func TestDescriptors(t *testing.T) {
	l := listen(t, "tcp4", networks["tcp4"])
	before := hooktest.Open()
	for range 200 {
		c, err := net.Dial("tcp4", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		s, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		c.Close()
		s.Close()
	}
	if after := hooktest.Open(); after > before { // fewer: connections of other tests have gone meanwhile
		t.Errorf("%d descriptors open, %d before", after, before)
	}
}

func BenchmarkRoundTrip(b *testing.B) {
	client, server := connected(b, "tcp4")
	go io.Copy(server, server)
	buffer := make([]byte, 64)
	b.ReportAllocs()
	for b.Loop() {
		client.Write(buffer)
		io.ReadFull(client, buffer)
	}
}

func BenchmarkStream(b *testing.B) {
	client, server := connected(b, "tcp4")
	go io.Copy(io.Discard, server)
	buffer := make([]byte, 64<<10)
	b.SetBytes(int64(len(buffer)))
	b.ReportAllocs()
	for b.Loop() {
		client.Write(buffer)
	}
}

func BenchmarkHTTP(b *testing.B) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("hello\n")) }))
	defer server.Close()
	b.ReportAllocs()
	for b.Loop() {
		response, err := server.Client().Get(server.URL)
		if err != nil {
			b.Fatal(err)
		}
		io.Copy(io.Discard, response.Body)
		response.Body.Close()
	}
}
