package irq

import (
	"encoding/binary"
	"errors"
	"os"
	"syscall"
	"testing"
	"time"

	"eggcup/kernel/rawsys"
)

// lines is the kernel's side of one line.
type lines struct {
	t       *testing.T
	fd      int
	enabled int
}

// install answers the private system calls with a real eventfd, which is what
// the kernel's descriptor behaves like.
func install(t *testing.T) *lines {
	l := &lines{t: t}
	old := call
	t.Cleanup(func() { call = old })
	call = func(number, a1, _, _, _, _, _ uintptr) (uintptr, syscall.Errno) {
		switch number {
		case rawsys.IrqOpen:
			if a1 > 23 {
				return ^uintptr(0), syscall.EINVAL
			}
			const nonblockCloexec = syscall.O_NONBLOCK | syscall.O_CLOEXEC
			fd, _, errno := syscall.RawSyscall(syscall.SYS_EVENTFD2, 0, nonblockCloexec, 0)
			l.fd = int(fd)
			return fd, errno
		case rawsys.MSIOpen:
			const nonblockCloexec = syscall.O_NONBLOCK | syscall.O_CLOEXEC
			fd, _, errno := syscall.RawSyscall(syscall.SYS_EVENTFD2, 0, nonblockCloexec, 0)
			l.fd = int(fd)
			return fd | 0x71<<32 | 0x05<<40, errno
		case rawsys.IrqEnable:
			if int(a1) != l.fd {
				return ^uintptr(0), syscall.EBADF
			}
			l.enabled++
			return 0, 0
		}
		return ^uintptr(0), syscall.ENOSYS
	}
	return l
}

// fire makes the line count, as its interrupt would.
func (l *lines) fire() {
	if _, err := syscall.Write(l.fd, binary.NativeEndian.AppendUint64(nil, 1)); err != nil {
		l.t.Error(err)
	}
}

// TestWait returns once for interrupts before it, and blocks for the next.
func TestWait(t *testing.T) {
	l := install(t)
	line, err := Open(4)
	if err != nil {
		t.Fatal(err)
	}
	defer line.Close()
	l.fire()
	l.fire()
	if err := line.Wait(); err != nil {
		t.Fatal(err)
	}
	const delay = 20 * time.Millisecond
	begin := time.Now()
	time.AfterFunc(delay, l.fire)
	if err := line.Wait(); err != nil {
		t.Fatal(err)
	}
	if waited := time.Since(begin); waited < delay {
		t.Errorf("the second Wait took %v: it did not block", waited)
	}
	if l.enabled != 2 {
		t.Errorf("the line was enabled %d times for two waits", l.enabled)
	}
}

// TestOpenUnknown names the line that no controller has.
func TestOpenUnknown(t *testing.T) {
	install(t)
	_, err := Open(99)
	if !errors.Is(err, syscall.EINVAL) || err.Error() != "open irq 99: invalid argument" {
		t.Errorf("error %v", err)
	}
}

// TestClose ends a Wait.
func TestClose(t *testing.T) {
	install(t)
	line, err := Open(1)
	if err != nil {
		t.Fatal(err)
	}
	result := make(chan error)
	go func() { result <- line.Wait() }()
	time.Sleep(5 * time.Millisecond)
	if err := line.Close(); err != nil {
		t.Error(err)
	}
	if err := <-result; !errors.Is(err, os.ErrClosed) {
		t.Errorf("Wait returned %v, want os.ErrClosed", err)
	}
}

// TestMessage tells the device where to write what, and waits as for a line.
func TestMessage(t *testing.T) {
	l := install(t)
	line, message, err := OpenMessage()
	if err != nil {
		t.Fatal(err)
	}
	defer line.Close()
	if want := (Message{Address: 0xfee05000, Data: 0x71}); message != want {
		t.Errorf("message %+v, want %+v", message, want)
	}
	l.fire()
	if err := line.Wait(); err != nil {
		t.Error(err)
	}
}

// A line knows how it is triggered, where the firmware says nothing as its bus
// has it; a message is an edge.
func TestLevel(t *testing.T) {
	install(t)
	for gsi, level := range map[int]bool{4: false, 20: true} {
		line, err := Open(gsi)
		if err != nil {
			t.Fatal(err)
		}
		if line.Level() != level {
			t.Errorf("line %d: level %v", gsi, !level)
		}
		line.Close()
	}
	message, _, err := OpenMessage()
	if err != nil || message.Level() {
		t.Errorf("a message: %v", err)
	}
	message.Close()
}
