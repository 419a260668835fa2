package acpi

import (
	"encoding/binary"
	"math/rand"
	"runtime"
	"testing"
	"unsafe"
)

var le = binary.LittleEndian

// memory is an arena of physical memory from address 0 on.
type memory struct {
	t    *testing.T
	data []byte
	next uintptr // where the next table goes
}

func newMemory(t *testing.T) *memory {
	return &memory{t: t, data: make([]byte, 0x110000), next: 0x100000}
}

// find reads the tables. The Reader knows the arena by its address alone, so
// the arena must be kept from the garbage collector meanwhile.
func (m *memory) find(t *Tables, rsdp uintptr) bool {
	defer runtime.KeepAlive(m)
	mapped := uintptr(unsafe.Pointer(&m.data[0]))
	return Find(t, Reader{Mapped: mapped, End: uintptr(len(m.data))}, rsdp)
}

// table stores a table with its header and checksum and returns its address.
func (m *memory) table(signature string, revision uint8, body []byte) uintptr {
	table := make([]byte, headerSize, headerSize+len(body))
	copy(table, signature)
	le.PutUint32(table[headerLength:], uint32(headerSize+len(body)))
	table[headerRevision] = revision
	copy(table[headerOEM:], "EGGCUP")
	table = append(table, body...)
	table[9] = checksum(table)
	at := m.next
	copy(m.data[at:], table)
	m.next += uintptr(len(table)+15) &^ 15
	return at
}

// rsdp stores a root pointer of revision 2, or of revision 0 without an XSDT.
func (m *memory) rsdp(at, rsdt, xsdt uintptr) {
	p := m.data[at : at+rsdpSize2]
	copy(p, "RSD PTR ")
	le.PutUint32(p[rsdpRSDT:], uint32(rsdt))
	if xsdt != 0 {
		p[rsdpRevision] = 2
		le.PutUint32(p[20:], rsdpSize2)
		le.PutUint64(p[rsdpXSDT:], uint64(xsdt))
	}
	p[8] = checksum(p[:rsdpSize1])
	if xsdt != 0 {
		p[32] = checksum(p)
	}
}

func checksum(b []byte) byte {
	var sum byte
	for _, c := range b {
		sum += c
	}
	return -sum
}

func words32(addresses ...uintptr) (b []byte) {
	for _, a := range addresses {
		b = le.AppendUint32(b, uint32(a))
	}
	return b
}

func words64(addresses ...uintptr) (b []byte) {
	for _, a := range addresses {
		b = le.AppendUint64(b, uint64(a))
	}
	return b
}

var madtBody = []byte{
	0, 0, 0xe0, 0xfe, 1, 0, 0, 0, // local APIC, PCAT_COMPAT
	0, 8, 0, 0, 1, 0, 0, 0, // CPU with APIC ID 0
	0, 8, 1, 2, 1, 0, 0, 0, // CPU with APIC ID 2
	0, 8, 2, 4, 0, 0, 0, 0, // CPU that is not enabled
	1, 12, 7, 0, 0, 0, 0xc0, 0xfe, 24, 0, 0, 0, // I/O APIC
	2, 10, 0, 0, 2, 0, 0, 0, 0, 0, // IRQ 0 is GSI 2
	2, 10, 0, 9, 9, 0, 0, 0, 0x0d, 0, // IRQ 9 is level-triggered, active high
	4, 6, 0xff, 0, 0, 1, // NMI: of no interest
	9, 16, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0, // x2APIC ID 256
	9, 16, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, // APIC ID 2 again
	5, 12, 0, 0, 0, 0, 0xe1, 0xfe, 0, 0, 0, 0, // local APIC elsewhere
}

// fadtBody returns a table of revision 6 without its header.
func fadtBody(dsdt uintptr, change func(b []byte)) []byte {
	whole := make([]byte, 276)
	le.PutUint32(whole[fadtDSDT:], uint32(dsdt))
	le.PutUint32(whole[fadtSMICommand:], 0xb2)
	whole[fadtACPIEnable] = 0xf1
	le.PutUint32(whole[fadtPM1a:], 0x604)
	le.PutUint32(whole[fadtPMTimer:], 0x608)
	whole[fadtPMTimerLength] = 4
	le.PutUint16(whole[fadtBootFlags:], boot8042)
	le.PutUint32(whole[fadtFlags:], fadtReset)
	whole[fadtResetRegister] = SpaceIO
	le.PutUint64(whole[fadtResetRegister+4:], 0xcf9)
	whole[fadtResetValue] = 0x0f
	if change != nil {
		change(whole)
	}
	return whole[headerSize:]
}

var s5 = []byte{amlName, '_', 'S', '5', '_', amlPackage, 0x06, 4, amlByte, 5, amlOne, 0, 0}

// machine stores a complete set of tables, by XSDT or by RSDT.
func machine(t *testing.T, rsdp uintptr, extended bool) *memory {
	m := newMemory(t)
	dsdt := m.table("DSDT", 2, s5)
	hpet := m.table("HPET", 1, append([]byte{1, 0, 0, 0, 0, 64, 0, 0}, words64(0xfed00000)...))
	mcfg := m.table("MCFG", 1, append(make([]byte, 8), append(words64(0xb0000000), 0, 0, 0, 0xff, 0, 0, 0, 0)...))
	tables := []uintptr{m.table("APIC", 3, madtBody), m.table("FACP", 6, fadtBody(dsdt, nil)), hpet, mcfg}
	if extended {
		m.rsdp(rsdp, 0, m.table("XSDT", 1, words64(tables...)))
	} else {
		m.rsdp(rsdp, m.table("RSDT", 1, words32(tables...)), 0)
	}
	return m
}

// TestFind reads a complete machine, wherever its root pointer is.
func TestFind(t *testing.T) {
	for name, c := range map[string]struct {
		rsdp, given uintptr
		extended    bool
	}{
		"boot protocol":  {0x90010, 0x90010, true},
		"BIOS area":      {0xf5a40, 0, true},
		"EBDA":           {0x9fc10, 0, true},
		"wrong hint":     {0xf5a40, 0x1230, true},
		"revision 0":     {0xe0000, 0, false},
		"last candidate": {0xfffc0, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			m := machine(t, c.rsdp, c.extended)
			le.PutUint16(m.data[ebdaPointer:], 0x9fc0)
			var got Tables
			if !m.find(&got, c.given) {
				t.Fatal("no tables found")
			}
			check(t, &got)
		})
	}
}

// check compares with what machine stored.
func check(t *testing.T, got *Tables) {
	t.Helper()
	want := Tables{Present: true, OEM: [6]byte{'E', 'G', 'G', 'C', 'U', 'P'}, LocalAPIC: 0xfee10000, HasPIC: true}
	want.NumCPUs = copy(want.CPUs[:], []CPU{{0, 0}, {2, 1}, {256, 5}})
	want.NumIOAPICs = copy(want.IOAPICs[:], []IOAPIC{{0xfec00000, 7, 24}})
	want.NumOverrides = copy(want.Overrides[:], []Override{{0, 2, 0}, {9, 9, 0x0d}})
	want.PMTimer = Register{SpaceIO, 0x608}
	want.HPET, want.MCFG, want.MCFGLastBus = 0xfed00000, 0xb0000000, 0xff
	want.Sleep = Sleep{Known: true, TypeA: 5, TypeB: 1, PM1aControl: Register{SpaceIO, 0x604}, SMICommand: 0xb2, ACPIEnable: 0xf1}
	want.Reset, want.ResetValue = Register{SpaceIO, 0xcf9}, 0x0f
	if *got != want {
		t.Errorf("found\n%+v\nwant\n%+v", *got, want)
	}
}

// TestHardwareReduced takes the sleep register instead of the legacy ports.
func TestHardwareReduced(t *testing.T) {
	m := newMemory(t)
	dsdt := m.table("DSDT", 2, s5)
	fadt := m.table("FACP", 6, fadtBody(dsdt, func(b []byte) {
		le.PutUint32(b[fadtFlags:], fadtHWReduced)
		b[fadtSleepControl] = SpaceMemory
		le.PutUint64(b[fadtSleepControl+4:], 0xfea00200)
		le.PutUint16(b[fadtBootFlags:], bootNoVGA|bootNoRTC)
	}))
	m.rsdp(0xf0000, 0, m.table("XSDT", 1, words64(fadt)))
	var got Tables
	m.find(&got, 0)
	want := Sleep{Known: true, TypeA: 5, TypeB: 1, Control: Register{SpaceMemory, 0xfea00200}}
	if got.Sleep != want {
		t.Errorf("sleep %+v, want %+v", got.Sleep, want)
	}
	if got.PMTimer.Address != 0 || got.Reset.Address != 0 {
		t.Errorf("PM timer %+v and reset %+v, want neither", got.PMTimer, got.Reset)
	}
	if !got.No8042 || !got.NoVGA || !got.NoRTC {
		t.Errorf("8042, VGA, RTC absent: %v %v %v, want all", got.No8042, got.NoVGA, got.NoRTC)
	}
}

// TestShortFADT reads a table of ACPI 1.0, which ends after the flags.
func TestShortFADT(t *testing.T) {
	m := newMemory(t)
	dsdt := m.table("DSDT", 1, s5)
	fadt := m.table("FACP", 1, fadtBody(dsdt, nil)[:116-headerSize])
	m.rsdp(0xf0000, m.table("RSDT", 1, words32(fadt)), 0)
	var got Tables
	m.find(&got, 0)
	if got.Reset.Address != 0 {
		t.Errorf("reset register %+v read past the end of the table", got.Reset)
	}
	if !got.Sleep.Known || got.Sleep.PM1aControl.Address != 0x604 || got.No8042 {
		t.Errorf("sleep %+v, no 8042 %v", got.Sleep, got.No8042)
	}
}

// TestS5 finds the package by its encoding and nothing that only looks like it.
func TestS5(t *testing.T) {
	for name, c := range map[string]struct {
		code []byte
		want Sleep
	}{
		"root prefix":   {[]byte{amlName, '\\', '_', 'S', '5', '_', amlPackage, 6, 4, 0, 0, 0, 0}, Sleep{Known: true}},
		"long length":   {[]byte{amlName, '_', 'S', '5', '_', amlPackage, 0x47, 0, 2, amlWord, 7, 0, amlByte, 3}, Sleep{Known: true, TypeA: 7, TypeB: 3}},
		"at the end":    {[]byte{amlName, '_', 'S', '5', '_', amlPackage, 4, 2, 1, 1}, Sleep{Known: true, TypeA: 1, TypeB: 1}},
		"cut off":       {[]byte{amlName, '_', 'S', '5', '_', amlPackage, 4, 2, 1, amlByte}, Sleep{}},
		"a reference":   {[]byte{0x70, '_', 'S', '5', '_', amlPackage, 6, 4, 0, 0, 0, 0}, Sleep{}},
		"not a package": {[]byte{amlName, '_', 'S', '5', '_', amlByte, 6, 4, 0, 0, 0, 0}, Sleep{}},
		"out of range":  {[]byte{amlName, '_', 'S', '5', '_', amlPackage, 6, 4, amlByte, 8, 0, 0}, Sleep{}},
		"absent":        {[]byte{amlName, '_', 'S', '4', '_', amlPackage, 6, 4, 0, 0, 0, 0}, Sleep{}},
		"after a decoy": {append([]byte{0x70, '_', 'S', '5', '_', 0}, s5...), Sleep{Known: true, TypeA: 5, TypeB: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMemory(t)
			at := m.table("SSDT", 2, c.code)
			m.rsdp(0xf0000, 0, m.table("XSDT", 1, words64(at)))
			var got Tables
			m.find(&got, 0)
			if got.Sleep != c.want {
				t.Errorf("sleep %+v, want %+v", got.Sleep, c.want)
			}
		})
	}
}

// TestBroken treats what does not check as absent.
func TestBroken(t *testing.T) {
	const rsdp = 0xf0000
	for name, damage := range map[string]func(m *memory){
		"root pointer": func(m *memory) { m.data[rsdp+9]++ },
		"root table":   func(m *memory) { m.data[m.next-16]++ },
		"no memory":    func(m *memory) { m.data = m.data[:0x1000] },
		"points outside": func(m *memory) {
			clear(m.data[rsdp : rsdp+rsdpSize2])
			m.rsdp(rsdp, 0xfffffff0, ^uintptr(15))
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := machine(t, rsdp, true)
			damage(m)
			var got Tables
			if m.find(&got, rsdp) || got.Present {
				t.Errorf("found %+v", got)
			}
		})
	}
}

// TestGarbage survives tables full of random bytes under valid checksums.
func TestGarbage(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	body := func() []byte {
		b := make([]byte, random.Intn(300))
		random.Read(b)
		return b
	}
	for range 300 {
		m := newMemory(t)
		var tables []uintptr
		for _, signature := range []string{"APIC", "FACP", "HPET", "MCFG", "SSDT"} {
			tables = append(tables, m.table(signature, uint8(random.Intn(8)), body()))
		}
		tables = append(tables, uintptr(random.Uint64()), 0, 0x10ffff)
		m.rsdp(0xf0000, 0, m.table("XSDT", 1, words64(tables...)))
		var got Tables
		if !m.find(&got, 0) {
			t.Fatal("the root table is sound, but was not found")
		}
		if got.NumCPUs > MaxCPUs || got.NumIOAPICs > MaxIOAPICs || got.NumOverrides > MaxOverrides {
			t.Fatalf("counts %d, %d, %d exceed the arrays", got.NumCPUs, got.NumIOAPICs, got.NumOverrides)
		}
	}
}

// TestManyCPUs keeps as many processors as there is room for.
func TestManyCPUs(t *testing.T) {
	body := append([]byte(nil), madtBody[:8]...)
	for i := range MaxCPUs + 10 {
		body = append(body, 9, 16, 0, 0, byte(i), byte(i>>8), 0, 0, 1, 0, 0, 0, 0, 0, 0, 0)
	}
	m := newMemory(t)
	m.rsdp(0xf0000, 0, m.table("XSDT", 1, words64(m.table("APIC", 3, body))))
	var got Tables
	m.find(&got, 0)
	if got.NumCPUs != MaxCPUs {
		t.Errorf("%d processors, want %d", got.NumCPUs, MaxCPUs)
	}
}
