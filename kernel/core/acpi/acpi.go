// Package acpi reads the firmware's ACPI tables: processors, interrupt
// controllers, timers, and how to switch the machine off or reset it.
//
// Specification: ACPI 6.5, chapters 4 (registers), 5 (tables), 7.4.2 (_S5);
// IA-PC HPET 1.0a, 3.2.4; PCI Firmware 3.3, 4.1.2 (MCFG). There is no AML
// interpreter: \_S5 is found by its encoding, which compilers keep constant.
//
// The tables are the firmware's and may be garbage. Every access is checked
// against the memory that the Reader covers and against the table's length;
// what is wrong counts as absent.
//
// Context: any; no allocation. Boot fills Machine once, before anything else
// reads it.
//
// Try it: qemu-system-x86_64 -machine q35 (or pc; microvm has a reduced set).
package acpi

// Limits of what Tables keeps; more is ignored.
const (
	MaxCPUs      = 256
	MaxIOAPICs   = 8
	MaxOverrides = 24
)

// Machine is what boot found on this machine.
var Machine Tables

// Tables is what the firmware says about the machine. Zero means absent; all
// addresses are physical.
type Tables struct {
	Present bool
	OEM     [6]byte

	LocalAPIC    uintptr      // register page of every processor's local APIC
	CPUs         [MaxCPUs]CPU // the first NumCPUs
	NumCPUs      int
	IOAPICs      [MaxIOAPICs]IOAPIC // the first NumIOAPICs
	NumIOAPICs   int
	Overrides    [MaxOverrides]Override // the first NumOverrides
	NumOverrides int
	HasPIC       bool // two 8259 are there and must be masked

	PMTimer                   Register // 3.579545 MHz counter
	HPET                      uintptr  // register block of the high precision event timer
	MCFG                      uintptr  // PCI Express configuration space of segment 0
	MCFGFirstBus, MCFGLastBus uint8

	NoVGA  bool // the firmware says that there is no VGA
	NoRTC  bool // the firmware says that there is no CMOS clock
	No8042 bool // the firmware says that there is no keyboard controller

	Sleep      Sleep
	Reset      Register
	ResetValue uint8
}

// CPU is one enabled processor.
type CPU struct {
	APICID    uint32
	Processor uint32 // the firmware's number for it
}

// IOAPIC is one I/O interrupt controller.
type IOAPIC struct {
	Address uintptr
	ID      uint8
	GSIBase uint32 // its first global system interrupt
}

// Override says that an ISA interrupt arrives as another global system
// interrupt or with other electrical properties.
type Override struct {
	IRQ   uint8
	GSI   uint32
	Flags uint16 // polarity in bits 1:0, trigger mode in bits 3:2 (MPS INTI)
}

// Address spaces of a Register.
const (
	SpaceMemory = 0
	SpaceIO     = 1
)

// Register is an address in one of the address spaces; Address 0 is absent.
type Register struct {
	Space   uint8
	Address uintptr
}

// Sleep is how to enter the soft-off state S5. Either Control (hardware-reduced
// ACPI) or PM1aControl is set if the machine can be switched off.
type Sleep struct {
	Known                    bool // \_S5 was found
	TypeA, TypeB             uint8
	PM1aControl, PM1bControl Register // 16 bits: SLP_TYP 12:10, SLP_EN 13, SCI_EN 0
	Control                  Register // 8 bits: SLP_TYP 4:2, SLP_EN 5
	SMICommand               uint16   // port that takes ACPIEnable, 0: ACPI is always on
	ACPIEnable               uint8
}

// Find fills t from the tables. rsdp is the physical address of the root
// pointer if the boot protocol gave it, or 0 to search for it where a BIOS
// puts it. It reports whether tables with valid checksums were found.
func Find(t *Tables, mem Reader, rsdp uintptr) bool {
	*t = Tables{}
	if rsdp == 0 || !validRSDP(mem, rsdp) {
		rsdp = search(mem)
	}
	if rsdp == 0 {
		return false
	}
	root, width := rootTable(mem, rsdp)
	length := mem.table(root)
	if length == 0 {
		return false
	}
	t.Present = true
	for i := range t.OEM {
		t.OEM[i] = mem.u8(root + headerOEM + uintptr(i))
	}
	for at := uintptr(headerSize); at+width <= length; at += width {
		entry := uintptr(mem.u32(root + at))
		if width == 8 {
			entry = uintptr(mem.u64(root + at))
		}
		t.parse(mem, entry)
	}
	return true
}

// parse takes over one table of those that are of interest.
func (t *Tables) parse(mem Reader, table uintptr) {
	length := mem.table(table)
	if length == 0 {
		return
	}
	switch mem.u32(table) {
	case signatureMADT:
		t.parseMADT(mem, table, length)
	case signatureFADT:
		t.parseFADT(mem, table, length)
	case signatureHPET:
		if length >= hpetAddress+8 && mem.u8(table+hpetSpace) == SpaceMemory {
			t.HPET = uintptr(mem.u64(table + hpetAddress))
		}
	case signatureMCFG:
		if length >= mcfgEntries+16 {
			t.MCFG = uintptr(mem.u64(table + mcfgEntries))
			t.MCFGFirstBus = mem.u8(table + mcfgEntries + 10)
			t.MCFGLastBus = mem.u8(table + mcfgEntries + 11)
		}
	case signatureSSDT:
		t.parseS5(mem, table, length)
	}
}
