package acpi

// parseMADT takes over processors and interrupt controllers.
func (t *Tables) parseMADT(mem Reader, table, length uintptr) {
	t.LocalAPIC = uintptr(mem.u32(table + madtLocalAPIC))
	t.HasPIC = mem.u32(table+madtFlags)&madtPCAT != 0
	for at := uintptr(madtEntries); at+2 <= length; {
		size := uintptr(mem.u8(table + at + 1))
		if size < 2 || at+size > length {
			return
		}
		t.parseMADTEntry(mem, mem.u8(table+at), table+at, size)
		at += size
	}
}

func (t *Tables) parseMADTEntry(mem Reader, kind uint8, entry, size uintptr) {
	switch {
	case kind == madtKindLocalAPIC && size >= 8:
		t.addCPU(uint32(mem.u8(entry+3)), uint32(mem.u8(entry+2)), mem.u32(entry+4))
	case kind == madtKindX2APIC && size >= 16:
		t.addCPU(mem.u32(entry+4), mem.u32(entry+12), mem.u32(entry+8))
	case kind == madtKindIOAPIC && size >= 12 && t.NumIOAPICs < MaxIOAPICs:
		t.IOAPICs[t.NumIOAPICs] = IOAPIC{
			ID:      mem.u8(entry + 2),
			Address: uintptr(mem.u32(entry + 4)),
			GSIBase: mem.u32(entry + 8),
		}
		t.NumIOAPICs++
	case kind == madtKindOverride && size >= 10 && t.NumOverrides < MaxOverrides:
		t.Overrides[t.NumOverrides] = Override{
			IRQ:   mem.u8(entry + 3),
			GSI:   mem.u32(entry + 4),
			Flags: mem.u16(entry + 8),
		}
		t.NumOverrides++
	case kind == madtKindAPICAddress && size >= 12:
		t.LocalAPIC = uintptr(mem.u64(entry + 4))
	}
}

// addCPU keeps an enabled processor. Firmware lists those with an APIC ID
// below 255 in one kind of entry and may repeat them in the other.
func (t *Tables) addCPU(apicID, processor, flags uint32) {
	if flags&madtEnabled == 0 || t.NumCPUs == MaxCPUs {
		return
	}
	for i := 0; i < t.NumCPUs; i++ {
		if t.CPUs[i].APICID == apicID {
			return
		}
	}
	t.CPUs[t.NumCPUs] = CPU{APICID: apicID, Processor: processor}
	t.NumCPUs++
}
