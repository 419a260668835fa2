// Package irq lets a driver's goroutine wait for its device's interrupt.
//
// An interrupt line is a file descriptor that counts, as an eventfd does.
// Waiting goes through Go's own netpoller: it costs neither a thread nor a
// processor, and any number of goroutines can wait for as many lines.
//
// Context: goroutine. The kernel's side is core/irq.
package irq

import (
	"os"
	"strconv"

	"eggcup/kernel/core/apic"
	"eggcup/kernel/rawsys"
)

// counterSize is what a read of a line's descriptor transfers.
const counterSize = 8

// call is replaced by the tests.
var call = rawsys.Call

// Line is an open interrupt line. Its methods may be called by one goroutine at
// a time, but for Close.
type Line struct {
	fd   uintptr
	file *os.File
}

// ISA returns the global system interrupt of an ISA interrupt: the number to
// open for COM1's interrupt 4, for example.
func ISA(n int) int { return apic.GSI(n) }

// Open connects a global system interrupt and lets it fire. It fails if no
// interrupt controller has that line.
func Open(gsi int) (*Line, error) {
	name := "irq " + strconv.Itoa(gsi)
	fd, errno := call(rawsys.IrqOpen, uintptr(gsi), 0, 0, 0, 0, 0)
	if errno != 0 {
		return nil, &os.PathError{Op: "open", Path: name, Err: errno}
	}
	return &Line{fd: fd, file: os.NewFile(fd, name)}, nil
}

// Wait blocks until the line has fired since the last Wait. The driver then
// serves the device until it asks for nothing more: a level-triggered line
// stays masked until the next Wait, and an edge-triggered one only fires again
// after the device has taken its request back.
func (l *Line) Wait() error {
	if _, errno := call(rawsys.IrqEnable, l.fd, 0, 0, 0, 0, 0); errno != 0 {
		return &os.PathError{Op: "enable", Path: l.file.Name(), Err: errno}
	}
	var count [counterSize]byte
	_, err := l.file.Read(count[:])
	return err
}

// Close masks the line and ends a Wait with os.ErrClosed.
func (l *Line) Close() error { return l.file.Close() }
