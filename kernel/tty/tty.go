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
	discard = func() { request(tcFlush, flushInput) }
	stop    = stopOutput
	echo    = echoToKernel
	raise   = func(sig syscall.Signal) { syscall.Kill(syscall.Getpid(), sig) }
	state   = readState
	column  = func() int { return int(readState().Column) }
)

// Requests of ioctl_tty(2), and their arguments.
const (
	tcFlow     = 0x540a // TCXONC
	flowStop   = 0      // TCOOFF
	flowGo     = 1      // TCOON
	tcFlush    = 0x540b
	flushInput = 0 // TCIFLUSH
)

var (
	mu sync.Mutex
	// console is the one terminal. Guarded by mu.
	console discipline
	// started says that Init has run. Guarded by mu.
	started bool
	// flushes is how often the program has thrown away what was typed, as far
	// as known here. Guarded by mu.
	flushes uint32
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
	now := state()
	if now.Flushes != flushes {
		flushes = now.Flushes
		console.line = console.line[:0] // it was in the middle
	}
	console.stopped = now.Stopped != 0
	m := modes(&now)
	for _, c := range typed {
		console.take(&m, c)
	}
	console.flush(&m)
	flushes = state().Flushes // those of Ctrl-C have been seen to
}

// modes returns the settings.
func modes(now *rawsys.Terminal) (m syscall.Termios) {
	*(*[len(now.Modes)]byte)(unsafe.Pointer(&m)) = now.Modes
	return m
}

// readState asks the kernel about the terminal.
func readState() rawsys.Terminal {
	now := new(rawsys.Terminal) // in the heap, where nothing moves
	rawsys.Call(rawsys.TTYState, uintptr(unsafe.Pointer(now)), 0, 0, 0, 0, 0)
	return *now
}

// deliverToKernel gives the reader bytes. Where a line ends, a read stops; an
// empty line is the end of the input. b lies in the heap.
func deliverToKernel(b []byte, line bool) {
	ends := uintptr(0)
	if line {
		ends = 1
	}
	rawsys.Call(rawsys.TTYInput, uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)), ends, 0, 0, 0)
	runtime.KeepAlive(b)
}

// echoToKernel shows bytes, which lie in the heap.
func echoToKernel(b []byte) {
	rawsys.Call(rawsys.TTYEcho, uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)), 0, 0, 0, 0)
	runtime.KeepAlive(b)
}

// stopOutput makes writers wait, or go on.
func stopOutput(yes bool) {
	if yes {
		request(tcFlow, flowStop)
	} else {
		request(tcFlow, flowGo)
	}
}

// request is an ioctl of the terminal, whatever descriptor 0 is.
func request(number, argument uintptr) {
	rawsys.Call(rawsys.TTYControl, number, argument, 0, 0, 0, 0)
}
