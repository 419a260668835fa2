package tty

import "syscall"

// maxLine is the longest line that is edited; what is typed beyond it is lost,
// but for the keys that edit (Linux: N_TTY_BUF_SIZE).
const maxLine = 4095

const deleteKey = 0x7f

// Flags that package syscall lacks.
const (
	echoKE = 0x800
	utf8   = syscall.IUTF8
)

// discipline edits the line that is being typed.
type discipline struct {
	line    []byte // typed, not delivered yet
	echoed  []byte // to be shown
	raw     []byte // to be delivered as it came
	quoted  bool   // the next byte means itself
	stopped bool   // the output is, and so is the echo
	column  int    // of the cursor where the line begins
}

// take handles one typed byte.
func (d *discipline) take(m *syscall.Termios, c byte) {
	if m.Iflag&syscall.ISTRIP != 0 {
		c &= 0x7f
	}
	if d.quoted {
		d.quoted = false
		d.goOn(m, true)
		d.add(m, c)
		return
	}
	if d.flow(m, c) || m.Lflag&syscall.ISIG != 0 && d.signal(m, c) {
		return
	}
	d.goOn(m, true)
	typed := c
	switch {
	case c == '\r' && m.Iflag&syscall.IGNCR != 0:
		return
	case c == '\r' && m.Iflag&syscall.ICRNL != 0:
		c = '\n'
	case c == '\n' && m.Iflag&syscall.INLCR != 0:
		c = '\r'
	}
	if m.Lflag&syscall.ICANON != 0 {
		d.edit(m, c)
		return
	}
	d.raw = append(d.raw, c)
	if m.Lflag&syscall.ECHO != 0 {
		d.show(m, c, c != '\n' || typed == c) // a newline is shown as itself if it was made of a return
	}
}

// is reports whether c is the special character of an index of Cc; a zero
// there switches the function off.
func is(m *syscall.Termios, c byte, index int) bool { return c != 0 && c == m.Cc[index] }

// extended is is for the characters that IEXTEN switches on.
func extended(m *syscall.Termios, c byte, index int) bool {
	return m.Lflag&syscall.IEXTEN != 0 && is(m, c, index)
}

// flow handles the keys that stop the output and let it go on.
func (d *discipline) flow(m *syscall.Termios, c byte) bool {
	switch {
	case m.Iflag&syscall.IXON == 0:
		return false
	case is(m, c, syscall.VSTART):
		d.goOn(m, false)
	case is(m, c, syscall.VSTOP):
		d.flushEcho()
		d.stopped = true
		stop(true)
	default:
		return false
	}
	return true
}

// goOn lets stopped output go on; for any key only if the settings say so.
func (d *discipline) goOn(m *syscall.Termios, anyKey bool) {
	if !d.stopped || m.Iflag&syscall.IXON == 0 || anyKey && m.Iflag&syscall.IXANY == 0 {
		return
	}
	d.stopped = false
	stop(false)
	d.flushEcho()
}

// signal handles the keys that stop the program.
func (d *discipline) signal(m *syscall.Termios, c byte) bool {
	var sig syscall.Signal
	switch {
	case is(m, c, syscall.VINTR):
		sig = syscall.SIGINT
	case is(m, c, syscall.VQUIT):
		sig = syscall.SIGQUIT
	case is(m, c, syscall.VSUSP):
		sig = syscall.SIGTSTP
	default:
		return false
	}
	d.flushEcho()
	if m.Lflag&syscall.NOFLSH == 0 {
		d.line, d.raw, d.echoed = d.line[:0], d.raw[:0], d.echoed[:0]
		discard()
	}
	d.goOn(m, false)
	if m.Lflag&syscall.ECHO != 0 {
		d.show(m, c, true)
	}
	d.flushEcho() // the program may end now
	raise(sig)
	return true
}

// edit handles a byte of a line that is delivered when it is complete.
func (d *discipline) edit(m *syscall.Termios, c byte) {
	echo := m.Lflag&syscall.ECHO != 0
	switch {
	case is(m, c, syscall.VERASE):
		d.eraseCharacter(m)
	case is(m, c, syscall.VKILL):
		d.eraseLine(m)
	case extended(m, c, syscall.VWERASE):
		d.eraseWord(m)
	case extended(m, c, syscall.VLNEXT):
		d.quoted = true
		if echo && m.Lflag&syscall.ECHOCTL != 0 {
			d.echoed = append(d.echoed, '^', '\b')
		}
	case echo && extended(m, c, syscall.VREPRINT):
		d.reprint(m, c)
	case c == '\n':
		if echo || m.Lflag&syscall.ECHONL != 0 {
			d.echoed = append(d.echoed, c)
		}
		d.finish(c)
	case is(m, c, syscall.VEOF):
		d.finish()
	case is(m, c, syscall.VEOL) || extended(m, c, syscall.VEOL2):
		if echo {
			d.begin()
			d.show(m, c, true)
		}
		d.finish(c)
	default:
		d.add(m, c)
	}
}

// add takes a byte that means itself.
func (d *discipline) add(m *syscall.Termios, c byte) {
	if m.Lflag&syscall.ECHO != 0 {
		d.begin()
		d.show(m, c, true)
	}
	switch {
	case m.Lflag&syscall.ICANON == 0:
		d.raw = append(d.raw, c)
	case len(d.line) < maxLine:
		d.line = append(d.line, c)
	}
}

// finish delivers the line, with what ends it.
func (d *discipline) finish(end ...byte) {
	d.flushEcho()
	deliver(append(d.line, end...), true)
	d.line = d.line[:0]
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
