#include "textflag.h"

TEXT ·entry32(SB), NOSPLIT, $0-0
	JMP _rt0_amd64_linux(SB)
