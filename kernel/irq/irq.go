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
	fd    uintptr
	file  *os.File
	level bool
}

// ISA returns the global system interrupt of an ISA interrupt: the number to
// open for COM1's interrupt 4, for example.
func ISA(n int) int { return apic.GSI(n) }

// Open connects a global system interrupt and lets it fire. It fails if no
// interrupt controller has that line. Several may open the same: each of them
// wakes whenever it fires, and it stays masked until all of them wait again.
func Open(gsi int) (*Line, error) {
	name := "irq " + strconv.Itoa(gsi)
	fd, errno := call(rawsys.IrqOpen, uintptr(gsi), 0, 0, 0, 0, 0)
	if errno != 0 {
		return nil, &os.PathError{Op: "open", Path: name, Err: errno}
	}
	return &Line{fd: fd, file: os.NewFile(fd, name), level: apic.Level(gsi)}, nil
}

// Message is what a device writes to memory to interrupt.
type Message struct {
	Address uint64
	Data    uint32
}

// messageBase is the address range that local APICs listen to; the APIC's ID is
// in bits 19:12 (SDM volume 3, 11.11.1). The data is the vector, delivered as a
// fixed interrupt on an edge (11.11.2).
const messageBase = 0xfee00000

// OpenMessage returns a line of its own for a device that interrupts by messages
// (MSI, MSI-X), and the message it has to send. It fails when all are in use.
func OpenMessage() (*Line, Message, error) {
	packed, errno := call(rawsys.MSIOpen, 0, 0, 0, 0, 0, 0)
	if errno != 0 {
		return nil, Message{}, &os.PathError{Op: "open", Path: "msi", Err: errno}
	}
	fd, vector, apicID := packed&(1<<32-1), packed>>32&0xff, packed>>40&0xff
	line := &Line{fd: fd, file: os.NewFile(fd, "msi "+strconv.Itoa(int(vector)))}
	return line, Message{Address: messageBase | uint64(apicID)<<12, Data: uint32(vector)}, nil
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

// Level reports whether the line is level-triggered: it fires again after Wait as
// long as a device asks. Messages are edges.
func (l *Line) Level() bool { return l.level }

// Close masks the line and ends a Wait with os.ErrClosed.
func (l *Line) Close() error { return l.file.Close() }
