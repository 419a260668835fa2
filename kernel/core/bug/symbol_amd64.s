#include "textflag.h"

// func linked() (pclntab, text, etext uintptr)
TEXT ·linked(SB), NOSPLIT, $0-24
	LEAQ runtime·pclntab(SB), AX
	MOVQ AX, pclntab+0(FP)
	LEAQ runtime·text(SB), AX
	MOVQ AX, text+8(FP)
	LEAQ runtime·etext(SB), AX
	MOVQ AX, etext+16(FP)
	RET
