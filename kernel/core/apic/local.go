// Package apic drives the interrupt controllers: each CPU's local APIC with
// its one-shot timer, the I/O APICs that devices interrupt through, and the
// 8259s that must be kept quiet.
//
// Specifications: Intel SDM volume 3, chapter 11 (APIC, x2APIC, TSC deadline);
// 82093AA I/O APIC; 8259A; ACPI 6.5, 5.2.12.5 (interrupt source overrides).
//
// Context: kernel, interrupts off. The local functions act on the CPU that
// calls them and need no lock; the I/O APIC's index register is shared, so
// those callers hold the kernel lock.
//
// Try it: qemu-system-x86_64 -machine pc (or q35, microvm) -trace 'apic_*'
package apic

import "eggcup/kernel/core/x86"

// Vectors of the 8259s. They are masked, but a spurious interrupt can still
// come through: ignore it without EOI.
const (
	PICVector  = 0x20
	PICVectors = 16
)

// Hardware access, replaced by the tests.
var (
	mmioRead  = x86.MMIORead32
	mmioWrite = x86.MMIOWrite32
	readMSR   = x86.ReadMSR
	writeMSR  = x86.WriteMSR
	cpuid     = x86.CPUID
	out8      = x86.Out8
)

// How to reach the local APIC; the same on every CPU.
var (
	localBase uintptr // of the register page, where it is mapped
	x2apic    bool
	deadline  bool // the timer takes TSC values
)

// InitLocal switches the calling CPU's local APIC on. base is where its
// register page is mapped (unused in x2APIC mode); timer and spurious are the
// vectors of its timer and of its spurious interrupts. The timer is stopped.
//
// Context: boot, once per CPU.
func InitLocal(base uintptr, timer, spurious uint8) {
	msr := readMSR(x86.MSRAPICBase)
	if msr&baseEnable == 0 {
		msr |= baseEnable
		writeMSR(x86.MSRAPICBase, msr)
	}
	localBase = base
	x2apic = msr&baseX2APIC != 0
	_, _, features, _ := cpuid(1, 0)
	deadline = features&cpuidDeadline != 0

	write(regTPR, 0)
	write(regLVTThermal, lvtMasked)
	write(regLVTPerf, lvtMasked)
	write(regLVTLINT0, lvtMasked)
	write(regLVTLINT1, lvtNMI)
	write(regLVTError, lvtMasked)
	write(regESR, 0)
	write(regSVR, svrEnable|uint32(spurious))
	write(regDivide, divideByOne)
	StopTimer()
	if deadline {
		write(regLVTTimer, lvtDeadline|uint32(timer))
		// SDM 3, 11.5.4.1: in xAPIC mode the mode change is a store to memory
		// and must be visible before the deadline's WRMSR; reading it back
		// serialises with the device.
		read(regLVTTimer)
		return
	}
	write(regLVTTimer, uint32(timer))
}

// ID returns the calling CPU's APIC ID.
func ID() uint32 {
	if x2apic {
		return read(regID)
	}
	return read(regID) >> 24
}

// EOI ends the interrupt that the calling CPU handles.
func EOI() { write(regEOI, 0) }

// HasDeadline reports whether the timer is armed with ArmDeadline; without it,
// with ArmCount.
func HasDeadline() bool { return deadline }

// ArmDeadline makes the timer interrupt when the time-stamp counter reaches
// tsc, at once if that has passed. tsc is not 0.
func ArmDeadline(tsc uint64) { writeMSR(x86.MSRTSCDeadln, tsc) }

// ArmCount makes the timer interrupt after count ticks of its clock. count is
// not 0.
func ArmCount(count uint32) { write(regInitialCount, count) }

// StopTimer takes back what ArmDeadline or ArmCount asked for.
func StopTimer() {
	if deadline {
		writeMSR(x86.MSRTSCDeadln, 0)
		return
	}
	write(regInitialCount, 0)
}

// StartCounter lets the timer count down from its greatest value without ever
// interrupting, so that clocks can be compared with it. InitLocal ends that.
//
// Context: boot.
func StartCounter(base uintptr) {
	localBase = base
	x2apic = readMSR(x86.MSRAPICBase)&baseX2APIC != 0
	write(regDivide, divideByOne)
	write(regLVTTimer, lvtMasked)
	write(regInitialCount, ^uint32(0))
}

// Counter returns how many ticks the timer has counted since StartCounter.
func Counter() uint32 { return ^read(regCurrentCount) }

func read(register uint32) uint32 {
	if x2apic {
		return uint32(readMSR(msrX2APIC + register>>4))
	}
	return mmioRead(localBase + uintptr(register))
}

func write(register, v uint32) {
	if x2apic {
		writeMSR(msrX2APIC+register>>4, uint64(v))
		return
	}
	mmioWrite(localBase+uintptr(register), v)
}
