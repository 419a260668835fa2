package tty

import "syscall"

// Width of a tab.
const tabWidth = 8

// isControl reports whether a character is shown as ^X.
func isControl(c byte) bool { return c < ' ' || c == deleteKey }

// continues reports whether c is in the middle of a character.
func continues(m *syscall.Termios, c byte) bool { return m.Iflag&utf8 != 0 && c&0xc0 == 0x80 }

// show echoes a byte; one that controls, if it may be named, by its name.
func (d *discipline) show(m *syscall.Termios, c byte, named bool) {
	if named && isControl(c) && c != '\t' && m.Lflag&syscall.ECHOCTL != 0 {
		d.echoed = append(d.echoed, '^', c^0x40)
		return
	}
	if c == '\r' {
		d.column = 0
	}
	d.echoed = append(d.echoed, c)
}

// begin notes where the cursor is before the first character of a line.
func (d *discipline) begin() {
	if len(d.line) == 0 {
		d.flushEcho()
		d.column = column()
	}
}

// reprint shows the line anew.
func (d *discipline) reprint(m *syscall.Termios, c byte) {
	d.show(m, c, true)
	d.echoed = append(d.echoed, '\n')
	d.column = 0
	for _, c := range d.line {
		d.show(m, c, true)
	}
}

// flushEcho shows what is to be shown, unless the output is stopped.
func (d *discipline) flushEcho() {
	if len(d.echoed) > 0 && !d.stopped {
		echo(d.echoed)
		d.echoed = d.echoed[:0]
	}
}

// eraseCharacter takes the last character back.
func (d *discipline) eraseCharacter(m *syscall.Termios) {
	start, whole := d.last(m)
	switch {
	case !whole:
	case m.Lflag&(syscall.ECHO|syscall.ECHOE) == syscall.ECHO:
		d.line = d.line[:start]
		d.show(m, m.Cc[syscall.VERASE], true)
	default:
		d.erase(m, start)
	}
}

// eraseWord takes the last word back, and what is no word behind it.
func (d *discipline) eraseWord(m *syscall.Termios) {
	seen := false
	for {
		start, whole := d.last(m)
		if !whole {
			return
		}
		if isWord(d.line[start]) {
			seen = true
		} else if seen {
			return
		}
		d.erase(m, start)
	}
}

// eraseLine takes the whole line back: from the screen too, if the settings say
// so, and else with the key's name and a new line.
func (d *discipline) eraseLine(m *syscall.Termios) {
	const visibly = syscall.ECHO | syscall.ECHOE | syscall.ECHOK | echoKE
	switch {
	case len(d.line) == 0:
	case m.Lflag&visibly == visibly:
		for start, whole := d.last(m); whole; start, whole = d.last(m) {
			d.erase(m, start)
		}
	default:
		d.line = d.line[:0]
		if m.Lflag&syscall.ECHO == 0 {
			return
		}
		d.show(m, m.Cc[syscall.VKILL], true)
		if m.Lflag&syscall.ECHOK != 0 {
			d.echoed = append(d.echoed, '\n')
		}
	}
}

// last returns where the line's last character starts, and whether there is one
// that is whole.
func (d *discipline) last(m *syscall.Termios) (start int, whole bool) {
	if len(d.line) == 0 {
		return 0, false
	}
	start = len(d.line) - 1
	for start > 0 && continues(m, d.line[start]) {
		start--
	}
	return start, !continues(m, d.line[start])
}

// erase takes what begins at start off the line and the screen.
func (d *discipline) erase(m *syscall.Termios, start int) {
	c := d.line[start]
	d.line = d.line[:start]
	if m.Lflag&syscall.ECHO == 0 {
		return
	}
	const back = "\b \b"
	named := m.Lflag&syscall.ECHOCTL != 0
	switch {
	case c == '\t':
		for range d.tab(m) {
			d.echoed = append(d.echoed, '\b')
		}
	case !isControl(c):
		d.echoed = append(d.echoed, back...)
	case named:
		d.echoed = append(d.echoed, back+back...)
	}
}

// tab returns how many columns a tab at the end of the line takes: up to the
// next stop, as seen from the tab before or from the start of the line.
func (d *discipline) tab(m *syscall.Termios) int {
	columns, at := 0, len(d.line)-1
	for ; at >= 0 && d.line[at] != '\t'; at-- {
		switch c := d.line[at]; {
		case isControl(c):
			if m.Lflag&syscall.ECHOCTL != 0 {
				columns += 2
			}
		case !continues(m, c):
			columns++
		}
	}
	if at < 0 {
		columns += d.column
	}
	return tabWidth - columns%tabWidth
}

// isWord reports whether c is part of a word: a letter of Latin-1, of which
// those of UTF-8 seem to consist, a digit or an underscore.
func isWord(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '_':
		return true
	}
	return c >= 0xc0 && c != 0xd7 && c != 0xf7
}
