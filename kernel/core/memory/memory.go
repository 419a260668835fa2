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
	// Installed is all memory that the boot loader reported, the image's too.
	Installed frame.Ranges
)

// Page returns the address of a zeroed page in the direct map, or 0 when there
// is none, not even among the untouched pages of the program's large ones.
func Page() uintptr {
	phys := Block(0)
	if phys == 0 {
		return 0
	}
	return Frames.Offset() + phys
}

// Block returns the physical address of 1<<order zeroed frames in a row,
// aligned to their size, or 0 when there are none.
func Block(order uint) uintptr {
	phys, ok := Frames.Alloc(order)
	if !ok && Space.Reclaim() {
		phys, ok = Frames.Alloc(order)
	}
	if !ok {
		return 0
	}
	raw.Clear(Frames.Offset()+phys, frame.Size<<order)
	return phys
}

// MapDevice maps device registers, uncached, and returns their address; 0 when
// there is no memory for the tables.
func MapDevice(phys, size uintptr) uintptr {
	virt, ok := Space.MapMMIO(phys, size)
	if !ok {
		return 0
	}
	return virt
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
