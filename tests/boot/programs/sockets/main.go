// sockets uses the network as programs do, over the loopback interface: TCP, UDP, Unix sockets, HTTP, deadlines, and
// epoll by hand.
package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"syscall"
	"time"

	"eggcup/tests/boot/programs/internal/check"
)

func main() {
	for _, address := range []string{"127.0.0.1:0", "[::1]:0"} {
		bulk(address)
		datagrams(address)
	}
	ends()
	waits()
	serve()
	unix()
	epoll()
	interfaces()
	fmt.Println("all done")
}

// connected returns both ends of a TCP connection.
func connected(address string) (client, server *net.TCPConn) {
	l, err := net.Listen("tcp", address)
	check.Must(err, "listen")
	defer l.Close()
	c, err := net.Dial("tcp", l.Addr().String())
	check.Must(err, "dial")
	s, err := l.Accept()
	check.Must(err, "accept")
	return c.(*net.TCPConn), s.(*net.TCPConn)
}

// bulk sends 8 MiB each way at once.
func bulk(address string) {
	client, server := connected(address)
	var wg sync.WaitGroup
	sums := [2][2][]byte{}
	for i, c := range []*net.TCPConn{client, server} {
		wg.Go(func() {
			sum := sha256.New()
			b := make([]byte, 32<<10)
			for n := range 256 {
				for j := range b {
					b[j] = byte(n*(i+3) + j)
				}
				sum.Write(b)
				if _, err := c.Write(b); err != nil {
					check.That(false, "write", "%v", err)
					return
				}
			}
			c.CloseWrite()
			sums[i][0] = sum.Sum(nil)
		})
		wg.Go(func() {
			sum := sha256.New()
			io.Copy(sum, c)
			sums[1-i][1] = sum.Sum(nil)
		})
	}
	wg.Wait()
	for i := range sums {
		check.That(bytes.Equal(sums[i][0], sums[i][1]), "8 MiB arrive unharmed over "+address, "direction %d", i)
	}
	client.Close()
	server.Close()
}

func datagrams(address string) {
	a, err := net.ListenPacket("udp", address)
	check.Must(err, "listen")
	defer a.Close()
	b, err := net.ListenPacket("udp", address)
	check.Must(err, "listen")
	defer b.Close()
	good := 0
	buffer := make([]byte, 2048)
	for i := range 100 {
		sent := bytes.Repeat([]byte{byte(i)}, i*13)
		a.WriteTo(sent, b.LocalAddr())
		b.SetReadDeadline(time.Now().Add(5 * time.Second))
		n, from, err := b.ReadFrom(buffer)
		if err == nil && bytes.Equal(buffer[:n], sent) && from.String() == a.LocalAddr().String() {
			good++
		}
	}
	check.That(good == 100, "datagrams arrive as they were sent over "+address, "%d of 100", good)
}

// ends looks at the ways in which connections end or never begin.
func ends() {
	client, server := connected("127.0.0.1:0")
	server.SetLinger(0)
	server.Close()
	_, err := client.Read(make([]byte, 1))
	check.That(errors.Is(err, syscall.ECONNRESET), "a reset is ECONNRESET", "%v", err)
	client.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check.Must(err, "listen")
	l.Close()
	_, err = net.Dial("tcp", l.Addr().String())
	check.That(errors.Is(err, syscall.ECONNREFUSED), "nobody listening is ECONNREFUSED", "%v", err)
}

// waits lets deadlines pass.
func waits() {
	client, server := connected("127.0.0.1:0")
	defer client.Close()
	defer server.Close()
	client.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	_, err := client.Read(make([]byte, 1))
	check.That(errors.Is(err, os.ErrDeadlineExceeded), "a read deadline ends a read", "%v", err)
	time.AfterFunc(20*time.Millisecond, func() { server.Close() })
	client.SetReadDeadline(time.Time{})
	n, err := client.Read(make([]byte, 1))
	check.That(n == 0 && err == io.EOF, "the peer's end wakes a reader", "%d, %v", n, err)
}

// serve answers 32 clients at once, each of which asks 10 times.
func serve() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check.Must(err, "listen")
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "you asked for %s", r.URL.Path)
	})}
	go server.Serve(l)
	defer server.Close()
	transport := &http.Transport{MaxIdleConnsPerHost: 32}
	client := &http.Client{Transport: transport}
	var mu sync.Mutex
	good := 0
	var wg sync.WaitGroup
	for i := range 32 {
		wg.Go(func() {
			for j := range 10 {
				path := fmt.Sprintf("/%d/%d", i, j)
				r, err := client.Get("http://" + l.Addr().String() + path)
				if err != nil {
					continue
				}
				text, _ := io.ReadAll(r.Body)
				r.Body.Close()
				if string(text) == "you asked for "+path {
					mu.Lock()
					good++
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	transport.CloseIdleConnections()
	check.That(good == 320, "every HTTP request gets its answer", "%d of 320", good)
}

func unix() {
	l, err := net.Listen("unix", "@sockets")
	check.Must(err, "listen")
	defer l.Close()
	go func() {
		c, err := l.Accept()
		check.Must(err, "accept")
		io.Copy(c, c)
		c.Close()
	}()
	c, err := net.Dial("unix", "@sockets")
	check.Must(err, "dial")
	c.Write([]byte("there and back"))
	c.(*net.UnixConn).CloseWrite()
	text, err := io.ReadAll(c)
	check.That(string(text) == "there and back" && err == nil, "a Unix socket echoes", "%q, %v", text, err)
}

// epoll watches a socket by hand, level-triggered: what is not read is reported again, what is read is not.
func epoll() {
	fds, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_NONBLOCK, 0)
	check.Must(err, "socketpair")
	client, server := connected("127.0.0.1:0")
	defer server.Close()
	file, err := client.File()
	check.Must(err, "the connection's file")
	defer file.Close()
	client.Close()
	ep, err := syscall.EpollCreate1(0)
	check.Must(err, "epoll_create1")
	for _, fd := range []int{fds[1], int(file.Fd())} {
		write := func() { syscall.Write(fds[0], []byte("two")) }
		if fd != fds[1] {
			syscall.SetNonblock(fd, true)
			write = func() { server.Write([]byte("two")); time.Sleep(10 * time.Millisecond) }
		}
		event := &syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(fd)}
		check.Must(syscall.EpollCtl(ep, syscall.EPOLL_CTL_ADD, fd, event), "epoll_ctl")
		wait := func(ms int) int {
			var events [8]syscall.EpollEvent
			n, err := syscall.EpollWait(ep, events[:], ms)
			check.Must(err, "epoll_wait")
			return n
		}
		none := wait(0)
		write()
		one := wait(1000)
		syscall.Read(fd, make([]byte, 2))
		rest := wait(1000)
		syscall.Read(fd, make([]byte, 2))
		empty := wait(0)
		check.That(none == 0 && one == 1 && rest == 1 && empty == 0, "epoll reports what can be read", "%d %d %d %d", none, one, rest, empty)
		check.Must(syscall.EpollCtl(ep, syscall.EPOLL_CTL_DEL, fd, event), "epoll_ctl")
	}
}

func interfaces() {
	all, err := net.Interfaces()
	check.Must(err, "net.Interfaces")
	check.That(len(all) > 0 && all[0].Flags&net.FlagLoopback != 0 && all[0].MTU >= 16384, "the first interface is the loopback", "%+v", all)
	addresses, err := all[0].Addrs()
	check.That(err == nil && len(addresses) > 0 && addresses[0].String() == "127.0.0.1/8", "its address is 127.0.0.1/8", "%v, %v", addresses, err)
}
