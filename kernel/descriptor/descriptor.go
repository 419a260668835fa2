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

// Requester is a File with requests of ioctl(2) of its own: ENOTTY is what it
// says of others.
type Requester interface {
	File
	Request(request uintptr, p unsafe.Pointer) syscall.Errno
}

// Requests that more than one kind of file knows.
const (
	FIONRead = 0x541b // bytes that are there to be read
	FIONBIO  = 0x5421 // O_NONBLOCK
)

// Events of epoll(7) for Node.Ready.
const (
	In      = 0x001
	Out     = 0x004
	Err     = 0x008
	Hup     = 0x010
	ReadHup = 0x2000
)

// Node connects a File with its descriptors.
type Node struct {
	File File

	mu  sync.Mutex
	fds []int // guarded by mu; empty when all are closed

	watched atomic.Bool
}

// Watchable is what a File may be besides: it is told that the program is about
// to watch it by epoll(7) itself, and from then on it clears events that end.
//
// The Go runtime's own epoll instance takes edges alone and never asks whether
// a file is still ready, so until then a File need only report what begins.
type Watchable interface{ Watch() }

// Kernel is the kernel's side of the descriptors; host tests replace it.
var Kernel = struct {
	Create func(flags int, unpollable bool) (fd int, errno syscall.Errno)
	Ready  func(fd int, set, clear uintptr)
	Close  func(fd int) syscall.Errno
	// Sibling returns another descriptor of the same file, or -1.
	Sibling func(fd int) int
}{create, ready, closeDescriptor, sibling}

func create(flags int, unpollable bool) (int, syscall.Errno) {
	var mode uintptr
	if unpollable {
		mode = 1
	}
	r, errno := rawsys.Call(rawsys.FileCreate, uintptr(flags), mode, 0, 0, 0, 0)
	return int(r), errno
}

func ready(fd int, set, clear uintptr) {
	rawsys.Call(rawsys.FileReady, uintptr(fd), set, clear, 0, 0, 0)
}

func closeDescriptor(fd int) syscall.Errno {
	_, errno := rawsys.Call(syscall.SYS_CLOSE, uintptr(fd), 0, 0, 0, 0, 0)
	return errno
}

// table maps descriptors to nodes. Readers take no lock: the slice is replaced
// when it grows, and its elements are atomic.
var table struct {
	mu    sync.Mutex // held to change
	nodes atomic.Pointer[[]atomic.Pointer[Node]]
}

// firstOther is the first descriptor that is not one of the console's.
const firstOther = 3

// Lookup returns the node of fd, or nil if the kernel serves it.
//
// Parts of the standard library duplicate descriptors past package hook, and so
// unknown to the table: a descriptor that is not in it may be a sibling of one
// that is.
//
//go:nosplit
func Lookup(fd int) *Node {
	n := recorded(fd)
	if n != nil || fd < firstOther || table.nodes.Load() == nil {
		return n
	}
	other, errno := rawsys.Call(rawsys.FileSibling, uintptr(fd), 0, 0, 0, 0, 0)
	if errno != 0 {
		return nil
	}
	return recorded(int(other))
}

//go:nosplit
func recorded(fd int) *Node {
	nodes := table.nodes.Load()
	if nodes == nil || uint(fd) >= uint(len(*nodes)) {
		return nil
	}
	return (*nodes)[fd].Load()
}

func sibling(fd int) int {
	other, errno := rawsys.Call(rawsys.FileSibling, uintptr(fd), 0, 0, 0, 0, 0)
	if errno != 0 {
		return -1
	}
	return int(other)
}

// Open gives the file of n its first descriptor. flags are those of open(2):
// the access mode, O_NONBLOCK and O_CLOEXEC.
func Open(n *Node, flags int) (fd int, errno syscall.Errno) { return n.open(flags, false) }

// OpenUnpollable is Open for a file that is always ready, which epoll refuses
// to watch.
func OpenUnpollable(n *Node, flags int) (fd int, errno syscall.Errno) { return n.open(flags, true) }

func (n *Node) open(flags int, unpollable bool) (fd int, errno syscall.Errno) {
	fd, errno = Kernel.Create(flags, unpollable)
	if errno != 0 {
		return -1, errno
	}
	n.add(fd)
	return fd, 0
}

func (n *Node) add(fd int) {
	table.mu.Lock()
	defer table.mu.Unlock()
	n.mu.Lock()
	defer n.mu.Unlock()
	n.record(fd)
}

// record notes that fd is one of n's. The locks are held.
func (n *Node) record(fd int) {
	nodes := table.nodes.Load()
	if nodes == nil || fd >= len(*nodes) {
		nodes = grow(nodes, fd)
	}
	n.fds = append(n.fds, fd)
	(*nodes)[fd].Store(n)
}

// release drops fd, which is about to go, and reports whether it was the last
// of n. The locks are held.
func (n *Node) release(fd int) (last bool) {
	if nodes := *table.nodes.Load(); fd < len(nodes) {
		nodes[fd].Store(nil)
	}
	for i, other := range n.fds {
		if other == fd {
			n.fds = append(n.fds[:i], n.fds[i+1:]...)
			break
		}
	}
	if len(n.fds) == 0 {
		if other := Kernel.Sibling(fd); other >= 0 {
			n.record(other)
		}
	}
	return len(n.fds) == 0
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
		Kernel.Ready(n.fds[0], set, clear)
	}
}

// Watch records that the program watches n by epoll itself.
func (n *Node) Watch() {
	if n.watched.Swap(true) {
		return
	}
	if f, ok := n.File.(Watchable); ok {
		f.Watch()
	}
}

// Watched reports whether Watch was called.
func (n *Node) Watched() bool { return n.watched.Load() }

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
	if known := recorded(fd); known != nil && known != n || len(n.fds) == 0 {
		return false, syscall.EBADF // closed twice at once
	}
	last = n.release(fd)
	return last, Kernel.Close(fd)
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
	last := n.release(fd)
	n.mu.Unlock()
	table.mu.Unlock()
	if last {
		n.File.Close()
	}
}
