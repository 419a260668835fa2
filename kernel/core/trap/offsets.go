package trap

import (
	"eggcup/kernel/core/thread"
	"eggcup/kernel/core/x86"
	"unsafe"
)

// What entry_amd64.s needs to know, through go_asm.h.
const (
	cpuCurrent    = unsafe.Offsetof(thread.CPU{}.Current)
	cpuFrameTop   = unsafe.Offsetof(thread.CPU{}.FrameTop)
	cpuStack      = unsafe.Offsetof(thread.CPU{}.Stack)
	cpuFaultStack = unsafe.Offsetof(thread.CPU{}.FaultStack)
	cpuScratch    = unsafe.Offsetof(thread.CPU{}.Scratch)
	cpuKernelFS   = unsafe.Offsetof(thread.CPU{}.KernelFS)
	cpuInKernel   = unsafe.Offsetof(thread.CPU{}.InKernel)
	cpuFSGSBase   = unsafe.Offsetof(thread.CPU{}.FSGSBase)

	threadFSBase = unsafe.Offsetof(thread.Thread{}.FSBase)
	threadFPLive = unsafe.Offsetof(thread.Thread{}.FPLive)
	threadCall   = unsafe.Offsetof(thread.Thread{}.Call)
	xsaveStart   = thread.XSaveStart

	frameVector = unsafe.Offsetof(thread.Frame{}.Vector)
	frameSize   = unsafe.Sizeof(thread.Frame{})

	// From Frame.Vector, where the stack pointer is after the registers.
	toIP = unsafe.Offsetof(thread.Frame{}.IP) - frameVector
	toSP = unsafe.Offsetof(thread.Frame{}.SP) - frameVector

	codeSelector  = thread.CodeSelector
	dataSelector  = thread.DataSelector
	vectorSyscall = thread.VectorSyscall
	vectorSize    = 12
	msrFSBase     = x86.MSRFSBase
)

// The frame must be the start of the thread, and the processor aligns the stack
// to 16 before it pushes.
var (
	_ [0]byte = [unsafe.Offsetof(thread.Thread{}.Frame)]byte{}
	_ [0]byte = [frameSize % 16]byte{}
)
