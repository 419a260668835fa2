package acpi

// AML encodings around \_S5 (ACPI 6.5, 20.2).
const (
	amlName    = 0x08 // NameOp
	amlRoot    = '\\'
	amlPackage = 0x12 // PackageOp
	amlZero    = 0x00
	amlOne     = 0x01
	amlByte    = 0x0a // BytePrefix
	amlWord    = 0x0b // WordPrefix
	amlDword   = 0x0c // DWordPrefix

	nameS5 = '_' | 'S'<<8 | '5'<<16 | '_'<<24

	maxSleepType = 7 // SLP_TYP has three bits
)

// parseS5 looks for Name (\_S5, Package {TypeA, TypeB, ...}) in the byte code
// of a definition block and keeps the two values.
func (t *Tables) parseS5(mem Reader, table, length uintptr) {
	end := table + length
	for at := table + headerSize + 1; at+8 <= end && !t.Sleep.Known; at++ {
		if mem.u32(at) != nameS5 || !named(mem, at) || mem.u8(at+4) != amlPackage {
			continue
		}
		// PkgLength is followed by as many bytes as its two top bits say, the
		// element count by the elements.
		at := at + 5
		at += uintptr(mem.u8(at)>>6) + 2
		typeA, at := integer(mem, at, end)
		typeB, _ := integer(mem, at, end)
		if typeA <= maxSleepType && typeB <= maxSleepType {
			t.Sleep.Known = true
			t.Sleep.TypeA, t.Sleep.TypeB = uint8(typeA), uint8(typeB)
		}
	}
}

// named reports whether the name at an address is the operand of NameOp, with
// or without the root prefix.
func named(mem Reader, at uintptr) bool {
	before := mem.u8(at - 1)
	return before == amlName || before == amlRoot && mem.u8(at-2) == amlName
}

// integer decodes an AML integer constant and returns the address after it;
// anything else, or what reaches past the end, yields a value that no sleep
// type has.
func integer(mem Reader, at, end uintptr) (value uint32, next uintptr) {
	switch mem.u8(at) {
	case amlZero, amlOne:
		value, next = uint32(mem.u8(at)), at+1
	case amlByte:
		value, next = uint32(mem.u8(at+1)), at+2
	case amlWord:
		value, next = uint32(mem.u16(at+1)), at+3
	case amlDword:
		value, next = mem.u32(at+1), at+5
	default:
		return ^uint32(0), at
	}
	if next > end {
		return ^uint32(0), at
	}
	return value, next
}
