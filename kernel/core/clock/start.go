package clock

import (
	"math/bits"

	"eggcup/kernel/config"
	"eggcup/kernel/core/apic"
	"eggcup/kernel/core/x86"
)

// Hardware access, replaced by the tests.
var (
	in8         = x86.In8
	in32        = x86.In32
	out8        = x86.Out8
	mmioRead    = x86.MMIORead32
	mmioWrite   = x86.MMIOWrite32
	readTSC     = x86.TSC
	cpuid       = x86.CPUID
	apicStart   = apic.StartCounter
	apicCounter = apic.Counter
)

// Hardware is where the timers are; zero means absent.
type Hardware struct {
	HPET      uintptr // register block, where it is mapped
	PMTimer   uint16  // I/O port
	LocalAPIC uintptr // register page, where it is mapped (any non-zero value in x2APIC mode)
	NoRTC     bool    // the firmware says that there is no CMOS clock
}

// What Start found out.
var (
	tscHz    uint64
	timerHz  uint64 // of the local APIC's timer
	source   string
	ticksPer uint64 // timer or counter ticks per nanosecond, 32.32
)

// Hz returns the frequency of the time-stamp counter.
//
// Context: any, after Start.
func Hz() uint64 { return tscHz }

// Source names where the frequency comes from: "configuration", "CPUID",
// "hypervisor", "HPET", "PM timer", "PIT", "APIC timer", or "guess" if the
// machine has nothing to measure against.
//
// Context: any, after Start.
func Source() string { return source }

// Start finds the frequencies of the time-stamp counter and of the APIC timer,
// begins monotonic time and, if the configuration has RTC, takes the wall-clock
// time from the CMOS clock: here rather than in drivers/rtc, because packages
// of the program that initialise before any unit may look at the time. It
// takes at most 12 ms if it must measure. It leaves the local APIC's timer
// running without an interrupt; apic.InitLocal stops it.
//
// Context: boot, before apic.InitLocal.
func Start(h *Hardware) {
	start := readTSC()
	tscHz, source = knownHz()
	if tscHz == 0 {
		tscHz, source = measure(h)
	}
	if tscHz == 0 {
		tscHz, source = guessHz()
	}
	if timerHz == 0 && h.LocalAPIC != 0 && !hasDeadline() {
		timerHz = measureTimer(h.LocalAPIC, tscHz)
	}
	setScale(start)
	if config.Rtc && !h.NoRTC {
		if unix, ok := ReadRTC(); ok {
			SetWalltime(unix * second)
		}
	}
}

// setScale derives the fixed-point factors from the frequencies.
func setScale(start uint64) {
	startTSC = start
	nsPerTick = second << 32 / tscHz
	hz := timerHz
	if hasDeadline() {
		hz = tscHz
	}
	ticksPer, _ = bits.Div64(hz>>32, hz<<32, second)
}

// knownHz returns a frequency that need not be measured, or 0.
func knownHz() (hz uint64, from string) {
	if config.TscKhz != 0 {
		return uint64(config.TscKhz) * 1000, "configuration"
	}
	_, _, features, _ := cpuid(leafFeatures, 0)
	if features&featureHypervisor != 0 {
		if last, _, _, _ := cpuid(leafHypervisor, 0); last >= leafHyperTiming && last < leafHyperTiming+0x100 {
			tscKHz, busKHz, _, _ := cpuid(leafHyperTiming, 0)
			timerHz = uint64(busKHz) * 1000
			if hz = uint64(tscKHz) * 1000; plausible(hz) {
				return hz, "hypervisor"
			}
		}
	}
	if last, _, _, _ := cpuid(0, 0); last >= leafTSC {
		denominator, numerator, crystal, _ := cpuid(leafTSC, 0)
		if denominator != 0 {
			hz = uint64(crystal) * uint64(numerator) / uint64(denominator)
			if plausible(hz) {
				return hz, "CPUID"
			}
		}
	}
	return 0, ""
}

// guessHz is the last resort: the processor's nominal frequency, or a number
// that keeps sleeps finite.
func guessHz() (hz uint64, from string) {
	if last, _, _, _ := cpuid(0, 0); last >= leafFrequency {
		mhz, _, _, _ := cpuid(leafFrequency, 0)
		if hz = uint64(mhz&0xffff) * 1_000_000; plausible(hz) {
			return hz, "guess"
		}
	}
	return 2_000_000_000, "guess"
}

func plausible(hz uint64) bool { return hz >= minHz && hz <= maxHz }

func hasDeadline() bool {
	_, _, features, _ := cpuid(leafFeatures, 0)
	return features&featureDeadline != 0
}

// nanosecondAPIC reports whether a hypervisor runs the machine whose APIC
// timer counts nanoseconds: QEMU's TCG or KVM.
func nanosecondAPIC() bool {
	_, _, features, _ := cpuid(leafFeatures, 0)
	if features&featureHypervisor == 0 {
		return false
	}
	_, b, c, d := cpuid(leafHypervisor, 0)
	const (
		tcgt, cgtc, gtcg = 0x54474354, 0x43544743, 0x47435447 // "TCGTCGTCGTCG"
		kvmk, vmkv, m    = 0x4b4d564b, 0x564b4d56, 0x4d       // "KVMKVMKVM"
	)
	return b == tcgt && c == cgtc && d == gtcg || b == kvmk && c == vmkv && d == m
}
