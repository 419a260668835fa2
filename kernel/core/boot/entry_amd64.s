#include "textflag.h"
#include "go_asm.h"

// The code from entry32 to entry64 runs in 32-bit protected mode, but the
// assembler writes for 64-bit mode. Only encodings that mean the same in both
// are used; where the assembler has none, the bytes are spelled out.

// FIND puts the address of a symbol into a register: the CALL pushes the
// address behind it, which the POP fetches into BP, and LEAQ of a symbol, 48 8D
// /r rel32, is DEC EAX; LEA r, [rel32] in 32-bit mode, where rel32 counts from
// the end of the LEAQ, 8 bytes behind that address. Clobbers AX and BP.
#define FIND(symbol, register) \
	BYTE $0xE8; LONG $0;                 /* CALL next */ \
	BYTE $0x5D;                          /* POP EBP */   \
	LEAQ symbol(SB), register;           \
	LEAL 8(register)(BP*1), register

#define CR0_PE_MP_NE_WP_PG 0x80010023
#define CR4_PAE_FXSR_XMM   0x620
#define EFER_SCE_LME       0x101
#define MSR_EFER           0xc0000080
#define MSR_FS_BASE        0xc0000100

// Page table entries: present and writable; a 2 MiB page has the size bit too.
#define TABLE 0x003
#define BLOCK 0x083

// entry32 is where every boot protocol starts the kernel: 32-bit protected
// mode, flat segments, paging and interrupts off. PVH: BX = start_info.
// Multiboot: AX = magic, BX = information. (Xen, docs/misc/pvh; Multiboot
// Specification 0.6.96, 3.2.)
TEXT ·entry32(SB), NOSPLIT|NOFRAME, $0
	BYTE $0xFA                           // CLI
	BYTE $0xFC                           // CLD
	MOVL AX, DX                          // FIND clobbers AX
	// FIND needs one word of stack, and SP is undefined: borrow a word of
	// conventional memory and put back what was there.
	MOVL $0x7000, SP
	MOVL -4(SP), CX
	FIND(·stack, DI)
	MOVL CX, -4(SP)
	LEAL const_stackTop(DI), SP
	FIND(·tables, SI)
	LEAL 4095(SI), SI
	ANDL $-4096, SI

	// Map the first 4 GiB twice: at 0, where this code runs, and at the
	// direct map. SI: top table; its entries 0 and 256 lead to the table
	// behind it, whose first four lead to four directories.
	LEAL 4096+TABLE(SI), AX
	MOVL AX, 0(SI)
	MOVL AX, 2048(SI)
	LEAL 8192+TABLE(SI), AX
	MOVL AX, 4096(SI)
	ADDL $4096, AX
	MOVL AX, 4104(SI)
	ADDL $4096, AX
	MOVL AX, 4112(SI)
	ADDL $4096, AX
	MOVL AX, 4120(SI)
	LEAL 8192(SI), DI
	MOVL $BLOCK, AX
	MOVL $2048, CX
block:
	MOVL AX, 0(DI)
	ADDL $0x200000, AX
	ADDL $8, DI
	SUBL $1, CX
	JNE  block

	BYTE $0x0F; BYTE $0x22; BYTE $0xDE   // MOV CR3, ESI
	MOVL $CR4_PAE_FXSR_XMM, AX
	BYTE $0x0F; BYTE $0x22; BYTE $0xE0   // MOV CR4, EAX
	MOVL DX, DI
	MOVL $MSR_EFER, CX
	BYTE $0x0F; BYTE $0x32               // RDMSR
	ORL  $EFER_SCE_LME, AX
	BYTE $0x0F; BYTE $0x30               // WRMSR
	MOVL $CR0_PE_MP_NE_WP_PG, AX
	BYTE $0x0F; BYTE $0x22; BYTE $0xC0   // MOV CR0, EAX

	// Paging is on, in compatibility mode; a far return to a 64-bit code
	// segment leaves it.
	FIND(·bootGDT, SI)
	FIND(·bootGDTR, CX)
	BYTE $0x66; BYTE $0xC7; BYTE $0x01; WORD $const_bootGDTLimit // MOVW $limit, (ECX)
	MOVL SI, 2(CX)
	BYTE $0x0F; BYTE $0x01; BYTE $0x11   // LGDT (ECX)
	FIND(·entry64, SI)
	BYTE $0x6A; BYTE $const_codeSelector // PUSH selector
	BYTE $0x56                           // PUSH ESI
	BYTE $0xCB                           // RETF

// entry64 gives Go code what it expects: flat segments, a stack, SSE (on since
// CR4) and a g whose stack guard is 0, so that no function ever asks for more
// stack. DI = multiboot magic, BX = information.
TEXT ·entry64(SB), NOSPLIT|NOFRAME, $0
	MOVL $const_dataSelector, AX
	MOVW AX, DS
	MOVW AX, ES
	MOVW AX, SS
	XORL AX, AX
	MOVW AX, FS
	MOVW AX, GS
	LEAQ ·stack+const_stackTop(SB), SP
	MOVL DI, R12
	MOVL BX, R13
	LEAQ ·g(SB), AX
	LEAQ ·tls+8(SB), DX
	MOVQ AX, -8(DX)
	MOVQ DX, AX
	SHRQ $32, DX
	MOVL $MSR_FS_BASE, CX
	WRMSR
	SUBQ $16, SP
	MOVQ R12, 0(SP)
	MOVQ R13, 8(SP)
	CALL ·Start(SB)
	INT  $3

// programEntry starts the Go runtime: the first thread begins here.
TEXT ·programEntry(SB), NOSPLIT|NOFRAME, $0
	JMP _rt0_amd64_linux(SB)

// func addresses() (program, stack, faultStack, tls uintptr)
TEXT ·addresses(SB), NOSPLIT, $0-32
	LEAQ ·programEntry(SB), AX
	MOVQ AX, program+0(FP)
	LEAQ ·stack+const_stackTop(SB), AX
	MOVQ AX, stack+8(FP)
	LEAQ ·faultStack+const_faultStackTop(SB), AX
	MOVQ AX, faultStack+16(FP)
	LEAQ ·tls+8(SB), AX
	MOVQ AX, tls+24(FP)
	RET

// func imageEnd() uintptr
TEXT ·imageEnd(SB), NOSPLIT, $0-8
	LEAQ runtime·end(SB), AX
	MOVQ AX, ret+0(FP)
	RET

// Six page tables and room to align them; they are left behind when the kernel
// has made its own.
GLOBL ·tables(SB), NOPTR, $(4096*7)
// The boot CPU's kernel stack, the stack for its faults, its kernel g, and the
// word at FS:-8 that leads there; threads start with it too, until they have
// thread-local storage.
GLOBL ·stack(SB), NOPTR, $const_stackSize
GLOBL ·faultStack(SB), NOPTR, $const_faultStackSize
GLOBL ·g(SB), NOPTR, $1024
GLOBL ·tls(SB), NOPTR, $16
// The processor sets the accessed bits, so this is data.
DATA ·bootGDT+0(SB)/8, $0
DATA ·bootGDT+8(SB)/8, $0x00af9b000000ffff
DATA ·bootGDT+16(SB)/8, $0x00cf93000000ffff
GLOBL ·bootGDT(SB), NOPTR, $24
GLOBL ·bootGDTR(SB), NOPTR, $16
