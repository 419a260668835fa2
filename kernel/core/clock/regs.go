package clock

// Plausible frequencies of a time-stamp counter; others are not believed.
const (
	minHz = 100_000_000
	maxHz = 20_000_000_000
)

// CPUID leaves and bits.
const (
	leafFeatures      = 0x01
	featureHypervisor = 1 << 31 // ECX
	featureDeadline   = 1 << 24 // ECX
	leafTSC           = 0x15
	leafFrequency     = 0x16
	leafHypervisor    = 0x40000000
	leafHyperTiming   = 0x40000010
)

// 8254 programmable interval timer. Channel 0 is used because microvm has no
// port 0x61, which channel 2 needs.
const (
	pitHz       = 1193182
	pitChannel0 = 0x40
	pitCommand  = 0x43
	pitMode2    = 0x34 // channel 0, low then high byte, rate generator
	pitLatch0   = 0x00
)

// ACPI power management timer.
const (
	pmTimerHz   = 3579545
	pmTimerMask = 1<<24 - 1 // all that every implementation has
)

// High precision event timer.
const (
	hpetPeriod    = 0x004 // femtoseconds per tick
	hpetMaxPeriod = 100_000_000
	hpetConfig    = 0x010
	hpetEnable    = 1 << 0
	hpetCounter   = 0x0f0 // low word
	femtoseconds  = 1_000_000_000_000_000
)

// The APIC timer of QEMU's TCG and of KVM counts nanoseconds (APIC_BUS_FREQUENCY
// in their sources).
const emulatedAPICHz = 1_000_000_000

// CMOS clock (MC146818A; the century register is the PC's).
const (
	rtcIndex   = 0x70
	rtcData    = 0x71
	rtcSecond  = 0x00
	rtcMinute  = 0x02
	rtcHour    = 0x04
	rtcPM      = 0x80 // in the hour of a 12-hour clock
	rtcDay     = 0x07
	rtcMonth   = 0x08
	rtcYear    = 0x09
	rtcStatusA = 0x0a
	rtcNone    = 0xff // not a value of status A: the bus is empty
	rtcUpdate  = 1 << 7
	rtcStatusB = 0x0b
	rtc24Hours = 1 << 1
	rtcBinary  = 1 << 2
	rtcCentury = 0x32
)
