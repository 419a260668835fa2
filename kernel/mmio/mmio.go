// Package mmio gives drivers their devices' registers, in memory or behind I/O
// ports, through one interface that a test's fake device implements too.
//
// Specification: SDM volume 3, 12.3 (uncached memory): accesses reach the
// device in program order, one by one.
//
// Context: goroutine.
package mmio

import (
	"errors"

	"eggcup/kernel/core/x86"
	"eggcup/kernel/rawsys"
)

// ErrRange is the error for registers that are outside the machine's address
// spaces.
var ErrRange = errors.New("registers outside the address space")

// Registers are a device's, by offset in bytes. An offset outside them reads as
// all ones and is not written, as where there is no device.
type Registers interface {
	Size() int
	Read8(off int) uint8
	Read16(off int) uint16
	Read32(off int) uint32
	Write8(off int, v uint8)
	Write16(off int, v uint16)
	Write32(off int, v uint32)
}

// region is registers in memory.
type region struct {
	base uintptr
	size int
}

// Map makes the registers at a physical address accessible. It fails when there
// is memory, or an interrupt controller.
func Map(physical uint64, size int) (Registers, error) {
	if size <= 0 || physical+uint64(size) < physical {
		return nil, ErrRange
	}
	virt, errno := rawsys.Call(rawsys.MMIOMap, uintptr(physical), uintptr(size), 0, 0, 0, 0)
	if errno != 0 {
		return nil, errno
	}
	return &region{virt, size}, nil
}

// fits reports whether n bytes at an offset are inside size bytes.
func fits(off, n, size int) bool { return off >= 0 && off <= size-n }

func (r *region) Size() int { return r.size }

func (r *region) Read8(off int) uint8 {
	if !fits(off, 1, r.size) {
		return ^uint8(0)
	}
	return x86.MMIORead8(r.base + uintptr(off))
}

func (r *region) Read16(off int) uint16 {
	if !fits(off, 2, r.size) {
		return ^uint16(0)
	}
	return x86.MMIORead16(r.base + uintptr(off))
}

func (r *region) Read32(off int) uint32 {
	if !fits(off, 4, r.size) {
		return ^uint32(0)
	}
	return x86.MMIORead32(r.base + uintptr(off))
}

func (r *region) Write8(off int, v uint8) {
	if fits(off, 1, r.size) {
		x86.MMIOWrite8(r.base+uintptr(off), v)
	}
}

func (r *region) Write16(off int, v uint16) {
	if fits(off, 2, r.size) {
		x86.MMIOWrite16(r.base+uintptr(off), v)
	}
}

func (r *region) Write32(off int, v uint32) {
	if fits(off, 4, r.size) {
		x86.MMIOWrite32(r.base+uintptr(off), v)
	}
}

// Place returns where a register is, for code in kernel context that writes it:
// an address, or an I/O port, which is below 64 Ki. It is 0 for those of tests.
func Place(r Registers, off int) uintptr {
	switch r := r.(type) {
	case *region:
		return r.base + uintptr(off)
	case *ports:
		return uintptr(r.base) + uintptr(off)
	case *window:
		return Place(r.Registers, r.start+off)
	}
	return 0
}

// window is a part of other registers.
type window struct {
	Registers
	start, size int
}

// Window returns the size registers from an offset on, or ErrRange.
func Window(r Registers, off, size int) (Registers, error) {
	if off < 0 || size < 0 || off > r.Size() || size > r.Size()-off {
		return nil, ErrRange
	}
	return &window{r, off, size}, nil
}

func (w *window) Size() int { return w.size }

// at returns the offset in the whole, or one that is outside of it.
func (w *window) at(off, n int) int {
	if !fits(off, n, w.size) {
		return -1
	}
	return w.start + off
}

func (w *window) Read8(off int) uint8       { return w.Registers.Read8(w.at(off, 1)) }
func (w *window) Read16(off int) uint16     { return w.Registers.Read16(w.at(off, 2)) }
func (w *window) Read32(off int) uint32     { return w.Registers.Read32(w.at(off, 4)) }
func (w *window) Write8(off int, v uint8)   { w.Registers.Write8(w.at(off, 1), v) }
func (w *window) Write16(off int, v uint16) { w.Registers.Write16(w.at(off, 2), v) }
func (w *window) Write32(off int, v uint32) { w.Registers.Write32(w.at(off, 4), v) }
