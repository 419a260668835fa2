package file

import "eggcup/kernel/core/thread"

// maxCount is the largest value an eventfd holds (eventfd(2)).
const maxCount = ^uint64(0) - 1

// NewEvent returns an eventfd with an initial count.
func NewEvent(c *thread.CPU, count uint64, flags uint32, semaphore bool) *File {
	f := New(Event, flags)
	if f == nil {
		return nil
	}
	f.Count, f.Semaphore = count, semaphore
	f.ready = Out
	if count > 0 {
		f.ready |= In
	}
	return f
}

// TakeCount empties the counter of an Event, Interrupt or Timer, or takes one from a
// semaphore. It returns 0 when there is nothing to take.
func (f *File) TakeCount(c *thread.CPU) uint64 {
	n := f.Count
	if n == 0 {
		return 0
	}
	if f.Semaphore {
		n = 1
	}
	f.Count -= n
	if f.Count == 0 {
		f.Unmark(In)
	}
	if f.Kind == Event {
		f.Mark(c, Out, false)
	}
	return n
}

// AddCount adds to the counter of an eventfd and reports whether it fitted.
func (f *File) AddCount(c *thread.CPU, n uint64) bool {
	if n > maxCount-f.Count {
		f.Unmark(Out)
		return false
	}
	f.Count += n
	if f.Count > 0 {
		f.Mark(c, In, false)
	}
	return true
}

// CountInterrupt tells an Interrupt file that its line has fired, or a Timer
// that it has expired.
func (f *File) CountInterrupt(c *thread.CPU) {
	f.Count++
	f.Mark(c, In, true)
}
