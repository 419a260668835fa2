package syscalls

import (
	"eggcup/kernel/core/console"
	"eggcup/kernel/core/file"
	"eggcup/kernel/core/raw"
	"eggcup/kernel/core/signal"
	"eggcup/kernel/core/thread"
)

// input is what was typed and not read yet: a ring, whose producer is
// kernel/tty.
var input ring

const ringSize = 4096 // a power of two

// ring is bytes, and the ends of lines among them. A read goes no further than
// to such an end; one without a byte before it is the end of the input.
type ring struct {
	data       [ringSize]byte
	head, tail uint32 // read at head, written at tail; free running

	ends               [maxEnds]uint32 // values of tail, in order
	endsHead, endsTail uint32
}

// maxEnds is how many ends are kept, a power of two. Lines whose ends are not
// come in one piece.
const maxEnds = 256

func (r *ring) len() uint32 { return r.tail - r.head }

func (r *ring) empty() bool { return r.len() == 0 && r.endsHead == r.endsTail }

// end notes the end of a line.
func (r *ring) end() {
	if r.endsTail-r.endsHead < maxEnds {
		r.ends[r.endsTail%maxEnds] = r.tail
		r.endsTail++
	}
}

// next is how many bytes the next read may take.
func (r *ring) next() uint32 {
	if r.endsHead == r.endsTail {
		return r.len()
	}
	return r.ends[r.endsHead%maxEnds] - r.head
}

// took drops the end that a read has come to.
func (r *ring) took() {
	if r.endsHead != r.endsTail && r.ends[r.endsHead%maxEnds] == r.head {
		r.endsHead++
	}
}

// clear drops everything.
func (r *ring) clear() { r.head, r.endsHead = r.tail, r.endsTail }

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
	if input.empty() {
		if termios[lflag]&icanon == 0 && termios[vmin] == 0 && termios[vtime] == 0 {
			return 0 // a program that looks from time to time
		}
		return block(c, in, file.In)
	}
	got := min(n, uintptr(input.next()))
	for i := uintptr(0); i < got; i++ {
		raw.Store8(addr+i, input.pop())
	}
	input.took()
	if input.empty() {
		file.UnmarkConsoles(file.In)
	}
	return got
}

// writeConsole prints what a program writes to the terminal.
func writeConsole(addr, n uintptr) {
	if b := raw.Bytes(addr, n); termios[oflag]&newlines == newlines {
		console.Write(b)
	} else {
		console.WriteRaw(b)
	}
}

// sysTTYInput takes typed bytes: (address, length, whether a line ends behind
// them). What does not fit is lost, as on any terminal that nobody reads; the
// result is what fitted. A line of no bytes at all is the end of the input, as
// Ctrl-D on an empty line asks for.
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
	if f.DX != 0 {
		input.end()
	}
	if !input.empty() {
		file.MarkConsoles(c, file.In)
	}
	return taken
}

// Requests of ioctl_tty(2).
const (
	tcGets      = 0x5401
	tcSetsFlush = 0x5404 // TCSETS, TCSETSW and TCSETSF are 0x5402 to 0x5404
	tcFlush     = 0x540b
	tioGetGroup = 0x540f
	tioGWinSz   = 0x5413
	tioSWinSz   = 0x5414
	fioNRead    = 0x541b

	flushOutput = 1 // TCOFLUSH: there is nothing, output is never kept
)

// The terminal's settings: struct termios in the kernel's layout, at first
// those of a Linux console (canonical, echo, signals, CR to NL and back) for
// UTF-8, but for what does not exist here: stopping the output by Ctrl-S.
const (
	termiosSize = 36
	oflag       = 4
	newlines    = 1 | 4 // OPOST | ONLCR
	lflag       = 12
	icanon      = 2
	vtime       = 17 + 5
	vmin        = 17 + 6
)

var termios = [termiosSize]byte{
	0x00, 0x41, 0, 0, // c_iflag: ICRNL | IUTF8
	newlines, 0x00, 0, 0, // c_oflag
	0xbf, 0x00, 0, 0, // c_cflag: B38400 | CS8 | CREAD
	0x3b, 0x8a, 0, 0, // c_lflag: ISIG ICANON ECHO ECHOE ECHOK ECHOCTL ECHOKE IEXTEN
	0,                                                         // c_line
	3, 28, 127, 21, 4, 0, 1, 0, 17, 19, 26, 0, 18, 15, 23, 22, // c_cc: VINTR ... VLNEXT
}

// windowSize is struct winsize: rows, columns, and nothing known in pixels. At
// first it is that of the VGA text screen, which a serial terminal has at least.
var windowSize uintptr = 25 | 80<<16

func sysIoctl(c *thread.CPU, f *thread.Frame) uintptr {
	of := get(f.DI)
	if of == nil {
		return fail(EBADF)
	}
	if of.Kind != file.Console {
		return fail(ENOTTY)
	}
	switch addr := f.DX; f.SI {
	case tcGets:
		if !writable(addr, termiosSize) {
			return fail(EFAULT)
		}
		*(*[termiosSize]byte)(raw.Ptr(addr)) = termios
	case tcGets + 1, tcGets + 2, tcSetsFlush:
		if !readable(addr, termiosSize) {
			return fail(EFAULT)
		}
		termios = *(*[termiosSize]byte)(raw.Ptr(addr))
		if f.SI == tcSetsFlush {
			dropInput()
		}
	case tcFlush:
		if addr != flushOutput {
			dropInput()
		}
	case tioGWinSz:
		return answer(addr, 8, uint64(windowSize))
	case tioSWinSz:
		return resize(c, addr)
	case fioNRead:
		return answer(addr, 4, uint64(input.next()))
	case tioGetGroup:
		return answer(addr, 4, 1) // the one process's
	default:
		return fail(ENOTTY)
	}
	return 0
}

// answer writes a number of 4 or 8 bytes for the program.
func answer(addr, size uintptr, v uint64) uintptr {
	if !writable(addr, size) {
		return fail(EFAULT)
	}
	if size == 4 {
		raw.Store32(addr, uint32(v))
	} else {
		raw.Store64(addr, v)
	}
	return 0
}

// resize takes the size that the program says the terminal has.
func resize(c *thread.CPU, addr uintptr) uintptr {
	if !readable(addr, 8) {
		return fail(EFAULT)
	}
	size := uintptr(raw.Load64(addr))
	if size != windowSize {
		windowSize = size
		signal.SendProcess(c, signal.SIGWNCH, signal.CodeKernel)
	}
	return 0
}

func dropInput() {
	input.clear()
	file.UnmarkConsoles(file.In)
}
