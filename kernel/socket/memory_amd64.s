#include "textflag.h"

// func Reserve()
//
// The assembler begins it with the check that every function has: for a frame of
// that size the stack grows, once and by all of it.
TEXT ·Reserve(SB), 0, $4400-0
	RET

// func stackBounds() (low, high uintptr)
//
// The runtime's g begins with its stack: two words, the lowest address and the
// one after the highest (runtime2.go, struct g).
TEXT ·stackBounds(SB), NOSPLIT, $0-16
	MOVQ (TLS), AX
	MOVQ 0(AX), BX
	MOVQ BX, low+0(FP)
	MOVQ 8(AX), BX
	MOVQ BX, high+8(FP)
	RET
