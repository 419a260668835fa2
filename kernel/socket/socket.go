// Package socket has what the kinds of sockets share: the state of a
// descriptor, waiting, and the structures in which system calls pass addresses,
// options, vectors and control messages.
//
// Specifications: socket(7), the structures of Linux on x86-64.
//
// Context: goroutine.
package socket

import (
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"eggcup/kernel/descriptor"
)

// Flags of a socket's type argument.
const typeFlags = syscall.SOCK_NONBLOCK | syscall.SOCK_CLOEXEC

// Kind splits the type argument of socket(2) into the type and the flags for
// descriptor.Open.
func Kind(argument int) (kind, flags int, errno syscall.Errno) {
	kind, flags = argument&0xf, argument&^0xf
	if flags&^typeFlags != 0 {
		return 0, 0, syscall.EINVAL
	}
	return kind, flags | syscall.O_RDWR, 0
}

// Base is the part of a socket that its descriptors see.
type Base struct {
	descriptor.Node

	// Changed is broadcast when a call that waits should try again.
	Changed Signal

	// remembered are options that change nothing, as the program set them.
	remembered sync.Map

	nonBlock       atomic.Bool
	receiveTimeout atomic.Int64 // nanoseconds; 0 is none
	sendTimeout    atomic.Int64
}

// option names one of setsockopt(2).
type option struct{ level, name int }

// Remember keeps the value of an option that nothing depends on.
func (b *Base) Remember(level, name, value int) { b.remembered.Store(option{level, name}, value) }

// Remembered returns it, or what it is at first.
func (b *Base) Remembered(level, name, first int) int {
	if value, ok := b.remembered.Load(option{level, name}); ok {
		return value.(int)
	}
	return first
}

// SetNonBlock follows O_NONBLOCK.
func (b *Base) SetNonBlock(on bool) { b.nonBlock.Store(on) }

// Mode is what fstat(2) tells: a socket.
func (*Base) Mode() uint32 { return syscall.S_IFSOCK | 0o777 }

// Receiving returns how a call that receives waits.
func (b *Base) Receiving(flags int) Wait { return b.wait(flags, &b.receiveTimeout) }

// Sending returns how a call that sends waits.
func (b *Base) Sending(flags int) Wait { return b.wait(flags, &b.sendTimeout) }

func (b *Base) wait(flags int, timeout *atomic.Int64) Wait {
	return Wait{
		signal:  &b.Changed,
		never:   b.nonBlock.Load() || flags&syscall.MSG_DONTWAIT != 0,
		timeout: time.Duration(timeout.Load()),
	}
}

// Wait is the waiting of one call. The call asks for the signal's channel, then
// tries, then waits:
//
//	for {
//		changed := w.Arm()
//		if done { return }
//		if errno := w.For(changed); errno != 0 { return errno }
//	}
type Wait struct {
	signal  *Signal
	never   bool
	timeout time.Duration
	timer   *time.Timer
}

// Arm returns the channel that is closed with the next change, or nil if the
// call may not wait.
func (w *Wait) Arm() <-chan struct{} {
	if w.never {
		return nil
	}
	return w.signal.Channel()
}

// For waits for a change, or returns EAGAIN if the call may not wait or has
// waited for as long as it may.
func (w *Wait) For(changed <-chan struct{}) syscall.Errno {
	if w.never {
		return syscall.EAGAIN
	}
	if w.timeout == 0 {
		<-changed
		return 0
	}
	if w.timer == nil {
		w.timer = time.NewTimer(w.timeout)
	}
	select {
	case <-changed:
		return 0
	case <-w.timer.C:
		w.never = true
		return syscall.EAGAIN
	}
}

// Blocks reports whether the call may wait.
func (w *Wait) Blocks() bool { return !w.never }

// Stop frees what For needed.
func (w *Wait) Stop() {
	if w.timer != nil {
		w.timer.Stop()
	}
}

// Signal wakes everybody who waits. A broadcast that nobody waits for costs an
// atomic load.
type Signal struct {
	waiting atomic.Bool
	mu      sync.Mutex
	channel chan struct{} // guarded by mu; nil if nobody waits
}

// Channel returns a channel that the next broadcast closes.
func (s *Signal) Channel() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.channel == nil {
		s.channel = make(chan struct{})
		s.waiting.Store(true)
	}
	return s.channel
}

// Broadcast wakes everybody who has asked for the channel.
func (s *Signal) Broadcast() {
	if !s.waiting.Load() {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.channel != nil {
		close(s.channel)
		s.channel = nil
		s.waiting.Store(false)
	}
}
