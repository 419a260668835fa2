package apic

import (
	"testing"

	"eggcup/kernel/core/acpi"
	"eggcup/kernel/core/x86"
)

const (
	localAt = 0x1000
	ioAt    = 0x2000
	io2At   = 0x3000
)

// machine is a fake register file: a local APIC, MSRs, I/O APICs of 24 and 8
// lines, and the 8259s' ports.
type machine struct {
	local    map[uint32]uint32
	msr      map[uint32]uint64
	features uint32 // CPUID.1:ECX
	io       map[uintptr]map[uint32]uint32
	selected map[uintptr]uint32
	accesses int // to I/O APICs
	ports    []uint8
}

func install(t *testing.T) *machine {
	m := &machine{
		local:    map[uint32]uint32{regID: 3 << 24},
		msr:      map[uint32]uint64{x86.MSRAPICBase: 0xfee00000 | baseEnable},
		io:       map[uintptr]map[uint32]uint32{ioAt: {ioVersion: 23<<16 | 0x11}, io2At: {ioVersion: 7<<16 | 0x11}},
		selected: map[uintptr]uint32{},
	}
	oldRead, oldWrite, oldReadMSR, oldWriteMSR, oldCPUID, oldOut := mmioRead, mmioWrite, readMSR, writeMSR, cpuid, out8
	mmioRead, mmioWrite = m.read, m.write
	readMSR = func(r uint32) uint64 { return m.msr[r] }
	writeMSR = func(r uint32, v uint64) { m.msr[r] = v }
	cpuid = func(leaf, _ uint32) (a, b, c, d uint32) { return 0, 0, m.features, 0 }
	out8 = func(_ uint16, v uint8) { m.ports = append(m.ports, v) }
	oldTables := acpi.Machine
	t.Cleanup(func() {
		mmioRead, mmioWrite, readMSR, writeMSR, cpuid, out8 = oldRead, oldWrite, oldReadMSR, oldWriteMSR, oldCPUID, oldOut
		acpi.Machine = oldTables
		localBase, x2apic, deadline, ioCount = 0, false, false, 0
	})
	return m
}

func (m *machine) read(addr uintptr) uint32 {
	if page := addr &^ 0xfff; page != localAt {
		m.accesses++
		return m.io[page][m.selected[page]]
	}
	return m.local[uint32(addr-localAt)]
}

func (m *machine) write(addr uintptr, v uint32) {
	switch page := addr &^ 0xfff; {
	case page == localAt:
		m.local[uint32(addr-localAt)] = v
	case addr-page == ioSelect:
		m.accesses++
		m.selected[page] = v
	default:
		m.accesses++
		m.io[page][m.selected[page]] = v
	}
}

// TestInitLocal enables the APIC with a stopped one-shot timer and masks the
// local lines that nobody handles.
func TestInitLocal(t *testing.T) {
	m := install(t)
	m.msr[x86.MSRAPICBase] = 0xfee00000
	InitLocal(localAt, 0x30, 0xff)
	if m.msr[x86.MSRAPICBase]&baseEnable == 0 {
		t.Error("APIC not enabled globally")
	}
	want := map[uint32]uint32{
		regSVR: svrEnable | 0xff, regLVTTimer: 0x30, regDivide: divideByOne, regInitialCount: 0,
		regLVTLINT0: lvtMasked, regLVTLINT1: lvtNMI, regLVTError: lvtMasked,
	}
	for r, v := range want {
		if m.local[r] != v {
			t.Errorf("register %#x is %#x, want %#x", r, m.local[r], v)
		}
	}
	if ID() != 3 || HasDeadline() {
		t.Errorf("ID %d, deadline %v", ID(), HasDeadline())
	}
	ArmCount(1000)
	if m.local[regInitialCount] != 1000 {
		t.Error("ArmCount did not set the count")
	}
	StopTimer()
	if m.local[regInitialCount] != 0 {
		t.Error("StopTimer left the timer running")
	}
	m.local[regEOI] = 1
	if EOI(); m.local[regEOI] != 0 {
		t.Error("no EOI")
	}
}

// TestX2APIC reaches the same registers by MSR and arms TSC deadlines.
func TestX2APIC(t *testing.T) {
	m := install(t)
	m.msr[x86.MSRAPICBase] |= baseX2APIC
	m.msr[0x802] = 0x12345
	m.features = cpuidDeadline
	InitLocal(0, 0x30, 0xff)
	if got := m.msr[0x832]; got != lvtDeadline|0x30 {
		t.Errorf("timer entry %#x", got)
	}
	if got := m.msr[0x80f]; got != svrEnable|0xff {
		t.Errorf("spurious vector register %#x", got)
	}
	if ID() != 0x12345 || !HasDeadline() {
		t.Errorf("ID %#x, deadline %v", ID(), HasDeadline())
	}
	if ArmDeadline(77); m.msr[x86.MSRTSCDeadln] != 77 {
		t.Error("deadline not armed")
	}
	if StopTimer(); m.msr[x86.MSRTSCDeadln] != 0 {
		t.Error("deadline still armed")
	}
}

// TestCounter counts upwards with the interrupt masked.
func TestCounter(t *testing.T) {
	m := install(t)
	StartCounter(localAt)
	if m.local[regLVTTimer]&lvtMasked == 0 || m.local[regInitialCount] != ^uint32(0) {
		t.Errorf("timer entry %#x, count %#x", m.local[regLVTTimer], m.local[regInitialCount])
	}
	m.local[regCurrentCount] = ^uint32(0) - 500
	if Counter() != 500 {
		t.Errorf("counted %d, want 500", Counter())
	}
}

// TestMaskPIC moves the 8259s away from the exceptions and masks all lines.
func TestMaskPIC(t *testing.T) {
	m := install(t)
	MaskPIC()
	want := []uint8{0x11, 0x11, PICVector, PICVector + 8, 4, 2, 1, 1, 0xff, 0xff}
	if string(m.ports) != string(want) {
		t.Errorf("wrote %#v, want %#v", m.ports, want)
	}
}

// routes takes over both I/O APICs of a machine with the usual overrides.
func routes(t *testing.T) *machine {
	m := install(t)
	acpi.Machine.NumOverrides = copy(acpi.Machine.Overrides[:], []acpi.Override{
		{IRQ: 0, GSI: 2},
		{IRQ: 9, GSI: 9, Flags: 0x0d},   // active high, level
		{IRQ: 10, GSI: 26, Flags: 0x0f}, // active low, level
	})
	InitLocal(localAt, 0x30, 0xff)
	AddIOAPIC(ioAt, 0)
	AddIOAPIC(io2At, 24)
	return m
}

// TestAddIOAPIC masks every line of a controller and none beyond.
func TestAddIOAPIC(t *testing.T) {
	m := routes(t)
	for line := range 24 {
		if m.io[ioAt][entry(line)] != redirectMasked {
			t.Errorf("line %d is not masked", line)
		}
	}
	if _, touched := m.io[io2At][entry(8)]; touched {
		t.Error("wrote to a line that the second controller does not have")
	}
	for gsi, want := range map[int]bool{-1: false, 0: true, 23: true, 24: true, 31: true, 32: false} {
		if HasGSI(gsi) != want {
			t.Errorf("HasGSI(%d) is %v", gsi, !want)
		}
	}
}

// TestRoute gives each interrupt the polarity and trigger mode that the
// firmware says, or those of its bus.
func TestRoute(t *testing.T) {
	m := routes(t)
	for _, c := range []struct {
		gsi  int
		at   uintptr
		line int
		want uint32
	}{
		{4, ioAt, 4, 0x50},
		{2, ioAt, 2, 0x50},
		{9, ioAt, 9, 0x50 | redirectLevel},
		{20, ioAt, 20, 0x50 | redirectLevel | redirectLow},
		{26, io2At, 2, 0x50 | redirectLevel | redirectLow},
	} {
		if !Route(c.gsi, 0x50) {
			t.Errorf("GSI %d not routed", c.gsi)
		}
		if low := m.io[c.at][entry(c.line)]; low != c.want {
			t.Errorf("GSI %d: entry %#x, want %#x", c.gsi, low, c.want)
		}
		if high := m.io[c.at][entry(c.line)+1]; high != 3<<redirectDest {
			t.Errorf("GSI %d: destination %#x", c.gsi, high)
		}
	}
	if Route(99, 0x50) {
		t.Error("routed an interrupt that no controller serves")
	}
	if GSI(0) != 2 || GSI(4) != 4 || GSI(10) != 26 {
		t.Errorf("ISA 0, 4, 10 are GSI %d, %d, %d", GSI(0), GSI(4), GSI(10))
	}
}

// TestFired masks a level-triggered line until the driver unmasks it and keeps
// an edge-triggered one open.
func TestFired(t *testing.T) {
	m := routes(t)
	Route(4, 0x50)
	Route(9, 0x51)
	for gsi, masked := range map[int]bool{4: false, 9: true} {
		m.local[regEOI] = 1
		Fired(gsi)
		if got := m.io[ioAt][entry(gsi)]&redirectMasked != 0; got != masked {
			t.Errorf("GSI %d masked: %v", gsi, got)
		}
		if m.local[regEOI] != 0 {
			t.Errorf("GSI %d: no EOI", gsi)
		}
	}
	Unmask(9)
	if got := m.io[ioAt][entry(9)]; got != redirectLevel|0x51 {
		t.Errorf("after Unmask the entry is %#x", got)
	}
	if Mask(4); m.io[ioAt][entry(4)]&redirectMasked == 0 {
		t.Error("Mask left the line open")
	}
}

// TestMaskAccesses masks and unmasks a line by a write each.
func TestMaskAccesses(t *testing.T) {
	m := routes(t)
	Route(9, 0x51)
	Route(20, 0x52)
	Mask(9)
	m.accesses = 0
	for range 10 {
		Unmask(9)
		Mask(9)
	}
	if m.accesses != 20 {
		t.Errorf("%d accesses", m.accesses)
	}
	Mask(20)
	if Unmask(9); m.io[ioAt][entry(9)] != redirectLevel|0x51 || m.io[ioAt][entry(20)]&redirectMasked == 0 {
		t.Errorf("the entries are %#x and %#x", m.io[ioAt][entry(9)], m.io[ioAt][entry(20)])
	}
}
