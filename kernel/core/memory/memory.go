// Package memory is the machine's memory as the rest of the kernel sees it: the
// one frame allocator, the one address space, and pages for kernel objects.
//
// Context: kernel, kernel lock held.
package memory

import (
	"eggcup/kernel/core/frame"
	"eggcup/kernel/core/raw"
	"eggcup/kernel/core/vm"
)

// DirectMap is the virtual address of physical address 0: all memory is mapped
// there, at the start of the upper half.
const DirectMap = 0xffff800000000000

var (
	// Frames has every frame that is not part of the image.
	Frames frame.Allocator
	// Space is the one address space.
	Space vm.Space
)

// Page returns the address of a zeroed page in the direct map, or 0 when there
// is none, not even among the untouched pages of the program's large ones.
func Page() uintptr {
	phys, ok := Frames.Alloc(0)
	if !ok && Space.Reclaim() {
		phys, ok = Frames.Alloc(0)
	}
	if !ok {
		return 0
	}
	page := Frames.Offset() + phys
	raw.Clear(page, frame.Size)
	return page
}

// FreePage gives back what Page returned.
func FreePage(page uintptr) {
	if phys := page - Frames.Offset(); !Frames.Free(phys, 0) {
		vm.Bug("memory: bad free of frame", phys)
	}
}

// Readable makes n bytes of the program's memory present, so that the kernel
// can read them without a fault.
func Readable(addr, n uintptr) bool { return Space.Touch(addr, n, vm.Read) }

// Writable makes n bytes of the program's memory present and writable.
func Writable(addr, n uintptr) bool { return Space.Touch(addr, n, vm.Write) }
