// Package hooktest lets a test on a Linux host run on package hook: the
// program's own system calls go to it, so that the standard library's packages
// can be put to use over what it serves.
//
// The descriptors are real ones of the host: eventfds, which the Go runtime's
// epoll instance watches. An event that a file reports becomes a write to its
// eventfd. That wakes readers and writers both, which edge-triggered waiters
// must bear, and so the readiness proper is not tested; Events has what was
// reported.
//
// Context: tests on the host.
package hooktest

import (
	"sync"
	"syscall"
	"unsafe"

	"eggcup/kernel/descriptor"
	"eggcup/kernel/hook"
	"eggcup/kernel/rawsys"
)

var (
	install sync.Once

	mu     sync.Mutex
	events = map[int]uintptr{} // what is reported, by descriptor; guarded by mu
)

// Install redirects package syscall, once for the process.
func Install() {
	install.Do(func() {
		descriptor.Kernel.Create = create
		descriptor.Kernel.Ready = ready
		descriptor.Kernel.Close = closeDescriptor
		descriptor.Kernel.Sibling = func(int) int { return -1 }
		hook.Install(patch)
	})
}

// Events returns the events that hold for a descriptor.
func Events(fd int) uintptr {
	mu.Lock()
	defer mu.Unlock()
	return events[fd]
}

// Open returns how many descriptors are open.
func Open() int {
	mu.Lock()
	defer mu.Unlock()
	return len(events)
}

func create(flags int, _ bool) (int, syscall.Errno) {
	fd, errno := rawsys.Call(syscall.SYS_EVENTFD2, 0, uintptr(flags&(syscall.O_NONBLOCK|syscall.O_CLOEXEC)), 0, 0, 0, 0)
	if errno == 0 {
		mu.Lock()
		events[int(fd)] = 0
		mu.Unlock()
	}
	return int(fd), errno
}

func ready(fd int, set, clear uintptr) {
	mu.Lock()
	events[fd] = (events[fd] | set) &^ clear
	mu.Unlock()
	if set == 0 {
		return
	}
	one := new(uint64)
	*one = 1
	rawsys.Call(syscall.SYS_WRITE, uintptr(fd), uintptr(unsafe.Pointer(one)), 8, 0, 0, 0)
}

func closeDescriptor(fd int) syscall.Errno {
	mu.Lock()
	delete(events, fd)
	mu.Unlock()
	_, errno := rawsys.Call(syscall.SYS_CLOSE, uintptr(fd), 0, 0, 0, 0, 0)
	return errno
}

// patch makes the code at one address begin with a jump to another.
func patch(at, to uintptr) {
	const (
		page = 4096
		jump = 0xe9
		all  = syscall.PROT_READ | syscall.PROT_WRITE | syscall.PROT_EXEC
	)
	// The five bytes may lie on two pages.
	if _, errno := rawsys.Call(syscall.SYS_MPROTECT, at&^(page-1), 2*page, all, 0, 0, 0); errno != 0 {
		panic(errno)
	}
	// go vet takes the address of code for a made-up pointer.
	code := *(*unsafe.Pointer)(unsafe.Pointer(&at))
	*(*byte)(code) = jump
	offset := uint32(to - (at + 5))
	for i := range 4 {
		*(*byte)(unsafe.Add(code, 1+i)) = byte(offset >> (8 * i))
	}
}
