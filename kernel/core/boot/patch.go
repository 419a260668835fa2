package boot

import "eggcup/kernel/core/raw"

// jump is the opcode of JMP rel32.
const jump = 0xe9

// patch makes the code at one address begin with a jump to another.
//
// Context: boot, while the code is still writable.
func patch(at, to uintptr) {
	raw.Store8(at, jump)
	raw.Store32(at+1, uint32(to-(at+5)))
}
