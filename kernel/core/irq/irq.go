// Package irq connects interrupt lines to the files that count them.
//
// A driver waits for its device by reading such a file: the interrupt marks it
// ready, and the driver's goroutine runs like any other that waits for I/O.
//
// Context: kernel, kernel lock held.
package irq

import (
	"eggcup/kernel/core/apic"
	"eggcup/kernel/core/file"
	"eggcup/kernel/core/thread"
)

// FirstVector is the vector of line 0. The 32 below it are the processor's
// own, and the next 16 belong to the masked 8259s.
const FirstVector = 48

// Lines is how many lines there can be.
const Lines = 64

var attached [Lines]*file.File

// Valid reports whether gsi is the number of a line.
func Valid(gsi int) bool { return gsi >= 0 && gsi < Lines && apic.HasGSI(gsi) }

// Attach makes line gsi count in f and lets it fire.
func Attach(gsi int, f *file.File) {
	attached[gsi] = f
	apic.Route(gsi, uint8(FirstVector+gsi))
}

// Detach masks the line whose file ends.
func Detach(gsi int) {
	apic.Mask(gsi)
	attached[gsi] = nil
}

// Enable lets a line fire again.
func Enable(gsi int) {
	if attached[gsi] != nil {
		apic.Unmask(gsi)
	}
}

// Handle serves the interrupt of a vector. A level-triggered line stays masked
// until its driver has served the device, or it would fire again at once.
func Handle(c *thread.CPU, vector int) {
	gsi := vector - FirstVector
	apic.Fired(gsi)
	if attached[gsi] != nil {
		attached[gsi].CountInterrupt(c)
	}
}
