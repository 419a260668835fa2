package main

import "unsafe"

// offset is an offset as a system call takes it. The escape to a global keeps
// it from moving with the stack.
func offset(v *int64) uintptr {
	kept = v
	return uintptr(unsafe.Pointer(v))
}

var kept *int64
