package file

import (
	"testing"
	"unsafe"

	"eggcup/kernel/core/pool"
	"eggcup/kernel/core/raw"
	"eggcup/kernel/core/thread"
)

var keep [][]byte

func newPage() uintptr {
	page := make([]byte, 2*pool.PageSize)
	keep = append(keep, page)
	return (uintptr(unsafe.Pointer(&page[0])) + pool.PageSize - 1) &^ (pool.PageSize - 1)
}

func TestMain(m *testing.M) {
	pool.Page = newPage
	m.Run()
}

// running returns a CPU that runs a thread, with n more runnable behind it.
func running(n int) *thread.CPU {
	c := &thread.CPU{}
	ist1 := new(uintptr)
	idle := thread.Prepare(newPage(), 0, 0)
	c.Init(idle, uintptr(unsafe.Pointer(ist1)), func() int64 { return 0 }, func(int64) {})
	for i := 0; i <= n; i++ {
		c.Ready(thread.Prepare(newPage(), 0, 0))
	}
	c.Schedule()
	return c
}

type event struct {
	events uint32
	data   uint64
}

// collect returns what ep reports now.
func collect(ep *File, max int) []event {
	buffer := make([]byte, max*eventSize)
	addr := uintptr(unsafe.Pointer(&buffer[0]))
	var got []event
	for i := 0; i < ep.Collect(addr, max); i++ {
		at := addr + uintptr(i)*eventSize
		got = append(got, event{raw.Load32(at), raw.Load64(at + 4)})
	}
	return got
}

// watched returns an epoll instance that watches a new eventfd.
func watched(t *testing.T, c *thread.CPU, events uint32) (ep, f *File) {
	t.Helper()
	ep, f = New(Epoll, 0), NewEvent(c, 0, 0, false)
	f.hold()
	ep.hold()
	if errno := ep.Watch(c, f, 7, events, 99); errno != 0 {
		t.Fatal(errno)
	}
	return ep, f
}

// A level-triggered event is reported until it is gone.
func TestLevel(t *testing.T) {
	c := running(0)
	ep, f := watched(t, c, In)
	if got := collect(ep, 8); got != nil {
		t.Fatalf("an empty eventfd reported %v", got)
	}
	f.AddCount(c, 3)
	for i := 0; i < 2; i++ {
		if got := collect(ep, 8); len(got) != 1 || got[0] != (event{In, 99}) {
			t.Fatalf("look %d: %v", i, got)
		}
	}
	if n := f.TakeCount(c); n != 3 {
		t.Fatalf("took %d", n)
	}
	if got := collect(ep, 8); got != nil {
		t.Fatalf("a drained eventfd reported %v", got)
	}
}

// An edge-triggered event is reported once for every write.
func TestEdge(t *testing.T) {
	c := running(0)
	ep, f := watched(t, c, In|Edge)
	for i := 0; i < 3; i++ {
		f.AddCount(c, 1)
		if got := collect(ep, 8); len(got) != 1 {
			t.Fatalf("write %d: %v", i, got)
		}
		if got := collect(ep, 8); got != nil {
			t.Fatalf("write %d was reported twice: %v", i, got)
		}
	}
}

// A one-shot watch is silent until it is changed.
func TestOneShot(t *testing.T) {
	c := running(0)
	ep, f := watched(t, c, In|OneShot)
	f.AddCount(c, 1)
	if got := collect(ep, 8); len(got) != 1 {
		t.Fatalf("first: %v", got)
	}
	f.AddCount(c, 1)
	if got := collect(ep, 8); got != nil {
		t.Fatalf("reported again: %v", got)
	}
	if errno := ep.Rewatch(c, f, 7, In|OneShot, 5); errno != 0 {
		t.Fatal(errno)
	}
	if got := collect(ep, 8); len(got) != 1 || got[0].data != 5 {
		t.Fatalf("after the change: %v", got)
	}
}

// With more ready than room, level-triggered watches take turns.
func TestTurns(t *testing.T) {
	c := running(0)
	ep := New(Epoll, 0)
	for i := 0; i < 4; i++ {
		f := NewEvent(c, 1, 0, false)
		ep.Watch(c, f, i, In, uint64(i))
	}
	seen := map[uint64]int{}
	for i := 0; i < 4; i++ {
		for _, e := range collect(ep, 2) {
			seen[e.data]++
		}
	}
	for i := uint64(0); i < 4; i++ {
		if seen[i] != 2 {
			t.Fatalf("seen %v, want each twice", seen)
		}
	}
}

// A sleeping thread wakes when a watched file becomes ready, and its call runs
// again.
func TestSleepWake(t *testing.T) {
	c := running(1)
	ep, f := watched(t, c, In)
	sleeper := c.Current
	ep.Sleep(c, thread.Never)
	c.Schedule()
	f.AddCount(c, 1)
	if sleeper.State != thread.Runnable || !sleeper.Retry {
		t.Fatal("the sleeper did not wake to try again")
	}
}

// Registration errors are Linux's.
func TestControlErrors(t *testing.T) {
	c := running(0)
	ep, f := watched(t, c, In)
	other := New(Epoll, 0)
	for _, k := range []struct {
		name string
		got  Errno
		want Errno
	}{
		{"add twice", ep.Watch(c, f, 7, In, 0), EEXIST},
		{"add under another number", ep.Watch(c, f, 8, In, 0), 0},
		{"watch itself", ep.Watch(c, ep, 1, In, 0), EINVAL},
		{"modify unknown", ep.Rewatch(c, f, 9, In, 0), ENOENT},
		{"remove unknown", ep.Unwatch(f, 9), ENOENT},
		{"nest", other.Watch(c, ep, 3, In, 0), 0},
		{"loop", ep.Watch(c, other, 4, In, 0), ELOOP},
	} {
		if k.got != k.want {
			t.Errorf("%s: errno %d, want %d", k.name, k.got, k.want)
		}
	}
}

// Closing the last descriptor of a file ends its registrations; closing a
// duplicate does not.
func TestCloseEndsWatches(t *testing.T) {
	c := running(0)
	var table Table
	ep, f := New(Epoll, 0), NewEvent(c, 1, 0, false)
	epfd, _ := table.Add(ep, 0, false)
	a, _ := table.Add(f, 0, false)
	b, _ := table.Add(f, 0, false)
	ep.Watch(c, f, a, In, 1)
	table.Close(c, b)
	if got := collect(ep, 4); len(got) != 1 {
		t.Fatalf("closing the duplicate ended the watch: %v", got)
	}
	table.Close(c, a)
	if got := collect(ep, 4); got != nil || ep.members != nil {
		t.Fatalf("a closed file reported %v", got)
	}
	if errno := table.Close(c, epfd); errno != 0 {
		t.Fatal(errno)
	}
}

// Descriptors are the lowest free numbers, up to the limit.
func TestTable(t *testing.T) {
	c := running(0)
	var table Table
	f := New(Event, 0)
	for i := 0; i < 3*perChunk; i++ {
		if fd, errno := table.Add(f, 0, false); errno != 0 || fd != i {
			t.Fatalf("descriptor %d, errno %d, want %d", fd, errno, i)
		}
	}
	for _, fd := range []int{5, 2} {
		if errno := table.Close(c, fd); errno != 0 {
			t.Fatal(errno)
		}
	}
	if errno := table.Close(c, 5); errno != EBADF {
		t.Fatalf("closed twice: errno %d", errno)
	}
	for _, want := range []int{2, 5, 3 * perChunk} {
		if fd, _ := table.Add(f, 0, true); fd != want {
			t.Fatalf("got descriptor %d, want %d", fd, want)
		}
	}
	if fd, _ := table.Add(f, 10000, false); fd != 10000 {
		t.Fatalf("F_DUPFD gave %d", fd)
	}
	if table.CloseOnExec(2) != 1 || table.CloseOnExec(0) != 0 {
		t.Fatal("wrong close-on-exec flags")
	}
	if errno := table.Put(c, f, Limit, false); errno != EBADF {
		t.Fatalf("dup2 past the limit: errno %d", errno)
	}
	for fd := 0; ; fd++ {
		if _, errno := table.Add(f, 0, false); errno != 0 {
			if errno != EMFILE {
				t.Fatalf("errno %d, want EMFILE", errno)
			}
			break
		}
	}
}

// An eventfd refuses what does not fit and a semaphore gives one at a time.
func TestEventCounts(t *testing.T) {
	c := running(0)
	f := NewEvent(c, 0, 0, false)
	if !f.AddCount(c, maxCount) || f.AddCount(c, 1) {
		t.Fatal("wrong limit")
	}
	if f.Ready()&Out != 0 {
		t.Fatal("a full eventfd says it is writable")
	}
	if f.TakeCount(c) != maxCount || f.Ready() != Out {
		t.Fatalf("ready %x after draining", f.Ready())
	}
	s := NewEvent(c, 2, 0, true)
	if s.TakeCount(c) != 1 || s.TakeCount(c) != 1 || s.TakeCount(c) != 0 {
		t.Fatal("a semaphore did not count down by one")
	}
}
