package acpi

import (
	"errors"
	"testing"

	"eggcup/kernel/core/acpi"
	"eggcup/kernel/core/power"
	"eggcup/kernel/unit"
)

// registered is what reached the kernel.
type registered struct {
	sleep power.ACPISleep
	reset power.ACPIReset
}

func install(t *testing.T) *registered {
	r := new(registered)
	oldSleep, oldReset := setSleep, setReset
	t.Cleanup(func() { setSleep, setReset = oldSleep, oldReset })
	setSleep = func(s power.ACPISleep) { r.sleep = s }
	setReset = func(s power.ACPIReset) { r.reset = s }
	return r
}

func port16(address uintptr) acpi.Register {
	return acpi.Register{Space: acpi.SpaceIO, Address: address}
}

// TestRegister hands over the registers of an ordinary and of a
// hardware-reduced machine.
func TestRegister(t *testing.T) {
	for name, c := range map[string]struct {
		tables acpi.Tables
		want   registered
	}{
		"ordinary": {
			acpi.Tables{Present: true, Reset: port16(0xcf9), ResetValue: 0xf, Sleep: acpi.Sleep{
				Known: true, TypeA: 5, TypeB: 1, PM1aControl: port16(0x604), PM1bControl: port16(0x704), SMICommand: 0xb2, ACPIEnable: 2}},
			registered{
				power.ACPISleep{PM1aControl: 0x604, PM1bControl: 0x704, TypeA: 5, TypeB: 1, SMICommand: 0xb2, ACPIEnable: 2},
				power.ACPIReset{Register: power.Register{Address: 0xcf9}, Value: 0xf}},
		},
		"hardware-reduced": {
			acpi.Tables{Present: true, Reset: acpi.Register{Address: 0xfea00202}, ResetValue: 0x42, Sleep: acpi.Sleep{
				Known: true, TypeA: 5, Control: acpi.Register{Address: 0xfea00200}}},
			registered{
				power.ACPISleep{TypeA: 5, SleepControl: power.Register{Memory: true, Address: 0xfea00200}},
				power.ACPIReset{Register: power.Register{Memory: true, Address: 0xfea00202}, Value: 0x42}},
		},
	} {
		got := install(t)
		if err := register(&c.tables); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if *got != c.want {
			t.Errorf("%s: registered %+v, want %+v", name, *got, c.want)
		}
	}
}

// TestAbsent registers nothing for switching off where something is missing,
// but a reset register still counts.
func TestAbsent(t *testing.T) {
	for name, tables := range map[string]acpi.Tables{
		"no tables":          {},
		"no \\_S5":           {Present: true, Sleep: acpi.Sleep{PM1aControl: port16(0x604)}},
		"no register":        {Present: true, Sleep: acpi.Sleep{Known: true}},
		"register in memory": {Present: true, Sleep: acpi.Sleep{Known: true, PM1aControl: acpi.Register{Address: 0x1000}}},
		"impossible port":    {Present: true, Sleep: acpi.Sleep{Known: true, PM1aControl: port16(0x10604)}},
	} {
		got := install(t)
		if err := register(&tables); !errors.Is(err, unit.ErrAbsent) || got.sleep != (power.ACPISleep{}) {
			t.Errorf("%s: error %v, registered %+v", name, err, got.sleep)
		}
	}
	got := install(t)
	if err := register(&acpi.Tables{Present: true, Reset: port16(0xcf9), ResetValue: 6}); err == nil || got.reset.Value != 6 {
		t.Errorf("error %v, reset %+v", err, got.reset)
	}
}
