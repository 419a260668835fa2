package vfs

import (
	"syscall"
	"testing"
	"time"
	"unsafe"

	"eggcup/kernel/descriptor"
)

func init() { now = func() int64 { return time.Now().UnixNano() } }

// fakeKernel is a descriptor table without a kernel. Descriptors 0 to 2 are the
// console.
type fakeKernel struct {
	nodes map[int]*descriptor.Node
	mask  uint32
}

func (k *fakeKernel) lookup(fd int) *descriptor.Node { return k.nodes[fd] }

func (k *fakeKernel) isOpen(fd int) bool { return fd >= 0 && fd < 3 || k.nodes[fd] != nil }

func (k *fakeKernel) opened() (fds []int) {
	for fd := range 100 {
		if k.isOpen(fd) {
			fds = append(fds, fd)
		}
	}
	return fds
}

func (k *fakeKernel) openDescriptor(n *descriptor.Node, flags int) (int, syscall.Errno) {
	fd := 3
	for k.nodes[fd] != nil {
		fd++
	}
	k.nodes[fd] = n
	return fd, 0
}

func (k *fakeKernel) openPollable(n *descriptor.Node, flags int) (int, syscall.Errno) {
	return k.openDescriptor(n, flags)
}

func (k *fakeKernel) openConsole(int) (int, syscall.Errno) { return 0, 0 }

func (k *fakeKernel) duplicate(fd, _ int) (int, syscall.Errno) {
	if node := k.nodes[fd]; node != nil {
		return k.openDescriptor(node, 0)
	}
	return fd, 0
}

func (k *fakeKernel) umask() uint32 { return k.mask }

const (
	testMemory = 64 * mib
	testTmp    = 4 * mib
)

func newTestSystem(t testing.TB) (*System, *fakeKernel) {
	t.Helper()
	k := &fakeKernel{nodes: map[int]*descriptor.Node{}, mask: 0o22}
	return newSystem(k, testMemory, testTmp), k
}

// caller makes system calls: on Linux, or on the files of this package.
type caller interface {
	// call makes a call whose arguments are numbers and, for pointers,
	// unsafe.Pointer.
	call(number uintptr, arguments ...any) (int, syscall.Errno)
	close(fd int) syscall.Errno
}

// linux is the machine that the test runs on.
type linux struct{}

func (linux) call(number uintptr, arguments ...any) (int, syscall.Errno) {
	var a [6]uintptr
	for i, argument := range arguments {
		switch v := argument.(type) {
		case int:
			a[i] = uintptr(v)
		case unsafe.Pointer:
			a[i] = uintptr(v) // what it points at is in the heap and kept by arguments
		}
	}
	r, _, errno := syscall.Syscall6(number, a[0], a[1], a[2], a[3], a[4], a[5])
	return int(r), errno
}

func (linux) close(fd int) syscall.Errno {
	_, _, errno := syscall.Syscall(syscall.SYS_CLOSE, uintptr(fd), 0, 0)
	return errno
}

// ours is a System with a table of descriptors.
type ours struct {
	system *System
	kernel *fakeKernel
}

func (o ours) call(number uintptr, arguments ...any) (int, syscall.Errno) {
	var a [6]uintptr
	var pointers [2]unsafe.Pointer
	found := 0
	for i, argument := range arguments {
		switch v := argument.(type) {
		case int:
			a[i] = uintptr(v)
		case unsafe.Pointer:
			pointers[found] = v
			found++
		}
	}
	fd := int(a[0])
	switch number {
	case syscall.SYS_READ, syscall.SYS_WRITE:
		node := o.kernel.nodes[fd]
		switch {
		case node == nil:
			return -1, syscall.EBADF
		case number == syscall.SYS_READ:
			return node.File.Read(pointers[0], int(a[2]))
		}
		return node.File.Write(pointers[0], int(a[2]))
	case syscall.SYS_UMASK:
		old := o.kernel.mask
		o.kernel.mask = uint32(a[0])
		return int(old), 0
	}
	r, errno := o.system.Call(number, pointers[0], pointers[1], a[0], a[1], a[2], a[3], a[4], a[5])
	return int(r), errno
}

func (o ours) close(fd int) syscall.Errno {
	node := o.kernel.nodes[fd]
	if node == nil {
		return syscall.EBADF
	}
	delete(o.kernel.nodes, fd)
	node.File.Close() // no descriptor is shared in these tests
	return 0
}

// cString is a path as a call takes it.
func cString(s string) unsafe.Pointer {
	return unsafe.Pointer(unsafe.SliceData(append([]byte(s), 0)))
}
