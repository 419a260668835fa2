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
	"unsafe"

	"eggcup/kernel/descriptor"
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

// serve answers a call if it is one of ours. A descriptor is looked up here, in
// code that cannot grow the stack: a call that is not ours goes on with its
// arguments as they were.
//
//go:nosplit
func serve(trap, a1, a2, a3, a4, a5, a6 uintptr) (r uintptr, err syscall.Errno, ok bool) {
	if trap == syscall.SYS_GETPID {
		return 1, 0, true // there is one process
	}
	if trap >= uintptr(len(served)) {
		return 0, 0, false
	}
	c := served[trap].Load()
	switch {
	case c == nil:
		return 0, 0, false
	case c.transfer != nil:
		node := descriptor.Lookup(int(int32(a1)))
		if node == nil {
			return 0, 0, false
		}
		r, err = c.transfer(node, rawsys.Pointer(&a2), int(a3))
		return r, err, true
	}
	return c.answer(trap, a1, a2, a3, a4, a5, a6)
}

// answer is serve for calls of every form.
//
//go:nosplit
func (c *call) answer(trap, a1, a2, a3, a4, a5, a6 uintptr) (r uintptr, err syscall.Errno, ok bool) {
	a := Arguments{integers: [6]uintptr{a1, a2, a3, a4, a5, a6}}
	if c.of != anything {
		if a.node = descriptor.Lookup(int(int32(a.integers[c.of-1]))); a.node == nil {
			return 0, 0, false
		}
	}
	for i := range a.pointers {
		if c.pointers>>(i+1)&1 != 0 && a.integers[i] >= lowest {
			a.pointers[i] = rawsys.Pointer(&a.integers[i])
		}
	}
	r, err = c.serve(trap, a)
	return r, err, true
}
