package pipe

import (
	"syscall"
	"testing"

	"eggcup/kernel/descriptor"
)

// openEnd opens an end of f without a descriptor.
func openEnd(t *testing.T, f *FIFO, flags int) *end {
	t.Helper()
	var e *end
	_, errno := f.Open(flags, func(n *descriptor.Node) (int, syscall.Errno) {
		e = n.File.(*end)
		return 3, 0
	})
	if errno != 0 {
		t.Fatal(errno)
	}
	return e
}

func newTestFIFO() (f *FIFO, closed *int) {
	closed = new(int)
	return NewFIFO(func() syscall.Stat_t { return syscall.Stat_t{Ino: 7} }, func() { *closed++ }), closed
}

// A blocking open of either end waits for the other.
func TestOpenWaits(t *testing.T) {
	for _, flags := range [][2]int{{syscall.O_RDONLY, syscall.O_WRONLY}, {syscall.O_WRONLY, syscall.O_RDONLY}} {
		f, _ := newTestFIFO()
		opened := make(chan *end)
		go func() { opened <- openEnd(t, f, flags[0]) }()
		first := openEnd(t, f, flags[1])
		second := <-opened
		if first.read == second.read || first.write == second.write {
			t.Error("both are the same end")
		}
	}
}

// Who waits for the other end goes on although that was closed again at once.
func TestOpenSeesShortVisit(t *testing.T) {
	f, _ := newTestFIFO()
	opened := make(chan *end)
	go func() { opened <- openEnd(t, f, syscall.O_RDONLY) }()
	for waiting := false; !waiting; {
		f.pipe.mu.Lock()
		waiting = len(f.pipe.readers) == 1
		f.pipe.mu.Unlock()
	}
	openEnd(t, f, syscall.O_WRONLY).Close()
	if _, errno := (<-opened).readBytes(1); errno != 0 {
		t.Error(errno)
	}
}

// A writer that does not block needs a reader; a reader does not, and finds the
// end of the file, as does one whose writers have gone. The next writer opens
// it again.
func TestNonBlockingOpen(t *testing.T) {
	f, closed := newTestFIFO()
	if _, errno := f.Open(syscall.O_WRONLY|syscall.O_NONBLOCK, nil); errno != syscall.ENXIO {
		t.Fatal(errno)
	}
	r := openEnd(t, f, syscall.O_RDONLY|syscall.O_NONBLOCK)
	for range 2 {
		if got, errno := r.readBytes(1); len(got) != 0 || errno != 0 {
			t.Fatal(got, errno)
		}
		w := openEnd(t, f, syscall.O_WRONLY|syscall.O_NONBLOCK)
		if _, errno := r.readBytes(1); errno != syscall.EAGAIN {
			t.Fatal(errno)
		}
		w.writeBytes([]byte("x"))
		w.Close()
		if got, errno := r.readBytes(2); string(got) != "x" || errno != 0 {
			t.Fatal(got, errno)
		}
	}
	r.Close()
	if *closed != 3 {
		t.Errorf("%d ends were closed", *closed)
	}
}

// An end that reads and writes never waits, and what it wrote is gone with it.
func TestBothEnds(t *testing.T) {
	f, _ := newTestFIFO()
	both := openEnd(t, f, syscall.O_RDWR)
	both.writeBytes([]byte("lost"))
	if got, _ := both.readBytes(2); string(got) != "lo" {
		t.Errorf("read %q", got)
	}
	both.Close()
	again := openEnd(t, f, syscall.O_RDWR|syscall.O_NONBLOCK)
	if got, errno := again.readBytes(2); errno != syscall.EAGAIN {
		t.Errorf("read %q, %v", got, errno)
	}
	if st, ok := again.Status(); !ok || st.Ino != 7 {
		t.Error("fstat does not know the FIFO")
	}
}
