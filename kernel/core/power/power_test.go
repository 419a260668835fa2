package power

import (
	"fmt"
	"reflect"
	"testing"
)

// off is what the fake machine panics with when it goes off, is reset or stops.
type off string

// machine is fake hardware that records what is written to it.
type machine struct {
	writes    []string
	exits     bool   // isa-debug-exit is there
	s5        uint16 // PM1a control value that switches off
	resetPort uint16 // writing there resets
	pm1       uint16
	sciOn     bool // SMI command 0xf1 sets SCI_EN
}

func (m *machine) log(format string, args ...any) {
	m.writes = append(m.writes, fmt.Sprintf(format, args...))
}

func (m *machine) out8(port uint16, v uint8) {
	m.log("%#x=%#x", port, v)
	if port == m.resetPort && port != 0 {
		panic(off("reset"))
	}
	if port == 0xb2 && v == 0xf1 && m.sciOn {
		m.pm1 |= pm1SCIEnable
	}
}

func (m *machine) out16(port uint16, v uint16) {
	m.log("%#x=%#x", port, v)
	if port == 0x604 {
		m.pm1 = v
		if m.s5 != 0 && v == m.s5 {
			panic(off("S5"))
		}
	}
}

// run installs the machine, calls f and returns how the machine ended.
func (m *machine) run(t *testing.T, f func()) (end off) {
	t.Helper()
	defer func(a func(uint16) uint8, b func(uint16) uint16, c func(uint16, uint8), d func(uint16, uint16),
		e func(uint16, uint32), g func(uintptr, uint8), h, i, j func()) {
		in8, in16, out8, out16, out32, store8, stop, tripleFault, settle = a, b, c, d, e, g, h, i, j
		acpiSleep, acpiReset = ACPISleep{}, ACPIReset{}
		end, _ = recover().(off)
	}(in8, in16, out8, out16, out32, store8, stop, tripleFault, settle)
	in8 = func(uint16) uint8 { return 0xff }
	in16 = func(uint16) uint16 { return m.pm1 }
	out8, out16 = m.out8, m.out16
	out32 = func(port uint16, v uint32) {
		m.log("%#x=%#x", port, v)
		if m.exits {
			panic(off("debug exit"))
		}
	}
	store8 = func(address uintptr, v uint8) {
		m.log("[%#x]=%#x", address, v)
		panic(off("memory register"))
	}
	stop = func() { panic(off("halt")) }
	tripleFault = func() { panic(off("triple fault")) }
	settle = func() {}
	f()
	return "returned"
}

func (m *machine) expect(t *testing.T, writes ...string) {
	t.Helper()
	if !reflect.DeepEqual(m.writes, writes) {
		t.Errorf("wrote %q, want %q", m.writes, writes)
	}
}

// TestDebugExit writes the code as a decimal line before it ends QEMU.
func TestDebugExit(t *testing.T) {
	for code, digits := range map[int]string{0: "0", 7: "7", 42: "42", 255: "255", 256: "0", -1: "255"} {
		m := &machine{exits: true}
		if end := m.run(t, func() { Exit(code) }); end != "debug exit" {
			t.Errorf("Exit(%d): %s", code, end)
		}
		var want []string
		for _, c := range digits + "\n" {
			want = append(want, fmt.Sprintf("0x502=%#x", c))
		}
		m.expect(t, append(want, fmt.Sprintf("0xf4=%#x", code&0xff))...)
	}
}

// TestSwitchOff enters S5 by PM1 when QEMU's device is absent, after taking
// the registers from the firmware.
func TestSwitchOff(t *testing.T) {
	m := &machine{s5: 5<<10 | pm1Enable | pm1SCIEnable, sciOn: true}
	end := m.run(t, func() {
		SetACPISleep(ACPISleep{PM1aControl: 0x604, TypeA: 5, SMICommand: 0xb2, ACPIEnable: 0xf1})
		Exit(3)
	})
	if end != "S5" {
		t.Errorf("ended by %s", end)
	}
	m.expect(t, "0x502=0x33", "0x502=0xa", "0xf4=0x3", "0xb2=0xf1", "0x604=0x1401", "0x604=0x3401")
}

// TestSwitchOffHalts stops when neither ACPI's registers nor anything else work.
func TestSwitchOffHalts(t *testing.T) {
	m := &machine{}
	end := m.run(t, func() {
		SetACPISleep(ACPISleep{PM1aControl: 0x604, PM1bControl: 0x704, TypeA: 1, TypeB: 2, SMICommand: 0xb2})
		switchOff()
		Exit(0)
	})
	if end != "halt" {
		t.Errorf("ended by %s", end)
	}
	if got := m.writes[3:5]; got[0] != "0x704=0x800" || got[1] != "0x704=0x2800" {
		t.Errorf("PM1b got %q", got)
	}
}

// TestHardwareReduced writes the sleep control register of a machine that has
// no PM1 registers.
func TestHardwareReduced(t *testing.T) {
	m := &machine{}
	m.run(t, func() {
		SetACPISleep(ACPISleep{TypeA: 5, SleepControl: Register{Memory: true, Address: 0x7000}})
		switchOff()
	})
	m.expect(t, "[0x7000]=0x34")
}

// TestReboot tries the ACPI register, the keyboard controller and a triple
// fault in this order.
func TestReboot(t *testing.T) {
	acpi := ACPIReset{Register{Address: 0xcf9}, 0x0f}
	for want, c := range map[off]struct {
		m      machine
		reset  ACPIReset
		writes []string
	}{
		"reset":        {machine{resetPort: 0xcf9}, acpi, []string{"0xcf9=0xf"}},
		"triple fault": {machine{}, acpi, []string{"0xcf9=0xf", "0x64=0xfe"}},
	} {
		if end := c.m.run(t, func() { SetACPIReset(c.reset); Reboot() }); end != want {
			t.Errorf("ended by %s, want %s", end, want)
		}
		c.m.expect(t, c.writes...)
	}
	m := machine{resetPort: 0x64}
	if end := m.run(t, Reboot); end != "reset" {
		t.Errorf("without ACPI ended by %s", end)
	}
}

// TestPanic powers off with the configured code in the default configuration.
func TestPanic(t *testing.T) {
	m := &machine{exits: true}
	if end := m.run(t, Panic); end != "debug exit" {
		t.Errorf("ended by %s", end)
	}
	m.expect(t, "0x502=0x32", "0x502=0xa", "0xf4=0x2")
}

// TestHasQEMUExit asks the debug console for its signature.
func TestHasQEMUExit(t *testing.T) {
	m := &machine{}
	m.run(t, func() {
		if HasQEMUExit() {
			t.Error("found on a bus that reads 0xff")
		}
		in8 = func(port uint16) uint8 { return debugConReads }
		if !HasQEMUExit() {
			t.Error("not found although it answers")
		}
	})
}
