package tty

import (
	"fmt"
	"strings"
	"sync"
	"syscall"
	"testing"
	"unsafe"

	"eggcup/kernel/rawsys"
)

// usual are the settings of a fresh terminal, as far as they matter here.
var usual = syscall.Termios{
	Iflag: syscall.ICRNL | syscall.IXON | utf8,
	Oflag: syscall.OPOST | syscall.ONLCR,
	Lflag: syscall.ISIG | syscall.ICANON | syscall.ECHO | syscall.ECHOE | syscall.ECHOK | echoKE | syscall.ECHOCTL | syscall.IEXTEN,
	Cc: [32]uint8{
		syscall.VINTR: 3, syscall.VQUIT: 28, syscall.VERASE: deleteKey, syscall.VKILL: 21, syscall.VEOF: 4, syscall.VMIN: 1,
		syscall.VSTART: 17, syscall.VSTOP: 19, syscall.VSUSP: 26, syscall.VREPRINT: 18, syscall.VWERASE: 23, syscall.VLNEXT: 22,
	},
}

// terminal records what leaves the line discipline.
type terminal struct {
	delivered []string
	screen    strings.Builder
	signals   []syscall.Signal
	modes     syscall.Termios
	discards  int
	flushes   uint32
	stopped   uint32
}

func install(t *testing.T) *terminal {
	term := &terminal{modes: usual}
	oldDeliver, oldDiscard, oldStop, oldEcho, oldRaise, oldState, oldColumn := deliver, discard, stop, echo, raise, state, column
	t.Cleanup(func() {
		deliver, discard, stop, echo, raise, state, column = oldDeliver, oldDiscard, oldStop, oldEcho, oldRaise, oldState, oldColumn
		console, started, flushes = discipline{}, false, 0
	})
	deliver = func(b []byte, line bool) {
		if line != (term.modes.Lflag&syscall.ICANON != 0) {
			t.Errorf("%q: the end of a line: %v", b, line)
		}
		term.delivered = append(term.delivered, string(b))
	}
	discard = func() { term.discards++; term.flushes++ }
	stop = func(yes bool) {
		term.stopped = 0
		if yes {
			term.stopped = 1
		}
	}
	echo = func(b []byte) { term.screen.Write(b) }
	raise = func(sig syscall.Signal) { term.signals = append(term.signals, sig) }
	state = func() rawsys.Terminal {
		now := rawsys.Terminal{Stopped: term.stopped, Flushes: term.flushes}
		now.Modes = *(*[len(now.Modes)]byte)(unsafe.Pointer(&term.modes))
		return now
	}
	column = func() int { return columnOf(&term.modes, term.screen.String()) }
	console = discipline{}
	if err := Init(); err != nil {
		t.Fatal(err)
	}
	return term
}

// columnOf returns where the cursor is behind what was shown.
func columnOf(m *syscall.Termios, shown string) (column int) {
	for _, c := range []byte(shown) {
		switch {
		case c == '\r' || c == '\n':
			column = 0
		case c == '\b':
			column = max(column-1, 0)
		case c == '\t':
			column = column&^7 + 8
		case !isControl(c) && !continues(m, c):
			column++
		}
	}
	return column
}

// TestLines delivers whole lines, edited, and echoes what was typed.
func TestLines(t *testing.T) {
	for name, c := range map[string]struct {
		typed     string
		delivered []string
		screen    string
	}{
		"a line":            {"hello\r", []string{"hello\n"}, "hello\n"},
		"two lines":         {"a\rb\n", []string{"a\n", "b\n"}, "a\nb\n"},
		"unfinished":        {"hel", nil, "hel"},
		"erase":             {"hxx\x7f\x7fi\r", []string{"hi\n"}, "hxx\b \b\b \bi\n"},
		"erase nothing":     {"\x7f\x7fa\r", []string{"a\n"}, "a\n"},
		"erase UTF-8":       {"aé€\x7f\x7fb\r", []string{"ab\n"}, "aé€\b \b\b \bb\n"},
		"erase control":     {"a\x01\x7fb\r", []string{"ab\n"}, "a^A\b \b\b \bb\n"},
		"erase word":        {"one two \x17x\r", []string{"one x\n"}, "one two \b \b\b \b\b \b\b \bx\n"},
		"kill line":         {"abc\x15d\r", []string{"d\n"}, "abc\b \b\b \b\b \bd\n"},
		"end of input":      {"\x04", []string{""}, ""},
		"end within a line": {"abc\x04\x04", []string{"abc", ""}, "abc"},
		"a tab":             {"a\tb\r", []string{"a\tb\n"}, "a\tb\n"},
		"quoted":            {"a\x16\x03\x16\x7fb\r", []string{"a\x03\x7fb\n"}, "a^\b^C^\b^?b\n"},
		"reprint":           {"ab\x12c\r", []string{"abc\n"}, "ab^R\nabc\n"},
		"an arrow":          {"\x1b[A\r", []string{"\x1b[A\n"}, "^[[A\n"},
	} {
		term := install(t)
		for _, b := range []byte(c.typed) {
			Input([]byte{b})
		}
		if fmt.Sprintf("%q", term.delivered) != fmt.Sprintf("%q", c.delivered) {
			t.Errorf("%s: delivered %q, want %q", name, term.delivered, c.delivered)
		}
		if term.screen.String() != c.screen {
			t.Errorf("%s: echoed %q, want %q", name, term.screen.String(), c.screen)
		}
	}
}

// TestLongLine loses what does not fit, but not the keys that edit.
func TestLongLine(t *testing.T) {
	term := install(t)
	Input([]byte(strings.Repeat("x", maxLine+3)))
	Input([]byte("\x7fy\r"))
	if want := strings.Repeat("x", maxLine-1) + "y\n"; len(term.delivered) != 1 || term.delivered[0] != want {
		t.Errorf("delivered %d pieces", len(term.delivered))
	}
}

// TestFlow holds the echo while the output is stopped.
func TestFlow(t *testing.T) {
	term := install(t)
	Input([]byte("a\x13b\r"))
	if term.stopped != 1 || term.screen.String() != "a" {
		t.Errorf("stopped %d, echoed %q", term.stopped, term.screen.String())
	}
	Input([]byte("c\x11d"))
	if term.stopped != 0 || term.screen.String() != "ab\ncd" {
		t.Errorf("stopped %d, echoed %q", term.stopped, term.screen.String())
	}
	if got := strings.Join(term.delivered, "|"); got != "ab\n" {
		t.Errorf("delivered %q", got)
	}
}

// TestDiscarded forgets the line that is being typed when the program throws
// its input away.
func TestDiscarded(t *testing.T) {
	term := install(t)
	Input([]byte("gone"))
	term.flushes++
	Input([]byte("new\r"))
	if got := strings.Join(term.delivered, "|"); got != "new\n" {
		t.Errorf("delivered %q", got)
	}
}

// TestSignals raises a signal and forgets the line.
func TestSignals(t *testing.T) {
	term := install(t)
	Input([]byte("rm -rf\x03ok\x1c\r"))
	if len(term.signals) != 2 || term.signals[0] != syscall.SIGINT || term.signals[1] != syscall.SIGQUIT {
		t.Errorf("signals %v", term.signals)
	}
	if len(term.delivered) != 1 || term.delivered[0] != "\n" || term.discards != 2 {
		t.Errorf("delivered %q, discarded %d times", term.delivered, term.discards)
	}
	if got := term.screen.String(); got != "rm -rf^Cok^\\\n" {
		t.Errorf("echoed %q", got)
	}
}

// TestRaw delivers every byte at once, without echo, editing and signals, as
// x/term's MakeRaw sets the terminal.
func TestRaw(t *testing.T) {
	term := install(t)
	term.modes.Iflag = 0
	term.modes.Lflag = 0
	Input([]byte("a\x7f\r"))
	Input([]byte("\x03"))
	if got := strings.Join(term.delivered, "|"); got != "a\x7f\r|\x03" {
		t.Errorf("delivered %q", got)
	}
	if len(term.signals) != 0 || term.screen.Len() != 0 {
		t.Errorf("signals %v, echo %q", term.signals, term.screen.String())
	}
}

// TestPassword echoes the line end alone (x/term's ReadPassword).
func TestPassword(t *testing.T) {
	term := install(t)
	term.modes.Lflag = syscall.ICANON | syscall.ISIG | syscall.ECHONL
	Input([]byte("secrex\x7ft\r"))
	if got := strings.Join(term.delivered, "|"); got != "secret\n" {
		t.Errorf("delivered %q", got)
	}
	if got := term.screen.String(); got != "\n" {
		t.Errorf("echoed %q", got)
	}
}

// TestModeChange does not lose the begin of a line when editing is switched
// off in its middle.
func TestModeChange(t *testing.T) {
	term := install(t)
	Input([]byte("ab"))
	term.modes.Lflag &^= syscall.ICANON
	Input([]byte("c"))
	if got := strings.Join(term.delivered, "|"); got != "abc" {
		t.Errorf("delivered %q", got)
	}
}

// TestLineEnds honours the settings for CR and LF.
func TestLineEnds(t *testing.T) {
	for flag, want := range map[uint32]string{
		0: "a\rb\n", syscall.ICRNL: "a\n|b\n", syscall.IGNCR: "ab\n", syscall.INLCR | syscall.ICRNL: "a\n",
	} {
		term := install(t)
		term.modes.Iflag = flag
		Input([]byte("a\rb\n"))
		if got := strings.Join(term.delivered, "|"); got != want {
			t.Errorf("flags %#o: delivered %q, want %q", flag, got, want)
		}
	}
}

// TestBeforeInit drops what comes while nobody is there to read it.
func TestBeforeInit(t *testing.T) {
	term := install(t)
	started = false
	Input([]byte("noise\r"))
	if len(term.delivered) != 0 || term.screen.Len() != 0 {
		t.Errorf("delivered %q, echoed %q", term.delivered, term.screen.String())
	}
}

// TestTwoDrivers keeps each driver's input in order.
func TestTwoDrivers(t *testing.T) {
	term := install(t)
	var wait sync.WaitGroup
	for _, line := range []string{"serial\r", "keyboard\r"} {
		wait.Go(func() {
			for range 100 {
				Input([]byte(line))
			}
		})
	}
	wait.Wait()
	count := map[string]int{}
	for _, line := range term.delivered {
		count[line]++
	}
	if count["serial\n"] != 100 || count["keyboard\n"] != 100 || len(count) != 2 {
		t.Errorf("delivered %v", count)
	}
}
