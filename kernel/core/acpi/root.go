package acpi

// Where a BIOS puts the root pointer (ACPI 6.5, 5.2.5.1).
const (
	ebdaPointer = 0x40e // segment of the extended BIOS data area
	ebdaSize    = 1024
	biosStart   = 0xe0000
	biosEnd     = 0x100000
	rsdpAlign   = 16
)

// search looks for the root pointer in low memory and returns its address or 0.
func search(mem Reader) uintptr {
	ebda := uintptr(mem.u16(ebdaPointer)) << 4
	if ebda >= 0x400 {
		if at := searchRange(mem, ebda, ebda+ebdaSize); at != 0 {
			return at
		}
	}
	return searchRange(mem, biosStart, biosEnd)
}

func searchRange(mem Reader, start, end uintptr) uintptr {
	for at := start; at < end; at += rsdpAlign {
		if validRSDP(mem, at) {
			return at
		}
	}
	return 0
}

// validRSDP reports whether a root pointer with a valid checksum is there.
func validRSDP(mem Reader, at uintptr) bool {
	return mem.u64(at) == signatureRSDP && mem.sumsToZero(at, rsdpSize1)
}

// rootTable returns the address of the XSDT or RSDT and the width of its
// entries. A broken XSDT falls back to the RSDT.
func rootTable(mem Reader, rsdp uintptr) (table, width uintptr) {
	if mem.u8(rsdp+rsdpRevision) >= 2 && mem.sumsToZero(rsdp, rsdpSize2) {
		xsdt := uintptr(mem.u64(rsdp + rsdpXSDT))
		if mem.u32(xsdt) == signatureXSDT && mem.table(xsdt) != 0 {
			return xsdt, 8
		}
	}
	rsdt := uintptr(mem.u32(rsdp + rsdpRSDT))
	if mem.u32(rsdt) != signatureRSDT {
		return 0, 4
	}
	return rsdt, 4
}
