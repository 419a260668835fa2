// Package thread holds the kernel's threads - what the Go runtime calls Ms -
// and decides which of them a CPU runs.
//
// There is no context-switch routine and no kernel stack per thread. Entry
// code saves the registers of the running thread into its Thread; a handler
// runs to its end on the CPU's kernel stack with interrupts off, marks threads
// runnable or blocked, and package trap then resumes whatever thread is
// current. A thread that blocks in a system call gets its result written into
// the saved frame later, or has its call run again (Retry).
//
// Context: kernel. The kernel lock (Lock) is held in every function that does
// not say otherwise; it guards threads, queues, timers, futexes, descriptors
// and memory. The console has no lock of its own: who prints holds this one.
package thread

import (
	"eggcup/kernel/core/raw"
	"eggcup/kernel/core/timer"
	"unsafe"
)

// Frame is the register state that entry code saves, in the order in which it
// is pushed. The last five words are the processor's own (SDM volume 3,
// 6.14.2).
type Frame struct {
	R15, R14, R13, R12, R11, R10, R9, R8 uintptr
	DI, SI, BP, DX, CX, BX, AX           uintptr
	Vector, Err                          uintptr
	IP, CS, Flags, SP, SS                uintptr
}

// Size of a thread's memory: one page, registers first, XSAVE area last.
const (
	PageSize   = 4096
	XSaveStart = 1024
	XSaveMax   = PageSize - XSaveStart
)

// State says where a thread is.
type State uint8

// The states of a thread.
const (
	Runnable State = iota + 1 // in a run queue
	Running                   // current on a CPU
	Blocked                   // waits for a queue, a deadline or a signal
	Dead                      // has exited; its page is about to be freed
)

// VectorSyscall is Frame.Vector of a thread that entered by SYSCALL: such a
// frame has no live vector registers and CX and R11 are dead.
const VectorSyscall = 256

// Thread is one thread. It lies at the start of its own page; the XSAVE area
// is at XSaveStart of the same page. Entry code knows the offsets of the
// fields before State through go_asm.h.
type Thread struct {
	Frame  Frame
	FSBase uintptr
	FPLive uintptr // 1: the XSAVE area holds what must be restored

	State State
	// Call is the number of the system call that the thread is in; its result
	// goes where the number was.
	Call uintptr
	// Retry makes the scheduler run the thread's system call again before the
	// thread returns to its program; Deadline carries the call's absolute
	// time-out across the runs (0: not begun, NoDeadline: none).
	// Moved is how many bytes earlier runs have transferred.
	Retry    bool
	Deadline int64
	Moved    uintptr
	ID       int32

	queue      *Queue
	next, prev *Thread
	hashNext   *Thread
	timer      timer.Timer
	cpu        *CPU    // where it blocked: its timer is in that heap
	timeout    uintptr // result of a wait that times out

	// FutexAddr is the key of a futex wait, FutexMask its bit set.
	FutexAddr uintptr
	FutexMask uint32

	Signals  SignalState
	ClearTID uintptr  // word to zero and wake at exit (CLONE_CHILD_CLEARTID)
	Name     [16]byte // what prctl(2) was told; nothing depends on it
	KeepCaps uintptr  // what prctl(2) was told; nothing depends on it
}

// SignalState is what package signal keeps per thread.
type SignalState struct {
	Mask     uint64 // blocked signals, bit n-1 for signal n
	Pending  uint64
	Code     [64]int32 // si_code of each pending signal
	AltStack uintptr
	AltSize  uintptr
}

// The XSAVE area must not overlap the structure; entry code relies on it.
var _ [XSaveStart - unsafe.Sizeof(Thread{})]byte

// XSave returns the address of the thread's XSAVE area, 64-byte aligned.
func (t *Thread) XSave() uintptr { return uintptr(unsafe.Pointer(t)) + XSaveStart }

// FrameTop returns the end of the thread's frame, where the processor starts
// to push (IST1).
func (t *Thread) FrameTop() uintptr {
	return uintptr(unsafe.Pointer(t)) + unsafe.Sizeof(Frame{})
}

// Initial values of RFLAGS and of the segments that the boot GDT defines.
const (
	CodeSelector = 0x08
	DataSelector = 0x10
	TSSSelector  = 0x18
	FlagIF       = 1 << 9
	FlagsUser    = FlagIF | 1<<1
)

// Prepare makes the zeroed page at addr a thread that starts at ip with stack
// sp. The thread has no id and is not runnable yet.
func Prepare(addr, ip, sp uintptr) *Thread {
	t := (*Thread)(raw.Ptr(addr))
	t.Frame.IP, t.Frame.SP = ip, sp
	t.Frame.CS, t.Frame.SS = CodeSelector, DataSelector
	t.Frame.Flags = FlagsUser
	t.ResetFP()
	t.State = Blocked
	return t
}

// x87 control word and MXCSR of a fresh process (System V ABI AMD64, 3.4.1).
const (
	initialFCW   = 0x037f
	initialMXCSR = 0x1f80
)

// ResetFP gives the thread the floating-point state of a fresh process. An
// XSAVE header of zero makes XRSTOR use every component's initial state, but
// MXCSR and the FXSAVE fallback are read from the area.
func (t *Thread) ResetFP() {
	area := t.XSave()
	raw.Clear(area, XSaveMax)
	raw.Store16(area, initialFCW)
	raw.Store32(area+24, initialMXCSR)
	t.FPLive = 1
}
