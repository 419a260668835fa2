// Package tty is the console's input: what drivers of serial lines and
// keyboards receive becomes what the program reads from its standard input.
//
// Like a Unix terminal it edits lines, echoes, and turns Ctrl-C into SIGINT;
// a program can switch that off with the usual ioctls (golang.org/x/term).
//
// Specifications: termios(3), POSIX 1003.1 chapter 11.
//
// Context: goroutine. Any number of drivers may call Input.
//
// Try it: eggcup run of any program that reads its standard input.
package tty

import (
	"runtime"
	"sync"
	"syscall"
	"unsafe"

	"eggcup/kernel/rawsys"
)

// The way out, replaced by the tests.
var (
	deliver = deliverToKernel
	discard = discardInput
	echo    = func(b []byte) { syscall.Write(1, b) }
	raise   = func(sig syscall.Signal) { syscall.Kill(syscall.Getpid(), sig) }
	modes   = readModes
)

var (
	mu sync.Mutex
	// console is the one terminal. Guarded by mu.
	console discipline
	// started says that Init has run. Guarded by mu.
	started bool
)

// Init makes Input work.
func Init() error {
	mu.Lock()
	defer mu.Unlock()
	started = true
	return nil
}

// Input takes what was typed. Before Init it is dropped.
func Input(typed []byte) {
	mu.Lock()
	defer mu.Unlock()
	if !started {
		return
	}
	m := modes()
	for _, c := range typed {
		console.take(&m, c)
	}
	console.flush(&m)
}

// readModes asks the kernel for the terminal's settings. Standard input may be
// redirected to what is no terminal: then lines are edited.
func readModes() syscall.Termios {
	var m syscall.Termios
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, 0, syscall.TCGETS, uintptr(unsafe.Pointer(&m)))
	if errno != 0 {
		return defaultModes
	}
	return m
}

// deliverToKernel gives the reader bytes. Where a line ends, a read stops; an
// empty line is the end of the input. b lies in the heap, where nothing moves.
func deliverToKernel(b []byte, line bool) {
	ends := uintptr(0)
	if line {
		ends = 1
	}
	rawsys.Call(rawsys.TTYInput, uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)), ends, 0, 0, 0)
	runtime.KeepAlive(b)
}

// discardInput forgets what was delivered and not read.
func discardInput() {
	const flush, input = 0x540b, 0 // TCFLSH, TCIFLUSH
	syscall.Syscall(syscall.SYS_IOCTL, 0, flush, input)
}
