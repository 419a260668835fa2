// Package qemuexit says whether QEMU's exit devices are there: isa-debugcon at
// port 0x502, which takes the exit code as a line of text, and isa-debug-exit
// at 0xf4, which ends QEMU.
//
// Using them is the kernel's business (core/power), and depends on the
// configuration alone: a program that ends before its units start has an exit
// code too.
//
// Context: goroutine.
//
// Try it: qemu-system-x86_64 -device isa-debug-exit,iobase=0xf4,iosize=0x04
// -chardev file,id=code,path=code.txt -device isa-debugcon,iobase=0x502,chardev=code
package qemuexit

import (
	"eggcup/kernel/core/power"
	"eggcup/kernel/unit"
)

// present is replaced by the tests.
var present = power.HasQEMUExit

// Init looks for the devices.
func Init() error {
	if !present() {
		return unit.Absent("no isa-debugcon at port 0x502")
	}
	return nil
}
