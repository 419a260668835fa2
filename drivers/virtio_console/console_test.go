package virtio_console

import (
	"errors"
	"strings"
	"testing"
	"time"

	"eggcup/drivers/virtio"
	"eggcup/drivers/virtio/virtiotest"
	"eggcup/kernel/core/console"
	"eggcup/kernel/unit"
)

// rig is what the driver calls.
type rig struct {
	attached []*console.VirtioQueue
	typed    chan string
	gone     chan struct{}
}

func install(t *testing.T) *rig {
	r := &rig{typed: make(chan string, 100), gone: make(chan struct{})}
	oldAttach, oldInput := attach, input
	t.Cleanup(func() { attach, input = oldAttach, oldInput })
	attach = func(q *console.VirtioQueue) error {
		if q == nil {
			close(r.gone)
			return nil
		}
		r.attached = append(r.attached, q)
		return nil
	}
	input = func(b []byte) { r.typed <- string(b) }
	return r
}

// expect waits for what was typed.
func (r *rig) expect(t *testing.T, want string) {
	t.Helper()
	select {
	case got := <-r.typed:
		if got != want {
			t.Errorf("typed %q, not %q", got, want)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("nothing comes")
	}
}

// What is typed comes in order, however much and however often, and the
// transmit queue is the kernel's.
func TestInput(t *testing.T) {
	for _, isLegacy := range []bool{false, true} {
		r := install(t)
		fake := virtiotest.New(0, 64, 64)
		fake.IsLegacy = isLegacy
		if err := start([]*virtio.Device{fake.Open(virtio.KindConsole)}); err != nil {
			t.Fatal(err)
		}
		q := fake.Queue(t, receiveQueue)
		for n := range 100 {
			text := strings.Repeat("x", 1+n*5)
			request := q.Pop()
			copy(request.Writable[0], text)
			q.Push(request.ID, len(text))
			r.expect(t, text)
			for fake.Line.Pending() { // the driver is not back yet
				time.Sleep(time.Millisecond)
			}
		}
		if len(r.attached) != 1 || r.attached[0].Notify != virtiotest.BellBase+transmitQueue || r.attached[0].Entries == 0 {
			t.Errorf("attached %+v", r.attached)
		}
		fake.Line.Close()
		<-r.gone
	}
}

// A device that breaks the rules is given up; the kernel is told first.
func TestBadDevices(t *testing.T) {
	r := install(t)
	fake := virtiotest.New(0, 8, 8)
	if err := start([]*virtio.Device{fake.Open(virtio.KindConsole)}); err != nil {
		t.Fatal(err)
	}
	q := fake.Queue(t, receiveQueue)
	q.Push(q.Pop().ID, pieceSize+1) // more than there was room for
	select {
	case <-r.gone:
	case <-time.After(5 * time.Second):
		t.Fatal("the driver goes on")
	}
	if len(r.typed) != 0 {
		t.Error("it was input all the same")
	}
}

// A device that cannot be started is an error, and the next one serves; none at
// all is absence.
func TestStart(t *testing.T) {
	for name, bad := range map[string]*virtiotest.Device{
		"one queue":     virtiotest.New(0, 8),
		"no queues":     virtiotest.New(0),
		"an odd size":   virtiotest.New(0, 8, 7),
		"a stuck reset": {StuckReset: true},
	} {
		r := install(t)
		if bad.StuckReset {
			bad = virtiotest.New(0, 8, 8)
			bad.SetStatus(1)
			bad.StuckReset = true
		}
		if err := start([]*virtio.Device{bad.Open(virtio.KindConsole)}); err == nil || len(r.attached) != 0 {
			t.Errorf("%s: error %v", name, err)
		}
		good := virtiotest.New(0, 8, 8)
		if err := start([]*virtio.Device{bad.Open(virtio.KindConsole), good.Open(virtio.KindConsole)}); err != nil || len(r.attached) != 1 {
			t.Errorf("%s: the other device: %v", name, err)
		}
	}
	if err := start(nil); !errors.Is(err, unit.ErrAbsent) {
		t.Errorf("error %v", err)
	}
}
