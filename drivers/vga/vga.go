// Package vga shows the console on a VGA screen in text mode, 80 columns by 25
// lines, as a PC's BIOS leaves it.
//
// It only looks for the adapter; the writing is the kernel's (core/console), so
// that the report of a kernel bug is seen on the screen too. What was printed
// before is shown when the unit starts. An adapter that a UEFI firmware has
// left in a graphics mode is not used.
//
// Specification: IBM VGA, text mode 3.
//
// Context: goroutine.
//
// Try it: qemu-system-x86_64 -vga std -kernel kernel.elf
package vga

import (
	"sync/atomic"

	"eggcup/kernel/core/acpi"
	"eggcup/kernel/core/x86"
	"eggcup/kernel/rawsys"
	"eggcup/kernel/unit"
)

// Hardware and kernel access, replaced by the tests.
var (
	in8    = x86.In8
	out8   = x86.Out8
	attach = func() error {
		if _, errno := rawsys.Call(rawsys.ConsoleVGA, 0, 0, 0, 0, 0, 0); errno != 0 {
			return errno
		}
		return nil
	}
)

var started atomic.Bool

// Init shows the console on the screen if there is one in text mode.
func Init() error {
	if !started.CompareAndSwap(false, true) {
		return nil
	}
	if err := detect(acpi.Machine.NoVGA); err != nil {
		return err
	}
	if err := attach(); err != nil {
		return unit.Wrap("vga: map frame buffer", err)
	}
	return nil
}

// detect looks for a colour adapter in text mode.
func detect(firmwareDenies bool) error {
	if firmwareDenies || !hasCRTC() {
		return unit.Absent("no VGA adapter")
	}
	old := in8(graphicsIndex)
	out8(graphicsIndex, graphicsMisc)
	misc := in8(graphicsData)
	out8(graphicsIndex, old)
	if misc&miscGraphics != 0 || misc&miscMap != miscMapText {
		return unit.Absent("the screen is not in text mode")
	}
	return nil
}

// hasCRTC reports whether the cursor's position can be written and read back.
func hasCRTC() bool {
	out8(crtcIndex, crtcCursorLow)
	old := in8(crtcData)
	keeps := true
	for _, probe := range [...]uint8{0x55, 0xaa} {
		out8(crtcData, probe)
		keeps = keeps && in8(crtcData) == probe
	}
	out8(crtcData, old)
	return keeps
}
