package acpi

import "eggcup/kernel/core/raw"

// Reader reads physical memory that is mapped as one piece.
type Reader struct {
	// Mapped is the address at which the physical address Start is mapped.
	Mapped uintptr
	// Start and End bound the physical memory that may be read.
	Start, End uintptr
}

// covers reports whether size bytes at a physical address may be read.
//
//go:noinline
func (r Reader) covers(address, size uintptr) bool {
	return address >= r.Start && address < r.End && size <= r.End-address
}

// number reads a little-endian number of size bytes, which ACPI does not align;
// 0 if a byte of it is outside the Reader's memory.
func (r Reader) number(address, size uintptr) (n uint64) {
	if !r.covers(address, size) {
		return 0
	}
	for i := range size {
		n |= uint64(raw.Load8(r.Mapped+(address-r.Start)+i)) << (8 * i)
	}
	return n
}

func (r Reader) u8(address uintptr) uint8 { return uint8(r.number(address, 1)) }

func (r Reader) u16(address uintptr) uint16 { return uint16(r.number(address, 2)) }

func (r Reader) u32(address uintptr) uint32 { return uint32(r.number(address, 4)) }

func (r Reader) u64(address uintptr) uint64 { return r.number(address, 8) }

// sumsToZero reports whether size bytes are readable and add up to zero.
func (r Reader) sumsToZero(address, size uintptr) bool {
	if !r.covers(address, size) {
		return false
	}
	var sum uint8
	for i := uintptr(0); i < size; i++ {
		sum += r.u8(address + i)
	}
	return sum == 0
}

// table returns the length of the system description table at an address, or 0
// if it is not a whole table with a valid checksum.
func (r Reader) table(address uintptr) uintptr {
	if address == 0 || !r.covers(address, headerSize) {
		return 0
	}
	length := uintptr(r.u32(address + headerLength))
	if length < headerSize || length > maxTable || !r.sumsToZero(address, length) {
		return 0
	}
	return length
}
