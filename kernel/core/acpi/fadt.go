package acpi

// parseFADT takes over the fixed hardware: power management timer, sleep and
// reset registers. Older tables are shorter; a missing field counts as zero.
func (t *Tables) parseFADT(mem Reader, table, length uintptr) {
	f := fadt{mem, table, length}
	flags := f.u32(fadtFlags)
	reduced := flags&fadtHWReduced != 0
	if !reduced {
		t.PMTimer = f.register(fadtXPMTimer, fadtPMTimer)
		if f.u8(fadtPMTimerLength) != 4 {
			t.PMTimer = Register{}
		}
		t.Sleep.PM1aControl = f.register(fadtXPM1a, fadtPM1a)
		t.Sleep.PM1bControl = f.register(fadtXPM1b, fadtPM1b)
		t.Sleep.SMICommand = uint16(f.u32(fadtSMICommand))
		t.Sleep.ACPIEnable = f.u8(fadtACPIEnable)
	} else {
		t.Sleep.Control = f.address(fadtSleepControl)
	}
	if flags&fadtReset != 0 {
		t.Reset = f.address(fadtResetRegister)
		t.ResetValue = f.u8(fadtResetValue)
	}
	if boot := f.u16(fadtBootFlags); mem.u8(table+headerRevision) >= 3 {
		t.No8042 = boot&boot8042 == 0
		t.NoVGA = boot&bootNoVGA != 0
		t.NoRTC = boot&bootNoRTC != 0
	}
	dsdt := uintptr(f.u64(fadtXDSDT))
	if mem.table(dsdt) == 0 {
		dsdt = uintptr(f.u32(fadtDSDT))
	}
	if size := mem.table(dsdt); size != 0 {
		t.parseS5(mem, dsdt, size)
	}
}

// fadt reads fields of a table that may end before them.
type fadt struct {
	mem           Reader
	table, length uintptr
}

// number reads a field of size bytes; 0 if the table ends before it.
func (f fadt) number(offset, size uintptr) uint64 {
	if offset+size > f.length {
		return 0
	}
	return f.mem.number(f.table+offset, size)
}

func (f fadt) u8(offset uintptr) uint8 { return uint8(f.number(offset, 1)) }

func (f fadt) u16(offset uintptr) uint16 { return uint16(f.number(offset, 2)) }

func (f fadt) u32(offset uintptr) uint32 { return uint32(f.number(offset, 4)) }

func (f fadt) u64(offset uintptr) uint64 { return f.number(offset, 8) }

// address reads a generic address structure (ACPI 6.5, 5.2.3.2).
func (f fadt) address(offset uintptr) Register {
	r := Register{Space: f.u8(offset), Address: uintptr(f.u64(offset + 4))}
	if r.Space != SpaceMemory && r.Space != SpaceIO {
		return Register{}
	}
	return r
}

// register reads the extended form of a register, or the old one if that is
// absent.
func (f fadt) register(extended, old uintptr) Register {
	if r := f.address(extended); r.Address != 0 {
		return r
	}
	port := uintptr(f.u32(old))
	if port == 0 {
		return Register{}
	}
	return Register{Space: SpaceIO, Address: port}
}
