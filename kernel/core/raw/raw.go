// Package raw is the one place where an address becomes a pointer.
//
// The kernel works on memory that the Go compiler knows nothing about: page
// tables, frames behind the direct map, the firmware's tables, a thread's
// stack. Keeping the conversions here keeps `go vet`'s unsafeptr check useful
// everywhere else.
//
// Context: any. Nothing here allocates, splits a stack or takes a lock. The
// caller guarantees that the address is mapped.
package raw

import "unsafe"

// Ptr returns the pointer to addr. The result must never reach the Go heap
// unless addr points into it.
func Ptr(addr uintptr) unsafe.Pointer {
	return *(*unsafe.Pointer)(unsafe.Pointer(&addr))
}

// Load8 reads the byte at addr.
func Load8(addr uintptr) uint8 { return *(*uint8)(Ptr(addr)) }

// Load16 reads the 16-bit word at addr.
func Load16(addr uintptr) uint16 { return *(*uint16)(Ptr(addr)) }

// Load32 reads the 32-bit word at addr.
func Load32(addr uintptr) uint32 { return *(*uint32)(Ptr(addr)) }

// Load64 reads the 64-bit word at addr.
func Load64(addr uintptr) uint64 { return *(*uint64)(Ptr(addr)) }

// Load reads the machine word at addr.
func Load(addr uintptr) uintptr { return *(*uintptr)(Ptr(addr)) }

// Store8 writes the byte v to addr.
func Store8(addr uintptr, v uint8) { *(*uint8)(Ptr(addr)) = v }

// Store16 writes the 16-bit word v to addr.
func Store16(addr uintptr, v uint16) { *(*uint16)(Ptr(addr)) = v }

// Store32 writes the 32-bit word v to addr.
func Store32(addr uintptr, v uint32) { *(*uint32)(Ptr(addr)) = v }

// Store64 writes the 64-bit word v to addr.
func Store64(addr uintptr, v uint64) { *(*uint64)(Ptr(addr)) = v }

// Store writes the machine word v to addr.
func Store(addr, v uintptr) { *(*uintptr)(Ptr(addr)) = v }

// Bytes returns the n bytes at addr as a slice. It is written without
// unsafe.Slice, whose checks would be most of the code of its many callers.
func Bytes(addr, n uintptr) []byte {
	header := struct{ addr, length, capacity uintptr }{addr, n, n}
	return *(*[]byte)(unsafe.Pointer(&header))
}

// Clear zeroes the n bytes at addr.
func Clear(addr, n uintptr) { clear(Bytes(addr, n)) }

// String returns n bytes at p as a string, which changes when they do.
func String(p *byte, n int) string { return unsafe.String(p, n) }
