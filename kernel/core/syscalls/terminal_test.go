package syscalls

import (
	"syscall"
	"testing"
	"unsafe"

	"eggcup/kernel/core/file"
	"eggcup/kernel/core/thread"
	"eggcup/kernel/rawsys"
)

// typed makes a line of what was typed, or a piece of none.
func (r *rig) typed(text string, line bool) {
	r.t.Helper()
	b := append([]byte(text), 0)
	keep = append(keep, b)
	ends := uintptr(0)
	if line {
		ends = 1
	}
	r.expect(len(text), rawsys.TTYInput, uintptr(unsafe.Pointer(&b[0])), uintptr(len(text)), ends)
}

// reads expects what the next read of at most n bytes gets.
func (r *rig) reads(n uintptr, want string) {
	r.t.Helper()
	b := make([]byte, n)
	keep = append(keep, b)
	r.expect(len(want), syscall.SYS_READ, 0, uintptr(unsafe.Pointer(&b[0])), n)
	if string(b[:len(want)]) != want {
		r.t.Errorf("read %q, not %q", b[:len(want)], want)
	}
}

// A read gets one line at most, the rest of it next time, and the end of the
// input where it was typed.
func TestReadLines(t *testing.T) {
	r := newRig(t, 0)
	OpenConsole()
	r.typed("one\n", true)
	r.typed("two\n", true)
	r.typed("", true)
	r.typed("three", true) // Ctrl-D within a line
	r.typed("raw", false)
	r.typed("er", false)
	r.reads(2, "on")
	r.reads(100, "e\n")
	r.reads(4, "two\n")
	r.reads(100, "")
	r.reads(100, "three")
	r.reads(100, "rawer")
	if !input.empty() {
		t.Error("something is left")
	}
}

// What was typed can be thrown away, counted, and asked for without waiting.
func TestTerminalRequests(t *testing.T) {
	r := newRig(t, 0)
	OpenConsole()
	old, oldSize := termios, windowSize
	t.Cleanup(func() { termios, windowSize = old, oldSize })
	answer := new([8]byte)
	page := uintptr(unsafe.Pointer(answer))
	r.typed("one\n", true)
	r.typed("two\n", true)
	r.expect(0, syscall.SYS_IOCTL, 0, fioNRead, page)
	if got := answer[0]; got != 4 {
		t.Errorf("%d bytes of the line are there", got)
	}
	r.expect(0, syscall.SYS_IOCTL, 0, tcFlush, flushOutput)
	r.expect(0, syscall.SYS_IOCTL, 0, fioNRead, page)
	if got := answer[0]; got != 4 {
		t.Errorf("%d bytes are there after a flush of the output", got)
	}
	r.expect(0, syscall.SYS_IOCTL, 0, tcFlush, 0)
	termios[lflag] &^= icanon
	termios[vmin] = 0
	r.reads(100, "")
	size := [8]byte{50, 0, 132}
	*answer = size
	r.expect(0, syscall.SYS_IOCTL, 0, tioSWinSz, page)
	clear(answer[:])
	r.expect(0, syscall.SYS_IOCTL, 0, tioGWinSz, page)
	if *answer != size {
		t.Errorf("the size is %v", *answer)
	}
	for _, request := range []uintptr{tcGets, tcGets + 1, tioGWinSz, tioSWinSz, fioNRead} {
		r.expect(-EFAULT, syscall.SYS_IOCTL, 0, request, bad)
	}
}

// Without line editing a read ends with VMIN bytes; one of a terminal that does
// not block takes what is there.
func TestRawReads(t *testing.T) {
	r := newRig(t, 1)
	OpenConsole()
	old := termios
	t.Cleanup(func() { termios = old; input.clear() })
	termios[lflag] &^= icanon
	termios[vmin], termios[vtime] = 3, 0
	r.typed("ab", false)
	if inputReady() {
		t.Error("two bytes of three are input")
	}
	r.reads(2, "ab")
	r.typed("abcd", false)
	r.reads(10, "abcd")
	get(0).Flags |= file.NonBlock
	r.typed("e", false)
	r.reads(10, "e")
	r.expect(-EAGAIN, syscall.SYS_READ, 0, newPage(), 10)
	termios[vmin] = 0
	r.reads(10, "")
	get(0).Flags &^= file.NonBlock
	termios[vmin] = 3
	r.typed("f", false)
	reader := r.Current
	r.call(syscall.SYS_READ, 0, newPage(), 10)
	if reader.State != thread.Blocked || !reader.Retry {
		t.Error("a byte of three ends the read")
	}
}

// Stopped output makes a writer wait until it goes on; changing the settings so
// that no key could do that lets it go on too.
func TestStoppedOutput(t *testing.T) {
	for name, goOn := range map[string]func(r *rig){
		"TCOON":        func(r *rig) { r.expect(0, syscall.SYS_IOCTL, 0, tcFlow, flowGo) },
		"without IXON": func(r *rig) { r.expect(0, syscall.SYS_IOCTL, 0, tcSets, newPage()) },
	} {
		r := newRig(t, 1)
		OpenConsole()
		old := termios
		t.Cleanup(func() { termios, stopped = old, false })
		r.expect(-EINVAL, syscall.SYS_IOCTL, 0, tcFlow, 9)
		r.expect(0, syscall.SYS_IOCTL, 0, tcFlow, flowStop)
		writer := r.Current
		r.call(syscall.SYS_WRITE, 1, newPage(), 10)
		if writer.State != thread.Blocked || !writer.Retry {
			t.Fatalf("%s: the writer does not wait", name)
		}
		r.Schedule()
		goOn(r)
		if writer.State == thread.Blocked {
			t.Errorf("%s: the writer waits", name)
		}
		get(1).Flags |= file.NonBlock
		r.expect(10, syscall.SYS_WRITE, 1, newPage(), 10)
		termios = old
		r.expect(0, syscall.SYS_IOCTL, 0, tcFlow, flowStop)
		r.expect(-EAGAIN, syscall.SYS_WRITE, 1, newPage(), 10)
	}
}
