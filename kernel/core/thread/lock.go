package thread

import (
	"eggcup/kernel/core/x86"
	"sync/atomic"
)

// Lock is a spin lock for kernel context: interrupts are off, so its holder
// cannot be descheduled.
type Lock struct{ held uint32 }

// Acquire spins until the lock is this CPU's.
func (l *Lock) Acquire() {
	for !atomic.CompareAndSwapUint32(&l.held, 0, 1) {
		x86.Pause()
	}
}

// Release gives the lock back.
func (l *Lock) Release() { atomic.StoreUint32(&l.held, 0) }

// Kernel is the kernel lock: taken by package trap on every entry, given back
// before it resumes a thread.
var Kernel Lock
