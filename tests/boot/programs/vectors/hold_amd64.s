#include "textflag.h"

// func holdX87(values *[8]float64, rounding uint16, mxcsr uint32, n int) (rounding2 uint16, mxcsr2 uint32)
// Loads all eight x87 registers, the x87 control word and MXCSR, counts to n, stores what is in them, and puts the control
// words of Go back. Clobbers: CX, DI, the x87 stack.
TEXT ·holdX87(SB), NOSPLIT, $8-32
	MOVQ values+0(FP), DI
	MOVQ n+16(FP), CX
	FSTCW saved-8(SP)
	STMXCSR saved-4(SP)
	FMOVD 56(DI), F0
	FMOVD 48(DI), F0
	FMOVD 40(DI), F0
	FMOVD 32(DI), F0
	FMOVD 24(DI), F0
	FMOVD 16(DI), F0
	FMOVD 8(DI), F0
	FMOVD 0(DI), F0
	FLDCW rounding+8(FP)
	LDMXCSR mxcsr+12(FP)
wait:
	PAUSE
	DECQ CX
	JNE wait
	FSTCW rounding2+24(FP)
	STMXCSR mxcsr2+28(FP)
	FLDCW saved-8(SP)
	LDMXCSR saved-4(SP)
	FMOVDP F0, 0(DI)
	FMOVDP F0, 8(DI)
	FMOVDP F0, 16(DI)
	FMOVDP F0, 24(DI)
	FMOVDP F0, 32(DI)
	FMOVDP F0, 40(DI)
	FMOVDP F0, 48(DI)
	FMOVDP F0, 56(DI)
	RET

#define EACH_ZMM(M) \
	M(0, Z0) M(1, Z1) M(2, Z2) M(3, Z3) M(4, Z4) M(5, Z5) M(6, Z6) M(7, Z7) \
	M(8, Z8) M(9, Z9) M(10, Z10) M(11, Z11) M(12, Z12) M(13, Z13) M(14, Z14) M(15, Z15) \
	M(16, Z16) M(17, Z17) M(18, Z18) M(19, Z19) M(20, Z20) M(21, Z21) M(22, Z22) M(23, Z23) \
	M(24, Z24) M(25, Z25) M(26, Z26) M(27, Z27) M(28, Z28) M(29, Z29) M(30, Z30) M(31, Z31)
#define LOAD(i, z) VMOVDQU64 (64*i)(DI), z;
#define STORE(i, z) VMOVDQU64 z, (64*i)(DI);

// func hold512(vectors *[32][8]uint64, mask uint64, n int) uint64
// Loads all of AVX-512's vector registers, and mask into K1-K7 (rotated by the register's number), counts to n and stores
// the vectors; returns the exclusive or of the masks. Clobbers: AX, BX, CX, DI, Z0-Z31, K1-K7.
TEXT ·hold512(SB), NOSPLIT, $0-32
	MOVQ vectors+0(FP), DI
	MOVQ mask+8(FP), AX
	MOVQ n+16(FP), CX
	EACH_ZMM(LOAD)
	ROLQ $1, AX
	KMOVQ AX, K1
	ROLQ $1, AX
	KMOVQ AX, K2
	ROLQ $1, AX
	KMOVQ AX, K3
	ROLQ $1, AX
	KMOVQ AX, K4
	ROLQ $1, AX
	KMOVQ AX, K5
	ROLQ $1, AX
	KMOVQ AX, K6
	ROLQ $1, AX
	KMOVQ AX, K7
wait:
	PAUSE
	DECQ CX
	JNE wait
	EACH_ZMM(STORE)
	KXORQ K1, K2, K1
	KXORQ K1, K3, K1
	KXORQ K1, K4, K1
	KXORQ K1, K5, K1
	KXORQ K1, K6, K1
	KXORQ K1, K7, K1
	KMOVQ K1, AX
	MOVQ AX, ret+24(FP)
	VZEROUPPER
	RET
