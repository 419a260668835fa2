// Package sys makes raw Linux system calls for the boot test programs: those that package syscall has no wrapper for, and
// those whose errno matters.
//
// Context: goroutine.
package sys

import (
	"syscall"
	"time"
	"unsafe"
)

// Futex operations, Linux uapi/linux/futex.h.
const (
	FutexWait        = 0
	FutexWake        = 1
	FutexPrivate     = 128
	FutexWaitPrivate = FutexWait | FutexPrivate
	FutexWakePrivate = FutexWake | FutexPrivate
)

// futex calls futex(2). The word and the timespec move to the heap: other threads know the word by its address.
//
//go:uintptrescapes
func futex(word, operation, value, timeout uintptr) (int, syscall.Errno) {
	n, _, errno := syscall.Syscall6(syscall.SYS_FUTEX, word, operation, value, timeout, 0, 0)
	return int(n), errno
}

// Wait waits on the word while it holds value; a negative timeout waits for ever.
func Wait(word *uint32, value uint32, timeout time.Duration) syscall.Errno {
	if timeout < 0 {
		_, errno := futex(uintptr(unsafe.Pointer(word)), FutexWaitPrivate, uintptr(value), 0)
		return errno
	}
	ts := syscall.NsecToTimespec(int64(timeout))
	_, errno := futex(uintptr(unsafe.Pointer(word)), FutexWaitPrivate, uintptr(value), uintptr(unsafe.Pointer(&ts)))
	return errno
}

// WaitSpec is Wait with the timespec as it is, valid or not.
func WaitSpec(word *uint32, value uint32, ts *syscall.Timespec) syscall.Errno {
	_, errno := futex(uintptr(unsafe.Pointer(word)), FutexWaitPrivate, uintptr(value), uintptr(unsafe.Pointer(ts)))
	return errno
}

// Wake wakes at most n waiters and returns how many it woke.
func Wake(word *uint32, n int) (int, syscall.Errno) {
	return futex(uintptr(unsafe.Pointer(word)), FutexWakePrivate, uintptr(n), 0)
}

// Raw is Wait without a timeout at an address that need not be a variable's.
func Raw(address uintptr, operation int) syscall.Errno {
	_, errno := futex(address, uintptr(operation), 0, 0)
	return errno
}

const sysEventfd2 = 290

// Eventfd flags, Linux uapi/linux/eventfd.h.
const (
	EventfdSemaphore = 1
	EventfdNonblock  = syscall.O_NONBLOCK
)

// Eventfd makes an eventfd with the given counter.
func Eventfd(counter uint, flags int) (fd int, err error) {
	r, _, errno := syscall.Syscall(sysEventfd2, uintptr(counter), uintptr(flags), 0)
	if errno != 0 {
		return -1, errno
	}
	return int(r), nil
}

// Add adds to the counter of an eventfd.
func Add(fd int, n uint64) error {
	_, err := syscall.Write(fd, unsafe.Slice((*byte)(unsafe.Pointer(&n)), 8))
	return err
}

// Drain reads the counter of an eventfd.
func Drain(fd int) (n uint64, err error) {
	_, err = syscall.Read(fd, unsafe.Slice((*byte)(unsafe.Pointer(&n)), 8))
	return n, err
}
