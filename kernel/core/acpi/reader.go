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
func (r Reader) covers(address, size uintptr) bool {
	return address >= r.Start && address < r.End && size <= r.End-address
}

// u8 reads a byte; 0 outside the Reader's memory.
func (r Reader) u8(address uintptr) uint8 {
	if !r.covers(address, 1) {
		return 0
	}
	return raw.Load8(r.Mapped + (address - r.Start))
}

// u16 reads a little-endian word, which ACPI does not align.
func (r Reader) u16(address uintptr) uint16 {
	return uint16(r.u8(address)) | uint16(r.u8(address+1))<<8
}

// u32 reads a little-endian word of 32 bits.
func (r Reader) u32(address uintptr) uint32 {
	return uint32(r.u16(address)) | uint32(r.u16(address+2))<<16
}

// u64 reads a little-endian word of 64 bits.
func (r Reader) u64(address uintptr) uint64 {
	return uint64(r.u32(address)) | uint64(r.u32(address+4))<<32
}

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
