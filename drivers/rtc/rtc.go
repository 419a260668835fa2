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
	klog.Debug("rtc", format(wall()/nanoseconds))
	return nil
}

// nanoseconds in a second.
const nanoseconds = 1_000_000_000

// format writes a time in seconds since 1970 as RFC 3339 has it. A time.Time
// would bring the time zones into the kernel, some 45 KiB.
//
// The date is counted in eras of 400 years that begin on 1 March, so that the
// leap day is the last of a year (Hinnant, chrono-Compatible Low-Level Date
// Algorithms, 2013).
func format(unix int64) string {
	days, second := unix/86400, int(unix%86400)
	days += 719468 // from 1 March 0000
	era, day := days/146097, days%146097
	year := (day - day/1460 + day/36524 - day/146096) / 365
	day -= 365*year + year/4 - year/100
	month := (5*day + 2) / 153 // 0 is March
	day -= (153*month + 2) / 5
	year += 400 * era
	if month += 3; month > 12 {
		month -= 12
		year++
	}
	return klog.Int(year) + "-" + two(int(month)) + "-" + two(int(day)+1) +
		"T" + two(second/3600) + ":" + two(second/60%60) + ":" + two(second%60) + "Z"
}

func two(n int) string { return string([]byte{byte('0' + n/10), byte('0' + n%10)}) }
