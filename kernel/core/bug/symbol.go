package bug

import (
	"unsafe"

	"eggcup/kernel/core/raw"
)

// linked returns the addresses of the symbol tables and of the code, which the
// linker defines.
func linked() (pclntab, text, etext uintptr) // defined in symbol_amd64.s

// Layout of the symbol tables as Go 1.20 and later write them (pcHeader and
// _func in runtime/symtab.go and runtime2.go, the same in 1.26 and 1.27).
const (
	magicGo120 = 0xfffffff1

	headerMinLC     = 6
	headerPtrSize   = 7
	headerFunctions = 8
	headerNames     = 32 // offset of the function names
	headerUnits     = 40 // offset of the compilation units' file lists
	headerFiles     = 48 // offset of the file names
	headerPCTables  = 56 // offset of the tables by program counter
	headerFuncs     = 64 // offset of the function table

	funcName = 4  // offset of the name
	funcSP   = 16 // offset of the table of stack depths
	funcFile = 20 // offset of the table of files
	funcLine = 24 // offset of the table of lines
	funcUnit = 32 // index of the compilation unit's first file
)

// maxName bounds the search for the end of a name.
const maxName = 4096

// function is an entry of the function table; info is its description's
// address, 0 if there is no function.
type function struct {
	entry uintptr
	info  uintptr
}

// Symbol returns the function that pc lies in, the source line, and how far
// into the function pc is. name is "" if pc is not in Go code. For code that
// was inlined, name is the function it was inlined into and the line its own.
// The strings lie in the symbol tables.
//
// Context: any; no allocation.
func Symbol(pc uintptr) (name, file string, line int, offset uintptr) {
	f := find(pc)
	if f.info == 0 {
		return "", "", 0, 0
	}
	base, _, _ := linked()
	name = text(base + raw.Load(base+headerNames) + uintptr(raw.Load32(f.info+funcName)))
	number, _ := f.value(funcLine, pc)
	index, ok := f.value(funcFile, pc)
	if ok {
		units := base + raw.Load(base+headerUnits)
		at := raw.Load32(units + 4*(uintptr(raw.Load32(f.info+funcUnit))+uintptr(index)))
		if at != ^uint32(0) {
			file = text(base + raw.Load(base+headerFiles) + uintptr(at))
		}
	}
	return name, file, int(number), pc - f.entry
}

// find looks a program counter up in the function table, which is sorted by
// address and ends with the end of the code.
func find(pc uintptr) function {
	base, start, end := linked()
	if pc < start || pc >= end || raw.Load32(base) != magicGo120 ||
		raw.Load8(base+headerMinLC) != 1 || raw.Load8(base+headerPtrSize) != 8 {
		return function{}
	}
	table := base + raw.Load(base+headerFuncs)
	offset := uint32(pc - start)
	low, high := uintptr(0), raw.Load(base+headerFunctions)
	for high-low > 1 {
		if middle := (low + high) / 2; raw.Load32(table+8*middle) <= offset {
			low = middle
		} else {
			high = middle
		}
	}
	entry := raw.Load32(table + 8*low)
	if entry > offset {
		return function{}
	}
	return function{start + uintptr(entry), table + uintptr(raw.Load32(table+8*low+4))}
}

// value looks pc up in one of the function's tables by program counter: pairs
// of a zigzag-encoded change of the value and the length of code it holds for.
func (f function) value(table, pc uintptr) (v int32, ok bool) {
	at := uintptr(raw.Load32(f.info + table))
	if at == 0 {
		return 0, false
	}
	base, _, end := linked()
	at += base + raw.Load(base+headerPCTables)
	v = -1
	for upTo := f.entry; upTo < end; {
		var delta, length uint32
		delta, at = varint(at)
		if delta == 0 && upTo != f.entry {
			return 0, false
		}
		v += int32(-(delta & 1) ^ delta>>1)
		length, at = varint(at)
		upTo += uintptr(length)
		if pc < upTo {
			return v, true
		}
	}
	return 0, false
}

// varint decodes an unsigned number of 7 bits a byte and returns the address
// after it.
func varint(at uintptr) (v uint32, next uintptr) {
	for shift := uint(0); shift < 35; shift += 7 {
		b := raw.Load8(at)
		at++
		v |= uint32(b&0x7f) << shift
		if b&0x80 == 0 {
			break
		}
	}
	return v, at
}

// text returns the string that ends with a zero byte.
func text(at uintptr) string {
	n := 0
	for n < maxName && raw.Load8(at+uintptr(n)) != 0 {
		n++
	}
	return unsafe.String((*byte)(raw.Ptr(at)), n)
}
