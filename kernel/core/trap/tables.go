package trap

import (
	"eggcup/kernel/core/raw"
	"eggcup/kernel/core/thread"
	"eggcup/kernel/core/x86"
	"unsafe"
)

// Descriptors of the GDT (SDM volume 3, 3.4.5): flat 64-bit code and data, and
// the task state segment, which takes two entries.
const (
	codeDescriptor = 0x00af9b000000ffff
	dataDescriptor = 0x00cf93000000ffff
	gdtEntries     = 5
)

// Offsets in the task state segment (SDM volume 3, 8.7).
const (
	tssIST1 = 36
	tssIST2 = 44
	tssIO   = 102
	tssSize = 104
)

// gate is an entry of the IDT (SDM volume 3, 6.14.1).
type gate struct{ low, high uint64 }

// Segments are one CPU's descriptor tables. They are packed so that the TSS
// fields, which the processor reads at odd multiples of 4, are written alike.
type Segments struct {
	gdt [gdtEntries]uint64
	tss [tssSize]byte
	_   [8]byte
}

var idt [256]gate // the same for all CPUs, written once

// Vectors of the IDT that are not lines.
const (
	VectorTimer    = 0xe0
	VectorSpurious = 0xff
)

// Vectors of the processor (SDM volume 3, 6.3.1) that have a stack of their own:
// they can strike while IST1 must not be used.
const (
	vectorNMI          = 2
	vectorDoubleFault  = 8
	vectorMachineCheck = 18
)

const (
	interruptGate = 0x8e
	ist1          = 1
	ist2          = 2
)

func makeGate(handler, ist uintptr) gate {
	h := uint64(handler)
	return gate{
		low:  h&0xffff | thread.CodeSelector<<16 | uint64(ist)<<32 | interruptGate<<40 | h>>16&0xffff<<48,
		high: h >> 32,
	}
}

// InitTables fills the interrupt descriptor table.
//
// Context: boot, once.
func InitTables() {
	vectors, _, _, nmi, doubleFault, machineCheck := addresses()
	for i := range idt {
		idt[i] = makeGate(vectors+uintptr(i)*vectorSize, ist1)
	}
	idt[vectorNMI] = makeGate(nmi, ist2)
	idt[vectorDoubleFault] = makeGate(doubleFault, ist2)
	idt[vectorMachineCheck] = makeGate(machineCheck, ist2)
}

// Load makes this CPU use s, the interrupt table, and the block c, whose stacks
// are set. It returns the address of the TSS's IST1.
//
// Context: boot, once per CPU.
func (s *Segments) Load(c *thread.CPU) (ist1Field uintptr) {
	tss := uintptr(unsafe.Pointer(&s.tss))
	raw.Store(tss+tssIST2, c.FaultStack)
	raw.Store16(tss+tssIO, tssSize)
	s.gdt = [gdtEntries]uint64{0, codeDescriptor, dataDescriptor, tssLow(tss), uint64(tss) >> 32}
	var operand [10]byte // limit and base of LGDT and LIDT
	at := uintptr(unsafe.Pointer(&operand))
	raw.Store16(at, gdtEntries*8-1)
	raw.Store(at+2, uintptr(unsafe.Pointer(&s.gdt)))
	x86.LoadGDT(at)
	x86.LoadTR(thread.TSSSelector)
	raw.Store16(at, uint16(unsafe.Sizeof(idt)-1))
	raw.Store(at+2, uintptr(unsafe.Pointer(&idt)))
	x86.LoadIDT(at)
	x86.WriteMSR(x86.MSRGSBase, uint64(uintptr(unsafe.Pointer(c))))
	return tss + tssIST1
}

// tssLow is the lower half of the descriptor of an available 64-bit TSS.
func tssLow(tss uintptr) uint64 {
	const available = 0x89
	base := uint64(tss)
	return tssSize - 1 | base&0xffffff<<16 | available<<40 | base>>24&0xff<<56
}

// Flags that SYSCALL clears: interrupts off, and nothing of the program's that
// would disturb the kernel (TF, DF, NT, AC).
const syscallMask = 1<<8 | thread.FlagIF | 1<<10 | 1<<14 | 1<<18

// EnableSyscall makes SYSCALL enter the kernel on this CPU.
//
// Context: boot, once per CPU.
func EnableSyscall() {
	_, entry, _, _, _, _ := addresses()
	x86.WriteMSR(x86.MSRSTAR, thread.CodeSelector<<32)
	x86.WriteMSR(x86.MSRLSTAR, uint64(entry))
	x86.WriteMSR(x86.MSRSFMASK, syscallMask)
}

// IdleEntry returns the address at which an idle thread starts.
func IdleEntry() uintptr {
	_, _, idle, _, _, _ := addresses()
	return idle
}

// xsaveMask is XCR0, or 0 on a CPU that has only FXSAVE.
var xsaveMask uint64

// SetXSave tells the entry code what XSAVE saves.
func SetXSave(xcr0 uint64) { xsaveMask = xcr0 }

func addresses() (vectors, syscall, idle, nmi, doubleFault, machineCheck uintptr) // defined in entry_amd64.s

// Resume gives the CPU to its current thread; it does not return.
func Resume() { resume() }

func resume() // defined in entry_amd64.s
