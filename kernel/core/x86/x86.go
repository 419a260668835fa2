// Package x86 is the kernel's access to what only x86-64 instructions reach:
// I/O ports, control and model-specific registers, descriptor tables, the
// time-stamp counter, the random number generator.
//
// Specification: Intel 64 and IA-32 Architectures Software Developer's Manual
// (SDM), volumes 2 and 3.
//
// Context: any, in ring 0. The port, MMIO, CPUID and RDTSC functions are safe
// in goroutine context too; the others change the state of the CPU that runs
// them and belong to boot and trap code.
package x86

// In8 reads one byte from an I/O port.
func In8(port uint16) uint8 // defined in x86_amd64.s

// In16 reads a 16-bit word from an I/O port.
func In16(port uint16) uint16 // defined in x86_amd64.s

// In32 reads a 32-bit word from an I/O port.
func In32(port uint16) uint32 // defined in x86_amd64.s

// Out8 writes one byte to an I/O port.
func Out8(port uint16, v uint8) // defined in x86_amd64.s

// Out16 writes a 16-bit word to an I/O port.
func Out16(port uint16, v uint16) // defined in x86_amd64.s

// Out32 writes a 32-bit word to an I/O port.
func Out32(port uint16, v uint32) // defined in x86_amd64.s

// MMIORead8 reads a device register with one 8-bit access.
func MMIORead8(addr uintptr) uint8 // defined in x86_amd64.s

// MMIORead16 reads a device register with one 16-bit access.
func MMIORead16(addr uintptr) uint16 // defined in x86_amd64.s

// MMIOWrite8 writes a device register with one 8-bit access.
func MMIOWrite8(addr uintptr, v uint8) // defined in x86_amd64.s

// MMIOWrite16 writes a device register with one 16-bit access.
func MMIOWrite16(addr uintptr, v uint16) // defined in x86_amd64.s

// MMIORead32 reads a device register with one 32-bit access.
func MMIORead32(addr uintptr) uint32 // defined in x86_amd64.s

// MMIOWrite32 writes a device register with one 32-bit access.
func MMIOWrite32(addr uintptr, v uint32) // defined in x86_amd64.s

// CPUID executes CPUID with the leaf in EAX and the subleaf in ECX.
func CPUID(leaf, subleaf uint32) (eax, ebx, ecx, edx uint32) // defined in x86_amd64.s

// ReadMSR reads a model-specific register; an unknown one raises #GP.
func ReadMSR(msr uint32) uint64 // defined in x86_amd64.s

// WriteMSR writes a model-specific register; an unknown one raises #GP.
func WriteMSR(msr uint32, v uint64) // defined in x86_amd64.s

// ReadCR0 returns control register 0.
func ReadCR0() uintptr // defined in x86_amd64.s

// WriteCR0 sets control register 0.
func WriteCR0(v uintptr) // defined in x86_amd64.s

// ReadCR2 returns the address of the last page fault.
func ReadCR2() uintptr // defined in x86_amd64.s

// ReadCR3 returns the physical address of the top page table.
func ReadCR3() uintptr // defined in x86_amd64.s

// WriteCR3 loads the top page table and flushes the TLB.
func WriteCR3(v uintptr) // defined in x86_amd64.s

// ReadCR4 returns control register 4.
func ReadCR4() uintptr // defined in x86_amd64.s

// WriteCR4 sets control register 4.
func WriteCR4(v uintptr) // defined in x86_amd64.s

// WriteXCR0 sets the extended control register 0 (which states XSAVE saves).
func WriteXCR0(v uint64) // defined in x86_amd64.s

// InvalidatePage drops the TLB entry of one page.
func InvalidatePage(addr uintptr) // defined in x86_amd64.s

// LoadIDT loads the interrupt descriptor table register from the 10-byte
// operand at addr.
func LoadIDT(addr uintptr) // defined in x86_amd64.s

// LoadGDT loads the global descriptor table register from the 10-byte operand
// at addr and keeps the segment registers.
func LoadGDT(addr uintptr) // defined in x86_amd64.s

// LoadTR loads the task register with a GDT selector.
func LoadTR(selector uint16) // defined in x86_amd64.s

// WriteFSBase sets the FS base with WRFSBASE; CR4.FSGSBASE must be on.
func WriteFSBase(v uintptr) // defined in x86_amd64.s

// TSC reads the time-stamp counter.
func TSC() uint64 // defined in x86_amd64.s

// RDRAND reads the hardware random number generator; ok is false when it had
// none at that moment.
func RDRAND() (v uint64, ok bool) // defined in x86_amd64.s

// RDSEED reads the hardware entropy source; ok is false when it had none at
// that moment.
func RDSEED() (v uint64, ok bool) // defined in x86_amd64.s

// Pause is the hint inside a spin loop.
func Pause() // defined in x86_amd64.s

// Stop turns interrupts off and halts this CPU for ever.
func Stop() // defined in x86_amd64.s

// Model-specific registers (SDM volume 4).
const (
	MSRAPICBase   = 0x1b
	MSREFER       = 0xc0000080
	MSRSTAR       = 0xc0000081
	MSRLSTAR      = 0xc0000082
	MSRSFMASK     = 0xc0000084
	MSRFSBase     = 0xc0000100
	MSRGSBase     = 0xc0000101
	MSRTSCDeadln  = 0x6e0
	MSRPAT        = 0x277
	EFERNoExecute = 1 << 11
)

// Control register bits (SDM volume 3, 2.5).
const (
	CR0WriteProtect = 1 << 16
	CR4GlobalPages  = 1 << 7
	CR4FSGSBase     = 1 << 16
	CR4OSXSAVE      = 1 << 18
	CR4SMEP         = 1 << 20
)
