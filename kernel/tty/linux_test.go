package tty

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"
)

// pty is a terminal of Linux: what is typed on master is read from slave.
type pty struct{ master, slave int }

func openPty(t *testing.T) pty {
	t.Helper()
	master, err := syscall.Open("/dev/ptmx", syscall.O_RDWR|syscall.O_NOCTTY|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Skip("no pseudo-terminals here: ", err)
	}
	t.Cleanup(func() { syscall.Close(master) })
	var unlock, number int32
	control(t, master, syscall.TIOCSPTLCK, unsafe.Pointer(&unlock))
	control(t, master, syscall.TIOCGPTN, unsafe.Pointer(&number))
	name := "/dev/pts/" + strconv.Itoa(int(number))
	slave, err := syscall.Open(name, syscall.O_RDWR|syscall.O_NOCTTY|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Skip("no pseudo-terminals here: ", err)
	}
	t.Cleanup(func() { syscall.Close(slave) })
	return pty{master, slave}
}

func control(t *testing.T, fd, request int, argument unsafe.Pointer) {
	t.Helper()
	if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), uintptr(request), uintptr(argument)); errno != 0 {
		t.Fatalf("ioctl %#x: %v", request, errno)
	}
}

// shown reads at least n bytes of what the terminal shows, and what else comes
// while it is quiet for a moment.
func (p pty) shown(n int, quiet time.Duration) string {
	var got []byte
	b := make([]byte, 1<<16)
	for end := time.Now().Add(2 * time.Second); time.Now().Before(end); {
		count, err := syscall.Read(p.master, b)
		switch {
		case err == nil && count > 0:
			got = append(got, b[:count]...)
		case len(got) >= n && quiet == 0:
			return string(got)
		case len(got) >= n:
			time.Sleep(quiet)
			quiet = 0
		default:
			time.Sleep(50 * time.Microsecond)
		}
	}
	return string(got)
}

// read returns what a program gets, one text a read.
func (p pty) read() (got []string) {
	b := make([]byte, 1<<16)
	for {
		n, err := syscall.Read(p.slave, b)
		if err != nil {
			return got
		}
		got = append(got, string(b[:n]))
	}
}

// randomModes returns settings that the discipline knows, in any combination.
func randomModes(r *rand.Rand) syscall.Termios {
	m := usual
	pick := func(flags *uint32, among ...uint32) {
		for _, flag := range among {
			if r.IntN(4) == 0 {
				*flags ^= flag
			}
		}
	}
	pick(&m.Iflag, syscall.ICRNL, syscall.INLCR, syscall.IGNCR, syscall.ISTRIP, utf8, syscall.IXON, syscall.IXANY)
	pick(&m.Lflag, syscall.ISIG, syscall.ICANON, syscall.ECHO, syscall.ECHOE, syscall.ECHOK, echoKE, syscall.ECHOCTL,
		syscall.ECHONL, syscall.IEXTEN, syscall.NOFLSH)
	if r.IntN(3) == 0 {
		m.Cc[syscall.VEOL] = ';'
		m.Cc[syscall.VEOL2] = '.'
	}
	m.Cflag = syscall.CS8 | syscall.CREAD | syscall.B38400
	return m
}

// randomKeys returns what a restless user types.
func randomKeys(r *rand.Rand) (keys [][]byte) {
	special := "\x03\x1c\x1a\x7f\x7f\x7f\x15\x17\x17\x16\x12\x04\x11\x13\r\r\n\t\t\b\x00\x1b;."
	letters := []string{"a", "B", "7", "_", " ", " ", "-", "(", "é", "€", "𝄞", "\x80", "\xff", "\xc3", "×"}
	for range r.IntN(40) {
		if r.IntN(3) == 0 {
			keys = append(keys, []byte{special[r.IntN(len(special))]})
		} else {
			keys = append(keys, []byte(letters[r.IntN(len(letters))]))
		}
	}
	return keys
}

// TestLikeLinux types the same at random on a pseudo-terminal and here: the
// same is shown, and the same is read. EGGCUP_TTY_CASES says how often.
func TestLikeLinux(t *testing.T) {
	cases := 100
	if n, err := strconv.Atoi(os.Getenv("EGGCUP_TTY_CASES")); err == nil {
		cases = n
	}
	seed := uint64(time.Now().UnixNano())
	for n := range cases {
		r := rand.New(rand.NewPCG(seed, uint64(n)))
		m, keys := randomModes(r), randomKeys(r)
		if problem := differs(t, m, keys); problem != "" {
			t.Fatalf("seed %d case %d, iflag %#x lflag %#x, keys %q: %s", seed, n, m.Iflag, m.Lflag, keys, problem)
		}
	}
}

// differs types keys on both terminals and says what is not the same.
func differs(t *testing.T, m syscall.Termios, keys [][]byte) string {
	p, term := openPty(t), install(t)
	defer syscall.Close(p.master)
	defer syscall.Close(p.slave)
	control(t, p.slave, syscall.TCSETS, unsafe.Pointer(&m))
	term.modes = m
	deliver = func(b []byte, line bool) { term.delivered = append(term.delivered, string(b)) }
	discard = func() { term.delivered, term.flushes = nil, term.flushes+1 }
	raise = func(syscall.Signal) {}
	var linux strings.Builder
	for _, key := range keys {
		if len(key) == 1 && strings.ContainsRune("\x03\x1c\x1a", rune(key[0])) {
			linux.WriteString(p.shown(0, 2*time.Millisecond)) // it throws away what is under way
		}
		before := len(output(term))
		Input(key)
		syscall.Write(p.master, key)
		linux.WriteString(p.shown(len(output(term))-before, 0))
	}
	linux.WriteString(p.shown(len(output(term))-linux.Len(), 3*time.Millisecond))
	if got, want := output(term), linux.String(); got != want {
		return fmt.Sprintf("shown %q, by Linux %q", got, want)
	}
	got, want := term.delivered, p.read()
	if m.Lflag&syscall.ICANON == 0 {
		got, want = []string{strings.Join(got, "")}, []string{strings.Join(want, "")}
	}
	if !slices.Equal(got, want) {
		return fmt.Sprintf("read %q, by Linux %q", got, want)
	}
	return ""
}

// output is what the screen shows, each newline at the start of a line.
func output(term *terminal) string { return strings.ReplaceAll(term.screen.String(), "\n", "\r\n") }
