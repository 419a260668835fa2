#include "textflag.h"

// The clocks of clock_gettime(2) served here, as bits: REALTIME 0, MONOTONIC 1,
// MONOTONIC_RAW 4, REALTIME_COARSE 5, MONOTONIC_COARSE 6, BOOTTIME 7.
#define KNOWN    $0xf3
#define REALTIME $0x21
#define EINVAL   22

// clock_gettime of a vDSO, System V calling convention: DI = clock, SI =
// *timespec; AX = 0 or -errno. It needs no stack. The runtime calls it on its
// g0 stack, relies on BX, BP, R12-R15 and ignores the result, but asks for
// clocks 0 and 1 alone.
//
// Clobbers AX, CX, DX, R8, R9.
TEXT gettime<>(SB), NOSPLIT|NOFRAME, $0
	CMPQ DI, $7
	JHI  invalid
	MOVL KNOWN, R9
	BTL  DI, R9
	JCC  invalid
	LFENCE                      // RDTSC may otherwise run ahead of earlier loads
	RDTSC
	SHLQ $32, DX
	ORQ  DX, AX
	SUBQ ·startTSC(SB), AX
	MULQ ·nsPerTick(SB)
	SHRQ $32, AX
	SHLQ $32, DX
	ORQ  DX, AX                 // nanoseconds since the start
	MOVL REALTIME, R9
	BTL  DI, R9
	JCC  split
	ADDQ ·wallBase(SB), AX

split:
	// AX / 1e9 by reciprocal, since DIV is slow where the CPU is emulated:
	// 1e9 = 2^9 * 5^9, and 0x44b82fa09b5a53 is 2^75 / 5^9 rounded up.
	MOVQ AX, R8
	SHRQ $9, AX
	MOVQ $0x44b82fa09b5a53, CX
	MULQ CX
	SHRQ $11, DX
	MOVQ DX, 0(SI)
	IMULQ $1000000000, DX
	SUBQ DX, R8
	MOVQ R8, 8(SI)
	XORL AX, AX
	RET

invalid:
	MOVQ $-EINVAL, AX
	RET

// func InstallVDSO()
TEXT ·InstallVDSO(SB), NOSPLIT, $0-0
	LEAQ gettime<>(SB), AX
	MOVQ AX, runtime·vdsoClockgettimeSym(SB)
	RET

// func callVDSO(clock uintptr, timespec *[2]int64) (result int64)
TEXT ·callVDSO(SB), NOSPLIT, $0-24
	MOVQ clock+0(FP), DI
	MOVQ timespec+8(FP), SI
	CALL gettime<>(SB)
	MOVQ AX, result+16(FP)
	RET
