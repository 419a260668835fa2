package file

import "eggcup/kernel/core/thread"

// consoles are the open files of the machine's one terminal. They have status
// flags of their own and are ready together.
var consoles *File

// NewConsole returns a file of the terminal, ready for events.
func NewConsole(flags, events uint32) *File {
	f := New(Console, flags)
	if f == nil {
		return nil
	}
	f.ready = events
	f.nextConsole = consoles
	consoles = f
	return f
}

// MarkConsoles is Mark of every file of the terminal.
func MarkConsoles(c *thread.CPU, events uint32) {
	for f := consoles; f != nil; f = f.nextConsole {
		f.Mark(c, events, false)
	}
}

// UnmarkConsoles is Unmark of every file of the terminal.
func UnmarkConsoles(events uint32) {
	for f := consoles; f != nil; f = f.nextConsole {
		f.Unmark(events)
	}
}

func (f *File) leaveConsoles() {
	for p := &consoles; *p != nil; p = &(*p).nextConsole {
		if *p == f {
			*p = f.nextConsole
			return
		}
	}
}
