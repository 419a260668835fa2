// echo sends back whatever it gets, to any number of connections at once, with
// one goroutine: it waits for all of them by epoll(7) itself, as an event loop
// written in C does. Ordinary Go programs have no need to.
//
//	eggcup set NET=y VIRTIO_NET=y
//	eggcup run examples/echo -- -nic user,model=virtio-net-pci,hostfwd=tcp::7000-:7000
//	nc localhost 7000
//
// It is an ordinary Go program: on Linux it does the same.
package main

import (
	"flag"
	"fmt"
	"log"
	"syscall"
)

// maxPending is how much may wait for a peer that sends and does not read;
// until it has read, nothing more is taken from it.
const maxPending = 64 << 10

func main() {
	port := flag.Int("port", 7000, "port to listen on")
	flag.Parse()
	l, err := newLoop(*port)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("echo: listening on port", *port)
	log.Fatal(l.run())
}

// loop is an epoll instance with a listening socket and the connections.
type loop struct {
	epoll, listener int
	connections     map[int]*connection
	buffer          [16 << 10]byte
}

// connection has what is to be sent back.
type connection struct {
	pending []byte
	ended   bool   // the peer sends no more
	watched uint32 // the events it is registered for
}

func newLoop(port int) (*loop, error) {
	listener, err := syscall.Socket(syscall.AF_INET6, syscall.SOCK_STREAM|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("socket: %w", err)
	}
	syscall.SetsockoptInt(listener, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1)
	syscall.SetsockoptInt(listener, syscall.IPPROTO_IPV6, syscall.IPV6_V6ONLY, 0)
	if err := syscall.Bind(listener, &syscall.SockaddrInet6{Port: port}); err != nil {
		return nil, fmt.Errorf("bind: %w", err)
	}
	if err := syscall.Listen(listener, syscall.SOMAXCONN); err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	epoll, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("epoll_create1: %w", err)
	}
	l := &loop{epoll: epoll, listener: listener, connections: map[int]*connection{}}
	event := syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(listener)}
	if err := syscall.EpollCtl(epoll, syscall.EPOLL_CTL_ADD, listener, &event); err != nil {
		return nil, fmt.Errorf("epoll_ctl: %w", err)
	}
	return l, nil
}

func (l *loop) run() error {
	var events [64]syscall.EpollEvent
	for {
		n, err := syscall.EpollWait(l.epoll, events[:], -1)
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return fmt.Errorf("epoll_wait: %w", err)
		}
		for _, event := range events[:n] {
			fd := int(event.Fd)
			if fd == l.listener {
				l.accept()
			} else if c := l.connections[fd]; c != nil && !l.serve(fd, c) {
				delete(l.connections, fd)
				syscall.Close(fd) // epoll forgets it then
			}
		}
	}
}

// accept takes all connections that wait.
func (l *loop) accept() {
	for {
		fd, _, err := syscall.Accept4(l.listener, syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC)
		if err != nil {
			if err != syscall.EAGAIN {
				log.Print("accept: ", err)
			}
			return
		}
		event := syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(fd)}
		if err := syscall.EpollCtl(l.epoll, syscall.EPOLL_CTL_ADD, fd, &event); err != nil {
			log.Print("epoll_ctl: ", err)
			syscall.Close(fd)
			continue
		}
		l.connections[fd] = &connection{watched: syscall.EPOLLIN}
	}
}

// serve receives and sends what it can without waiting, and returns whether
// the connection goes on.
func (l *loop) serve(fd int, c *connection) bool {
	for {
		if len(c.pending) > 0 {
			n, err := syscall.Write(fd, c.pending)
			if err != nil && err != syscall.EAGAIN {
				return false
			}
			c.pending = c.pending[max(n, 0):]
			if err == syscall.EAGAIN && (c.ended || len(c.pending) >= maxPending) {
				return l.watch(fd, c, syscall.EPOLLOUT)
			}
		}
		if c.ended {
			if len(c.pending) == 0 {
				return false
			}
			continue
		}
		n, err := syscall.Read(fd, l.buffer[:])
		switch {
		case err == syscall.EAGAIN && len(c.pending) > 0:
			return l.watch(fd, c, syscall.EPOLLIN|syscall.EPOLLOUT)
		case err == syscall.EAGAIN:
			return l.watch(fd, c, syscall.EPOLLIN)
		case err != nil:
			return false
		case n == 0:
			c.ended = true
		default:
			c.pending = append(c.pending, l.buffer[:n]...)
		}
	}
}

// watch says what to wait for.
func (l *loop) watch(fd int, c *connection, events uint32) bool {
	if c.watched == events {
		return true
	}
	c.watched = events
	event := syscall.EpollEvent{Events: events, Fd: int32(fd)}
	return syscall.EpollCtl(l.epoll, syscall.EPOLL_CTL_MOD, fd, &event) == nil
}
