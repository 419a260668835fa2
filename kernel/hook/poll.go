package hook

import (
	"syscall"
	"time"
	"unsafe"

	"eggcup/kernel/descriptor"
	"eggcup/kernel/rawsys"
)

// poll(2) and select(2) are made from an epoll instance that lives for the
// call: the kernel keeps the readiness of every descriptor, ours or not.

// pollFD is struct pollfd.
type pollFD struct {
	fd      int32
	events  int16
	revents int16
}

// Events of poll(2) beside those of package descriptor, and the size of a set
// of select(2).
const (
	pollUrgent  = 0x002
	pollInvalid = 0x020
	pollNormal  = 0x040 // POLLRDNORM
	pollWrite   = 0x100 // POLLWRNORM
	mostPolled  = 1 << 16
	setBits     = 1024
	wordBits    = 64
	forEver     = time.Duration(-1)
)

// ServePolls registers poll(2), select(2) and their siblings.
func ServePolls() { register(pollCalls) }

var pollCalls = []call{
	{number: syscall.SYS_POLL, pointers: p1, serve: servePoll},
	{number: syscall.SYS_PPOLL, pointers: p1 | p3, serve: servePoll},
	{number: syscall.SYS_SELECT, pointers: p2 | p3 | p4 | p5, serve: serveSelect},
	{number: syscall.SYS_PSELECT6, pointers: p2 | p3 | p4 | p5, serve: serveSelect},
}

// servePoll answers poll and ppoll.
func servePoll(number uintptr, a Arguments) (uintptr, syscall.Errno) {
	if number == syscall.SYS_PPOLL {
		return pollTime(a.pointer(1), a.number(2), (*syscall.Timespec)(a.pointer(3)))
	}
	return poll(a.pointer(1), a.number(2), time.Duration(a.number(3))*time.Millisecond)
}

// serveSelect answers select and pselect6.
func serveSelect(number uintptr, a Arguments) (uintptr, syscall.Errno) {
	unit := time.Microsecond
	if number == syscall.SYS_PSELECT6 {
		unit = time.Nanosecond
	}
	sets := selectSets{a.pointer(2), a.pointer(3), a.pointer(4)}
	return selectTime(a.number(1), sets, (*[2]int64)(a.pointer(5)), unit)
}

// poll answers poll(2).
func poll(p unsafe.Pointer, n int, timeout time.Duration) (uintptr, syscall.Errno) {
	if n < 0 || n > mostPolled {
		return failed, syscall.EINVAL
	}
	if n > 0 && p == nil {
		return failed, syscall.EFAULT
	}
	return outcome(pollAll(unsafe.Slice((*pollFD)(p), n), timeout))
}

// pollTime answers ppoll(2). The signal mask is ignored: no signal ends the
// call.
func pollTime(p unsafe.Pointer, n int, limit *syscall.Timespec) (uintptr, syscall.Errno) {
	timeout := forEver
	if limit != nil {
		if limit.Sec < 0 || limit.Nsec < 0 || limit.Nsec >= 1e9 {
			return failed, syscall.EINVAL
		}
		timeout = time.Duration(limit.Nano())
	}
	return poll(p, n, timeout)
}

// pollAll fills in what has happened and returns how many entries it concerns.
func pollAll(list []pollFD, timeout time.Duration) (int, syscall.Errno) {
	epoll, errno := rawsys.Call(syscall.SYS_EPOLL_CREATE1, syscall.EPOLL_CLOEXEC, 0, 0, 0, 0, 0)
	if errno != 0 {
		return 0, syscall.ENOMEM
	}
	defer rawsys.Call(syscall.SYS_CLOSE, epoll, 0, 0, 0, 0, 0)
	asked := map[int32]uint32{}
	ready := map[int32]uint32{}
	for i := range list {
		fd := list[i].fd
		list[i].revents = 0
		if fd < 0 {
			continue
		}
		wanted := asked[fd] | epollEvents(list[i].events)
		operation := uintptr(syscall.EPOLL_CTL_ADD)
		if _, known := asked[fd]; known {
			operation = syscall.EPOLL_CTL_MOD
		}
		asked[fd] = wanted
		switch errno := watchFor(epoll, operation, fd, wanted); errno {
		case 0:
		case syscall.EPERM: // a file: always ready
			ready[fd] = descriptor.In | descriptor.Out
		default:
			ready[fd] = pollInvalid
		}
	}
	if len(ready) > 0 {
		timeout = 0
	}
	events := make([]syscall.EpollEvent, max(len(asked), 1))
	n, errno := epollWait(epoll, events, timeout)
	if errno != 0 {
		return 0, errno
	}
	for _, e := range events[:n] {
		ready[e.Fd] |= e.Events
	}
	return settle(list, ready), 0
}

// settle fills in the results.
func settle(list []pollFD, ready map[int32]uint32) (count int) {
	for i := range list {
		e := &list[i]
		if e.fd < 0 {
			continue
		}
		const always = descriptor.Err | descriptor.Hup | pollInvalid
		happened := ready[e.fd]
		result := int16(happened) & (e.events&(descriptor.In|descriptor.Out|descriptor.ReadHup|pollUrgent) | always)
		if happened&descriptor.In != 0 {
			result |= e.events & pollNormal
		}
		if happened&descriptor.Out != 0 {
			result |= e.events & pollWrite
		}
		e.revents = result
		if result != 0 {
			count++
		}
	}
	return count
}

// epollEvents returns the events of epoll(7) for those of poll(2).
func epollEvents(events int16) uint32 {
	result := uint32(uint16(events)) & (descriptor.In | descriptor.Out | descriptor.ReadHup | pollUrgent)
	if events&pollNormal != 0 {
		result |= descriptor.In
	}
	if events&pollWrite != 0 {
		result |= descriptor.Out
	}
	return result
}

// watchFor adds a descriptor to an epoll instance, or changes it there.
func watchFor(epoll, operation uintptr, fd int32, events uint32) syscall.Errno {
	event := syscall.EpollEvent{Events: events, Fd: fd}
	if node := descriptor.Lookup(int(fd)); node != nil {
		node.Watch()
	}
	_, errno := rawsys.Call(syscall.SYS_EPOLL_CTL, epoll, operation, uintptr(fd), uintptr(unsafe.Pointer(&event)), 0, 0)
	return errno
}

// epollWait waits for events, rounded up to milliseconds.
func epollWait(epoll uintptr, events []syscall.EpollEvent, timeout time.Duration) (int, syscall.Errno) {
	milliseconds := -1
	if timeout >= 0 {
		milliseconds = int(min((timeout+time.Millisecond-1)/time.Millisecond, 1<<31-1))
	}
	p, n := uintptr(unsafe.Pointer(&events[0])), uintptr(len(events))
	if milliseconds == 0 {
		r, errno := rawsys.Call(syscall.SYS_EPOLL_WAIT, epoll, p, n, 0, 0, 0)
		return int(r), errno
	}
	r, errno := rawsys.CallBlocking(syscall.SYS_EPOLL_WAIT, epoll, p, n, uintptr(milliseconds), 0, 0)
	return int(r), errno
}

// selectSets are the arguments of select(2): words of bits, or nil.
type selectSets struct{ read, write, except unsafe.Pointer }

// selectTime answers select(2), with unit microseconds, and pselect6(2), with
// unit nanoseconds. As on Linux the time that is left is written back.
func selectTime(n int, sets selectSets, limit *[2]int64, unit time.Duration) (uintptr, syscall.Errno) {
	if n < 0 {
		return failed, syscall.EINVAL
	}
	n = min(n, setBits)
	timeout := forEver
	begin := time.Now()
	if limit != nil {
		if limit[0] < 0 || limit[1] < 0 || time.Duration(limit[1]) >= time.Second/unit {
			return failed, syscall.EINVAL
		}
		timeout = time.Duration(limit[0])*time.Second + time.Duration(limit[1])*unit
	}
	var list []pollFD
	for fd := range n {
		var events int16
		if isSet(sets.read, fd) {
			events |= descriptor.In
		}
		if isSet(sets.write, fd) {
			events |= descriptor.Out
		}
		if isSet(sets.except, fd) {
			events |= pollUrgent
		}
		if events != 0 {
			list = append(list, pollFD{fd: int32(fd), events: events})
		}
	}
	if _, errno := pollAll(list, timeout); errno != 0 {
		return failed, errno
	}
	for _, e := range list {
		if e.revents&pollInvalid != 0 {
			return failed, syscall.EBADF
		}
	}
	if limit != nil {
		left := max(timeout-time.Since(begin), 0)
		limit[0], limit[1] = int64(left/time.Second), int64(left%time.Second/unit)
	}
	clearSets(n, sets)
	count := 0
	mark := func(set unsafe.Pointer, e *pollFD, asked, events int16) {
		if e.events&asked != 0 && e.revents&events != 0 {
			*word(set, int(e.fd)) |= 1 << (e.fd % wordBits)
			count++
		}
	}
	for i := range list {
		mark(sets.read, &list[i], descriptor.In, descriptor.In|descriptor.Hup|descriptor.Err)
		mark(sets.write, &list[i], descriptor.Out, descriptor.Out|descriptor.Err)
		mark(sets.except, &list[i], pollUrgent, pollUrgent)
	}
	return uintptr(count), 0
}

// word returns the word of a set that has a descriptor's bit.
func word(set unsafe.Pointer, fd int) *uint64 {
	return (*uint64)(unsafe.Add(set, fd/wordBits*8))
}

func isSet(set unsafe.Pointer, fd int) bool {
	return set != nil && *word(set, fd)>>(fd%wordBits)&1 != 0
}

func clearSets(n int, sets selectSets) {
	for _, set := range []unsafe.Pointer{sets.read, sets.write, sets.except} {
		if set != nil {
			for fd := 0; fd < n; fd += wordBits {
				*word(set, fd) = 0
			}
		}
	}
}
