// Package descriptor holds the descriptors that are served in goroutine
// context: what read(2), write(2) and the others do to them is ordinary Go
// code that may allocate and block on channels.
//
// The kernel knows such a descriptor by its number and its readiness, for
// epoll; this package knows the object behind it. Every object has a Node,
// which the descriptors that dup(2) makes share.
//
// Context: goroutine. Lock order: table.mu, Node.mu.
package descriptor

import (
	"sync"
	"sync/atomic"
	"syscall"
	"unsafe"

	"eggcup/kernel/rawsys"
)

// File is an object behind a descriptor. A pointer argument may point into the
// caller's stack: it must not be stored anywhere that outlives the call.
type File interface {
	// Read reads up to n bytes to p.
	Read(p unsafe.Pointer, n int) (int, syscall.Errno)
	// Write writes n bytes from p.
	Write(p unsafe.Pointer, n int) (int, syscall.Errno)
	// SetNonBlock follows O_NONBLOCK.
	SetNonBlock(on bool)
	// Close is called when the last descriptor is closed.
	Close()
}

// Typed is a File that knows its type and permissions, as fstat(2) tells them.
type Typed interface {
	File
	Mode() uint32
}

// Controller is a File with commands of fcntl(2) of its own, or that must know
// of one. What it does not serve goes on to the kernel.
type Controller interface {
	File
	Control(command, argument uintptr, p unsafe.Pointer) (r int, errno syscall.Errno, served bool)
}

// Events of epoll(7) for Node.Ready.
const (
	In  = 0x001
	Out = 0x004
	Err = 0x008
	Hup = 0x010
)

// Node connects a File with its descriptors.
type Node struct {
	File File

	mu  sync.Mutex
	fds []int // guarded by mu; empty when all are closed
}

// table maps descriptors to nodes. Readers take no lock: the slice is replaced
// when it grows, and its elements are atomic.
var table struct {
	mu    sync.Mutex // held to change
	nodes atomic.Pointer[[]atomic.Pointer[Node]]
}

// Lookup returns the node of fd, or nil if the kernel serves it.
func Lookup(fd int) *Node {
	nodes := table.nodes.Load()
	if nodes == nil || uint(fd) >= uint(len(*nodes)) {
		return nil
	}
	return (*nodes)[fd].Load()
}

// Open gives the file of n its first descriptor. flags are those of open(2):
// the access mode, O_NONBLOCK and O_CLOEXEC.
func Open(n *Node, flags int) (fd int, errno syscall.Errno) { return n.open(flags, 0) }

// OpenUnpollable is Open for a file that is always ready, which epoll refuses
// to watch.
func OpenUnpollable(n *Node, flags int) (fd int, errno syscall.Errno) { return n.open(flags, 1) }

func (n *Node) open(flags int, unpollable uintptr) (fd int, errno syscall.Errno) {
	r, errno := rawsys.Call(rawsys.FileCreate, uintptr(flags), unpollable, 0, 0, 0, 0)
	if errno != 0 {
		return -1, errno
	}
	n.add(int(r))
	return int(r), 0
}

func (n *Node) add(fd int) {
	table.mu.Lock()
	defer table.mu.Unlock()
	nodes := table.nodes.Load()
	if nodes == nil || fd >= len(*nodes) {
		nodes = grow(nodes, fd)
	}
	n.mu.Lock()
	n.fds = append(n.fds, fd)
	n.mu.Unlock()
	(*nodes)[fd].Store(n)
}

// grow replaces the slice by one with room for fd. table.mu is held.
func grow(old *[]atomic.Pointer[Node], fd int) *[]atomic.Pointer[Node] {
	size := 64
	for size <= fd {
		size *= 2
	}
	nodes := make([]atomic.Pointer[Node], size)
	if old != nil {
		for i := range *old {
			nodes[i].Store((*old)[i].Load())
		}
	}
	table.nodes.Store(&nodes)
	return &nodes
}

// Ready changes what the kernel reports for n in epoll: the events in set
// begin, those in clear end.
func (n *Node) Ready(set, clear uintptr) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.fds) > 0 {
		rawsys.Call(rawsys.FileReady, uintptr(n.fds[0]), set, clear, 0, 0, 0)
	}
}

// Close closes descriptor fd of n, and the file with the last one.
func (n *Node) Close(fd int) syscall.Errno {
	last, errno := n.remove(fd)
	if last {
		n.File.Close()
	}
	return errno
}

// remove takes fd out of the table and lets the kernel close it. The node's
// lock is held meanwhile, so that Ready never names a number that is somebody
// else's by then.
func (n *Node) remove(fd int) (last bool, errno syscall.Errno) {
	table.mu.Lock()
	defer table.mu.Unlock()
	n.mu.Lock()
	defer n.mu.Unlock()
	nodes := *table.nodes.Load()
	if nodes[fd].Load() != n {
		return false, syscall.EBADF // closed twice at once
	}
	nodes[fd].Store(nil)
	for i, other := range n.fds {
		if other == fd {
			n.fds = append(n.fds[:i], n.fds[i+1:]...)
			break
		}
	}
	_, errno = rawsys.Call(syscall.SYS_CLOSE, uintptr(fd), 0, 0, 0, 0, 0)
	return len(n.fds) == 0, errno
}

// Opened returns the descriptors that are served in goroutine context.
func Opened() (fds []int) {
	if nodes := table.nodes.Load(); nodes != nil {
		for fd := range *nodes {
			if (*nodes)[fd].Load() != nil {
				fds = append(fds, fd)
			}
		}
	}
	return fds
}

// Duplicate records that the kernel has made fd another descriptor of n.
func (n *Node) Duplicate(fd int) { n.add(fd) }

// Forget drops what fd was before dup2(2) replaced it.
func Forget(fd int) {
	n := Lookup(fd)
	if n == nil {
		return
	}
	table.mu.Lock()
	n.mu.Lock()
	(*table.nodes.Load())[fd].Store(nil)
	for i, other := range n.fds {
		if other == fd {
			n.fds = append(n.fds[:i], n.fds[i+1:]...)
			break
		}
	}
	last := len(n.fds) == 0
	n.mu.Unlock()
	table.mu.Unlock()
	if last {
		n.File.Close()
	}
}
