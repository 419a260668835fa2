package power

// QEMU's isa-debugcon and isa-debug-exit devices, as `eggcup run` places them.
const (
	portDebugCon  = 0x502
	debugConReads = 0xe9 // what a present isa-debugcon reads as
	portDebugExit = 0xf4
)

// i8042 keyboard controller: pulse output line 0, which is wired to reset.
const (
	port8042      = 0x64
	inputFull     = 1 << 1
	pulseReset    = 0xfe
	pollLimit8042 = 10_000
)

// How long the hardware gets to do as it was told, in nanoseconds; in turns of
// a loop before the clock runs.
const (
	settleTime  = 1_000_000_000
	settleSpins = 20_000_000
)

// ACPI PM1 control register (ACPI 6.5, 4.8.3.2.1).
const (
	pm1SCIEnable  = 1 << 0
	pm1SleepType  = 10
	pm1TypeMask   = 7 << pm1SleepType
	pm1Enable     = 1 << 13
	pollLimitACPI = 1_000_000 // firmware takes up to a second to switch modes
)

// ACPI sleep control register of hardware-reduced machines (4.8.3.7).
const (
	sleepType   = 2
	sleepEnable = 1 << 5
)
