// epoll checks level, edge and one-shot readiness of eventfds and pipes with raw system calls, and what epoll refuses.
package main

import (
	"syscall"
	"time"

	"eggcup/tests/boot/programs/internal/check"
	"eggcup/tests/boot/programs/internal/sys"
)

// Linux uapi/linux/eventpoll.h; package syscall's EPOLLET is a negative constant.
const (
	epollET      = 1 << 31
	epollOneShot = 1 << 30
)

// poller is one epoll instance under test.
type poller struct{ fd int }

func newPoller() poller {
	fd, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	check.Must(err, "epoll_create1")
	return poller{fd}
}

func (p poller) control(operation, fd int, events uint32) error {
	return syscall.EpollCtl(p.fd, operation, fd, &syscall.EpollEvent{Events: events, Fd: int32(fd), Pad: 0x5eed})
}

func (p poller) add(fd int, events uint32) {
	check.Must(p.control(syscall.EPOLL_CTL_ADD, fd, events), "EPOLL_CTL_ADD")
}

// ready returns the events of fd after waiting for at most timeout milliseconds; ok says that there was exactly one event,
// and that it carried the user data of the registration.
func (p poller) ready(fd, timeout int) (events uint32, ok bool) {
	var list [8]syscall.EpollEvent
	n := p.wait(list[:], timeout)
	if n != 1 {
		return 0, false
	}
	return list[0].Events, list[0].Fd == int32(fd) && list[0].Pad == 0x5eed
}

// wait is epoll_wait that goes on after a signal.
func (p poller) wait(list []syscall.EpollEvent, timeout int) int {
	for {
		n, err := syscall.EpollWait(p.fd, list, timeout)
		if err == syscall.EINTR {
			continue
		}
		check.NoErrorQuiet(err, "epoll_wait")
		return n
	}
}

func (p poller) quiet() bool {
	var list [8]syscall.EpollEvent
	return p.wait(list[:], 0) == 0
}

func newEventfd(counter uint) int {
	fd, err := sys.Eventfd(counter, sys.EventfdNonblock)
	check.Must(err, "eventfd2")
	return fd
}

func eventfds() {
	fd := newEventfd(3)
	n, err := sys.Drain(fd)
	check.That(n == 3 && err == nil, "eventfd starts with its counter", "%d %v", n, err)
	_, err = sys.Drain(fd)
	check.That(err == syscall.EAGAIN, "reading 0 is EAGAIN", "%v", err)
	sys.Add(fd, 5)
	sys.Add(fd, 6)
	n, _ = sys.Drain(fd)
	check.That(n == 11, "writes add up", "%d", n)
	err = sys.Add(fd, 1<<64-1)
	check.That(err == syscall.EINVAL, "adding the largest number is EINVAL", "%v", err)
	check.NoError(sys.Add(fd, 1<<64-2), "adding the one below it")
	err = sys.Add(fd, 1)
	check.That(err == syscall.EAGAIN, "a full counter is EAGAIN", "%v", err)
	_, err = syscall.Read(fd, make([]byte, 7))
	check.That(err == syscall.EINVAL, "reading 7 bytes is EINVAL", "%v", err)
	syscall.Close(fd)
}

func level() {
	p, fd := newPoller(), newEventfd(0)
	p.add(fd, syscall.EPOLLIN)
	check.That(p.quiet(), "level: nothing at first", "an event")
	sys.Add(fd, 1)
	for range 3 {
		events, ok := p.ready(fd, 1000)
		check.That(ok && events == syscall.EPOLLIN, "level: ready as long as it is", "%#x %v", events, ok)
	}
	sys.Drain(fd)
	check.That(p.quiet(), "level: nothing after the read", "an event")
	syscall.Close(fd)
	syscall.Close(p.fd)
}

func edge() {
	p, fd := newPoller(), newEventfd(0)
	p.add(fd, syscall.EPOLLIN|epollET)
	sys.Add(fd, 1)
	events, ok := p.ready(fd, 1000)
	check.That(ok && events == syscall.EPOLLIN, "edge: one event for a write", "%#x %v", events, ok)
	check.That(p.quiet(), "edge: silent afterwards", "an event")
	sys.Add(fd, 1)
	_, ok = p.ready(fd, 1000)
	check.That(ok, "edge: a second write without a read between is a new event", "none")
	check.NoError(p.control(syscall.EPOLL_CTL_MOD, fd, syscall.EPOLLIN|epollET), "edge: modify")
	_, ok = p.ready(fd, 1000)
	check.That(ok, "edge: modifying looks again", "no event")
	syscall.Close(fd)
	syscall.Close(p.fd)
}

func oneShot() {
	p, fd := newPoller(), newEventfd(0)
	p.add(fd, syscall.EPOLLIN|epollOneShot)
	sys.Add(fd, 1)
	_, ok := p.ready(fd, 1000)
	check.That(ok, "one-shot: one event", "none")
	sys.Add(fd, 1)
	check.That(p.quiet(), "one-shot: then never again", "an event")
	check.NoError(p.control(syscall.EPOLL_CTL_MOD, fd, syscall.EPOLLIN|epollOneShot), "one-shot: rearm")
	_, ok = p.ready(fd, 1000)
	check.That(ok, "one-shot: one more", "none")
	syscall.Close(fd)
	syscall.Close(p.fd)
}

func pipes() {
	var fds [2]int
	check.Must(syscall.Pipe2(fds[:], syscall.O_NONBLOCK|syscall.O_CLOEXEC), "pipe2")
	r, w := fds[0], fds[1]
	p := newPoller()
	p.add(r, syscall.EPOLLIN|syscall.EPOLLRDHUP|epollET)
	p.add(w, syscall.EPOLLOUT|epollET)
	events, ok := p.ready(w, 1000)
	check.That(ok && events == syscall.EPOLLOUT, "pipe: an empty one is writable", "%#x %v", events, ok)
	syscall.Write(w, []byte("x"))
	events, ok = p.ready(r, 1000)
	check.That(ok && events == syscall.EPOLLIN, "pipe: a byte makes it readable", "%#x %v", events, ok)

	total, chunk := 1, make([]byte, 4096)
	for {
		n, err := syscall.Write(w, chunk)
		if err == syscall.EAGAIN {
			break
		}
		check.Must(err, "pipe: fill it")
		total += n
	}
	check.That(total >= 4096, "pipe: full is EAGAIN", "%d bytes", total)
	for drained := 0; drained < total; {
		n, err := syscall.Read(r, chunk)
		check.Must(err, "pipe: drain it")
		drained += n
	}
	_, err := syscall.Read(r, chunk)
	check.That(err == syscall.EAGAIN, "pipe: empty is EAGAIN", "%v", err)
	var list [8]syscall.EpollEvent
	writable := false
	for _, e := range list[:p.wait(list[:], 1000)] {
		writable = writable || e.Fd == int32(w) && e.Events&syscall.EPOLLOUT != 0
	}
	check.That(writable, "pipe: drained is an edge for the writer", "no event")
	for !p.quiet() { // edges of the filling
	}
	syscall.Close(w)
	events, ok = p.ready(r, 1000)
	check.That(ok && events&syscall.EPOLLHUP != 0, "pipe: closing the writer hangs up", "%#x %v", events, ok)
	n, err := syscall.Read(r, chunk)
	check.That(n == 0 && err == nil, "pipe: and reads as end of file", "%d %v", n, err)
	syscall.Close(r)
	check.That(p.quiet(), "closed descriptors leave the set", "an event")
	syscall.Close(p.fd)
}

func waiting() {
	p, fd := newPoller(), newEventfd(0)
	p.add(fd, syscall.EPOLLIN)
	start := time.Now()
	var list [1]syscall.EpollEvent
	n := p.wait(list[:], 50)
	elapsed := time.Since(start)
	check.That(n == 0 && elapsed >= 49*time.Millisecond && elapsed < 500*time.Millisecond, "wait: 50ms pass", "%d events after %v", n, elapsed)
	go func() {
		time.Sleep(20 * time.Millisecond)
		sys.Add(fd, 1)
	}()
	start = time.Now()
	_, ok := p.ready(fd, 10000)
	check.That(ok && time.Since(start) < 5*time.Second, "wait: a write from another thread ends it", "%v after %v", ok, time.Since(start))

	// Eight ready descriptors and room for three: nobody is starved.
	seen := map[int32]bool{}
	sys.Drain(fd)
	for range 8 {
		p.add(newEventfd(1), syscall.EPOLLIN|epollOneShot)
	}
	var three [3]syscall.EpollEvent
	for range 3 {
		for _, e := range three[:p.wait(three[:], 1000)] {
			seen[e.Fd] = true
		}
	}
	check.That(len(seen) == 8, "wait: eight events in portions of three", "%d", len(seen))
	syscall.Close(p.fd)
}

func refusals() {
	p, fd := newPoller(), newEventfd(0)
	p.add(fd, syscall.EPOLLIN)
	err := p.control(syscall.EPOLL_CTL_ADD, fd, syscall.EPOLLIN)
	check.That(err == syscall.EEXIST, "adding twice is EEXIST", "%v", err)
	err = p.control(syscall.EPOLL_CTL_ADD, 12345, syscall.EPOLLIN)
	check.That(err == syscall.EBADF, "adding no descriptor is EBADF", "%v", err)
	check.NoError(p.control(syscall.EPOLL_CTL_DEL, fd, 0), "delete")
	err = p.control(syscall.EPOLL_CTL_MOD, fd, syscall.EPOLLIN)
	check.That(err == syscall.ENOENT, "modifying what is not there is ENOENT", "%v", err)
	err = p.control(syscall.EPOLL_CTL_ADD, p.fd, syscall.EPOLLIN)
	check.That(err == syscall.EINVAL, "adding it to itself is EINVAL", "%v", err)
	_, err = syscall.EpollWait(p.fd, nil, 0)
	check.That(err == syscall.EINVAL, "waiting for no events is EINVAL", "%v", err)
	_, err = syscall.EpollWait(fd, make([]syscall.EpollEvent, 1), 0)
	check.That(err == syscall.EINVAL, "waiting on an eventfd is EINVAL", "%v", err)
	syscall.Close(p.fd)
	_, err = syscall.EpollWait(p.fd, make([]syscall.EpollEvent, 1), 0)
	check.That(err == syscall.EBADF, "waiting on a closed one is EBADF", "%v", err)
	syscall.Close(fd)
}

func main() {
	eventfds()
	level()
	edge()
	oneShot()
	pipes()
	waiting()
	refusals()
	check.Done()
}
