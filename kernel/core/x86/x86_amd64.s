#include "textflag.h"

// func In8(port uint16) uint8
TEXT ·In8(SB), NOSPLIT, $0-9
	MOVW port+0(FP), DX
	INB
	MOVB AX, ret+8(FP)
	RET

// func In16(port uint16) uint16
TEXT ·In16(SB), NOSPLIT, $0-10
	MOVW port+0(FP), DX
	INW
	MOVW AX, ret+8(FP)
	RET

// func In32(port uint16) uint32
TEXT ·In32(SB), NOSPLIT, $0-12
	MOVW port+0(FP), DX
	INL
	MOVL AX, ret+8(FP)
	RET

// func Out8(port uint16, v uint8)
TEXT ·Out8(SB), NOSPLIT, $0-3
	MOVW port+0(FP), DX
	MOVB v+2(FP), AX
	OUTB
	RET

// func Out16(port uint16, v uint16)
TEXT ·Out16(SB), NOSPLIT, $0-4
	MOVW port+0(FP), DX
	MOVW v+2(FP), AX
	OUTW
	RET

// func Out32(port uint16, v uint32)
TEXT ·Out32(SB), NOSPLIT, $0-8
	MOVW port+0(FP), DX
	MOVL v+4(FP), AX
	OUTL
	RET

// func MMIORead8(addr uintptr) uint8
TEXT ·MMIORead8(SB), NOSPLIT, $0-9
	MOVQ addr+0(FP), AX
	MOVB (AX), AX
	MOVB AX, ret+8(FP)
	RET

// func MMIORead16(addr uintptr) uint16
TEXT ·MMIORead16(SB), NOSPLIT, $0-10
	MOVQ addr+0(FP), AX
	MOVW (AX), AX
	MOVW AX, ret+8(FP)
	RET

// func MMIOWrite8(addr uintptr, v uint8)
TEXT ·MMIOWrite8(SB), NOSPLIT, $0-9
	MOVQ addr+0(FP), AX
	MOVB v+8(FP), CX
	MOVB CX, (AX)
	RET

// func MMIOWrite16(addr uintptr, v uint16)
TEXT ·MMIOWrite16(SB), NOSPLIT, $0-10
	MOVQ addr+0(FP), AX
	MOVW v+8(FP), CX
	MOVW CX, (AX)
	RET

// func MMIORead32(addr uintptr) uint32
TEXT ·MMIORead32(SB), NOSPLIT, $0-12
	MOVQ addr+0(FP), AX
	MOVL (AX), AX
	MOVL AX, ret+8(FP)
	RET

// func MMIOWrite32(addr uintptr, v uint32)
TEXT ·MMIOWrite32(SB), NOSPLIT, $0-12
	MOVQ addr+0(FP), AX
	MOVL v+8(FP), CX
	MOVL CX, (AX)
	RET

// func CPUID(leaf, subleaf uint32) (eax, ebx, ecx, edx uint32)
TEXT ·CPUID(SB), NOSPLIT, $0-24
	MOVL leaf+0(FP), AX
	MOVL subleaf+4(FP), CX
	CPUID
	MOVL AX, eax+8(FP)
	MOVL BX, ebx+12(FP)
	MOVL CX, ecx+16(FP)
	MOVL DX, edx+20(FP)
	RET

// func ReadMSR(msr uint32) uint64
TEXT ·ReadMSR(SB), NOSPLIT, $0-16
	MOVL msr+0(FP), CX
	RDMSR
	SHLQ $32, DX
	ORQ  DX, AX
	MOVQ AX, ret+8(FP)
	RET

// func WriteMSR(msr uint32, v uint64)
TEXT ·WriteMSR(SB), NOSPLIT, $0-16
	MOVL msr+0(FP), CX
	MOVQ v+8(FP), AX
	MOVQ AX, DX
	SHRQ $32, DX
	WRMSR
	RET

// func ReadCR0() uintptr
TEXT ·ReadCR0(SB), NOSPLIT, $0-8
	MOVQ CR0, AX
	MOVQ AX, ret+0(FP)
	RET

// func WriteCR0(v uintptr)
TEXT ·WriteCR0(SB), NOSPLIT, $0-8
	MOVQ v+0(FP), AX
	MOVQ AX, CR0
	RET

// func ReadCR2() uintptr
TEXT ·ReadCR2(SB), NOSPLIT, $0-8
	MOVQ CR2, AX
	MOVQ AX, ret+0(FP)
	RET

// func ReadCR3() uintptr
TEXT ·ReadCR3(SB), NOSPLIT, $0-8
	MOVQ CR3, AX
	MOVQ AX, ret+0(FP)
	RET

// func WriteCR3(v uintptr)
TEXT ·WriteCR3(SB), NOSPLIT, $0-8
	MOVQ v+0(FP), AX
	MOVQ AX, CR3
	RET

// func ReadCR4() uintptr
TEXT ·ReadCR4(SB), NOSPLIT, $0-8
	MOVQ CR4, AX
	MOVQ AX, ret+0(FP)
	RET

// func WriteCR4(v uintptr)
TEXT ·WriteCR4(SB), NOSPLIT, $0-8
	MOVQ v+0(FP), AX
	MOVQ AX, CR4
	RET

// func WriteXCR0(v uint64)
TEXT ·WriteXCR0(SB), NOSPLIT, $0-8
	XORL CX, CX
	MOVQ v+0(FP), AX
	MOVQ AX, DX
	SHRQ $32, DX
	BYTE $0x0F; BYTE $0x01; BYTE $0xD1 // XSETBV
	RET

// func InvalidatePage(addr uintptr)
TEXT ·InvalidatePage(SB), NOSPLIT, $0-8
	MOVQ   addr+0(FP), AX
	INVLPG (AX)
	RET

// func LoadIDT(addr uintptr)
TEXT ·LoadIDT(SB), NOSPLIT, $0-8
	MOVQ addr+0(FP), AX
	BYTE $0x0F; BYTE $0x01; BYTE $0x18 // LIDT (AX)
	RET

// func LoadGDT(addr uintptr)
TEXT ·LoadGDT(SB), NOSPLIT, $0-8
	MOVQ addr+0(FP), AX
	BYTE $0x0F; BYTE $0x01; BYTE $0x10 // LGDT (AX)
	RET

// func LoadTR(selector uint16)
TEXT ·LoadTR(SB), NOSPLIT, $0-2
	MOVW selector+0(FP), AX
	BYTE $0x0F; BYTE $0x00; BYTE $0xD8 // LTR AX
	RET

// func WriteFSBase(v uintptr)
TEXT ·WriteFSBase(SB), NOSPLIT, $0-8
	MOVQ      v+0(FP), AX
	WRFSBASEQ AX
	RET

// func TSC() uint64
TEXT ·TSC(SB), NOSPLIT, $0-8
	RDTSC
	SHLQ $32, DX
	ORQ  DX, AX
	MOVQ AX, ret+0(FP)
	RET

// func RDRAND() (v uint64, ok bool)
TEXT ·RDRAND(SB), NOSPLIT, $0-9
	RDRANDQ AX
	SETCS   ok+8(FP)
	MOVQ    AX, v+0(FP)
	RET

// func RDSEED() (v uint64, ok bool)
TEXT ·RDSEED(SB), NOSPLIT, $0-9
	RDSEEDQ AX
	SETCS   ok+8(FP)
	MOVQ    AX, v+0(FP)
	RET

// func Pause()
TEXT ·Pause(SB), NOSPLIT, $0-0
	PAUSE
	RET

// func Stop()
TEXT ·Stop(SB), NOSPLIT, $0-0
halt:
	CLI
	HLT
	JMP halt
