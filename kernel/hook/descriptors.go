package hook

import (
	"sync"
	"syscall"
	"unsafe"

	"eggcup/kernel/descriptor"
	"eggcup/kernel/rawsys"
)

var descriptorsServed sync.Once

// ServeDescriptors registers what every descriptor of package descriptor needs.
func ServeDescriptors() { descriptorsServed.Do(func() { register(descriptorCalls) }) }

var descriptorCalls = []call{
	{number: syscall.SYS_READ, transfer: read},
	{number: syscall.SYS_WRITE, transfer: write},
	{number: syscall.SYS_CLOSE, of: 1, serve: closeDescriptor},
	{number: syscall.SYS_READV, of: 1, pointers: p2, serve: vector},
	{number: syscall.SYS_WRITEV, of: 1, pointers: p2, serve: vector},
	{number: syscall.SYS_DUP, serve: duplicate},
	{number: syscall.SYS_DUP2, serve: duplicate},
	{number: syscall.SYS_DUP3, serve: duplicate},
	{number: syscall.SYS_IOCTL, of: 1, pointers: p3, serve: request},
	{number: sysCloseRange, serve: closeRange},
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

func read(node *descriptor.Node, p unsafe.Pointer, n int) (uintptr, syscall.Errno) {
	done, errno := node.File.Read(p, n)
	return uintptr(done), errno
}

func write(node *descriptor.Node, p unsafe.Pointer, n int) (uintptr, syscall.Errno) {
	done, errno := node.File.Write(p, n)
	if errno == syscall.EPIPE {
		brokenPipe()
	}
	return uintptr(done), errno
}

// brokenPipe sends the signal that comes with EPIPE, for a program that asks for
// it; the Go runtime does nothing on it otherwise.
func brokenPipe() {
	id, _ := rawsys.Call(syscall.SYS_GETTID, 0, 0, 0, 0, 0, 0)
	rawsys.Call(syscall.SYS_TKILL, id, uintptr(syscall.SIGPIPE), 0, 0, 0, 0)
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

// request answers ioctl: of what has requests of its own, of files, else the
// kernel does.
func request(number uintptr, a Arguments) (uintptr, syscall.Errno) {
	asked, ok := a.node.File.(descriptor.Requester)
	if !ok {
		if layer := files.Load(); layer != nil {
			return serveFile(number, a)
		}
		return rawsys.Call(number, a.word(1), a.word(2), a.word(3), 0, 0, 0)
	}
	p := a.pointer(3)
	if p == nil {
		return failed, syscall.EFAULT
	}
	if a.word(2) != descriptor.FIONBIO {
		return outcome(0, asked.Request(a.word(2), p))
	}
	flags, errno := rawsys.Call(syscall.SYS_FCNTL, a.word(1), syscall.F_GETFL, 0, 0, 0, 0)
	if errno != 0 {
		return flags, errno
	}
	on := *(*int32)(p) != 0
	if flags &^= syscall.O_NONBLOCK; on {
		flags |= syscall.O_NONBLOCK
	}
	asked.SetNonBlock(on)
	return rawsys.Call(syscall.SYS_FCNTL, a.word(1), fSetFL, flags, 0, 0, 0)
}

// closeRange answers close_range: it closes what is ours; the kernel does it for
// the rest, and says what is wrong with the arguments.
func closeRange(number uintptr, a Arguments) (uintptr, syscall.Errno) {
	first, last := int(uint32(a.word(1))), int(uint32(a.word(2)))
	for again := a.word(3) == 0 && first <= last; again; {
		again = false // closing one may make another known
		for _, fd := range descriptor.Opened() {
			if node := descriptor.Lookup(fd); node != nil && fd >= first && fd <= last {
				node.Close(fd)
				again = true
			}
		}
	}
	return rawsys.Call(number, a.word(1), a.word(2), a.word(3), 0, 0, 0)
}

// watch answers epoll_ctl: it tells a file that the program watches it, and
// lets the kernel do that.
func watch(_ uintptr, a Arguments) (uintptr, syscall.Errno) {
	a.node.Watch()
	return rawsys.Call(syscall.SYS_EPOLL_CTL, a.word(1), a.word(2), a.word(3), uintptr(a.pointer(4)), 0, 0)
}
