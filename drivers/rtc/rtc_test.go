package rtc

import (
	"errors"
	"testing"
	"time"

	"eggcup/kernel/core/acpi"
	"eggcup/kernel/unit"
)

// install puts a clock with a reading under the driver and returns where the
// wall clock is kept.
func install(t *testing.T, seconds int64, ok bool) *int64 {
	now := new(int64)
	oldRead, oldWall, oldSet, oldIsSet, oldDeny := read, wall, setWall, isSet, acpi.Machine.NoRTC
	t.Cleanup(func() { read, wall, setWall, isSet, acpi.Machine.NoRTC = oldRead, oldWall, oldSet, oldIsSet, oldDeny })
	read = func() (int64, bool) { return seconds, ok }
	wall = func() int64 { return *now }
	setWall = func(ns int64) { *now = ns }
	isSet = func() bool { return *now != 0 }
	return now
}

// TestInit sets the wall clock once and leaves one that is set alone.
func TestInit(t *testing.T) {
	now := install(t, 1_800_000_000, true)
	for range 2 {
		if err := Init(); err != nil {
			t.Fatal(err)
		}
		if *now != 1_800_000_000*int64(time.Second) {
			t.Errorf("wall clock %d", *now)
		}
		read = func() (int64, bool) { return 5, true }
	}
}

// TestAbsent skips a machine without a clock or with an invalid date.
func TestAbsent(t *testing.T) {
	install(t, 0, false)
	if err := Init(); !errors.Is(err, unit.ErrAbsent) {
		t.Errorf("error %v", err)
	}
	now := install(t, 1_800_000_000, true)
	acpi.Machine.NoRTC = true
	if err := Init(); !errors.Is(err, unit.ErrAbsent) || *now != 0 {
		t.Errorf("error %v, wall clock %d although the firmware denies it", err, *now)
	}
}
