package hook

import (
	"sync"
	"syscall"

	"eggcup/kernel/descriptor"
	"eggcup/kernel/rawsys"
)

var descriptorsServed sync.Once

// ServeDescriptors registers what every descriptor of package descriptor needs.
func ServeDescriptors() { descriptorsServed.Do(func() { register(descriptorCalls) }) }

var descriptorCalls = []call{
	{number: syscall.SYS_READ, of: 1, pointers: p2, serve: read},
	{number: syscall.SYS_WRITE, of: 1, pointers: p2, serve: write},
	{number: syscall.SYS_CLOSE, of: 1, serve: closeDescriptor},
	{number: syscall.SYS_READV, of: 1, pointers: p2, serve: vector},
	{number: syscall.SYS_WRITEV, of: 1, pointers: p2, serve: vector},
	{number: syscall.SYS_DUP, serve: duplicate},
	{number: syscall.SYS_DUP2, serve: duplicate},
	{number: syscall.SYS_DUP3, serve: duplicate},
	{number: syscall.SYS_FCNTL, of: 1, pointers: p3, serve: control},
	{number: syscall.SYS_EPOLL_CTL, of: 3, pointers: p4, serve: watch},
}

// failed is the first result of a call that failed.
const failed = ^uintptr(0)

// outcome is what a call returns that gives a number or an error.
func outcome(n int, errno syscall.Errno) (uintptr, syscall.Errno) {
	if errno != 0 {
		return failed, errno
	}
	return uintptr(n), 0
}

func read(_ uintptr, a Arguments) (uintptr, syscall.Errno) {
	n, errno := a.node.File.Read(a.pointer(2), int(a.word(3)))
	return uintptr(n), errno
}

func write(_ uintptr, a Arguments) (uintptr, syscall.Errno) {
	n, errno := a.node.File.Write(a.pointer(2), int(a.word(3)))
	return uintptr(n), errno
}

func closeDescriptor(_ uintptr, a Arguments) (uintptr, syscall.Errno) {
	return outcome(0, a.node.Close(a.number(1)))
}

// duplicate answers dup, dup2 and dup3: the kernel makes the descriptor, and
// what it refers to is recorded if it is ours.
func duplicate(trap uintptr, a Arguments) (uintptr, syscall.Errno) {
	from, to := a.number(1), a.number(2)
	node := descriptor.Lookup(from)
	if trap != syscall.SYS_DUP && from != to {
		descriptor.Forget(to)
	}
	fd, errno := rawsys.Call(trap, a.word(1), a.word(2), a.word(3), 0, 0, 0)
	if errno == 0 && node != nil && int(int32(fd)) != from {
		node.Duplicate(int(fd))
	}
	return fd, errno
}

// Commands of fcntl(2) that concern the object behind the descriptor.
const (
	fDupFD        = 0
	fSetFL        = 4
	fDupFDCloexec = 1030
)

// control answers fcntl.
func control(_ uintptr, a Arguments) (uintptr, syscall.Errno) {
	command, argument := a.word(2), a.word(3)
	if c, ok := a.node.File.(descriptor.Controller); ok {
		if r, errno, served := c.Control(command, argument, a.pointer(3)); served {
			return uintptr(r), errno
		}
	}
	r, errno := rawsys.Call(syscall.SYS_FCNTL, a.word(1), command, argument, 0, 0, 0)
	if errno != 0 {
		return r, errno
	}
	switch command {
	case fDupFD, fDupFDCloexec:
		a.node.Duplicate(int(r))
	case fSetFL:
		a.node.File.SetNonBlock(argument&syscall.O_NONBLOCK != 0)
	}
	return r, 0
}

// watch answers epoll_ctl: it tells a file that the program watches it, and
// lets the kernel do that.
func watch(_ uintptr, a Arguments) (uintptr, syscall.Errno) {
	a.node.Watch()
	return rawsys.Call(syscall.SYS_EPOLL_CTL, a.word(1), a.word(2), a.word(3), uintptr(a.pointer(4)), 0, 0)
}
