// Package bug reports what the kernel cannot go on from: the registers, and a
// backtrace with the names and lines that the Go linker stored for the
// runtime's own tracebacks.
//
// Specifications: the pclntab of Go 1.20 to 1.27; Intel SDM volume 3, 6.15
// (exceptions).
//
// Context: any, interrupts off. It trusts nothing but the symbol tables,
// because it runs when memory may be damaged; it allocates nothing and takes no
// lock.
package bug

import (
	"eggcup/kernel/core/console"
	"eggcup/kernel/core/thread"
)

// Output, replaced by the tests.
var (
	printText = console.Print
	printHex  = console.PrintHex
	printInt  = console.PrintInt
)

// Registers is the state of the CPU at the trap.
type Registers struct {
	thread.Frame
	CR2, CR3 uintptr
}

// exceptions are the names of the processor's vectors.
var exceptions = [...]string{
	0: "divide error", 1: "debug", 2: "NMI", 3: "breakpoint", 4: "overflow",
	5: "bound range", 6: "invalid opcode", 7: "no FPU", 8: "double fault",
	10: "invalid TSS", 11: "segment not present", 12: "stack fault",
	13: "general protection", 14: "page fault", 16: "x87 error",
	17: "alignment check", 18: "machine check", 19: "SIMD error",
	20: "virtualization", 21: "control protection",
}

// Report prints a title, the registers and a backtrace. readable is a static
// function that tells whether a byte can be read without a fault.
//
// Context: kernel.
func Report(title string, r *Registers, readable func(addr uintptr) bool) {
	console.LeaveLog()
	printText("\n*** ")
	printText(title)
	printText("\n")
	printVector(r)
	printRegisters(r)
	printText("backtrace:\n")
	printFrame(r.IP, r.IP)
	w := walker{readable: readable}
	more := w.start(r.IP, r.SP, r.BP)
	for depth := 1; more && depth < maxDepth; depth++ {
		// A return address may be the start of the next line or function; the
		// call before it is what happened.
		printFrame(w.pc, w.pc-1)
		more = w.next()
	}
}

func printVector(r *Registers) {
	printText("trap ")
	printInt(int64(r.Vector))
	if r.Vector < uintptr(len(exceptions)) && exceptions[r.Vector] != "" {
		printText(" (")
		printText(exceptions[r.Vector])
		printText(")")
	}
	printText(" error ")
	printHex(r.Err)
	printText("\n")
}

// printRegisters prints the registers four to a line.
func printRegisters(r *Registers) {
	table := [...]struct {
		name  string
		value uintptr
	}{
		{"rip", r.IP}, {"rsp", r.SP}, {"rbp", r.BP}, {"flags", r.Flags},
		{"rax", r.AX}, {"rbx", r.BX}, {"rcx", r.CX}, {"rdx", r.DX},
		{"rsi", r.SI}, {"rdi", r.DI}, {"r8", r.R8}, {"r9", r.R9},
		{"r10", r.R10}, {"r11", r.R11}, {"r12", r.R12}, {"r13", r.R13},
		{"r14", r.R14}, {"r15", r.R15}, {"cr2", r.CR2}, {"cr3", r.CR3},
	}
	const perLine = 4
	for i := range table {
		printText(table[i].name)
		printText("=")
		printHex(table[i].value)
		if i%perLine == perLine-1 {
			printText("\n")
		} else {
			printText(" ")
		}
	}
}

// printFrame prints one line of the backtrace: pc is shown, at is looked up.
func printFrame(pc, at uintptr) {
	printText("  ")
	printHex(pc)
	name, file, line, offset := Symbol(at)
	if name == "" {
		printText(" ?\n")
		return
	}
	printText(" ")
	printText(name)
	printText("+")
	printHex(offset + pc - at)
	printText(" ")
	printText(file)
	printText(":")
	printInt(int64(line))
	printText("\n")
}
