#include "textflag.h"
#include "go_asm.h"

// A trap or interrupt finds the processor on IST1, which is the end of the
// running thread's frame: the pushes build thread.Frame in place, and the
// address of the frame is the address of the thread.
//
//	thread + const_frameSize  <- IST1, CPU.FrameTop
//	                          SS SP Flags CS IP   pushed by the processor
//	                          Err                 by it or by VECTOR
//	                          Vector              by VECTOR
//	thread                    AX BX CX ... R15    by PUSH_ALL

// VECTOR is the entry of a vector without an error code, VECTOR_ERR of one with.
// Both are const_vectorSize bytes long. The pushes are spelled out so that the
// linker does not add up those of all vectors when it looks for stack overflow.
#define PUSH_0 BYTE $0x6A; BYTE $0
#define PUSH_NUMBER(n) BYTE $0x68; LONG $(n)
#define NOP_2 BYTE $0x66; BYTE $0x90
#define VECTOR(n) PUSH_0; PUSH_NUMBER(n); JMP common<>(SB)
#define VECTOR_ERR(n) NOP_2; PUSH_NUMBER(n); JMP common<>(SB)
#define VECTOR_8(n) VECTOR(n); VECTOR(n+1); VECTOR(n+2); VECTOR(n+3); VECTOR(n+4); VECTOR(n+5); VECTOR(n+6); VECTOR(n+7)

#define PUSH_ALL \
	PUSHQ AX; PUSHQ BX; PUSHQ CX; PUSHQ DX; PUSHQ BP; PUSHQ SI; PUSHQ DI; \
	PUSHQ R8; PUSHQ R9; PUSHQ R10; PUSHQ R11; PUSHQ R12; PUSHQ R13; PUSHQ R14; PUSHQ R15

// Instructions that the assembler does not know, all on the XSAVE area of the
// thread in BX. EDX:EAX is the mask of components: all that XCR0 has.
#define XSAVE64_BX    BYTE $0x48; BYTE $0x0F; BYTE $0xAE; BYTE $0xA3; LONG $const_xsaveStart
#define XRSTOR64_BX   BYTE $0x48; BYTE $0x0F; BYTE $0xAE; BYTE $0xAB; LONG $const_xsaveStart
#define FXSAVE64_BX   BYTE $0x48; BYTE $0x0F; BYTE $0xAE; BYTE $0x83; LONG $const_xsaveStart
#define FXRSTOR64_BX  BYTE $0x48; BYTE $0x0F; BYTE $0xAE; BYTE $0x8B; LONG $const_xsaveStart

// LOAD_FS sets the FS base, where Go code finds g at FS:-8, to AX. Clobbers CX
// and DX.
#define LOAD_FS \
	CMPQ const_cpuFSGSBase(GS), $0; \
	JEQ  noFSGSBase;                \
	WRFSBASEQ AX;                   \
	JMP  loadedFS;                  \
noFSGSBase:                       \
	MOVQ AX, DX;                    \
	SHRQ $32, DX;                   \
	MOVL $const_msrFSBase, CX;      \
	WRMSR;                          \
loadedFS:

// ENTER_KERNEL goes from the thread in BX to the kernel's stack and g. The
// thread's own word at FS:-8 is out of reach for the kernel: it lies in the
// program's memory, which may be on the move.
#define ENTER_KERNEL \
	MOVQ $1, const_cpuInKernel(GS);    \
	MOVQ const_cpuKernelFS(GS), AX;    \
	LOAD_FS                            \
	MOVQ const_cpuStack(GS), SP;       \
	CLD

// vectors are the entries of all 256 vectors.
TEXT ·vectors(SB), NOSPLIT|NOFRAME, $0
	VECTOR(0); VECTOR(1); VECTOR(2); VECTOR(3); VECTOR(4); VECTOR(5); VECTOR(6); VECTOR(7)
	VECTOR_ERR(8); VECTOR(9); VECTOR_ERR(10); VECTOR_ERR(11); VECTOR_ERR(12); VECTOR_ERR(13); VECTOR_ERR(14); VECTOR(15)
	VECTOR(16); VECTOR_ERR(17); VECTOR(18); VECTOR(19); VECTOR(20); VECTOR_ERR(21); VECTOR(22); VECTOR(23)
	VECTOR(24); VECTOR(25); VECTOR(26); VECTOR(27); VECTOR(28); VECTOR_ERR(29); VECTOR_ERR(30); VECTOR(31)
	VECTOR_8(32); VECTOR_8(40); VECTOR_8(48); VECTOR_8(56); VECTOR_8(64); VECTOR_8(72); VECTOR_8(80); VECTOR_8(88)
	VECTOR_8(96); VECTOR_8(104); VECTOR_8(112); VECTOR_8(120); VECTOR_8(128); VECTOR_8(136); VECTOR_8(144); VECTOR_8(152)
	VECTOR_8(160); VECTOR_8(168); VECTOR_8(176); VECTOR_8(184); VECTOR_8(192); VECTOR_8(200); VECTOR_8(208); VECTOR_8(216)
	VECTOR_8(224); VECTOR_8(232); VECTOR_8(240); VECTOR_8(248)

TEXT common<>(SB), NOSPLIT|NOFRAME, $0
	PUSH_ALL
	CMPQ const_cpuInKernel(GS), $0
	JEQ  fromProgram
	JMP  kernelBug<>(SB)
fromProgram:
	MOVQ SP, BX
	ENTER_KERNEL
	MOVQ $1, const_threadFPLive(BX)
	CMPQ ·xsaveMask(SB), $0
	JEQ  legacy
	MOVL $-1, AX
	MOVL $-1, DX
	XSAVE64_BX
	JMP  saved
legacy:
	FXSAVE64_BX
saved:
	CALL ·handleTrap(SB)
	JMP  ·resume(SB)

// kernelBug is a trap that kernel code itself ran into. The frame has
// overwritten the thread's; nothing goes on from here.
TEXT kernelBug<>(SB), NOSPLIT|NOFRAME, $0
	MOVQ SP, BX
	MOVQ const_cpuKernelFS(GS), AX
	LOAD_FS
	MOVQ const_cpuFaultStack(GS), SP
	SUBQ $16, SP
	MOVQ BX, 0(SP)
	CLD
	CALL ·kernelFault(SB)
	INT  $3

// faultVectors are the entries of NMI, double fault and machine check, which
// arrive on IST2, a stack of their own.
TEXT ·nmi(SB), NOSPLIT|NOFRAME, $0
	PUSHQ $0
	PUSHQ $2
	PUSH_ALL
	JMP kernelBug<>(SB)

TEXT ·doubleFault(SB), NOSPLIT|NOFRAME, $0
	PUSHQ $8
	PUSH_ALL
	JMP kernelBug<>(SB)

TEXT ·machineCheck(SB), NOSPLIT|NOFRAME, $0
	PUSHQ $0
	PUSHQ $18
	PUSH_ALL
	JMP kernelBug<>(SB)

// syscallEntry is where SYSCALL arrives: interrupts are off (SFMASK), CX is the
// return address, R11 the flags, and SP still the thread's. It builds the frame
// that a trap would, with VectorSyscall as the vector. Vector registers are
// dead at a system call by Go's calling convention and are not saved.
TEXT ·syscallEntry(SB), NOSPLIT|NOFRAME, $0
	MOVQ  SP, const_cpuScratch(GS)
	MOVQ  const_cpuFrameTop(GS), SP
	PUSHQ $const_dataSelector
	PUSHQ const_cpuScratch(GS)
	PUSHQ R11
	PUSHQ $const_codeSelector
	PUSHQ CX
	PUSHQ $0
	PUSHQ $const_vectorSyscall
	PUSH_ALL
	MOVQ  SP, BX
	MOVQ  AX, const_threadCall(BX)
	ENTER_KERNEL
	MOVQ  $0, const_threadFPLive(BX)
	CALL  ·handleSyscall(SB)
	JMP   ·resume(SB)

// resume gives the CPU to its current thread.
TEXT ·resume(SB), NOSPLIT|NOFRAME, $0
	MOVQ const_cpuCurrent(GS), BX
	MOVQ const_threadFSBase(BX), AX
	LOAD_FS
	MOVQ $0, const_cpuInKernel(GS)
	XORPS X15, X15
	CMPQ const_threadFPLive(BX), $0
	JEQ  registers
	CMPQ ·xsaveMask(SB), $0
	JEQ  legacy
	MOVL $-1, AX
	MOVL $-1, DX
	XRSTOR64_BX
	JMP  registers
legacy:
	FXRSTOR64_BX
registers:
	MOVQ BX, SP
	CMPQ const_frameVector(BX), $const_vectorSyscall
	JEQ  sysret
	POPQ R15; POPQ R14; POPQ R13; POPQ R12; POPQ R11; POPQ R10; POPQ R9; POPQ R8
	POPQ DI; POPQ SI; POPQ BP; POPQ DX; POPQ CX; POPQ BX; POPQ AX
	ADDQ $16, SP // Vector, Err
	IRETQ

// The way out of a system call: CX and R11 are dead, the flags are those of any
// Go code, and STI holds interrupts off until the jump is done.
sysret:
	POPQ R15; POPQ R14; POPQ R13; POPQ R12; ADDQ $8, SP; POPQ R10; POPQ R9; POPQ R8
	POPQ DI; POPQ SI; POPQ BP; POPQ DX; ADDQ $8, SP; POPQ BX; POPQ AX
	MOVQ const_toIP(SP), CX
	MOVQ const_toSP(SP), SP
	STI
	JMP  CX

// idle waits for interrupts; each one resumes whatever thread it made runnable.
TEXT ·idle(SB), NOSPLIT|NOFRAME, $0
wait:
	STI
	HLT
	JMP wait

// func addresses() (vectors, syscall, idle, nmi, doubleFault, machineCheck uintptr)
//
// In Go the address of an assembly function is that of its ABI wrapper.
TEXT ·addresses(SB), NOSPLIT, $0-48
	LEAQ ·vectors(SB), AX
	MOVQ AX, vectors+0(FP)
	LEAQ ·syscallEntry(SB), AX
	MOVQ AX, syscall+8(FP)
	LEAQ ·idle(SB), AX
	MOVQ AX, idle+16(FP)
	LEAQ ·nmi(SB), AX
	MOVQ AX, nmi+24(FP)
	LEAQ ·doubleFault(SB), AX
	MOVQ AX, doubleFault+32(FP)
	LEAQ ·machineCheck(SB), AX
	MOVQ AX, machineCheck+40(FP)
	RET
