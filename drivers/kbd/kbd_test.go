package kbd

import (
	"errors"
	"strings"
	"testing"

	"eggcup/drivers/ps2"
	"eggcup/kernel/unit"
)

// key presses and releases a key, in one of the sets.
func key(set2 bool, code uint8) []uint8 {
	if set2 {
		return []uint8{code, prefixUp, code}
	}
	return []uint8{code, code | released}
}

// decodeAll returns what a sequence of codes types.
func decodeAll(d *decoder, codes ...uint8) string {
	var typed []byte
	for _, c := range codes {
		typed = d.decode(typed, c)
	}
	return string(typed)
}

// TestCharacters types the same in both sets.
func TestCharacters(t *testing.T) {
	for name, c := range map[string]struct {
		set1, set2 []uint8
		want       string
	}{
		"a line":        {[]uint8{0x1e, 0x9e, 0x30, 0xb0, 0x1c, 0x9c}, []uint8{0x1c, 0xf0, 0x1c, 0x32, 0xf0, 0x32, 0x5a, 0xf0, 0x5a}, "ab\r"},
		"left shift":    {[]uint8{0x2a, 0x1e, 0x9e, 0xaa, 0x1e}, []uint8{0x12, 0x1c, 0xf0, 0x1c, 0xf0, 0x12, 0x1c}, "Aa"},
		"both shifts":   {[]uint8{0x2a, 0x36, 0xb6, 0x02, 0xaa, 0x02}, []uint8{0x12, 0x59, 0xf0, 0x59, 0x16, 0xf0, 0x12, 0x16}, "!1"},
		"control C":     {[]uint8{0x1d, 0x2e, 0xae, 0x9d, 0x2e}, []uint8{0x14, 0x21, 0xf0, 0x21, 0xf0, 0x14, 0x21}, "\x03c"},
		"right control": {[]uint8{0xe0, 0x1d, 0x20, 0xa0, 0xe0, 0x9d, 0x20}, []uint8{0xe0, 0x14, 0x23, 0xf0, 0x23, 0xe0, 0xf0, 0x14, 0x23}, "\x04d"},
		"control space": {[]uint8{0x1d, 0x39}, []uint8{0x14, 0x29}, "\x00"},
		"control ]":     {[]uint8{0x1d, 0x1b}, []uint8{0x14, 0x5b}, "\x1d"},
		"alt x":         {[]uint8{0x38, 0x2d, 0xb8, 0x2d}, []uint8{0x11, 0x22, 0xf0, 0x11, 0x22}, "\x1bxx"},
		"caps lock":     {[]uint8{0x3a, 0xba, 0x1e, 0x02, 0x2a, 0x1e, 0xaa, 0x3a, 0xba, 0x1e}, []uint8{0x58, 0xf0, 0x58, 0x1c, 0x16, 0x12, 0x1c, 0xf0, 0x12, 0x58, 0xf0, 0x58, 0x1c}, "A1aa"},
		"arrows":        {[]uint8{0xe0, 0x48, 0xe0, 0xc8, 0xe0, 0x50, 0xe0, 0x4b, 0xe0, 0x4d}, []uint8{0xe0, 0x75, 0xe0, 0xf0, 0x75, 0xe0, 0x72, 0xe0, 0x6b, 0xe0, 0x74}, "\x1b[A\x1b[B\x1b[D\x1b[C"},
		"shifted arrow": {[]uint8{0x2a, 0xe0, 0xaa, 0xe0, 0x48, 0xe0, 0xc8, 0xe0, 0x2a, 0x1e}, []uint8{0x12, 0xe0, 0xf0, 0x12, 0xe0, 0x75, 0xe0, 0xf0, 0x75, 0xe0, 0x12, 0x1c}, "\x1b[AA"},
		"function keys": {[]uint8{0x3b, 0xbb, 0x3f, 0x41, 0x58}, []uint8{0x05, 0xf0, 0x05, 0x03, 0x83, 0x07}, "\x1bOP\x1b[15~\x1b[18~\x1b[24~"},
		"pause":         {[]uint8{0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5, 0x1e}, []uint8{0xe1, 0x14, 0x77, 0xe1, 0xf0, 0x14, 0xf0, 0x77, 0x1c}, "a"},
		"print screen":  {[]uint8{0xe0, 0x2a, 0xe0, 0x37, 0xe0, 0xb7, 0xe0, 0xaa, 0x1e}, []uint8{0xe0, 0x12, 0xe0, 0x7c, 0xe0, 0xf0, 0x7c, 0xe0, 0xf0, 0x12, 0x1c}, "a"},
		"keypad":        {[]uint8{0x47, 0xe0, 0x35, 0x53, 0xe0, 0x1c}, []uint8{0x6c, 0xe0, 0x4a, 0x71, 0xe0, 0x5a}, "7/.\r"},
		"delete":        {[]uint8{0x0e, 0xe0, 0x53}, []uint8{0x66, 0xe0, 0x71}, "\x7f\x1b[3~"},
		"unknown":       {[]uint8{0x00, 0x59, 0x7f, 0xe0, 0x01}, []uint8{0x00, 0x02, 0x90, 0xff, 0xe0, 0x76}, ""},
	} {
		if got := decodeAll(&decoder{}, c.set1...); got != c.want {
			t.Errorf("%s, set 1: %q, want %q", name, got, c.want)
		}
		if got := decodeAll(&decoder{set2: true}, c.set2...); got != c.want {
			t.Errorf("%s, set 2: %q, want %q", name, got, c.want)
		}
	}
}

// TestKeymap has every printable character of ASCII, with and without shift.
func TestKeymap(t *testing.T) {
	typed := map[string]bool{}
	for code := range uint8(len(plain)) {
		d := &decoder{}
		typed[decodeAll(d, key(false, code)...)] = true
		typed[decodeAll(d, append([]uint8{scanLeftShift}, key(false, code)...)...)] = true
	}
	for c := ' '; c < 0x7f; c++ {
		if !typed[string(c)] {
			t.Errorf("no key types %q", c)
		}
	}
	if len(plain) != len(shifted) {
		t.Errorf("%d plain and %d shifted characters", len(plain), len(shifted))
	}
}

// TestSets agrees about every key that both sets have.
func TestSets(t *testing.T) {
	seen := map[uint8]bool{}
	for code2, code1 := range toSet1 {
		if code1 == 0 {
			continue
		}
		if seen[code1] {
			t.Errorf("code %#x of set 1 is there twice", code1)
		}
		seen[code1] = true
		one, two := decodeAll(&decoder{}, key(false, code1)...), decodeAll(&decoder{set2: true}, key(true, uint8(code2))...)
		if one != two {
			t.Errorf("%#x types %q, %#x of set 2 %q", code1, one, code2, two)
		}
	}
	for code := uint8(1); code <= scanCapsLock; code++ {
		if !seen[code] && code != 0x37 {
			t.Errorf("set 2 has no code for %#x", code)
		}
	}
}

// keyboard is a fake port with a keyboard behind it.
type keyboard struct {
	present bool
	answers []uint8 // to commands, in order; ACK when used up
	pending []uint8
	sent    []uint8
	mad     bool
}

func (k *keyboard) Send(b uint8) error {
	k.sent = append(k.sent, b)
	if !k.present {
		return nil
	}
	answer := uint8(answerACK)
	if len(k.answers) > 0 {
		answer = k.answers[0]
		k.answers = k.answers[1:]
	}
	k.pending = append(k.pending, answer)
	return nil
}

func (k *keyboard) Receive() (uint8, error) {
	b, ok := k.Poll()
	if !ok {
		return 0, ps2.ErrTimeout
	}
	return b, nil
}

func (k *keyboard) Poll() (uint8, bool) {
	if k.mad {
		return 0x1e, true
	}
	if len(k.pending) == 0 {
		return 0, false
	}
	b := k.pending[0]
	k.pending = k.pending[1:]
	return b, true
}

func (k *keyboard) EnableInterrupt() error { return nil }

// TestAttach switches the keyboard on, also when keys come before its answer or
// it asks for a command again.
func TestAttach(t *testing.T) {
	for name, k := range map[string]*keyboard{
		"quiet":  {present: true},
		"noisy":  {present: true, pending: []uint8{0x1e, 0x9e}},
		"resend": {present: true, answers: []uint8{answerResend, answerResend}},
	} {
		if err := attach(k); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if last := k.sent[len(k.sent)-1]; last != cmdEnable {
			t.Errorf("%s: the last command is %#x", name, last)
		}
	}
}

// TestAttachFails tells no keyboard from one that does not work.
func TestAttachFails(t *testing.T) {
	if err := attach(&keyboard{}); !errors.Is(err, unit.ErrAbsent) {
		t.Errorf("no keyboard: %v", err)
	}
	never := &keyboard{present: true, answers: []uint8{answerResend, answerResend, answerResend, answerResend}}
	for name, k := range map[string]*keyboard{"does not understand": never, "no answer": {present: true, mad: true}} {
		if err := attach(k); err == nil || errors.Is(err, unit.ErrAbsent) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestReceive takes all codes and leaves out answers to commands.
func TestReceive(t *testing.T) {
	k := &keyboard{present: true, pending: []uint8{0x23, answerACK, 0xa3, 0x17, answerResend, 0x97}}
	if got := string(receive(k, &decoder{})); got != "hi" {
		t.Errorf("typed %q", got)
	}
	if got := receive(&keyboard{mad: true}, &decoder{}); len(got) != maxBytes {
		t.Errorf("took %d bytes of a port that does not become empty", len(got))
	}
}

// TestInitWithoutController skips the keyboard.
func TestInitWithoutController(t *testing.T) {
	t.Cleanup(func() { started.Store(false) })
	if err := Init(); !errors.Is(err, unit.ErrAbsent) {
		t.Errorf("error %v", err)
	}
	if err := Init(); err != nil {
		t.Errorf("second start: %v", err)
	}
}
