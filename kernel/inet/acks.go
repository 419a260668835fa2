package inet

import (
	"encoding/binary"
	"sync"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
)

// acks keeps TCP segments of one interface that only acknowledge, since most
// often an answer follows at once and acknowledges too (RFC 1122, 4.2.3.2, allows
// half a second); then they are left out. The second such segment of a connection
// does not wait. The stack itself has no delayed acknowledgements.
//
// It stands above IP, so that what is left out costs neither a header nor a frame.
type acks struct {
	send  func(*stack.Route, stack.NetworkHeaderParams, *stack.PacketBuffer) tcpip.Error
	timer *time.Timer
	start time.Time

	mu    sync.Mutex            // a leaf; guards what follows
	slots [heldSegments]ackSlot // by a hash of the connection
	next  time.Duration         // when the timer comes; 0 if it does not
}

// ackSlot is what is known of the connection that was the last to use a slot.
type ackSlot struct {
	route  *stack.Route // the connection: every endpoint has one of its own
	told   uint32       // what its last segment has acknowledged
	opened bool         // its last segment was a SYN
	// answers says that it has answered what it got within the longer delay, as
	// what is asked and answered by turns does.
	answers bool

	packet *stack.PacketBuffer // the segment that waits, or nil; it holds the route
	params stack.NetworkHeaderParams
	came   time.Duration
	due    time.Duration
}

const (
	// shortDelay is how long a segment waits on a connection of which nothing is
	// known: its peer may wait for the acknowledgement.
	shortDelay = 2 * time.Millisecond
	// longDelay is how long it waits on one that has answered once. It is Linux's.
	longDelay = 40 * time.Millisecond
	// heldSegments is how many wait at once at most: a number of eight bits.
	heldSegments = 256
)

func newAcks(send func(*stack.Route, stack.NetworkHeaderParams, *stack.PacketBuffer) tcpip.Error) *acks {
	a := &acks{send: send, start: time.Now()}
	a.timer = time.AfterFunc(time.Hour, a.sendDue)
	a.timer.Stop()
	return a
}

// held is a segment taken out of its slot.
type held struct {
	route  *stack.Route
	params stack.NetworkHeaderParams
	packet *stack.PacketBuffer
}

// write sends a TCP segment that has no IP header yet, or keeps it for a while.
func (a *acks) write(route *stack.Route, params stack.NetworkHeaderParams, packet *stack.PacketBuffer) tcpip.Error {
	segment := header.TCP(packet.TransportHeader().Slice())
	k := kindOf(segment, packet.Data().Size())
	number := segment.AckNumber()
	a.mu.Lock()
	s := &a.slots[slotOf(segment, route)]
	before, keep := s.follow(route, k, number)
	if !keep && s.packet == nil && k == carries && !s.answers {
		s.answers = a.now()-s.came < longDelay
	}
	if keep {
		a.hold(s, params, packet)
	}
	a.mu.Unlock()
	if before.packet != nil {
		a.finish(before)
	}
	if keep {
		return nil
	}
	return a.send(route, params, packet)
}

// follow brings a slot up to date with the next segment of a connection. It
// returns the segment that has to go out first, and whether this one may wait.
// The lock is held.
func (s *ackSlot) follow(route *stack.Route, k kind, number uint32) (before held, keep bool) {
	if s.route != route {
		before = s.take()
		*s = ackSlot{route: route, told: number, opened: k == opens}
		return before, k == acknowledges
	}
	news, first, waited := number != s.told, s.opened, s.packet != nil
	s.told, s.opened = number, k == opens
	switch {
	case !waited:
		// What acknowledges nothing new tells of room, or is counted by the peer;
		// what follows a SYN lets the peer begin.
		return held{}, k == acknowledges && news && !first
	case k == carries || k == acknowledges && news:
		s.drop()
		return held{}, false
	}
	return s.take(), false
}

// take empties a slot.
func (s *ackSlot) take() held {
	h := held{s.route, s.params, s.packet}
	s.packet = nil
	return h
}

// drop forgets the segment of a slot: another says the same and more.
func (s *ackSlot) drop() {
	if s.packet != nil {
		s.packet.DecRef()
		s.route.Release()
		s.packet = nil
	}
}

// hold keeps a segment in an empty slot. The lock is held.
func (a *acks) hold(s *ackSlot, params stack.NetworkHeaderParams, packet *stack.PacketBuffer) {
	delay := shortDelay
	if s.answers {
		delay = longDelay
	}
	s.route.Acquire()
	s.packet, s.params = packet.IncRef(), params
	s.came = a.now()
	s.due = s.came + delay
	if a.next == 0 || s.due < a.next {
		a.next = s.due
		a.timer.Reset(delay)
	}
}

func (a *acks) now() time.Duration { return time.Since(a.start) }

// sendDue sends the segments that no answer has followed.
func (a *acks) sendDue() {
	var due []held
	a.mu.Lock()
	now, next := a.now(), time.Duration(0)
	for i := range a.slots {
		s := &a.slots[i]
		switch {
		case s.packet == nil:
		case s.due <= now:
			due = append(due, s.take())
		case next == 0 || s.due < next:
			next = s.due
		}
	}
	if a.next = next; next != 0 {
		a.timer.Reset(next - now)
	}
	a.mu.Unlock()
	for _, h := range due {
		a.finish(h)
	}
}

// finish sends a segment that was held. Nobody waits for the result: it may be
// lost on the way as well.
func (a *acks) finish(h held) {
	a.send(h.route, h.params, h.packet)
	h.packet.DecRef()
	h.route.Release()
}

// close forgets everything.
func (a *acks) close() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.timer.Stop()
	for i := range a.slots {
		a.slots[i].drop()
	}
}

// kind is what a segment is to those that wait.
type kind int

const (
	acknowledges kind = iota // says nothing but what has come
	carries                  // says that beside its content
	opens                    // begins a connection
	repeats                  // anything else: it may be one of several alike, which the peer counts
)

// kindOf says what a segment with so much content is.
func kindOf(segment header.TCP, content int) kind {
	flags := segment.Flags()
	switch {
	case flags&header.TCPFlagSyn != 0:
		return opens
	case flags&header.TCPFlagAck == 0 || flags&header.TCPFlagRst != 0:
		return repeats
	case content > 0 || flags&header.TCPFlagFin != 0:
		return carries
	case flags == header.TCPFlagAck && plainOptions(segment[header.TCPMinimumSize:]):
		return acknowledges
	}
	return repeats
}

// timeStamps is the size of the option of that name (RFC 7323), padded.
const timeStamps = 12

// plainOptions reports whether a segment has no option but time stamps. One that
// says which segments have come is an answer to each of them (RFC 2018).
func plainOptions(b []byte) bool {
	return len(b) == 0 || len(b) == timeStamps && b[0] == header.TCPOptionNOP && b[1] == header.TCPOptionNOP && b[2] == header.TCPOptionTS
}

// slotOf returns the slot of a segment's connection.
func slotOf(segment header.TCP, route *stack.Route) uint8 {
	remote := route.RemoteAddress()
	address := remote.AsSlice()
	ports := binary.BigEndian.Uint32(segment)
	mixed := (ports ^ binary.BigEndian.Uint32(address[len(address)-4:])) * 0x9e3779b1 // 2^32 / golden ratio
	return uint8(mixed >> 24)
}
