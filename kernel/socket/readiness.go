package socket

import "eggcup/kernel/descriptor"

// Everything is all events that a socket can be ready for.
const Everything = descriptor.In | descriptor.Out | descriptor.Err | descriptor.Hup | descriptor.ReadHup

// Update tells the kernel what holds for a socket; readiness says what does. An
// event that comes between the look and the word to the kernel is found by the
// second look.
func (b *Base) Update(readiness func() uintptr) {
	now := readiness()
	b.tell(now, now, readiness)
}

// Settle follows a call that may have ended an event. It tells of no event that
// still holds: that would be an edge.
func (b *Base) Settle(readiness func() uintptr) {
	if b.Watched() {
		b.tell(0, readiness(), readiness)
	}
}

// tell sets the events in set, ends those that are not in now, and sets what has
// begun since.
func (b *Base) tell(set, now uintptr, readiness func() uintptr) {
	b.Ready(set, Everything&^now)
	if late := readiness() &^ now; late != 0 {
		b.Ready(late, 0)
	}
}
