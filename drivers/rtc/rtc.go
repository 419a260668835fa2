// Package rtc is the wall clock: the battery-backed CMOS clock of a PC.
//
// The kernel reads it at boot (core/clock), before the program's own packages
// are initialised, so that none of them sees the year 1970. This unit says in
// the log what was found, and tries once more if that failed.
//
// Specification: Motorola MC146818A. The clock is taken to count UTC.
//
// Context: goroutine.
//
// Try it: qemu-system-x86_64 -rtc base=2030-01-01T00:00:00 -kernel kernel.elf
package rtc

import (
	"eggcup/kernel/core/acpi"
	"eggcup/kernel/core/clock"
	"eggcup/kernel/klog"
	"eggcup/kernel/unit"
)

// Clock access, replaced by the tests.
var (
	read    = clock.ReadRTC
	wall    = clock.Walltime
	setWall = clock.SetWalltime
	isSet   = clock.HasWalltime
)

// Init makes sure that the wall clock is set.
func Init() error {
	if !isSet() {
		if acpi.Machine.NoRTC {
			return unit.Absent("no CMOS clock")
		}
		seconds, ok := read()
		if !ok {
			return unit.Absent("no CMOS clock with a valid date")
		}
		setWall(seconds * nanoseconds)
	}
	klog.Debug("rtc", klog.Int(wall()/nanoseconds), " s since 1970")
	return nil
}

// nanoseconds in a second.
const nanoseconds = 1_000_000_000
