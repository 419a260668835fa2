package pipe

import (
	"bytes"
	"math/rand"
	"syscall"
	"testing"
	"time"
	"unsafe"
)

// ends are a pipe without descriptors: readiness goes nowhere.
type ends struct {
	*pipe
	reader, writer *end
}

func newEnds(nonBlock bool) ends {
	p := newPipe()
	e := ends{p, &end{pipe: p, nonBlock: nonBlock, read: true}, &end{pipe: p, nonBlock: nonBlock, write: true}}
	p.readers, p.writers = []*end{e.reader}, []*end{e.writer}
	return e
}

func (e *end) writeBytes(b []byte) (int, syscall.Errno) {
	return e.Write(unsafe.Pointer(unsafe.SliceData(b)), len(b))
}

func (e *end) readBytes(n int) ([]byte, syscall.Errno) {
	b := make([]byte, n)
	got, errno := e.Read(unsafe.Pointer(unsafe.SliceData(b)), n)
	return b[:max(got, 0)], errno
}

// What is written in pieces of any size is read in pieces of any size, in order.
func TestOrder(t *testing.T) {
	p := newEnds(true)
	r := rand.New(rand.NewSource(1))
	var in, out []byte
	for range 5000 {
		b := make([]byte, r.Intn(5000))
		r.Read(b)
		n, errno := p.writer.writeBytes(b)
		if errno != 0 && errno != syscall.EAGAIN {
			t.Fatal(errno)
		}
		in = append(in, b[:max(n, 0)]...)
		got, errno := p.reader.readBytes(1 + r.Intn(6000))
		if errno != 0 && errno != syscall.EAGAIN {
			t.Fatal(errno)
		}
		out = append(out, got...)
	}
	p.writer.Close()
	for {
		got, errno := p.reader.readBytes(4096)
		if errno != 0 {
			t.Fatal(errno)
		}
		if len(got) == 0 {
			break
		}
		out = append(out, got...)
	}
	if !bytes.Equal(in, out) {
		t.Fatalf("wrote %d bytes, read %d, or in another order", len(in), len(out))
	}
}

// A non-blocking write of up to PIPE_BUF bytes is whole or not at all, a longer
// one puts what fits.
func TestAtomicity(t *testing.T) {
	p := newEnds(true)
	p.writer.writeBytes(make([]byte, capacity-100))
	if n, errno := p.writer.writeBytes(make([]byte, 200)); errno != syscall.EAGAIN {
		t.Fatalf("a short write gave %d, %v", n, errno)
	}
	if n, errno := p.writer.writeBytes(make([]byte, atomic+1)); n != 100 || errno != 0 {
		t.Fatalf("a long write gave %d, %v", n, errno)
	}
	if n, errno := p.writer.writeBytes(make([]byte, atomic+1)); errno != syscall.EAGAIN {
		t.Fatalf("a full pipe gave %d, %v", n, errno)
	}
}

// A blocking writer waits for room, a blocking reader for bytes.
func TestBlocking(t *testing.T) {
	p := newEnds(false)
	data := make([]byte, 5*capacity)
	rand.New(rand.NewSource(2)).Read(data)
	done := make(chan syscall.Errno)
	go func() {
		_, errno := p.writer.writeBytes(data)
		p.writer.Close()
		done <- errno
	}()
	var got []byte
	for {
		b, errno := p.reader.readBytes(10_000)
		if errno != 0 {
			t.Fatal(errno)
		}
		if len(b) == 0 {
			break
		}
		got = append(got, b...)
	}
	if errno := <-done; errno != 0 || !bytes.Equal(got, data) {
		t.Fatalf("errno %v, %d of %d bytes", errno, len(got), len(data))
	}
}

// Closing the reader ends a write that waits, and every later one, with EPIPE.
func TestBrokenPipe(t *testing.T) {
	p := newEnds(false)
	p.writer.writeBytes(make([]byte, capacity))
	done := make(chan syscall.Errno)
	go func() {
		_, errno := p.writer.writeBytes([]byte{1})
		done <- errno
	}()
	time.Sleep(time.Millisecond)
	p.reader.Close()
	if errno := <-done; errno != syscall.EPIPE {
		t.Fatalf("the waiting write got %v", errno)
	}
	if _, errno := p.writer.writeBytes([]byte{1}); errno != syscall.EPIPE {
		t.Fatalf("a later write got %v", errno)
	}
}

// Each end refuses what the other does.
func TestWrongEnd(t *testing.T) {
	p := newEnds(true)
	if _, errno := p.reader.writeBytes([]byte{1}); errno != syscall.EBADF {
		t.Fatalf("writing to the reader: %v", errno)
	}
	if _, errno := p.writer.readBytes(1); errno != syscall.EBADF {
		t.Fatalf("reading from the writer: %v", errno)
	}
	if _, errno := Open(syscall.O_APPEND); errno != syscall.EINVAL {
		t.Fatalf("an unknown flag: %v", errno)
	}
}
