// Package power ends the machine's work: exit with a code, reset, halt.
//
// Specifications: ACPI 6.5, 4.8.3 (PM1 control, sleep control and reset
// registers); i8042 command 0xfe; QEMU's isa-debugcon and isa-debug-exit.
//
// Under QEMU an exit code leaves the guest as a line of decimal digits on the
// debug console, because isa-debug-exit alone can only return odd codes;
// `eggcup run` reads that line. Whether that pair is used is the constant
// QEMUEXIT of the configuration, so that it works from the first instruction
// on. How ACPI does it is plain data, registered by drivers/acpi.
//
// Context: kernel, with interrupts off from here on; nothing returns. Only
// registering and asking is for goroutines; a program exits by exit_group(2).
//
// Try it: qemu-system-x86_64 -device isa-debug-exit,iobase=0xf4,iosize=0x04
// -chardev file,id=code,path=code.txt -device isa-debugcon,iobase=0x502,chardev=code
package power

import (
	"unsafe"

	"eggcup/kernel/config"
	"eggcup/kernel/core/clock"
	"eggcup/kernel/core/console"
	"eggcup/kernel/core/memory"
	"eggcup/kernel/core/raw"
	"eggcup/kernel/core/x86"
)

// Hardware access, replaced by the tests.
var (
	in8         = x86.In8
	in16        = x86.In16
	out8        = x86.Out8
	out16       = x86.Out16
	out32       = x86.Out32
	store8      = storePhysical
	stop        = x86.Stop
	tripleFault = noIDT
	settle      = pause
)

// Register is a hardware register of 8 bits: an I/O port or, with Memory set, a
// physical address. Address 0 is none.
type Register struct {
	Memory  bool
	Address uintptr
}

// ACPISleep is how ACPI enters S5, the soft-off state.
type ACPISleep struct {
	// Of an ordinary machine: PM1 control registers and the values of \_S5.
	PM1aControl, PM1bControl uint16
	TypeA, TypeB             uint8
	// SMICommand takes ACPIEnable to hand the registers from the firmware to
	// the operating system; 0 where that is not needed.
	SMICommand uint16
	ACPIEnable uint8
	// SleepControl is the register of a hardware-reduced machine, which takes
	// TypeA; it goes before the PM1 registers.
	SleepControl Register
}

// ACPIReset is the reset register and what to write there.
type ACPIReset struct {
	Register Register
	Value    uint8
}

var (
	acpiSleep ACPISleep
	acpiReset ACPIReset
)

// SetACPISleep registers how to switch the machine off.
//
// Context: goroutine or boot.
func SetACPISleep(s ACPISleep) { acpiSleep = s }

// SetACPIReset registers how to reset the machine.
//
// Context: goroutine or boot.
func SetACPIReset(r ACPIReset) { acpiReset = r }

// HasQEMUExit reports whether QEMU's debug console answers.
//
// Context: any.
func HasQEMUExit() bool { return in8(portDebugCon) == debugConReads }

// Exit ends the machine with an exit code: through QEMU's exit device if that
// is configured, else by switching off. A machine that can do neither halts.
//
// Context: kernel; does not return.
func Exit(code int) {
	console.Drain()
	if config.Qemuexit {
		debugExit(code)
	}
	switchOff()
	console.Print("\npower: nothing switches this machine off: halted\n")
	Halt()
}

// Reboot resets the machine.
//
// Context: kernel; does not return.
func Reboot() {
	console.Drain()
	if acpiReset.Register.Address != 0 {
		write8(acpiReset.Register, acpiReset.Value)
		settle()
	}
	for i := 0; i < pollLimit8042 && in8(port8042)&inputFull != 0; i++ {
		x86.Pause()
	}
	out8(port8042, pulseReset)
	settle()
	tripleFault()
	Halt()
}

// Halt stops this CPU for good.
//
// Context: kernel; does not return.
func Halt() {
	console.Drain()
	stop()
}

// Panic does what the configuration says after the report of a panic.
//
// Context: kernel; does not return.
func Panic() {
	switch {
	case config.PanicReboot:
		Reboot()
	case config.PanicPoweroff:
		Exit(config.PanicExitCode)
	}
	Halt()
}

// debugExit gives the code to QEMU. It returns if the devices are not there.
func debugExit(code int) {
	code &= 0xff
	if code >= 100 {
		out8(portDebugCon, uint8('0'+code/100))
	}
	if code >= 10 {
		out8(portDebugCon, uint8('0'+code/10%10))
	}
	out8(portDebugCon, uint8('0'+code%10))
	out8(portDebugCon, '\n')
	out32(portDebugExit, uint32(code))
}

// switchOff enters S5. It returns if ACPI is not registered or does not work.
func switchOff() {
	s := &acpiSleep
	if s.SleepControl.Address != 0 {
		write8(s.SleepControl, s.TypeA<<sleepType|sleepEnable)
		settle()
	}
	if s.PM1aControl == 0 {
		return
	}
	enableACPI(s)
	enterS5(s.PM1aControl, s.TypeA)
	if s.PM1bControl != 0 {
		enterS5(s.PM1bControl, s.TypeB)
	}
	settle()
}

// enableACPI takes the PM1 registers over from the firmware. That waits until
// here because from then on the power button is ours to handle.
func enableACPI(s *ACPISleep) {
	if s.SMICommand == 0 || in16(s.PM1aControl)&pm1SCIEnable != 0 {
		return
	}
	out8(s.SMICommand, s.ACPIEnable)
	for i := 0; i < pollLimitACPI && in16(s.PM1aControl)&pm1SCIEnable == 0; i++ {
		x86.Pause()
	}
}

// enterS5 writes the sleep type first and then with the enable bit, as the
// specification asks.
func enterS5(port uint16, sleepType uint8) {
	v := in16(port)&^(pm1TypeMask|pm1Enable) | uint16(sleepType)<<pm1SleepType
	out16(port, v)
	out16(port, v|pm1Enable)
}

func write8(r Register, v uint8) {
	if r.Memory {
		store8(r.Address, v)
	} else {
		out8(uint16(r.Address), v)
	}
}

// storePhysical writes a byte to a device's register. It is mapped only now,
// because registering it happens in goroutine context.
func storePhysical(address uintptr, v uint8) {
	if mapped, ok := memory.Space.MapMMIO(address, 1); ok {
		raw.Store8(mapped, v)
	}
}

// pause gives the hardware time to act before something else is tried. It
// touches no device: QEMU's main loop, which has to see the request, would
// have to wait for each access.
func pause() {
	start := clock.Nanotime()
	for i := 0; i < settleSpins || start != 0; i++ {
		if clock.Nanotime()-start > settleTime {
			return
		}
		x86.Pause()
	}
}

// emptyIDT is the operand of a LIDT that leaves no handler.
var emptyIDT [16]byte

// noIDT makes the next fault a triple fault, which resets the CPU, and faults.
func noIDT() {
	x86.LoadIDT(uintptr(unsafe.Pointer(&emptyIDT)))
	raw.Load8(1 << 63) // not canonical
}
