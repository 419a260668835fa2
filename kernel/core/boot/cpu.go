package boot

import (
	"eggcup/kernel/config"
	"eggcup/kernel/core/signal"
	"eggcup/kernel/core/thread"
	"eggcup/kernel/core/trap"
	"eggcup/kernel/core/x86"
)

// CPUID bits (SDM volume 2, CPUID).
const (
	leafBasic    = 1
	basicXSAVE   = 1 << 26 // ECX
	leafExtended = 7
	extFSGSBase  = 1 << 0 // EBX
	leafXSAVE    = 0xd
	leafAMDMax   = 0x80000000
	leafAMD      = 0x80000001
	amdNoExecute = 1 << 20 // EDX
	amdGigabyte  = 1 << 26 // EDX
)

// Components of XCR0 (SDM volume 1, 13.1).
const (
	xcr0X87    = 1 << 0
	xcr0SSE    = 1 << 1
	xcr0AVX    = 1 << 2
	xcr0AVX512 = 7 << 5
)

var hasFSGSBase, hasNoExecute, hasGigabyte bool

// enableCPU turns on what the processor has and the kernel uses.
func enableCPU() {
	if highest, _, _, _ := x86.CPUID(leafAMDMax, 0); highest >= leafAMD {
		_, _, _, d := x86.CPUID(leafAMD, 0)
		hasNoExecute = d&amdNoExecute != 0
		hasGigabyte = d&amdGigabyte != 0
	}
	if hasNoExecute {
		x86.WriteMSR(x86.MSREFER, x86.ReadMSR(x86.MSREFER)|x86.EFERNoExecute)
	}
	highest, _, _, _ := x86.CPUID(0, 0)
	if highest >= leafExtended {
		_, b, _, _ := x86.CPUID(leafExtended, 0)
		hasFSGSBase = b&extFSGSBase != 0
	}
	if hasFSGSBase {
		x86.WriteCR4(x86.ReadCR4() | x86.CR4FSGSBase)
	}
	enableXSAVE(highest)
}

// enableXSAVE lets the program use the vector registers that the kernel can
// save. Go's runtime looks at XCR0, so what is off there is never used; on a
// CPU without XSAVE only SSE is, which FXSAVE covers.
func enableXSAVE(highestLeaf uint32) {
	_, _, c, _ := x86.CPUID(leafBasic, 0)
	if c&basicXSAVE == 0 || highestLeaf < leafXSAVE {
		return
	}
	x86.WriteCR4(x86.ReadCR4() | x86.CR4OSXSAVE)
	supported, _, _, _ := x86.CPUID(leafXSAVE, 0)
	xcr0 := uint64(xcr0X87 | xcr0SSE)
	if config.Avx && supported&xcr0AVX != 0 {
		xcr0 |= xcr0AVX
		if supported&xcr0AVX512 == xcr0AVX512 {
			xcr0 |= xcr0AVX512
		}
	}
	size := setXCR0(xcr0)
	if size > thread.XSaveMax {
		xcr0 &^= xcr0AVX512
		size = setXCR0(xcr0)
	}
	trap.SetXSave(xcr0)
	signal.XCR0, signal.XSaveSize = xcr0, (size+63)&^63
}

// setXCR0 enables components and returns the size of their XSAVE area.
func setXCR0(xcr0 uint64) uintptr {
	x86.WriteXCR0(xcr0)
	_, size, _, _ := x86.CPUID(leafXSAVE, 0)
	return uintptr(size)
}
