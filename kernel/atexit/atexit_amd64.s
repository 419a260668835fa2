#include "textflag.h"

// func list() unsafe.Pointer
TEXT ·list(SB), NOSPLIT, $0-8
	LEAQ internal∕runtime∕exithook·hooks(SB), AX
	MOVQ AX, ret+0(FP)
	RET
