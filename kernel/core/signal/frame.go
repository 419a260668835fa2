package signal

import (
	"eggcup/kernel/core/raw"
	"eggcup/kernel/core/thread"
	"unsafe"
)

// sigcontext is struct sigcontext: the interrupted registers.
type sigcontext struct {
	r8, r9, r10, r11, r12, r13, r14, r15 uintptr
	di, si, bp, bx, dx, ax, cx, sp       uintptr
	ip, flags                            uintptr
	segments                             uintptr // cs, gs, fs, ss
	err, trapno, oldmask, cr2            uintptr
	fpstate                              uintptr
	reserved                             [8]uintptr
}

// ucontext is struct ucontext, which the handler gets as its third argument.
type ucontext struct {
	flags, link uintptr
	stackBase   uintptr
	stackFlags  uintptr
	stackSize   uintptr
	mcontext    sigcontext
	mask        uint64
}

// siginfo is siginfo_t, the handler's second argument.
type siginfo struct {
	signo, errno, code int32
	_                  int32
	addr               uintptr
	rest               [104]byte
}

// rtFrame is what lies on the handler's stack: the return address is the
// restorer, which calls rt_sigreturn.
type rtFrame struct {
	restorer uintptr
	context  ucontext
	info     siginfo
}

var (
	_ [304]byte = [unsafe.Sizeof(ucontext{})]byte{}
	_ [128]byte = [unsafe.Sizeof(siginfo{})]byte{}
)

// redZone lies below the stack pointer and belongs to the interrupted code
// (System V ABI AMD64, 3.2.2).
const redZone = 128

// Sizes of the extended state in a frame, and the selector that a Linux
// program would see in its cs.
const (
	fpAlign      = 64
	userSelector = 0x33
	disableStack = 2 // SS_DISABLE
	onStack      = 1 // SS_ONSTACK
	directionBit = 1 << 10
	trapBit      = 1 << 8
)

// XSaveSize is how much of a thread's XSAVE area is in use; boot code sets it.
var XSaveSize = uintptr(512)

// Touch makes memory of the program present and writable; boot code sets it.
var Touch func(addr, n uintptr) bool

// OnAltStack reports whether sp lies in t's alternate stack.
func OnAltStack(t *thread.Thread, sp uintptr) bool {
	s := &t.Signals
	return s.AltSize != 0 && sp > s.AltStack && sp <= s.AltStack+s.AltSize
}

// StackFlags returns ss_flags of t's alternate stack.
func StackFlags(t *thread.Thread) uintptr {
	switch {
	case t.Signals.AltSize == 0:
		return disableStack
	case OnAltStack(t, t.Frame.SP):
		return onStack
	}
	return 0
}

// Enter makes t run the handler of sig when it resumes. It reports false when
// there is no room for the frame.
func Enter(t *thread.Thread, sig int, code int32, addr uintptr) bool {
	action := &actions[sig]
	top := t.Frame.SP - redZone
	if action.Flags&OnStack != 0 && t.Signals.AltSize != 0 && !OnAltStack(t, t.Frame.SP) {
		top = t.Signals.AltStack + t.Signals.AltSize
	}
	fp := (top - XSaveSize) &^ (fpAlign - 1)
	// A handler is entered as if by CALL: 8 below a multiple of 16.
	base := (fp-unsafe.Sizeof(rtFrame{}))&^15 - 8
	if !Touch(base, top-base) {
		return false
	}
	if t.FPLive == 0 {
		t.ResetFP() // dead at a system call: hand over a fresh state
	}
	copy(raw.Bytes(fp, XSaveSize), raw.Bytes(t.XSave(), XSaveSize))

	frame := (*rtFrame)(raw.Ptr(base))
	*frame = rtFrame{}
	frame.restorer = action.Restorer
	frame.context.stackBase = t.Signals.AltStack
	frame.context.stackFlags = StackFlags(t)
	frame.context.stackSize = t.Signals.AltSize
	frame.context.mask = t.Signals.Mask
	save(&frame.context.mcontext, &t.Frame, addr, fp)
	frame.info.signo, frame.info.code, frame.info.addr = int32(sig), code, addr

	block := uint64(action.Mask)
	if action.Flags&NoDefer == 0 {
		block |= bit(sig)
	}
	SetMask(t, t.Signals.Mask|block)
	f := &t.Frame
	f.SP, f.IP = base, action.Handler
	f.DI, f.SI, f.DX = uintptr(sig), uintptr(unsafe.Pointer(&frame.info)), uintptr(unsafe.Pointer(&frame.context))
	f.AX = 0
	f.Flags &^= directionBit | trapBit
	f.Vector = 0 // every register matters now: not the short way out
	if action.Flags&ResetHand != 0 {
		*action = Action{}
	}
	return true
}

func save(m *sigcontext, f *thread.Frame, addr, fp uintptr) {
	m.r8, m.r9, m.r10, m.r11 = f.R8, f.R9, f.R10, f.R11
	m.r12, m.r13, m.r14, m.r15 = f.R12, f.R13, f.R14, f.R15
	m.di, m.si, m.bp, m.bx = f.DI, f.SI, f.BP, f.BX
	m.dx, m.ax, m.cx, m.sp = f.DX, f.AX, f.CX, f.SP
	m.ip, m.flags = f.IP, f.Flags
	m.segments = userSelector
	m.err, m.trapno, m.cr2 = f.Err, f.Vector, addr
	m.fpstate = fp
}

// Bits of RFLAGS that a handler may change in the frame it returns through.
const changeableFlags = 0x40dd5 // AC, OF, DF, TF, SF, ZF, AF, PF, CF

// Return restores what Enter saved (rt_sigreturn(2)): the stack pointer of t
// is at the ucontext. It reports false when the frame is not readable.
func Return(t *thread.Thread) bool {
	base := t.Frame.SP
	if !Touch(base, unsafe.Sizeof(ucontext{})) {
		return false
	}
	context := (*ucontext)(raw.Ptr(base))
	m, f := &context.mcontext, &t.Frame
	f.R8, f.R9, f.R10, f.R11 = m.r8, m.r9, m.r10, m.r11
	f.R12, f.R13, f.R14, f.R15 = m.r12, m.r13, m.r14, m.r15
	f.DI, f.SI, f.BP, f.BX = m.di, m.si, m.bp, m.bx
	f.DX, f.AX, f.CX, f.SP = m.dx, m.ax, m.cx, m.sp
	f.IP = m.ip
	f.Flags = f.Flags&^changeableFlags | m.flags&changeableFlags
	f.Vector = 0
	SetMask(t, context.mask)
	return restoreFP(t, m.fpstate)
}

// Offsets in the XSAVE header (SDM volume 1, 13.4.2): everything behind
// XSTATE_BV must be zero in the standard format, and bits of XSTATE_BV that
// XCR0 lacks make XRSTOR fault, so neither is taken from the program.
const (
	xsaveHeader     = 512
	xsaveHeaderSize = 64
)

// XCR0 is what XSAVE saves; 0 on a CPU without XSAVE. Boot code sets it.
var XCR0 uint64

// mxcsrMask are the bits of MXCSR that every x86-64 processor has; others make
// XRSTOR fault.
const mxcsrMask = 0xffff

func restoreFP(t *thread.Thread, fp uintptr) bool {
	if fp == 0 {
		t.ResetFP()
		return true
	}
	if fp&(fpAlign-1) != 0 || !Touch(fp, XSaveSize) {
		return false
	}
	area := t.XSave()
	copy(raw.Bytes(area, XSaveSize), raw.Bytes(fp, XSaveSize))
	raw.Store32(area+24, raw.Load32(area+24)&mxcsrMask)
	if XCR0 != 0 {
		states := raw.Load64(area+xsaveHeader) & XCR0
		raw.Clear(area+xsaveHeader, xsaveHeaderSize)
		raw.Store64(area+xsaveHeader, states)
	}
	t.FPLive = 1
	return true
}
