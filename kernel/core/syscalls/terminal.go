package syscalls

import (
	"eggcup/kernel/core/file"
	"eggcup/kernel/core/raw"
	"eggcup/kernel/core/signal"
	"eggcup/kernel/core/thread"
)

// input is what was typed and not read yet: a ring, whose producer is
// kernel/tty.
var input ring

// flushes counts how often what was typed has been thrown away: kernel/tty has
// the beginning of a line, which goes too.
var flushes uint32

const ringSize = 4096 // a power of two

// ring is bytes, and the ends of lines among them. A read goes no further than
// to such an end; one without a byte before it is the end of the input.
type ring struct {
	data       [ringSize]byte
	head, tail uint32 // read at head, written at tail; free running

	ends               [maxEnds]uint32 // values of tail, in order
	endsHead, endsTail uint32

	arrived int64 // when the last byte came
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
	switch {
	case termios[lflag]&icanon == 0 && !rawRead(c, in, n):
		if c.Current.Retry {
			return 0
		}
		return fail(EAGAIN)
	case termios[lflag]&icanon != 0 && input.empty():
		return block(c, in, file.In)
	}
	got := min(n, uintptr(input.next()))
	for i := uintptr(0); i < got; i++ {
		raw.Store8(addr+i, input.pop())
	}
	input.took()
	showInput(c)
	return got
}

// rawRead reports whether a read of n bytes without line editing has its end:
// with VMIN bytes, or when VTIME has passed since the last byte, or since the
// start if VMIN is 0 (termios(3)). If not, the thread waits unless the file does
// not block.
func rawRead(c *thread.CPU, in *file.File, n uintptr) bool {
	t, have := c.Current, uintptr(input.len())
	least, time := uintptr(termios[vmin]), int64(termios[vtime])*(billion/10)
	if have >= min(max(least, 1), n) || least == 0 && time == 0 {
		return true
	}
	if in.Flags&file.NonBlock != 0 {
		return have > 0
	}
	deadline := int64(thread.Never)
	if time != 0 && (least == 0 || have > 0) {
		if t.Deadline == 0 {
			t.Deadline = after(c, time)
		}
		if deadline = t.Deadline; least != 0 {
			deadline = max(deadline, input.arrived+time)
		}
		if c.Now() >= deadline {
			return true
		}
	}
	in.BlockUntilTime(c, file.In, deadline)
	return false
}

// inputReady reports whether a read would have its end at once.
func inputReady() bool {
	if termios[lflag]&icanon == 0 && termios[vtime] == 0 {
		return input.len() >= uint32(max(termios[vmin], 1))
	}
	return !input.empty()
}

// showInput tells who waits whether there is input.
func showInput(c *thread.CPU) {
	if inputReady() {
		file.MarkConsoles(c, file.In)
	} else {
		file.UnmarkConsoles(file.In)
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
	input.arrived = c.Now()
	if inputReady() {
		file.MarkConsoles(c, file.In)
	}
	return taken
}

// sysTTYState writes what kernel/tty has to know of the terminal, whatever the
// program has made of descriptor 0: (address of rawsys.Terminal).
func sysTTYState(c *thread.CPU, f *thread.Frame) uintptr {
	const stoppedAt, flushesAt, columnAt, size = 36, 40, 44, 48
	if !writable(f.DI, size) {
		return fail(EFAULT)
	}
	*(*[termiosSize]byte)(raw.Ptr(f.DI)) = termios
	raw.Store32(f.DI+stoppedAt, 0)
	if stopped {
		raw.Store32(f.DI+stoppedAt, 1)
	}
	raw.Store32(f.DI+flushesAt, flushes)
	raw.Store32(f.DI+columnAt, column)
	return 0
}

// sysTTYControl is an ioctl(2) of the terminal: (request, argument).
func sysTTYControl(c *thread.CPU, f *thread.Frame) uintptr { return terminalRequest(c, f.DI, f.SI) }

// Requests of ioctl_tty(2).
const (
	tcGets      = 0x5401
	tcSets      = 0x5402
	tcSetsWait  = 0x5403
	tcSetsFlush = 0x5404
	tcBreak     = 0x5409 // tcdrain(3) with a non-zero argument
	tcFlow      = 0x540a // TCXONC
	tcFlush     = 0x540b
	tioSetCtty  = 0x540e
	tioGetGroup = 0x540f
	tioSetGroup = 0x5410
	tioOutQ     = 0x5411
	tioGWinSz   = 0x5413
	tioSWinSz   = 0x5414
	fioNRead    = 0x541b
	tcBreakP    = 0x5425
	tioGetSid   = 0x5429

	flushInput  = 0 // TCIFLUSH
	flushOutput = 1 // TCOFLUSH: there is nothing, output is never kept
	flushBoth   = 2

	flowStop     = 0 // TCOOFF
	flowGo       = 1 // TCOON
	flowStopThem = 2 // TCIOFF: a STOP for the other side
	flowGoThem   = 3
)

// The terminal's settings: struct termios in the kernel's layout, at first
// those of a Linux console (canonical, echo, signals, CR to NL and back, Ctrl-S
// and Ctrl-Q) for UTF-8.
const (
	termiosSize = 36
	iflag       = 0
	ixon        = 0x0400 >> 8 // in the second byte
	utf8        = 0x4000 >> 8
	oflag       = 4
	newlines    = 1 | 4 // OPOST | ONLCR
	lflag       = 12
	icanon      = 2
	vtime       = 17 + 5
	vmin        = 17 + 6
)

var termios = [termiosSize]byte{
	0x00, 0x45, 0, 0, // c_iflag: ICRNL | IXON | IUTF8
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
	return terminalRequest(c, f.SI, f.DX)
}

// terminalRequest answers ioctl(2) of the terminal.
func terminalRequest(c *thread.CPU, request, addr uintptr) uintptr {
	switch request {
	case tcGets:
		if !writable(addr, termiosSize) {
			return fail(EFAULT)
		}
		*(*[termiosSize]byte)(raw.Ptr(addr)) = termios
	case tcSets, tcSetsWait, tcSetsFlush:
		return set(c, request, addr)
	case tcBreak, tcBreakP:
		drained(c)
	case tcFlow:
		return tcflow(c, addr)
	case tcFlush:
		if addr > flushBoth {
			return fail(EINVAL)
		}
		if addr != flushOutput {
			dropInput()
		}
	case tioGWinSz:
		return answer(addr, 8, uint64(windowSize))
	case tioSWinSz:
		return resize(c, addr)
	case fioNRead:
		return answer(addr, 4, uint64(input.next()))
	case tioOutQ:
		return answer(addr, 4, 0)
	case tioGetGroup, tioGetSid:
		return answer(addr, 4, 1) // the one process's
	case tioSetGroup:
		return setGroup(addr)
	case tioSetCtty: // it is the controlling terminal
	default:
		return fail(ENOTTY)
	}
	return 0
}

// set takes settings. Line editing that begins or ends forgets where the lines
// end: what is there is read as one.
func set(c *thread.CPU, request, addr uintptr) uintptr {
	if !readable(addr, termiosSize) {
		return fail(EFAULT)
	}
	if request != tcSets && !drained(c) {
		return 0
	}
	edited := termios[lflag] & icanon
	termios = *(*[termiosSize]byte)(raw.Ptr(addr))
	if request == tcSetsFlush {
		dropInput()
	}
	if termios[lflag]&icanon != edited {
		input.endsHead = input.endsTail
	}
	if termios[iflag+1]&ixon == 0 && stopped {
		flow(c, false)
	}
	showInput(c)
	return 0
}

// tcflow stops the output or lets it go on; stopping the input would be a
// character for the other side, which is not asked for here.
func tcflow(c *thread.CPU, action uintptr) uintptr {
	switch action {
	case flowStop, flowGo:
		flow(c, action == flowStop)
	case flowStopThem, flowGoThem:
	default:
		return fail(EINVAL)
	}
	return 0
}

// setGroup takes the one process's group only.
func setGroup(addr uintptr) uintptr {
	if !readable(addr, 4) {
		return fail(EFAULT)
	}
	switch group := int32(raw.Load32(addr)); {
	case group < 0:
		return fail(EINVAL)
	case group != 1:
		return fail(ESRCH)
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

// dropInput forgets what was typed and not read.
func dropInput() {
	flushes++
	input.clear()
	file.UnmarkConsoles(file.In)
}
