package inet

import (
	"sync"
	"syscall"

	"eggcup/kernel/descriptor"
	"eggcup/kernel/socket"
)

// flow is one direction of a connection whose both ends are here: what the
// writer has written and the reader has not read. It takes the part of the
// segments between them.
type flow struct {
	mu     sync.Mutex // a leaf: nothing that locks is called with it held; guards what follows
	writer *inetSocket
	reader *inetSocket // nil until it is accepted

	chunks     []*[socket.BounceSize]byte
	head, tail int // where the first chunk's bytes begin, and the last chunk's end
	size       int

	ended   bool          // the writer writes no more
	stopped bool          // the reader has said that it reads no more
	refused bool          // the reader is closed
	broken  bool          // the writer has written to a reader that is closed
	starved bool          // the writer waits for room
	failure syscall.Errno // what the reader is told once, after everything
}

// put appends bytes, as many as fit. fill copies them into
// place.
func (f *flow) put(n int, fill func(b []byte, offset int)) (int, syscall.Errno) {
	f.mu.Lock()
	switch {
	case f.ended || f.broken:
		f.mu.Unlock()
		return 0, syscall.EPIPE
	case f.refused:
		// As on a network: what the buffer takes is on its way before the answer.
		f.broken = true
		n = min(n, f.limit())
		f.mu.Unlock()
		return n, 0
	}
	n = min(n, f.limit()-f.size)
	if n <= 0 {
		f.starved = true
		f.mu.Unlock()
		return 0, syscall.EAGAIN
	}
	first := f.size == 0
	for done := 0; done < n; {
		if len(f.chunks) == 0 || f.tail == socket.BounceSize {
			_, chunk := socket.Borrow(0)
			f.chunks = append(f.chunks, chunk)
			f.tail = 0
			if len(f.chunks) == 1 {
				f.head = 0
			}
		}
		room := f.chunks[len(f.chunks)-1][f.tail:]
		room = room[:min(len(room), n-done)]
		fill(room, done)
		done += len(room)
		f.tail += len(room)
	}
	f.size += n
	reader := f.reader
	f.mu.Unlock()
	// A reader that has found nothing waits for the first byte. A program that
	// watches by itself gets every edge.
	if reader != nil {
		if first || reader.Watched() {
			reader.Ready(descriptor.In, 0)
		}
		reader.Changed.Broadcast()
	}
	return n, 0
}

// take hands up to n bytes to use, and forgets them unless it only peeks. No
// byte and no error is the end.
func (f *flow) take(n int, peek bool, use func(b []byte, offset int)) (int, syscall.Errno) {
	f.mu.Lock()
	if f.size == 0 {
		defer f.mu.Unlock()
		if failure := f.failure; failure != 0 {
			f.failure = 0
			return 0, failure
		}
		if f.ended || f.stopped {
			return 0, 0
		}
		return 0, syscall.EAGAIN
	}
	n = min(n, f.size)
	head := f.head
	for i, done := 0, 0; done < n; i++ {
		b := f.chunks[i][head:]
		b = b[:min(len(b), n-done)]
		use(b, done)
		done += len(b)
		head = 0
	}
	if peek {
		f.mu.Unlock()
		return n, 0
	}
	f.drop(n)
	writer := f.writer
	starved := f.starved
	f.starved = false
	f.mu.Unlock()
	if starved && writer != nil {
		writer.Ready(descriptor.Out, 0)
		writer.Changed.Broadcast()
	}
	return n, 0
}

// drop forgets the first n bytes. The lock is held.
func (f *flow) drop(n int) {
	f.size -= n
	f.head += n
	for len(f.chunks) > 0 && (f.head >= socket.BounceSize || f.size == 0) {
		socket.Return(f.chunks[0])
		f.chunks[0] = nil
		f.chunks = f.chunks[1:]
		f.head -= socket.BounceSize
	}
	if f.size == 0 {
		f.chunks, f.head, f.tail = nil, 0, 0
	}
}

// end is the end of the stream; with a failure the reader hears of that first.
func (f *flow) end(failure syscall.Errno) {
	f.mu.Lock()
	f.ended = true
	if f.failure == 0 {
		f.failure = failure
	}
	reader := f.reader
	f.mu.Unlock()
	reader.tell()
}

// refuse is the end of the reader. It reports whether bytes were left unread:
// then, or if it is told to, the writer is reset.
func (f *flow) refuse(reset bool) (unread bool) {
	f.mu.Lock()
	unread = f.size > 0
	f.refused, f.broken = true, f.broken || reset || unread
	f.drop(f.size)
	writer := f.writer
	f.mu.Unlock()
	writer.tell()
	return unread
}

// abandoned reports whether the reader is closed.
func (f *flow) abandoned() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.refused
}

// join gives the flow its second end.
func (f *flow) join(end **inetSocket, s *inetSocket) {
	f.mu.Lock()
	defer f.mu.Unlock()
	*end = s
}

// readable returns the reader's events.
func (f *flow) readable() (events uintptr, ended bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.size > 0 || f.ended || f.stopped || f.failure != 0 {
		events |= descriptor.In
	}
	if f.ended || f.stopped {
		events |= descriptor.ReadHup
	}
	if f.failure != 0 {
		events |= descriptor.Err
	}
	return events, f.ended || f.stopped
}

// writable returns the writer's events.
func (f *flow) writable() (events uintptr, ended bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.size < f.limit() || f.refused || f.ended {
		events = descriptor.Out
	} else {
		f.starved = true
	}
	return events, f.ended
}

// takeFailure returns what the reader is told once.
func (f *flow) takeFailure() syscall.Errno {
	f.mu.Lock()
	defer f.mu.Unlock()
	failure := f.failure
	f.failure = 0
	return failure
}

// stop lets a reader find the end when it has read everything.
func (f *flow) stop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stopped = true
}

// delivered reports whether the reader's buffer holds what it has not read. If
// not, the writer hears when it reads.
func (f *flow) delivered() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.refused || f.reader != nil && int64(f.size) <= f.reader.endpoint.SocketOptions().GetReceiveBufferSize() {
		return true
	}
	f.starved = true
	return false
}

// limit is how much may be under way: the buffers of both ends. The lock is
// held.
func (f *flow) limit() int {
	limit := int64(firstBuffer)
	if f.writer != nil {
		limit = f.writer.endpoint.SocketOptions().GetSendBufferSize()
	}
	if f.reader != nil {
		limit += f.reader.endpoint.SocketOptions().GetReceiveBufferSize()
	}
	return int(limit)
}
