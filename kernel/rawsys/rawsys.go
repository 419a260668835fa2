// Package rawsys makes system calls that go straight to the kernel, past the
// functions that package hook has put over those of package syscall.
//
// Context: goroutine.
package rawsys

import (
	"syscall"
	"unsafe"
)

// firstError is the lowest result that means an error (Linux system call ABI).
const firstError = ^uintptr(4095) + 1

// Private calls of the kernel; core/syscalls has their table.
const (
	IrqOpen       = 0x1000
	IrqEnable     = 0x1001
	TTYInput      = 0x1002
	ConsoleVGA    = 0x1003
	TTYEcho       = 0x1004
	TTYControl    = 0x1005
	TTYState      = 0x1006
	FileCreate    = 0x1010
	FileReady     = 0x1011
	ConsoleOpen   = 0x1012
	GetUmask      = 0x1013
	FileSibling   = 0x1014
	DMAAlloc      = 0x1020
	DMAFree       = 0x1021
	MMIOMap       = 0x1022
	RandomAdd     = 0x1023
	RandomMissing = 0x1024
	MSIOpen       = 0x1025
	ConsoleVirtio = 0x1026
)

// Terminal is what TTYState writes: the console's settings, whether its output
// is stopped, how often its input has been thrown away, and the cursor's column.
type Terminal struct {
	Modes   [36]byte // struct termios of the kernel, the beginning of syscall.Termios
	Stopped uint32
	Flushes uint32
	Column  uint32
}

// Call makes a system call that does not block.
//
//go:nosplit
func Call(number, a1, a2, a3, a4, a5, a6 uintptr) (result uintptr, errno syscall.Errno) {
	result = call(number, a1, a2, a3, a4, a5, a6)
	if result >= firstError {
		return ^uintptr(0), syscall.Errno(-result)
	}
	return result, 0
}

// CallBlocking makes a system call that may block: the Go scheduler gives the
// caller's processor to others meanwhile, as syscall.Syscall does.
//
// Between entersyscall and exitsyscall the stack must not grow.
//
//go:nosplit
func CallBlocking(number, a1, a2, a3, a4, a5, a6 uintptr) (result uintptr, errno syscall.Errno) {
	entersyscall()
	result = call(number, a1, a2, a3, a4, a5, a6)
	exitsyscall()
	if result >= firstError {
		return ^uintptr(0), syscall.Errno(-result)
	}
	return result, 0
}

//go:linkname entersyscall runtime.entersyscall
func entersyscall()

//go:linkname exitsyscall runtime.exitsyscall
func exitsyscall()

// call is the SYSCALL instruction.
//
//go:noescape
func call(number, a1, a2, a3, a4, a5, a6 uintptr) uintptr // defined in rawsys_amd64.s

// Pointer turns an argument of a system call back into the pointer it was. The
// stack copier adjusts pointers, not integers: this comes first, in a nosplit
// function, before anything can grow the stack.
//
//go:nosplit
func Pointer(argument *uintptr) unsafe.Pointer {
	return *(*unsafe.Pointer)(unsafe.Pointer(argument))
}
