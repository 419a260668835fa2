package vfs

import (
	"syscall"
	"unsafe"

	"eggcup/kernel/descriptor"
	"eggcup/kernel/rawsys"
)

// kernel is what the layer needs from below; tests on the host have their own.
type kernel interface {
	// lookup returns the object of a descriptor, nil if the kernel serves it.
	lookup(fd int) *descriptor.Node
	// isOpen reports whether the kernel knows the descriptor.
	isOpen(fd int) bool
	// opened returns all descriptors.
	opened() []int
	openDescriptor(n *descriptor.Node, flags int) (int, syscall.Errno)
	// openPollable is openDescriptor for what is not always ready.
	openPollable(n *descriptor.Node, flags int) (int, syscall.Errno)
	openConsole(flags int) (int, syscall.Errno)
	duplicate(fd, flags int) (int, syscall.Errno)
	umask() uint32
}

// machine is the real one.
type machine struct{}

func (machine) lookup(fd int) *descriptor.Node { return descriptor.Lookup(fd) }

func (machine) isOpen(fd int) bool {
	_, errno := rawsys.Call(syscall.SYS_FCNTL, uintptr(fd), syscall.F_GETFD, 0, 0, 0, 0)
	return errno == 0
}

// opened asks for each descriptor up to the first long gap.
func (m machine) opened() (fds []int) {
	const gap = 256
	for fd, last := 0, 0; fd < last+gap; fd++ {
		if m.isOpen(fd) {
			fds, last = append(fds, fd), fd
		}
	}
	return fds
}

func (machine) openDescriptor(n *descriptor.Node, flags int) (int, syscall.Errno) {
	return descriptor.OpenUnpollable(n, flags)
}

func (machine) openPollable(n *descriptor.Node, flags int) (int, syscall.Errno) {
	return descriptor.Open(n, flags)
}

func (machine) openConsole(flags int) (int, syscall.Errno) {
	fd, errno := rawsys.Call(rawsys.ConsoleOpen, uintptr(flags), 0, 0, 0, 0, 0)
	return int(fd), errno
}

// duplicate opens what a descriptor refers to once more. What has no path gets
// another descriptor only.
func (m machine) duplicate(fd, flags int) (int, syscall.Errno) {
	var settings syscall.Termios
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), syscall.TCGETS, uintptr(unsafe.Pointer(&settings)))
	if errno == 0 {
		return m.openConsole(flags)
	}
	command := uintptr(syscall.F_DUPFD)
	if flags&syscall.O_CLOEXEC != 0 {
		command = syscall.F_DUPFD_CLOEXEC
	}
	made, _, errno := syscall.Syscall(syscall.SYS_FCNTL, uintptr(fd), command, 0)
	return int(made), errno
}

func (machine) umask() uint32 {
	mask, _ := rawsys.Call(rawsys.GetUmask, 0, 0, 0, 0, 0, 0)
	return uint32(mask)
}
