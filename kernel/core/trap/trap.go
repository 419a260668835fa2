// Package trap is the way into the kernel and out of it: exceptions,
// interrupts and system calls arrive in entry_amd64.s, are answered here, and
// leave by resuming whatever thread is current then.
//
// All code of the machine runs in ring 0 in one address space, so entry
// changes only the stack and the g that Go code uses.
//
// Specification: SDM volume 3, chapter 6 (interrupt and exception handling);
// volume 2, SYSCALL.
//
// Context: kernel; this package takes the kernel lock and gives it back.
package trap

import (
	"eggcup/kernel/core/apic"
	"eggcup/kernel/core/console"
	"eggcup/kernel/core/irq"
	"eggcup/kernel/core/memory"
	"eggcup/kernel/core/power"
	"eggcup/kernel/core/signal"
	"eggcup/kernel/core/syscalls"
	"eggcup/kernel/core/thread"
	"eggcup/kernel/core/vm"
	"eggcup/kernel/core/x86"
	"unsafe"
)

// handleSyscall answers the system call of the current thread.
//
// Context: kernel; called by syscallEntry.
func handleSyscall() {
	c := thread.This()
	thread.Kernel.Acquire()
	syscalls.Dispatch(c)
	leave(c)
}

// TimerInterrupts counts the interrupts of the timer: a CPU without work has
// none, and a test holds that.
var TimerInterrupts uint64

// handleTrap answers an exception or an interrupt.
//
// Context: kernel; called by the vectors.
func handleTrap() {
	c := thread.This()
	thread.Kernel.Acquire()
	t := c.Current
	switch vector := int(t.Frame.Vector); {
	case vector == vectorPageFault:
		pageFault(t)
	case vector < firstExternal:
		exception(t, vector)
	case vector == VectorTimer:
		TimerInterrupts++
		apic.EOI()
		c.Tick()
	case vector >= irq.FirstVector && vector < irq.FirstVector+irq.Vectors:
		irq.Handle(c, vector)
	}
	leave(c)
}

// leave brings the CPU to the thread that runs next: it finishes calls that
// are to be tried again, enters signal handlers and sets the timer.
func leave(c *thread.CPU) {
	for {
		before := c.Current
		if c.Schedule() {
			switched(c, before)
		}
		t := c.Current
		if t.Retry {
			t.Retry = false
			syscalls.Dispatch(c)
			continue
		}
		if t != c.Idle {
			if sig := signal.Deliver(t); sig != 0 {
				killed(t, sig)
			}
		}
		break
	}
	c.ArmTimer()
	thread.Kernel.Release()
}

func switched(c *thread.CPU, before *thread.Thread) {
	if before.State == thread.Dead {
		memory.FreePage(uintptr(unsafe.Pointer(before)))
	}
	if before == c.Idle {
		syscalls.ResumeProf(c)
	}
}

// Vectors of exceptions (SDM volume 3, table 6-1) that become signals.
const (
	vectorDivide     = 0
	vectorDebug      = 1
	vectorBreakpoint = 3
	vectorInvalidOp  = 6
	vectorProtection = 13
	vectorPageFault  = 14
	vectorX87        = 16
	vectorAlignment  = 17
	vectorSIMD       = 19
	firstExternal    = 32
)

func pageFault(t *thread.Thread) {
	addr := x86.ReadCR2()
	switch memory.Space.Fault(addr, vm.FaultAccess(t.Frame.Err)) {
	case vm.BadAddress:
		raise(t, signal.SIGSEGV, signal.CodeMapErr, addr)
	case vm.Protection:
		raise(t, signal.SIGSEGV, signal.CodeAccErr, addr)
	case vm.OutOfMemory:
		outOfMemory(addr)
	}
}

func exception(t *thread.Thread, vector int) {
	ip := t.Frame.IP
	switch vector {
	case vectorDivide:
		raise(t, signal.SIGFPE, signal.CodeIntDivide, ip)
	case vectorX87, vectorSIMD:
		raise(t, signal.SIGFPE, signal.CodeFltInv, ip)
	case vectorDebug, vectorBreakpoint:
		raise(t, signal.SIGTRAP, signal.CodeBreak, ip)
	case vectorInvalidOp:
		raise(t, signal.SIGILL, signal.CodeIllOpn, ip)
	case vectorAlignment:
		raise(t, signal.SIGBUS, signal.CodeAlign, 0)
	default: // general protection and its kin: Linux gives no address either
		raise(t, signal.SIGSEGV, signal.CodeKernel, 0)
	}
}

// raise turns a fault into a signal; a program that cannot take it ends.
func raise(t *thread.Thread, sig int, code int32, addr uintptr) {
	if t != thread.This().Idle && signal.Force(t, sig, code, addr) {
		return
	}
	report("fault that the program cannot handle", &t.Frame, addr)
	power.Panic()
}

// signalExit is the exit code of a program that a signal ended, as a shell
// shows it.
const signalExit = 128

func killed(t *thread.Thread, sig int) {
	if console.LogStart(console.LevelError, "signal") {
		console.Print("the program was ended by signal ")
		console.PrintInt(int64(sig))
		console.LogEnd()
	}
	power.Exit(signalExit + sig)
}

// outOfMemory ends the machine: there is no other program to take memory from.
func outOfMemory(addr uintptr) {
	const mib = 1 << 20
	stats := memory.Space.Stats()
	if console.LogStart(console.LevelError, "memory") {
		console.Print("out of memory: page fault at ")
		console.PrintHex(addr)
		console.Print(", the program holds ")
		console.PrintInt(int64(stats.Resident * thread.PageSize / mib))
		console.Print(" MiB, the machine has ")
		console.PrintInt(int64(memory.Frames.Total() * thread.PageSize / mib))
		console.Print(" MiB")
		console.LogEnd()
	}
	power.Panic()
}

// kernelFault reports a trap inside the kernel and ends the machine.
//
// Context: kernel, on the fault stack; the lock may be held.
func kernelFault(f *thread.Frame) {
	report("bug in the kernel", f, x86.ReadCR2())
	power.Panic()
}
