// Package signal delivers Linux signals to the Go runtime.
//
// The runtime lives on them: SIGSEGV and SIGFPE become recoverable panics,
// SIGURG preempts tight loops, SIGPROF feeds the CPU profile. A handler is
// entered with a full rt_sigframe on the thread's alternate stack, may change
// the saved registers there, and returns by rt_sigreturn(2).
//
// Specification: the x86-64 Linux ABI, struct rt_sigframe and ucontext
// (signal(7), sigreturn(2)).
//
// Context: kernel, kernel lock held.
package signal

import "eggcup/kernel/core/thread"

// Signals that the kernel itself raises or treats specially.
const (
	SIGILL  = 4
	SIGTRAP = 5
	SIGABRT = 6
	SIGBUS  = 7
	SIGFPE  = 8
	SIGKILL = 9
	SIGSEGV = 11
	SIGPIPE = 13
	SIGALRM = 14
	SIGCHLD = 17
	SIGCONT = 18
	SIGSTOP = 19
	SIGTSTP = 20
	SIGTTIN = 21
	SIGTTOU = 22
	SIGURG  = 23
	SIGPROF = 27
	SIGWNCH = 28
)

// Values of si_code (sigaction(2)).
const (
	CodeUser      = 0    // SI_USER
	CodeKernel    = 0x80 // SI_KERNEL
	CodeTkill     = -6   // SI_TKILL
	CodeMapErr    = 1    // SEGV_MAPERR
	CodeAccErr    = 2    // SEGV_ACCERR
	CodeIntDivide = 1    // FPE_INTDIV
	CodeFltInv    = 7    // FPE_FLTINV
	CodeIllOpn    = 2    // ILL_ILLOPN
	CodeBreak     = 1    // TRAP_BRKPT
	CodeAlign     = 1    // BUS_ADRALN
	last          = 64   // highest signal number
	eintr         = ^uintptr(4) + 1
)

// Action is one entry of the table that rt_sigaction(2) changes, in the
// kernel's layout.
type Action struct{ Handler, Flags, Restorer, Mask uintptr }

// Dispositions and flags of an Action.
const (
	Default   = 0
	Ignore    = 1
	NoDefer   = 0x40000000 // SA_NODEFER
	OnStack   = 0x08000000 // SA_ONSTACK
	ResetHand = 0x80000000 // SA_RESETHAND
)

var (
	actions        [last + 1]Action
	processPending uint64      // sent by kill(2), for any thread
	processCode    [last]int32 // si_code of each
)

func bit(sig int) uint64 { return 1 << uint(sig-1) }

// Valid reports whether sig is a signal number.
func Valid(sig int) bool { return sig >= 1 && sig <= last }

// ActionOf returns the table entry of a valid signal.
func ActionOf(sig int) *Action { return &actions[sig] }

// unblockable are the signals that no mask holds back.
const unblockable = 1<<(SIGKILL-1) | 1<<(SIGSTOP-1)

// SetMask replaces the blocked signals of t.
func SetMask(t *thread.Thread, mask uint64) { t.Signals.Mask = mask &^ unblockable }

// Send makes sig pending for t and ends t's wait if it is not blocked.
func Send(c *thread.CPU, t *thread.Thread, sig int, code int32) {
	t.Signals.Pending |= bit(sig)
	t.Signals.Code[sig-1] = code
	if t.Signals.Mask&bit(sig) == 0 && t.State == thread.Blocked && !ignored(sig) {
		c.Interrupt(t, eintr)
	}
}

// SendProcess makes sig pending for whichever thread does not block it.
func SendProcess(c *thread.CPU, sig int, code int32) {
	target := c.Current
	if target == c.Idle || target.Signals.Mask&bit(sig) != 0 {
		target = nil
		thread.Each(func(t *thread.Thread) bool {
			if t.Signals.Mask&bit(sig) != 0 {
				return true
			}
			target = t
			return false
		})
	}
	if target == nil {
		processPending |= bit(sig)
		processCode[sig-1] = code
		return
	}
	Send(c, target, sig, code)
}

// ignored reports whether delivering sig would do nothing.
func ignored(sig int) bool {
	switch actions[sig].Handler {
	case Ignore:
		return true
	case Default:
		switch sig {
		case SIGCHLD, SIGCONT, SIGURG, SIGWNCH:
			return true
		case SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU:
			return true // nobody could make the one program go on; Linux's first process does not stop either
		}
	}
	return false
}

// next takes the lowest deliverable signal of t; 0 when there is none.
func next(t *thread.Thread) (sig int, code int32) {
	deliverable := (t.Signals.Pending | processPending) &^ t.Signals.Mask
	if deliverable == 0 {
		return 0, 0
	}
	sig = lowest(deliverable)
	if t.Signals.Pending&bit(sig) != 0 {
		t.Signals.Pending &^= bit(sig)
		return sig, t.Signals.Code[sig-1]
	}
	processPending &^= bit(sig)
	return sig, processCode[sig-1]
}

func lowest(set uint64) int {
	n := 1
	for set&1 == 0 {
		set >>= 1
		n++
	}
	return n
}

// Deliver enters the handler of one pending signal of the current thread, if
// there is one. It returns the signal that ends the program, or 0.
func Deliver(t *thread.Thread) (fatal int) {
	for {
		sig, code := next(t)
		if sig == 0 {
			return 0
		}
		if ignored(sig) {
			continue
		}
		if actions[sig].Handler == Default || !Enter(t, sig, code, 0) {
			return sig
		}
		return 0
	}
}

// Force raises a signal that the running instruction of t caused; it cannot be
// blocked or ignored. It reports false when that ends the program.
func Force(t *thread.Thread, sig int, code int32, addr uintptr) bool {
	if actions[sig].Handler <= Ignore || t.Signals.Mask&bit(sig) != 0 {
		return false
	}
	return Enter(t, sig, code, addr)
}
