package syscalls

import (
	"eggcup/kernel/core/console"
	"eggcup/kernel/core/file"
	"eggcup/kernel/core/raw"
	"eggcup/kernel/core/thread"
)

// How long a write to the terminal waits for a line that takes nothing, and how
// often it looks, in nanoseconds. An emulator whose output somebody reads slowly
// takes a byte now and then; a cable that hangs loose takes none, and must not
// keep the program for ever.
const (
	patience = 10 * billion
	lookAt   = billion / 1000
)

var (
	// stopped says that output waits: Ctrl-S, or tcflow(3).
	stopped bool
	// dead says that a line took nothing for so long that what it does not take
	// at once is lost, until it takes a byte again.
	dead bool
	// printing is the thread in the middle of a write, which others wait for: its
	// bytes stay together. It has been interrupted if it has no progress.
	printing *thread.Thread
)

// writeConsole prints what a program writes to the terminal.
func writeConsole(c *thread.CPU, out *file.File, addr, n uintptr) uintptr {
	if held(c) {
		return hold(c, out)
	}
	if !print(c, 0, addr, n) {
		return wait(c)
	}
	return n
}

// sysWritev is writeConsole of several pieces.
func sysWritev(c *thread.CPU, f *thread.Frame) uintptr {
	out := get(f.DI)
	if out == nil {
		return fail(EBADF)
	}
	if out.Kind != file.Console || f.DX > 1024 {
		return fail(EINVAL)
	}
	if !readable(f.SI, f.DX*iovecSize) {
		return fail(EFAULT)
	}
	if held(c) {
		return hold(c, out)
	}
	total := uintptr(0)
	for i := uintptr(0); i < f.DX; i++ {
		base, n := raw.Load(f.SI+i*iovecSize), raw.Load(f.SI+i*iovecSize+8)
		if !readable(base, n) {
			return fail(EFAULT)
		}
		if !print(c, total, base, n) {
			return wait(c)
		}
		total += n
	}
	return total
}

// held reports whether the current thread's write has to wait before it begins.
func held(c *thread.CPU) bool {
	t := c.Current
	if t.Moved != 0 {
		return false
	}
	return stopped || printing != nil && printing != t && printing.Moved != 0
}

// hold makes it wait: for Ctrl-Q, or a moment for the other's bytes.
func hold(c *thread.CPU, out *file.File) uintptr {
	if stopped {
		return block(c, out, file.Out)
	}
	c.Block(nil, c.Now()+lookAt, 0, true)
	return 0
}

// print prints a piece, which begins at an offset within what is written, from
// where an earlier run has stopped. It reports false if the line has to be
// waited for.
func print(c *thread.CPU, offset, addr, n uintptr) bool {
	t := c.Current
	if t.Moved >= offset+n {
		return true
	}
	from := max(t.Moved, offset) - offset
	some := uintptr(printed(raw.Bytes(addr+from, n-from)))
	if some > 0 {
		dead, t.Deadline = false, 0
	}
	t.Moved = offset + from + some
	if t.Moved == offset+n {
		return true
	}
	if !dead && (t.Deadline == 0 || c.Now() < t.Deadline) {
		return false
	}
	dead = true
	t.Moved = offset + n
	return true
}

// column is where the cursor is, for the editing of tabs.
var column uint32

// printed prints what the devices take, as the terminal's settings say.
func printed(b []byte) int {
	lines := termios[oflag]&newlines == newlines
	n := console.WriteSome(b, lines)
	for _, c := range b[:n] {
		switch {
		case c == '\r' || c == '\n' && lines:
			column = 0
		case c == '\b':
			column -= min(column, 1)
		case c == '\t':
			column = column&^7 + 8
		case c >= ' ' && c != 0x7f && (c&0xc0 != 0x80 || termios[iflag+1]&utf8 == 0):
			column++ // no control character, nor the middle of one of UTF-8
		}
	}
	return n
}

// wait makes the current thread's write go on in a moment.
func wait(c *thread.CPU) uintptr {
	t := c.Current
	printing = t
	if t.Deadline == 0 {
		t.Deadline = after(c, patience)
	}
	c.Block(nil, c.Now()+lookAt, 0, true)
	return 0
}

// sysTTYEcho prints what was typed, without a wait: whoever types must not be
// kept by a terminal that takes nothing.
func sysTTYEcho(c *thread.CPU, f *thread.Frame) uintptr {
	if !readable(f.DI, f.SI) {
		return fail(EFAULT)
	}
	return uintptr(printed(raw.Bytes(f.DI, f.SI)))
}

// flow stops the output, or lets it go on.
func flow(c *thread.CPU, stop bool) {
	stopped = stop
	if stop {
		file.UnmarkConsoles(file.Out)
	} else {
		file.MarkConsoles(c, file.Out)
	}
}

// drained waits until what was printed has left the machine, and then answers
// 0.
func drained(c *thread.CPU) bool {
	t := c.Current
	if dead || console.Drained() {
		return true
	}
	if t.Deadline == 0 {
		t.Deadline = after(c, patience)
	}
	if c.Now() >= t.Deadline {
		dead = true
		return true
	}
	c.Block(nil, c.Now()+lookAt, 0, true)
	return false
}
