package kbd

// decoder turns scan codes into what a terminal would send.
type decoder struct {
	set2 bool // codes come as the keyboard sends them, not translated to set 1

	shift   uint8 // bit 0 left, bit 1 right
	control uint8 // likewise
	alt     bool
	caps    bool

	extended bool // after prefix
	release  bool // set 2: after prefixUp
	skip     int  // bytes of Pause still to come
}

// decode takes one byte of the keyboard and appends what it types.
func (d *decoder) decode(typed []byte, code uint8) []byte {
	switch {
	case d.skip > 0:
		d.skip--
		return typed
	case code == prefix:
		d.extended = true
		return typed
	case code == prefixPause:
		d.skip = 2
		if d.set2 {
			d.skip = 7
		}
		return typed
	case d.set2 && code == prefixUp:
		d.release = true
		return typed
	}
	down, isExtended := code&released == 0, d.extended
	if d.set2 {
		down = !d.release
		if int(code) >= len(toSet1) {
			code = 0
		} else {
			code = toSet1[code]
		}
	}
	d.extended, d.release = false, false
	return d.key(typed, code&^released, down, isExtended)
}

// key handles one key, given as in set 1.
func (d *decoder) key(typed []byte, code uint8, down, isExtended bool) []byte {
	side := uint8(1)
	if isExtended {
		side = 2
	}
	switch code {
	case scanLeftShift, scanRightShift:
		if isExtended {
			return typed // a shift that the keyboard makes up around the arrow keys
		}
		d.shift = change(d.shift, shiftSide(code), down)
		return typed
	case scanControl:
		d.control = change(d.control, side, down)
		return typed
	case scanAlt:
		d.alt = down
		return typed
	case scanCapsLock:
		if down {
			d.caps = !d.caps
		}
		return typed
	}
	if !down {
		return typed
	}
	if isExtended {
		return append(typed, find(extended[:], code)...)
	}
	if sequence := find(escapes[:], code); sequence != "" {
		return append(typed, sequence...)
	}
	return d.character(typed, code)
}

// character appends the character of a key with the modifiers that are held.
func (d *decoder) character(typed []byte, code uint8) []byte {
	if int(code) >= len(plain) {
		return typed
	}
	c := plain[code]
	isLetter := c >= 'a' && c <= 'z'
	if (d.shift != 0) != (d.caps && isLetter) {
		c = shifted[code]
	}
	if d.control != 0 {
		switch {
		case c == ' ' || c == '2':
			return append(typed, 0)
		case c == '/':
			c = '_'
		}
		if c >= '@' && c < 0x7f {
			c &= 0x1f
		}
	}
	if c == 0 {
		return typed
	}
	if d.alt {
		typed = append(typed, plain[scanEscape])
	}
	return append(typed, c)
}

// shiftSide returns the bit of one of the two shift keys.
func shiftSide(code uint8) uint8 {
	if code == scanRightShift {
		return 2
	}
	return 1
}

// change sets or clears a bit.
func change(v, bit uint8, set bool) uint8 {
	if set {
		return v | bit
	}
	return v &^ bit
}
