// Package irq connects interrupts to the files that count them: the lines of
// the I/O APICs, and messages that devices send to a vector of their own (MSI).
//
// A driver waits for its device by reading such a file: the interrupt marks it
// ready, and the driver's goroutine runs like any other that waits for I/O.
//
// PCI devices may share a line. Each interrupt then counts in every file of the
// line, and a level-triggered line stays masked until all of their drivers have
// looked at their devices.
//
// Specifications: ACPI 6.5, 5.2.12 (global system interrupts); SDM volume 3,
// 11.11 (message signalled interrupts).
//
// Context: kernel, kernel lock held.
package irq

import (
	"eggcup/kernel/core/apic"
	"eggcup/kernel/core/file"
	"eggcup/kernel/core/thread"
)

// FirstVector is the vector of line 0. The 32 below it are the processor's
// own, and the next 16 belong to the masked 8259s. The messages' vectors follow
// those of the lines.
const FirstVector = 48

// Lines and Messages are how many of either there can be; Vectors are all.
const (
	Lines    = 64
	Messages = 64
	Vectors  = Lines + Messages
)

// The interrupt controllers, replaced by the tests.
var (
	hasGSI = apic.HasGSI
	route  = apic.Route
	mask   = apic.Mask
	unmask = apic.Unmask
	fired  = apic.Fired
	eoi    = apic.EOI
	apicID = apic.ID
)

// attached has the files of each line, linked by NextSharer, and behind the
// lines the file of each message.
var attached [Vectors]*file.File

// Valid reports whether gsi is the number of a line.
func Valid(gsi int) bool { return gsi >= 0 && gsi < Lines && hasGSI(gsi) }

// Attach makes line gsi count in f, beside the files it counts in already, and
// lets it fire.
func Attach(gsi int, f *file.File) {
	f.Line = int32(gsi)
	f.NextSharer = attached[gsi]
	attached[gsi] = f
	if f.NextSharer == nil {
		route(gsi, uint8(FirstVector+gsi))
	}
}

// AttachMessage gives f a vector to which a device can send messages; ok is
// false when all are taken. destination is the ID of the local APIC that a message names.
func AttachMessage(f *file.File) (vector, destination uint8, ok bool) {
	const farthest = 0xff // a message has eight bits for the APIC
	id := apicID()
	for i := Lines; i < Vectors && id < farthest; i++ {
		if attached[i] == nil {
			f.Line = int32(i)
			attached[i] = f
			return uint8(FirstVector + i), uint8(id), true
		}
	}
	f.Line = none
	return 0, 0, false
}

// none is the Line of a file that counts nothing.
const none = -1

// Detach ends the counting in a file; a line without files is masked.
func Detach(f *file.File) {
	line := int(f.Line)
	if line == none {
		return
	}
	if attached[line] == f {
		attached[line] = f.NextSharer
	}
	for g := attached[line]; g != nil; g = g.NextSharer {
		if g.NextSharer == f {
			g.NextSharer = f.NextSharer
		}
	}
	f.NextSharer = nil
	f.Line = none
	switch {
	case line >= Lines:
	case attached[line] == nil:
		mask(line)
	default:
		unmaskIfServed(line)
	}
}

// Enable lets the line of a file fire again, as far as this file's driver is
// concerned.
func Enable(f *file.File) {
	f.Serving = false
	if line := int(f.Line); line != none && line < Lines {
		unmaskIfServed(line)
	}
}

func unmaskIfServed(line int) {
	for f := attached[line]; f != nil; f = f.NextSharer {
		if f.Serving {
			return
		}
	}
	unmask(line)
}

// Handle serves the interrupt of a vector. A level-triggered line stays masked
// until its drivers have served their devices, or it would fire again at once.
func Handle(c *thread.CPU, vector int) {
	i := vector - FirstVector
	if i < Lines {
		fired(i)
	} else {
		eoi()
	}
	for f := attached[i]; f != nil; f = f.NextSharer {
		f.Serving = true
		f.CountInterrupt(c)
	}
}
