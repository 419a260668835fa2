// Package acpi tells the kernel how this machine is switched off and reset:
// what its ACPI tables, which the kernel reads at boot (core/acpi), say about
// the soft-off state S5 and the reset register.
//
// Specification: ACPI 6.5, 4.8.3. The power button and other events are not
// handled; there is no AML interpreter.
//
// Context: goroutine.
//
// Try it: qemu-system-x86_64 -machine q35 -no-reboot -kernel kernel.elf, with
// the QEMU exit device switched off in the configuration.
package acpi

import (
	"eggcup/kernel/core/acpi"
	"eggcup/kernel/core/power"
	"eggcup/kernel/klog"
	"eggcup/kernel/unit"
)

// Registration, replaced by the tests.
var (
	setSleep = power.SetACPISleep
	setReset = power.SetACPIReset
)

// Init registers with the kernel what the machine's tables say.
func Init() error { return register(&acpi.Machine) }

func register(t *acpi.Tables) error {
	if !t.Present {
		return unit.Absent("no ACPI tables")
	}
	off, canSwitchOff := sleep(&t.Sleep)
	if canSwitchOff {
		setSleep(off)
		klog.Debug("acpi", "S5 by ", describe(off))
	}
	reset, canReset := address(t.Reset)
	if canReset {
		setReset(power.ACPIReset{Register: reset, Value: t.ResetValue})
	}
	if !canSwitchOff {
		return unit.Absent("the ACPI tables do not say how to switch the machine off")
	}
	return nil
}

// sleep translates the tables' way into S5; it reports whether there is one.
func sleep(s *acpi.Sleep) (power.ACPISleep, bool) {
	off := power.ACPISleep{TypeA: s.TypeA, TypeB: s.TypeB, SMICommand: s.SMICommand, ACPIEnable: s.ACPIEnable}
	off.SleepControl, _ = address(s.Control)
	off.PM1aControl = port(s.PM1aControl)
	off.PM1bControl = port(s.PM1bControl)
	return off, s.Known && (off.SleepControl.Address != 0 || off.PM1aControl != 0)
}

// port returns the port of a register in I/O space; PM1 registers are nowhere
// else on a PC.
func port(r acpi.Register) uint16 {
	if r.Space != acpi.SpaceIO || r.Address > 0xffff {
		return 0
	}
	return uint16(r.Address)
}

// address translates a register that may also be in memory.
func address(r acpi.Register) (power.Register, bool) {
	if r.Address == 0 || r.Space == acpi.SpaceIO && port(r) == 0 {
		return power.Register{}, false
	}
	return power.Register{Memory: r.Space == acpi.SpaceMemory, Address: r.Address}, true
}

func describe(s power.ACPISleep) string {
	if s.SleepControl.Address != 0 {
		return "the sleep control register at " + klog.Hex(uint64(s.SleepControl.Address))
	}
	return "the PM1 control register at port " + klog.Hex(uint64(s.PM1aControl))
}
