package syscalls

import (
	"eggcup/kernel/core/file"
	"eggcup/kernel/core/raw"
	"eggcup/kernel/core/thread"
)

// input is what was typed and not read yet: a ring, whose producer is
// kernel/tty.
var (
	input    ring
	inputEnd bool // a reader that has taken all input finds its end, once
)

const ringSize = 4096 // a power of two

type ring struct {
	data       [ringSize]byte
	head, tail uint32 // read at head, written at tail; free running
}

func (r *ring) len() uint32 { return r.tail - r.head }

func (r *ring) push(b byte) bool {
	if r.len() == ringSize {
		return false
	}
	r.data[r.tail%ringSize] = b
	r.tail++
	return true
}

func (r *ring) pop() byte {
	b := r.data[r.head%ringSize]
	r.head++
	return b
}

func readConsole(c *thread.CPU, in *file.File, addr, n uintptr) uintptr {
	if n == 0 {
		return 0
	}
	if !writable(addr, n) {
		return fail(EFAULT)
	}
	if input.len() == 0 && !inputEnd {
		return block(c, in, file.In)
	}
	if input.len() == 0 {
		inputEnd = false
		file.UnmarkConsoles(file.In)
		return 0
	}
	got := uintptr(0)
	for ; got < n && input.len() > 0; got++ {
		raw.Store8(addr+got, input.pop())
	}
	if input.len() == 0 && !inputEnd {
		file.UnmarkConsoles(file.In)
	}
	return got
}

// sysTTYInput takes typed bytes: (address, length). What does not fit is lost,
// as on any terminal that nobody reads; the result is what fitted. No bytes at
// all are the end of the input, as Ctrl-D on an empty line asks for.
func sysTTYInput(c *thread.CPU, f *thread.Frame) uintptr {
	if !readable(f.DI, f.SI) {
		return fail(EFAULT)
	}
	taken := uintptr(0)
	for ; taken < f.SI; taken++ {
		if !input.push(raw.Load8(f.DI + taken)) {
			break
		}
	}
	if f.SI == 0 {
		inputEnd = true
	}
	if taken > 0 || inputEnd {
		file.MarkConsoles(c, file.In)
	}
	return taken
}

// Requests of ioctl_tty(2).
const (
	tcGets     = 0x5401
	tcSetsWait = 0x5404 // TCSETS, TCSETSW and TCSETSF are 0x5402 to 0x5404
	tioGWinSz  = 0x5413
)

// The terminal's settings: struct termios in the kernel's layout, at first
// those of a Linux console (canonical, echo, signals, CR to NL and back).
const termiosSize = 36

var termios = [termiosSize]byte{
	0x00, 0x05, 0, 0, // c_iflag: ICRNL | IXON
	0x05, 0x00, 0, 0, // c_oflag: OPOST | ONLCR
	0xbf, 0x00, 0, 0, // c_cflag: B38400 | CS8 | CREAD
	0x3b, 0x8a, 0, 0, // c_lflag: ISIG ICANON ECHO ECHOE ECHOK ECHOCTL ECHOKE IEXTEN
	0,                                      // c_line
	3, 28, 127, 21, 4, 0, 1, 0, 17, 19, 26, // c_cc: VINTR ... VSUSP
}

// Size of the VGA text screen, which a serial terminal has at least.
const (
	rows    = 25
	columns = 80
)

func sysIoctl(c *thread.CPU, f *thread.Frame) uintptr {
	of := get(f.DI)
	if of == nil {
		return fail(EBADF)
	}
	if of.Kind != file.Console {
		return fail(ENOTTY)
	}
	addr := f.DX
	switch request := f.SI; {
	case request == tcGets:
		if !writable(addr, termiosSize) {
			return fail(EFAULT)
		}
		*(*[termiosSize]byte)(raw.Ptr(addr)) = termios
	case request > tcGets && request <= tcSetsWait:
		if !readable(addr, termiosSize) {
			return fail(EFAULT)
		}
		termios = *(*[termiosSize]byte)(raw.Ptr(addr))
	case request == tioGWinSz:
		if !writable(addr, 8) {
			return fail(EFAULT)
		}
		raw.Store64(addr, rows|columns<<16)
	default:
		return fail(ENOTTY)
	}
	return 0
}
