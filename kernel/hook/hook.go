// Package hook serves system calls as plain Go, on the goroutine that makes
// them.
//
// At start the kernel writes a jump over the entry of syscall.Syscall and its
// three siblings to the functions here, which have the same signatures. What
// package descriptor knows is then an ordinary Go call: no trap, free to
// allocate and to block on channels. Everything else goes on to the kernel.
//
// One rule: callers pass pointers as uintptr, often into their own stack. The
// stubs are nosplit and turn such arguments back into pointers before anything
// can grow the stack; from then on the stack copier keeps them right.
//
// Context: goroutine; Install runs at boot.
package hook

import (
	"syscall"
	"time"
	"unsafe"

	"eggcup/kernel/descriptor"
	"eggcup/kernel/pipe"
	"eggcup/kernel/rawsys"
)

type (
	call3 func(trap, a1, a2, a3 uintptr) (r1, r2 uintptr, err syscall.Errno)
	call6 func(trap, a1, a2, a3, a4, a5, a6 uintptr) (r1, r2 uintptr, err syscall.Errno)
)

// What is replaced, and by what. The compiler lays these out before the
// program starts.
var (
	originalSyscall     call3 = syscall.Syscall
	originalSyscall6    call6 = syscall.Syscall6
	originalRawSyscall  call3 = syscall.RawSyscall
	originalRawSyscall6 call6 = syscall.RawSyscall6

	ourSyscall     call3 = syscall3
	ourSyscall6    call6 = syscall6
	ourRawSyscall  call3 = rawSyscall3
	ourRawSyscall6 call6 = rawSyscall6
)

// Install redirects package syscall. patch writes a jump at its first argument
// to its second.
//
// Context: boot, while code is writable.
func Install(patch func(at, to uintptr)) {
	patch(entry3(&originalSyscall), entry3(&ourSyscall))
	patch(entry6(&originalSyscall6), entry6(&ourSyscall6))
	patch(entry3(&originalRawSyscall), entry3(&ourRawSyscall))
	patch(entry6(&originalRawSyscall6), entry6(&ourRawSyscall6))
}

// entry3 returns the address of a function's code: a func value points at a
// word that holds it.
func entry3(f *call3) uintptr { return **(**uintptr)(unsafe.Pointer(f)) }

func entry6(f *call6) uintptr { return **(**uintptr)(unsafe.Pointer(f)) }

//go:nosplit
func syscall3(trap, a1, a2, a3 uintptr) (r1, r2 uintptr, err syscall.Errno) {
	if r1, err, ok := serve(trap, a1, a2, a3, 0, 0, 0); ok {
		return r1, 0, err
	}
	r1, err = rawsys.CallBlocking(trap, a1, a2, a3, 0, 0, 0)
	return r1, 0, err
}

//go:nosplit
func syscall6(trap, a1, a2, a3, a4, a5, a6 uintptr) (r1, r2 uintptr, err syscall.Errno) {
	if r1, err, ok := serve(trap, a1, a2, a3, a4, a5, a6); ok {
		return r1, 0, err
	}
	r1, err = rawsys.CallBlocking(trap, a1, a2, a3, a4, a5, a6)
	return r1, 0, err
}

//go:nosplit
func rawSyscall3(trap, a1, a2, a3 uintptr) (r1, r2 uintptr, err syscall.Errno) {
	if r1, err, ok := serve(trap, a1, a2, a3, 0, 0, 0); ok {
		return r1, 0, err
	}
	r1, err = rawsys.Call(trap, a1, a2, a3, 0, 0, 0)
	return r1, 0, err
}

//go:nosplit
func rawSyscall6(trap, a1, a2, a3, a4, a5, a6 uintptr) (r1, r2 uintptr, err syscall.Errno) {
	if r1, err, ok := serve(trap, a1, a2, a3, a4, a5, a6); ok {
		return r1, 0, err
	}
	r1, err = rawsys.Call(trap, a1, a2, a3, a4, a5, a6)
	return r1, 0, err
}

// serve answers a call if it is one of ours. The descriptor is looked up here,
// in code that cannot grow the stack: a call that is not ours goes on with its
// arguments as they were.
//
//go:nosplit
func serve(trap, a1, a2, a3, a4, a5, a6 uintptr) (r uintptr, err syscall.Errno, ok bool) {
	switch trap {
	case syscall.SYS_READ:
		if node := descriptor.Lookup(int(int32(a1))); node != nil {
			r, err = read(node, rawsys.Pointer(&a2), int(a3))
			return r, err, true
		}
	case syscall.SYS_WRITE:
		if node := descriptor.Lookup(int(int32(a1))); node != nil {
			r, err = write(node, rawsys.Pointer(&a2), int(a3))
			return r, err, true
		}
	case syscall.SYS_PIPE2:
		r, err = openPipe(rawsys.Pointer(&a1), int(a2))
		return r, err, true
	case syscall.SYS_PIPE:
		r, err = openPipe(rawsys.Pointer(&a1), 0)
		return r, err, true
	case syscall.SYS_CLOSE:
		if node := descriptor.Lookup(int(int32(a1))); node != nil {
			return result(0, node.Close(int(int32(a1))), true)
		}
	case syscall.SYS_DUP, syscall.SYS_DUP2, syscall.SYS_DUP3:
		r, err = duplicate(trap, a1, a2, a3)
		return r, err, true
	case syscall.SYS_FCNTL:
		if node := descriptor.Lookup(int(int32(a1))); node != nil {
			r, err = control(node, a1, a2, a3, rawsys.Pointer(&a3))
			return r, err, true
		}
	case syscall.SYS_SENDFILE:
		r, err = sendFile(int(int32(a1)), int(int32(a2)), rawsys.Pointer(&a3), int(a4))
		return r, err, true
	case syscall.SYS_SPLICE:
		r, err = splice(int(int32(a1)), rawsys.Pointer(&a2), int(int32(a3)), rawsys.Pointer(&a4), int(a5), int(a6))
		return r, err, true
	case sysCopyFileRange:
		r, err = copyRange(int(int32(a1)), rawsys.Pointer(&a2), int(int32(a3)), rawsys.Pointer(&a4), int(a5), int(a6))
		return r, err, true
	case syscall.SYS_GETPID:
		return 1, 0, true // there is one process

	case syscall.SYS_IOCTL:
		if node := descriptor.Lookup(int(int32(a1))); node != nil {
			if asked, ok := node.File.(descriptor.Requester); ok {
				r, err = request(asked, a1, a2, rawsys.Pointer(&a3))
				return r, err, true
			}
		}
	case sysCloseRange:
		closeRange(a1, a2, a3)

	// Sockets, and what concerns descriptors of theirs alone.
	case syscall.SYS_SOCKET, syscall.SYS_SOCKETPAIR, syscall.SYS_BIND, syscall.SYS_LISTEN, syscall.SYS_CONNECT,
		syscall.SYS_ACCEPT, syscall.SYS_ACCEPT4, syscall.SYS_GETSOCKNAME, syscall.SYS_GETPEERNAME,
		syscall.SYS_GETSOCKOPT, syscall.SYS_SETSOCKOPT, syscall.SYS_SHUTDOWN, syscall.SYS_SENDTO,
		syscall.SYS_RECVFROM, syscall.SYS_SENDMSG, syscall.SYS_RECVMSG, sysSendmmsg, syscall.SYS_RECVMMSG:
		return serveSocket(trap, a1, a2, a3, a4, a5, a6)
	case syscall.SYS_READV, syscall.SYS_WRITEV:
		if node := descriptor.Lookup(int(int32(a1))); node != nil {
			r, err = vector(node, trap, int(int32(a1)), rawsys.Pointer(&a2), int(int32(a3)))
			return r, err, true
		}
	case syscall.SYS_POLL:
		r, err = poll(rawsys.Pointer(&a1), int(int32(a2)), time.Duration(int32(a3))*time.Millisecond)
		return r, err, true
	case syscall.SYS_PPOLL:
		r, err = pollTime(rawsys.Pointer(&a1), int(int32(a2)), (*syscall.Timespec)(rawsys.Pointer(&a3)))
		return r, err, true
	case syscall.SYS_SELECT:
		sets := selectSets{rawsys.Pointer(&a2), rawsys.Pointer(&a3), rawsys.Pointer(&a4)}
		r, err = selectTime(int(int32(a1)), sets, (*[2]int64)(rawsys.Pointer(&a5)), time.Microsecond)
		return r, err, true
	case syscall.SYS_PSELECT6:
		sets := selectSets{rawsys.Pointer(&a2), rawsys.Pointer(&a3), rawsys.Pointer(&a4)}
		r, err = selectTime(int(int32(a1)), sets, (*[2]int64)(rawsys.Pointer(&a5)), time.Nanosecond)
		return r, err, true
	case syscall.SYS_EPOLL_CTL:
		if node := descriptor.Lookup(int(int32(a3))); node != nil {
			r, err = watch(node, a1, a2, a3, rawsys.Pointer(&a4))
			return r, err, true
		}
	}
	return serveFile(trap, a1, a2, a3, a4, a5, a6)
}

//go:nosplit
func result(r int, errno syscall.Errno, ok bool) (uintptr, syscall.Errno, bool) {
	if errno != 0 {
		return ^uintptr(0), errno, ok
	}
	return uintptr(r), 0, ok
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

// request answers ioctl(2) of what has requests of its own.
func request(asked descriptor.Requester, fd, number uintptr, p unsafe.Pointer) (uintptr, syscall.Errno) {
	switch {
	case p == nil:
		return ^uintptr(0), syscall.EFAULT
	case number == descriptor.FIONBIO:
		flags, errno := rawsys.Call(syscall.SYS_FCNTL, fd, syscall.F_GETFL, 0, 0, 0, 0)
		if errno != 0 {
			return flags, errno
		}
		on := *(*int32)(p) != 0
		if flags &^= syscall.O_NONBLOCK; on {
			flags |= syscall.O_NONBLOCK
		}
		asked.SetNonBlock(on)
		return rawsys.Call(syscall.SYS_FCNTL, fd, fSetFL, flags, 0, 0, 0)
	}
	if errno := asked.Request(number, p); errno != 0 {
		return ^uintptr(0), errno
	}
	return 0, 0
}

// closeRange closes what is ours of a range of descriptors; the kernel does it
// for the rest, and says what is wrong with the arguments.
func closeRange(first, last, flags uintptr) {
	if flags != 0 || uint32(first) > uint32(last) {
		return
	}
	for again := true; again; {
		again = false // closing one may make another known
		for _, fd := range descriptor.Opened() {
			if node := descriptor.Lookup(fd); node != nil && fd >= int(uint32(first)) && fd <= int(uint32(last)) {
				node.Close(fd)
				again = true
			}
		}
	}
}

func openPipe(to unsafe.Pointer, flags int) (uintptr, syscall.Errno) {
	fds, errno := pipe.Open(flags)
	if errno != 0 {
		return ^uintptr(0), errno
	}
	*(*[2]int32)(to) = fds
	return 0, 0
}

// duplicate answers dup, dup2 and dup3: the kernel makes the descriptor, and
// what it refers to is recorded if it is ours.
func duplicate(trap, from, to, flags uintptr) (uintptr, syscall.Errno) {
	node := descriptor.Lookup(int(int32(from)))
	if trap != syscall.SYS_DUP && int32(from) != int32(to) {
		descriptor.Forget(int(int32(to)))
	}
	fd, errno := rawsys.Call(trap, from, to, flags, 0, 0, 0)
	if errno == 0 && node != nil && int32(fd) != int32(from) {
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

// control answers fcntl; p is the argument, for the commands that take a
// pointer.
func control(node *descriptor.Node, fd, command, argument uintptr, p unsafe.Pointer) (uintptr, syscall.Errno) {
	if c, ok := node.File.(descriptor.Controller); ok {
		if r, errno, served := c.Control(command, argument, p); served {
			return uintptr(r), errno
		}
	}
	r, errno := rawsys.Call(syscall.SYS_FCNTL, fd, command, argument, 0, 0, 0)
	if errno != 0 {
		return r, errno
	}
	switch command {
	case fDupFD, fDupFDCloexec:
		node.Duplicate(int(r))
	case fSetFL:
		node.File.SetNonBlock(argument&syscall.O_NONBLOCK != 0)
	}
	return r, 0
}
