package unixsocket

import (
	"slices"
	"sync"
	"syscall"

	"eggcup/kernel/descriptor"
)

// Limits of a queue: net.core.wmem_default, net.unix.max_dgram_qlen.
const (
	capacity    = 212992
	maxMessages = 512
)

// message is what one call has sent, or what is left of it.
type message struct {
	data   []byte
	rights []int // descriptors that travel, each a reference of its own
	sender []byte
}

// queue is what waits for a socket to receive it.
type queue struct {
	stream bool
	reader *unixSocket
	writer *unixSocket // of a connection; nil for datagrams

	mu       sync.Mutex
	messages []message
	size     int
	ended    bool          // nobody writes any more
	closed   bool          // nobody reads any more
	gone     bool          // the reader is closed, not only shut down
	reset    bool          // the reader went with messages unread
	starved  []*unixSocket // who found no room
}

func (q *queue) readable() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.messages) > 0
}

// atEnd reports whether a reader would see the end of the file once it has
// read everything.
func (q *queue) atEnd() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.ends() || q.closed
}

// ends reports whether the end of the writer is the end of the file: a reader of
// datagrams may get others' still. q.mu is held.
func (q *queue) ends() bool { return q.ended && q.reader.kind != syscall.SOCK_DGRAM }

// refuses reports whether a writer would get EPIPE.
func (q *queue) refuses() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.ended || q.closed
}

// writable reports whether s can write. If not, s hears when it can.
func (q *queue) writable(s *unixSocket) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed || q.ended || q.room() > 0 {
		return true
	}
	q.starve(s)
	return false
}

// room returns how many bytes fit. q.mu is held.
func (q *queue) room() int {
	if len(q.messages) >= maxMessages && !q.stream {
		return 0
	}
	return max(capacity-q.size, 0)
}

// starve notes that s waits for room. q.mu is held.
func (q *queue) starve(s *unixSocket) {
	for _, other := range q.starved {
		if other == s {
			return
		}
	}
	q.starved = append(q.starved, s)
}

// forget drops s from those who wait for room.
func (q *queue) forget(s *unixSocket) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i, other := range q.starved {
		if other == s {
			q.starved = append(q.starved[:i], q.starved[i+1:]...)
			return
		}
	}
}

// admit returns how many of n bytes the writer s may put now; 0 with EAGAIN
// means none for the moment. A record is admitted whole or not at all.
func (q *queue) admit(s *unixSocket, n int) (int, syscall.Errno) {
	switch {
	case q.closed && (q.gone || q.stream) && q.writer == nil:
		return 0, syscall.ECONNREFUSED
	case q.gone && q.reader.kind == syscall.SOCK_DGRAM:
		return 0, syscall.ECONNREFUSED
	case q.closed || q.ended:
		return 0, syscall.EPIPE
	case !q.stream && n > capacity:
		return 0, syscall.EMSGSIZE
	}
	room := q.room()
	if room == 0 || !q.stream && n > room && len(q.messages) > 0 {
		q.starve(s)
		return 0, syscall.EAGAIN
	}
	return min(n, room), 0
}

// put appends a message and tells the reader. fill copies the data, of which
// there are n bytes, into place; it runs with the queue held.
func (q *queue) put(s *unixSocket, n int, m message, fill func(b []byte)) (int, syscall.Errno) {
	q.mu.Lock()
	n, errno := q.admit(s, n)
	if errno != 0 {
		q.mu.Unlock()
		return 0, errno
	}
	first := len(q.messages) == 0
	if last := len(q.messages) - 1; q.stream && !first && m.rights == nil && !q.writerWatched() && q.messages[last].joins(n) {
		b := q.messages[last].data
		q.messages[last].data = b[:len(b)+n]
		fill(b[len(b) : len(b)+n])
	} else {
		m.data = q.buffer(n)
		fill(m.data)
		q.messages = append(q.messages, m)
	}
	q.size += n
	reader := q.reader
	q.mu.Unlock()
	// A reader that has found the queue empty waits; one that has not will look
	// again before it waits. A program that watches by itself gets every edge.
	if first || reader.Watched() {
		reader.begin(descriptor.In)
	} else {
		reader.Changed.Broadcast()
	}
	return n, 0
}

// writerWatched reports whether the program watches the writer by itself, and so
// sees every edge.
func (q *queue) writerWatched() bool { return q.writer != nil && q.writer.Watched() }

// buffer makes the memory of a message: with some room behind it in a stream,
// whose small writes join.
func (q *queue) buffer(n int) []byte {
	const small = 1024
	if q.stream && n < small {
		return make([]byte, n, small)
	}
	return make([]byte, n)
}

// joins reports whether n more bytes fit behind the message's.
func (m *message) joins(n int) bool { return cap(m.data)-len(m.data) >= n }

// take hands the oldest data to use, which says how much of it was taken, and
// returns what came with it. A record goes whole, a stream as far as it was
// taken. use runs with the queue held.
func (q *queue) take(peek bool, use func(b []byte) int) (n int, m message, errno syscall.Errno) {
	q.mu.Lock()
	if len(q.messages) == 0 {
		defer q.mu.Unlock()
		switch {
		case q.reset:
			q.reset = false
			return 0, message{}, syscall.ECONNRESET
		case q.ends() || q.closed:
			return 0, message{}, 0
		}
		return 0, message{}, syscall.EAGAIN
	}
	for i := 0; i < len(q.messages); i++ {
		front := &q.messages[i]
		if i > 0 && (!q.stream || front.rights != nil || m.rights != nil) {
			break
		}
		taken := use(front.data)
		n += taken
		if i == 0 {
			m = *front
		}
		if q.stream && taken < len(front.data) {
			break
		}
		if !q.stream {
			break
		}
	}
	var starved []*unixSocket
	if !peek {
		before := len(q.messages)
		q.drop(n)
		starved, q.starved = q.starved, nil
		// As on Linux the room of a whole message is news to its writer.
		if len(q.messages) < before && q.writerWatched() && !slices.Contains(starved, q.writer) {
			starved = append(starved, q.writer)
		}
	}
	q.mu.Unlock()
	for _, s := range starved {
		s.begin(descriptor.Out)
	}
	return n, m, 0
}

// drop removes what was taken: n bytes of a stream, or the first record. q.mu
// is held.
func (q *queue) drop(n int) {
	if !q.stream {
		q.size -= len(q.messages[0].data)
		q.shift()
		return
	}
	q.size -= n
	q.messages[0].rights = nil
	for len(q.messages) > 0 && n >= len(q.messages[0].data) {
		n -= len(q.messages[0].data)
		q.shift()
		if n == 0 {
			break
		}
	}
	if n > 0 {
		q.messages[0].data = q.messages[0].data[n:]
	}
}

func (q *queue) shift() {
	q.messages[0] = message{}
	q.messages = q.messages[1:]
	if len(q.messages) == 0 {
		q.messages = nil
	}
}

// stopWriting is the end of the file for the reader.
func (q *queue) stopWriting() {
	q.mu.Lock()
	q.ended = true
	reader, starved := q.reader, q.starved
	q.starved = nil
	q.mu.Unlock()
	reader.begin(reader.readiness())
	for _, s := range starved {
		s.begin(descriptor.Out)
	}
}

// stopReading refuses what is written from now on. gone is the end of the
// reader, who leaves behind what was not read.
func (q *queue) stopReading(gone bool) {
	q.mu.Lock()
	q.closed = true
	q.gone = q.gone || gone
	var left []message
	if gone {
		left, q.messages, q.size = q.messages, nil, 0
	}
	writer, starved := q.writer, q.starved
	q.starved = nil
	q.mu.Unlock()
	for _, m := range left {
		discard(m.rights)
	}
	if writer != nil {
		if len(left) > 0 {
			writer.in.mu.Lock()
			writer.in.reset = true
			writer.in.mu.Unlock()
		}
		writer.begin(descriptor.Out)
	}
	for _, s := range starved {
		s.begin(descriptor.Out)
	}
}

// discard closes descriptors that nobody received.
func discard(rights []int) {
	for _, fd := range rights {
		syscall.Close(fd)
	}
}
