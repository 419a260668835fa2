package trap

import (
	"eggcup/kernel/core/bug"
	"eggcup/kernel/core/memory"
	"eggcup/kernel/core/thread"
	"eggcup/kernel/core/x86"
)

// report prints the registers and the backtrace of what cannot go on.
func report(title string, f *thread.Frame, addr uintptr) {
	bug.Report(title, &bug.Registers{Frame: *f, CR2: addr, CR3: x86.ReadCR3()}, mapped)
}

// mapped reports whether the byte at addr can be read without a fault.
func mapped(addr uintptr) bool {
	_, ok := memory.Space.Translate(addr)
	return ok
}
