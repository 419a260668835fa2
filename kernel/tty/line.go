package tty

import "syscall"

// maxLine is the longest line that is edited; what is typed beyond it is
// answered with the bell (POSIX MAX_CANON is at least 255).
const maxLine = 1024

// Characters of the echo.
const (
	bell      = '\a'
	backspace = '\b'
	caret     = '^'
	deleteKey = 0x7f
)

// defaultModes are the settings of a fresh Linux console, but for what does not
// exist here.
var defaultModes = syscall.Termios{
	Iflag: syscall.ICRNL,
	Lflag: syscall.ISIG | syscall.ICANON | syscall.ECHO | syscall.ECHOE | syscall.ECHOK | syscall.ECHOCTL | syscall.IEXTEN,
	Cc: [32]uint8{
		syscall.VINTR: 3, syscall.VQUIT: 28, syscall.VERASE: deleteKey, syscall.VKILL: 21,
		syscall.VEOF: 4, syscall.VREPRINT: 18, syscall.VWERASE: 23, syscall.VLNEXT: 22,
	},
}

// discipline edits the line that is being typed.
type discipline struct {
	line   []byte // typed, not delivered yet
	echoed []byte // to be shown
	raw    []byte // to be delivered as it came
	quoted bool   // the next byte means itself
}

// take handles one typed byte.
func (d *discipline) take(m *syscall.Termios, c byte) {
	if d.quoted {
		d.quoted = false
		d.add(m, c)
		return
	}
	switch {
	case c == '\r' && m.Iflag&syscall.IGNCR != 0:
		return
	case c == '\r' && m.Iflag&syscall.ICRNL != 0:
		c = '\n'
	case c == '\n' && m.Iflag&syscall.INLCR != 0:
		c = '\r'
	}
	if m.Lflag&syscall.ISIG != 0 && d.signal(m, c) {
		return
	}
	if m.Lflag&syscall.ICANON == 0 {
		d.raw = append(d.raw, c)
		d.show(m, c)
		return
	}
	d.edit(m, c)
}

// is reports whether c is the special character of an index of Cc; a zero
// there switches the function off.
func is(m *syscall.Termios, c byte, index int) bool { return c != 0 && c == m.Cc[index] }

// signal handles the keys that stop the program.
func (d *discipline) signal(m *syscall.Termios, c byte) bool {
	var sig syscall.Signal
	switch {
	case is(m, c, syscall.VINTR):
		sig = syscall.SIGINT
	case is(m, c, syscall.VQUIT):
		sig = syscall.SIGQUIT
	default:
		return false
	}
	d.show(m, c)
	d.flushEcho()
	if m.Lflag&syscall.NOFLSH == 0 {
		d.line, d.raw = d.line[:0], d.raw[:0]
		discard()
	}
	raise(sig)
	return true
}

// edit handles a byte of a line that is delivered when it is complete.
func (d *discipline) edit(m *syscall.Termios, c byte) {
	switch {
	case is(m, c, syscall.VERASE) || c == backspace && m.Cc[syscall.VERASE] == deleteKey:
		d.erase(m)
	case m.Lflag&syscall.IEXTEN != 0 && is(m, c, syscall.VWERASE):
		d.eraseWhile(m, isBlank)
		d.eraseWhile(m, func(c byte) bool { return !isBlank(c) })
	case is(m, c, syscall.VKILL):
		d.eraseWhile(m, func(byte) bool { return true })
	case is(m, c, syscall.VEOF):
		d.finish()
	case c == '\n':
		d.line = append(d.line, c)
		d.show(m, c)
		d.finish()
	case m.Lflag&syscall.IEXTEN != 0 && is(m, c, syscall.VLNEXT):
		d.quoted = true
		if m.Lflag&syscall.ECHO != 0 {
			d.echoed = append(d.echoed, caret, backspace)
		}
	case m.Lflag&syscall.IEXTEN != 0 && is(m, c, syscall.VREPRINT):
		d.show(m, c)
		d.show(m, '\n')
		for _, c := range d.line {
			d.show(m, c)
		}
	default:
		d.add(m, c)
	}
}

// add takes a byte that means itself.
func (d *discipline) add(m *syscall.Termios, c byte) {
	if len(d.line) == maxLine {
		d.echoed = append(d.echoed, bell)
		return
	}
	d.line = append(d.line, c)
	d.show(m, c)
}

// finish delivers the line.
func (d *discipline) finish() {
	d.flushEcho()
	deliver(d.line, true)
	d.line = d.line[:0]
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

func (d *discipline) eraseWhile(m *syscall.Termios, match func(c byte) bool) {
	for len(d.line) > 0 && match(d.line[len(d.line)-1]) {
		d.erase(m)
	}
}

// erase takes the last character back: all bytes of it, if it is UTF-8.
func (d *discipline) erase(m *syscall.Termios) {
	end := len(d.line)
	if end == 0 {
		return
	}
	end--
	for end > 0 && d.line[end]&0xc0 == 0x80 {
		end--
	}
	width := 1
	if isControl(d.line[end]) {
		width = 2 // ^X
	}
	d.line = d.line[:end]
	if m.Lflag&syscall.ECHO == 0 {
		return
	}
	for range width {
		d.echoed = append(d.echoed, backspace, ' ', backspace)
	}
}

// isControl reports whether a character is shown as ^X.
func isControl(c byte) bool { return c < ' ' && c != '\t' && c != '\n' || c == deleteKey }

// show echoes a typed byte.
//
//go:noinline
func (d *discipline) show(m *syscall.Termios, c byte) {
	switch {
	case m.Lflag&syscall.ECHO == 0:
		if c == '\n' && m.Lflag&syscall.ECHONL != 0 {
			d.echoed = append(d.echoed, c)
		}
	case isControl(c) && m.Lflag&syscall.ECHOCTL != 0:
		d.echoed = append(d.echoed, caret, c^0x40)
	default:
		d.echoed = append(d.echoed, c)
	}
}

// flush passes on what is left at the end of a piece of input.
func (d *discipline) flush(m *syscall.Termios) {
	d.flushEcho()
	if m.Lflag&syscall.ICANON == 0 && len(d.line) > 0 {
		// The program has left line editing in the middle of a line.
		d.raw = append(d.line, d.raw...)
		d.line = nil
	}
	if len(d.raw) > 0 {
		deliver(d.raw, false)
		d.raw = d.raw[:0]
	}
}

func (d *discipline) flushEcho() {
	if len(d.echoed) > 0 {
		echo(d.echoed)
		d.echoed = d.echoed[:0]
	}
}
