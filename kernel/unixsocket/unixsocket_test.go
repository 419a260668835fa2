package unixsocket

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"eggcup/kernel/descriptor"
	"eggcup/kernel/hook"
	"eggcup/kernel/hook/hooktest"
)

// layer makes sockets of this package alone.
type layer struct{}

func (layer) Socket(domain, kind, protocol int) (int, syscall.Errno) {
	if domain != syscall.AF_UNIX {
		return -1, syscall.EAFNOSUPPORT
	}
	return Socket(kind, protocol)
}

func (layer) Pair(domain, kind, protocol int) ([2]int32, syscall.Errno) {
	return Pair(kind, protocol)
}

func TestMain(m *testing.M) {
	makeFile = func(string) syscall.Errno { return syscall.ENOSYS }
	hook.SetSockets(layer{})
	hooktest.Install()
	os.Exit(m.Run())
}

func listen(t *testing.T, network, name string) *net.UnixListener {
	t.Helper()
	l, err := net.ListenUnix(network, &net.UnixAddr{Name: name, Net: network})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// connected returns both ends of a connection.
func connected(t *testing.T, network, name string) (client, server *net.UnixConn) {
	t.Helper()
	l := listen(t, network, name)
	client, err := net.DialUnix(network, nil, l.Addr().(*net.UnixAddr))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	server, err = l.AcceptUnix()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	return client, server
}

// TestStream sends more than a queue holds and compares what arrives.
func TestStream(t *testing.T) {
	for _, name := range []string{"/run/stream", "@abstract", "relative"} {
		client, server := connected(t, "unix", name)
		sent, received := sha256.New(), sha256.New()
		var wg sync.WaitGroup
		wg.Go(func() {
			for i := range 300 {
				b := bytes.Repeat([]byte{byte(i)}, 1+i*37)
				sent.Write(b)
				if _, err := client.Write(b); err != nil {
					t.Error(err)
				}
			}
			client.CloseWrite()
		})
		if _, err := io.Copy(received, server); err != nil {
			t.Fatal(err)
		}
		wg.Wait()
		if !bytes.Equal(sent.Sum(nil), received.Sum(nil)) {
			t.Errorf("%s: what arrived is not what was sent", name)
		}
		// The other direction is open still.
		if _, err := server.Write([]byte("bye")); err != nil {
			t.Fatal(err)
		}
		b := make([]byte, 8)
		if n, err := client.Read(b); err != nil || string(b[:n]) != "bye" {
			t.Fatalf("%q, %v", b[:n], err)
		}
	}
}

// TestNames refuses a name twice and finds nobody behind one that is free.
func TestNames(t *testing.T) {
	l := listen(t, "unix", "/run/name")
	if _, err := net.Listen("unix", "/run/../run/name"); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("second listener: %v", err)
	}
	l.Close()
	if _, err := net.Dial("unix", "/run/name"); !errors.Is(err, syscall.ENOENT) {
		t.Errorf("dial of a free name: %v", err)
	}
	if _, err := net.Dial("unix", "@name"); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("dial of a free abstract name: %v", err)
	}
	listen(t, "unix", "/run/name")
}

// TestAddresses compares what both ends say of themselves and each other.
func TestAddresses(t *testing.T) {
	client, server := connected(t, "unix", "/run/address")
	if s := server.LocalAddr().String(); s != "/run/address" {
		t.Errorf("server's own: %q", s)
	}
	if s := client.RemoteAddr().String(); s != "/run/address" {
		t.Errorf("client's peer: %q", s)
	}
	if s := client.LocalAddr().String(); s != "@" { // as on Linux: package net has no other word for none
		t.Errorf("client's own: %q", s)
	}
}

// TestDatagrams keeps messages apart, says who sent them, and cuts what does
// not fit.
func TestDatagrams(t *testing.T) {
	open := func(name string) *net.UnixConn {
		c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: name, Net: "unixgram"})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c
	}
	a, b := open("/a"), open("@b")
	for _, text := range []string{"first", "", "a third one"} {
		if _, err := a.WriteTo([]byte(text), b.LocalAddr()); err != nil {
			t.Fatal(err)
		}
	}
	buffer := make([]byte, 5)
	for _, want := range []string{"first", "", "a thi"} {
		n, from, err := b.ReadFrom(buffer)
		if err != nil || string(buffer[:n]) != want || from.String() != "/a" {
			t.Errorf("%q from %v, %v; want %q", buffer[:n], from, err, want)
		}
	}
	if _, err := a.WriteTo([]byte("x"), &net.UnixAddr{Name: "@nobody", Net: "unixgram"}); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("to nobody: %v", err)
	}
}

// TestNamelessSender receives from a socket without a name: it has no address,
// not an empty one.
func TestNamelessSender(t *testing.T) {
	folder := t.TempDir()
	to, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: folder + "/s", Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer to.Close()
	from, err := net.DialUnix("unixgram", nil, to.LocalAddr().(*net.UnixAddr))
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	from.Write([]byte("x"))
	b := make([]byte, 1)
	if _, peer, err := to.ReadFromUnix(b); err != nil || peer != nil {
		t.Errorf("from %v, %v", peer, err)
	}
}

// TestRelativeName binds a name in the working directory, and connects to it by
// its whole path.
func TestRelativeName(t *testing.T) {
	folder := t.TempDir()
	t.Chdir(folder)
	l, err := net.Listen("unix", "s")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := net.Dial("unix", folder+"/s")
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
}

// TestFullQueue stops a sender until the receiver has made room.
func TestFullQueue(t *testing.T) {
	for _, network := range []string{"unix", "unixpacket"} {
		client, server := connected(t, network, "@full-"+network)
		client.SetWriteDeadline(time.Now().Add(50 * time.Millisecond))
		piece, total := make([]byte, 10000), 0
		for {
			n, err := client.Write(piece)
			total += n
			if errors.Is(err, os.ErrDeadlineExceeded) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if total > capacity || total < capacity-len(piece) {
			t.Errorf("%s: %d bytes went into a queue of %d", network, total, capacity)
		}
		client.SetWriteDeadline(time.Time{})
		sent := make(chan error)
		go func() { _, err := client.Write(piece); sent <- err }()
		if _, err := io.ReadFull(server, make([]byte, 3*len(piece))); network == "unix" && err != nil {
			t.Fatal(err)
		}
		if err := <-sent; err != nil {
			t.Fatal(err)
		}
	}
}

// TestEnd gives EOF and EPIPE after the peer has gone, and ECONNRESET if it
// went without reading everything.
func TestEnd(t *testing.T) {
	client, server := connected(t, "unix", "@end")
	server.Close()
	if n, err := client.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		t.Errorf("read: %d, %v", n, err)
	}
	if _, err := client.Write([]byte("x")); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("write: %v", err)
	}
	client, server = connected(t, "unix", "@unread")
	client.Write([]byte("unread"))
	server.Close()
	if _, err := client.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("read after unread data: %v", err)
	}
}

// TestBacklog refuses what the backlog cannot hold, and lets it in after an
// accept.
func TestBacklog(t *testing.T) {
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(fd)
	name := &syscall.SockaddrUnix{Name: "@backlog"}
	if err := syscall.Bind(fd, name); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Listen(fd, 1); err != nil {
		t.Fatal(err)
	}
	dial := func() (int, error) {
		c, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_NONBLOCK, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { syscall.Close(c) })
		return c, syscall.Connect(c, name)
	}
	for range 2 {
		if _, err := dial(); err != nil {
			t.Fatal(err)
		}
	}
	c, err := dial()
	if err != syscall.EAGAIN {
		t.Fatalf("third: %v", err)
	}
	if _, _, err := syscall.Accept(fd); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Connect(c, name); err != nil {
		t.Errorf("after an accept: %v", err)
	}
}

// TestPair sends both ways through socketpair(2), with buffers on the stack,
// blocking, while the stack grows.
func TestPair(t *testing.T) {
	for _, kind := range []int{syscall.SOCK_STREAM, syscall.SOCK_DGRAM, syscall.SOCK_SEQPACKET} {
		fds, err := syscall.Socketpair(syscall.AF_UNIX, kind, 0)
		if err != nil {
			t.Fatal(err)
		}
		result := make(chan string)
		go func() {
			var b [16]byte
			n, err := syscall.Read(fds[1], b[:])
			if err != nil {
				result <- err.Error()
			}
			result <- string(b[:n])
		}()
		time.Sleep(10 * time.Millisecond)
		syscall.Write(fds[0], []byte("through"))
		if got := <-result; got != "through" {
			t.Errorf("kind %d: %q", kind, got)
		}
		syscall.Close(fds[0])
		syscall.Close(fds[1])
	}
}

// TestRights passes a descriptor, which works on after the sender has closed
// its own, and closes those that nobody receives.
func TestRights(t *testing.T) {
	before := hooktest.Open()
	client, server := connected(t, "unix", "@rights")
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := client.WriteMsgUnix([]byte("x"), syscall.UnixRights(pair[0]), nil); err != nil {
		t.Fatal(err)
	}
	syscall.Close(pair[0])
	data, oob := make([]byte, 8), make([]byte, 64)
	n, oobn, _, _, err := server.ReadMsgUnix(data, oob)
	if err != nil || n != 1 {
		t.Fatal(n, err)
	}
	messages, err := syscall.ParseSocketControlMessage(oob[:oobn])
	if err != nil || len(messages) != 1 {
		t.Fatal(messages, err)
	}
	fds, err := syscall.ParseUnixRights(&messages[0])
	if err != nil || len(fds) != 1 {
		t.Fatal(fds, err)
	}
	syscall.Write(fds[0], []byte("hello"))
	b := make([]byte, 8)
	if n, _ := syscall.Read(pair[1], b); string(b[:n]) != "hello" {
		t.Errorf("%q", b[:n])
	}
	// Left behind, and not asked for.
	client.WriteMsgUnix([]byte("y"), syscall.UnixRights(fds[0]), nil)
	client.WriteMsgUnix([]byte("z"), syscall.UnixRights(fds[0]), nil)
	server.Read(data[:1])
	syscall.Close(fds[0])
	syscall.Close(pair[1])
	client.Close()
	server.Close()
	if after := hooktest.Open(); after > before+1 { // the listener is open still
		t.Errorf("%d descriptors open, %d before", after, before)
	}
}

// TestCredentials sends them to who asks for them.
func TestCredentials(t *testing.T) {
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_DGRAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(fds[0])
	defer syscall.Close(fds[1])
	if err := syscall.SetsockoptInt(fds[1], syscall.SOL_SOCKET, syscall.SO_PASSCRED, 1); err != nil {
		t.Fatal(err)
	}
	syscall.Write(fds[0], []byte("x"))
	b, oob := make([]byte, 8), make([]byte, 64)
	_, oobn, _, _, err := syscall.Recvmsg(fds[1], b, oob, 0)
	if err != nil {
		t.Fatal(err)
	}
	messages, _ := syscall.ParseSocketControlMessage(oob[:oobn])
	if len(messages) != 1 {
		t.Fatalf("%d control messages", len(messages))
	}
	if c, err := syscall.ParseUnixCredentials(&messages[0]); err != nil || c.Pid != 1 || c.Uid != 0 {
		t.Errorf("%v, %v", c, err)
	}
	syscall.Write(fds[0], nil)
	if _, oobn, _, _, err := syscall.Recvmsg(fds[1], b, oob, 0); err != nil || oobn == 0 {
		t.Errorf("an empty message has none: %v", err)
	}
	if c, err := syscall.GetsockoptUcred(fds[0], syscall.SOL_SOCKET, syscall.SO_PEERCRED); err != nil || c.Pid != 1 {
		t.Errorf("peer: %v, %v", c, err)
	}
}

// TestWatched reports the end of events once the program watches by itself.
func TestWatched(t *testing.T) {
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(fds[1])
	ep, _ := syscall.EpollCreate1(0)
	defer syscall.Close(ep)
	for _, fd := range fds {
		if err := syscall.EpollCtl(ep, syscall.EPOLL_CTL_ADD, fd, &syscall.EpollEvent{Fd: int32(fd), Events: syscall.EPOLLIN}); err != nil {
			t.Fatal(err)
		}
	}
	check := func(when string, want uintptr) {
		t.Helper()
		if got := hooktest.Events(fds[1]); got != want {
			t.Errorf("%s: %#x, want %#x", when, got, want)
		}
	}
	check("at first", descriptor.Out)
	syscall.Write(fds[0], []byte("xy"))
	check("with data", descriptor.In|descriptor.Out)
	syscall.Read(fds[1], make([]byte, 1))
	check("with half of it", descriptor.In|descriptor.Out)
	syscall.Read(fds[1], make([]byte, 1))
	check("read", descriptor.Out)
	for {
		if _, err := syscall.Write(fds[1], make([]byte, 1<<16)); err != nil {
			break
		}
	}
	check("full", 0)
	for {
		if _, err := syscall.Read(fds[0], make([]byte, 1<<16)); err != nil {
			break
		}
	}
	check("drained", descriptor.Out)
	syscall.Close(fds[0])
	check("alone", descriptor.In|descriptor.Out|descriptor.Hup|descriptor.ReadHup)
}

// TestReceiveTimeout ends a blocking call after SO_RCVTIMEO.
func TestReceiveTimeout(t *testing.T) {
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(fds[0])
	defer syscall.Close(fds[1])
	syscall.SetsockoptTimeval(fds[0], syscall.SOL_SOCKET, syscall.SO_RCVTIMEO, &syscall.Timeval{Usec: 30000})
	start := time.Now()
	if _, err := syscall.Read(fds[0], make([]byte, 1)); err != syscall.EAGAIN {
		t.Errorf("%v", err)
	}
	if d := time.Since(start); d < 30*time.Millisecond || d > 5*time.Second {
		t.Errorf("after %v", d)
	}
}
