package thread

import (
	"testing"
	"unsafe"
)

// rig is a CPU with a clock the test sets and threads in ordinary memory.
type rig struct {
	cpu  CPU
	ist1 uintptr
}

var clockNow, armedFor int64

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{}
	clockNow, armedFor = 0, 0
	r.cpu.Init(r.thread(), uintptr(unsafe.Pointer(&r.ist1)),
		func() int64 { return clockNow }, func(d int64) { armedFor = d })
	return r
}

func (r *rig) thread() *Thread {
	page := make([]byte, 2*PageSize)
	addr := (uintptr(unsafe.Pointer(&page[0])) + PageSize - 1) &^ (PageSize - 1)
	keep = append(keep, page)
	return Prepare(addr, 0x1000, 0x2000)
}

var keep [][]byte // the pages of threads that only addresses point at

// A CPU with nothing to run stays idle; a ready thread becomes current.
func TestIdleToThread(t *testing.T) {
	r := newRig(t)
	if r.cpu.Schedule() || r.cpu.Current != r.cpu.Idle {
		t.Fatal("something ran on an empty queue")
	}
	a := r.thread()
	r.cpu.Ready(a)
	if !r.cpu.Schedule() || r.cpu.Current != a || a.State != Running {
		t.Fatal("the ready thread did not run")
	}
	if r.ist1 != a.FrameTop() || r.cpu.FrameTop != a.FrameTop() {
		t.Fatal("IST1 does not follow the current thread")
	}
}

// Runnable threads take turns at the end of the slice, in order.
func TestSlice(t *testing.T) {
	r := newRig(t)
	a, b := r.thread(), r.thread()
	r.cpu.Ready(a)
	r.cpu.Schedule()
	r.cpu.Ready(b)
	r.cpu.ArmTimer()
	if armedFor != Slice {
		t.Fatalf("armed for %d, want %d", armedFor, int64(Slice))
	}
	clockNow = Slice
	r.cpu.Tick()
	r.cpu.Schedule()
	if r.cpu.Current != b {
		t.Fatal("the slice did not end")
	}
	clockNow = 2 * Slice
	r.cpu.Tick()
	r.cpu.Schedule()
	if r.cpu.Current != a {
		t.Fatal("the first thread did not come back")
	}
}

// A blocked thread times out with its result and preempts the running one,
// which goes on as soon as the woken one blocks.
func TestTimeoutPreempts(t *testing.T) {
	r := newRig(t)
	a, b, c := r.thread(), r.thread(), r.thread()
	r.cpu.Ready(a)
	r.cpu.Schedule()
	r.cpu.Block(nil, 500, 77, false)
	r.cpu.Ready(b)
	r.cpu.Ready(c)
	r.cpu.Schedule()
	if r.cpu.Current != b {
		t.Fatal("b should run")
	}
	clockNow = 500
	r.cpu.Tick()
	r.cpu.Schedule()
	if r.cpu.Current != a || a.Frame.AX != 77 {
		t.Fatalf("the sleeper did not preempt: AX=%d", a.Frame.AX)
	}
	r.cpu.Block(nil, Never, 0, false)
	r.cpu.Schedule()
	if r.cpu.Current != b {
		t.Fatal("the preempted thread did not go on first")
	}
}

// A wake disarms the deadline of the wait.
func TestWakeDisarms(t *testing.T) {
	r := newRig(t)
	a := r.thread()
	var q Queue
	r.cpu.Ready(a)
	r.cpu.Schedule()
	r.cpu.Block(&q, 500, 77, false)
	r.cpu.Schedule()
	r.cpu.Wake(a, 5)
	if !q.Empty() || a.Frame.AX != 5 {
		t.Fatal("the wake left the thread in its queue")
	}
	r.cpu.Schedule()
	clockNow = 1000
	r.cpu.Tick()
	if a.Frame.AX != 5 || a.State != Running {
		t.Fatal("the deadline of an ended wait fired")
	}
}

// An interrupted wait gives up its retry and keeps the signal's result.
func TestInterrupt(t *testing.T) {
	r := newRig(t)
	a := r.thread()
	r.cpu.Ready(a)
	r.cpu.Schedule()
	a.Deadline = 9
	r.cpu.Block(nil, Never, 0, true)
	r.cpu.Interrupt(a, 4)
	if a.Retry || a.Deadline != 0 || a.Frame.AX != 4 {
		t.Fatal("the call would run again")
	}
}

// Yield with nobody else runnable keeps the thread current.
func TestYieldAlone(t *testing.T) {
	r := newRig(t)
	a := r.thread()
	r.cpu.Ready(a)
	r.cpu.Schedule()
	r.cpu.Yield()
	if r.cpu.Schedule() || r.cpu.Current != a {
		t.Fatal("a lone thread lost the CPU")
	}
}

// The hardware timer is programmed only for something earlier, and an idle CPU
// without deadlines has no timer at all.
func TestArmOnlyEarlier(t *testing.T) {
	r := newRig(t)
	r.cpu.ArmTimer()
	if armedFor != 0 {
		t.Fatal("an idle CPU armed its timer")
	}
	a, b := r.thread(), r.thread()
	for i, th := range []*Thread{a, b} {
		r.cpu.Ready(th)
		r.cpu.Schedule()
		r.cpu.Block(nil, int64(100*(i+1)), 0, false)
		r.cpu.Schedule()
		r.cpu.ArmTimer()
	}
	if armedFor != 100 {
		t.Fatalf("armed for %d, want the earlier deadline 100", armedFor)
	}
}

// Threads are found by id until they are unregistered.
func TestTable(t *testing.T) {
	r := newRig(t)
	var all []*Thread
	for i := 0; i < 3*buckets; i++ {
		th := r.thread()
		Register(th)
		all = append(all, th)
	}
	for i, th := range all {
		if Lookup(th.ID) != th {
			t.Fatalf("thread %d not found", th.ID)
		}
		if i%2 == 0 {
			Unregister(th)
			if Lookup(th.ID) != nil {
				t.Fatalf("thread %d still found", th.ID)
			}
		}
	}
	if Lookup(0) != nil || Lookup(-1) != nil {
		t.Fatal("ids below 1 name a thread")
	}
	for i, th := range all {
		if i%2 == 1 {
			Unregister(th)
		}
	}
	if Count() != 0 {
		t.Fatalf("count %d after removing all", Count())
	}
}

// The time without a runnable thread is idle, the rest is not.
func TestBusy(t *testing.T) {
	r := newRig(t)
	a := r.thread()
	clockNow = 100
	r.cpu.Ready(a)
	r.cpu.Schedule()
	clockNow = 130
	if got := r.cpu.Busy(); got != 30 {
		t.Errorf("busy for %d ns of the 30 that a thread ran", got)
	}
	r.cpu.Block(nil, Never, 0, false)
	r.cpu.Schedule()
	clockNow = 1000
	if got := r.cpu.Busy(); got != 30 {
		t.Errorf("busy for %d ns after idle time", got)
	}
}
