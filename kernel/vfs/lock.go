package vfs

import (
	"sync"
	"syscall"
)

// locks are the locks of flock(2) on a file: those who share it, or the one
// that has it alone.
type locks struct {
	mu      sync.Mutex // guards the rest
	changed sync.Cond  // on mu, set when somebody waits
	holders map[*File]bool
	alone   bool // the one holder excludes others
}

// Operations of flock(2).
const lockOperations = syscall.LOCK_SH | syscall.LOCK_EX | syscall.LOCK_UN

// take answers flock(2). A lock that f has already is converted; as on Linux
// it is given up first, so that others may come between.
func (l *locks) take(f *File, operation int) syscall.Errno {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch operation & lockOperations {
	case syscall.LOCK_UN:
		l.give(f)
		return 0
	case syscall.LOCK_SH, syscall.LOCK_EX:
	default:
		return syscall.EINVAL
	}
	alone := operation&syscall.LOCK_EX != 0
	if l.holders[f] && l.alone == alone {
		return 0
	}
	l.give(f)
	for len(l.holders) > 0 && (alone || l.alone) {
		if operation&syscall.LOCK_NB != 0 {
			return syscall.EWOULDBLOCK
		}
		l.changed.L = &l.mu
		l.changed.Wait()
	}
	if l.holders == nil {
		l.holders = map[*File]bool{}
	}
	l.holders[f], l.alone = true, alone
	return 0
}

// give ends the lock of f, if it has one. l.mu is held.
func (l *locks) give(f *File) {
	if l.holders[f] {
		delete(l.holders, f)
		l.alone = false
		l.changed.Broadcast()
	}
}

// release ends the lock of a file that is closed.
func (l *locks) release(f *File) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.give(f)
}
