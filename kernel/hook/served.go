package hook

import (
	"sync/atomic"
	"syscall"
	"unsafe"

	"eggcup/kernel/descriptor"
)

// A system call is served here once the group that it belongs to is registered,
// which the units do that need it: the linker leaves out the groups that no
// unit of the kernel names. Calls that are not registered are the kernel's.

// Arguments are those of a system call. They are handed on by value, so that
// the pointers among them lie in the stack, where the stack copier keeps them
// right; they must not be stored in the heap.
type Arguments struct {
	integers [6]uintptr
	pointers [6]unsafe.Pointer
	node     *descriptor.Node // of the descriptor that decided; else nil
}

// word returns argument i, counted from 1, as it is.
func (a *Arguments) word(i int) uintptr { return a.integers[i-1] }

// number returns an argument that is an int in C.
func (a *Arguments) number(i int) int { return int(int32(a.integers[i-1])) }

// pointer returns an argument that is a pointer; nil if the call does not say
// that it is one.
func (a *Arguments) pointer(i int) unsafe.Pointer { return a.pointers[i-1] }

// call is how one system call is served.
type call struct {
	number   uint16
	of       uint8 // the argument that is a descriptor of ours, else the call is the kernel's; or anything
	pointers uint8 // bit i: argument i is a pointer
	serve    handler
	// transfer stands for the rest of reads and writes: of a descriptor of
	// ours, memory and a size. They are too many to hand all arguments on.
	transfer func(node *descriptor.Node, p unsafe.Pointer, n int) (uintptr, syscall.Errno)
}

// anything is the of of a call that is served whatever its arguments are.
const anything = 0

type handler func(number uintptr, a Arguments) (uintptr, syscall.Errno)

// Arguments that are pointers.
const (
	p1 = 1 << 1
	p2 = 1 << 2
	p3 = 1 << 3
	p4 = 1 << 4
	p5 = 1 << 5
	p6 = 1 << 6
)

// highest is above every number that Linux gives a call.
const highest = 512

// lowest is the first address that a pointer can have: page 0 is not mapped, and
// the Go runtime takes a lower one in a stack for a fault of the program.
const lowest = 4096

var served [highest]atomic.Pointer[call]

// register makes a group served. What was registered before by the same number
// is replaced.
func register(group []call) {
	for i := range group {
		served[group[i].number].Store(&group[i])
	}
}
