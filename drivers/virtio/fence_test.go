package virtio

import (
	"testing"

	"eggcup/kernel/dma"
	"eggcup/kernel/dma/dmatest"
)

// counting is a transport that counts what costs an access.
type counting struct {
	Transport
	status, notified int
	look             func() // what the device does when its status is read
}

func (c *counting) Status() uint8 {
	c.status++
	if c.look != nil {
		c.look()
	}
	return 0
}

func (c *counting) Notify(int) { c.notified++ }

// weak makes fences weak, or not, and returns a queue whose device is awake.
func weak(t *testing.T, on bool) (*counting, *Queue, *dma.Memory) {
	t.Helper()
	old := weakFences
	t.Cleanup(func() { weakFences = old })
	weakFences = on
	c, bus := &counting{}, dmatest.New()
	q, err := newQueue(c, 0, 8, modernAlignment, false, bus.Alloc)
	if err != nil {
		t.Fatal(err)
	}
	q.memory.Put16(q.used, usedNoNotify)
	return c, q, q.memory
}

func publish(t *testing.T, q *Queue) {
	t.Helper()
	if _, err := q.Add([]Buffer{{4096, 8}}, nil); err != nil {
		t.Fatal(err)
	}
	q.Publish()
}

// Where fences are weak, a device that is seen awake is looked at again behind an
// access, and one that is seen asleep is told without.
func TestWeakPublish(t *testing.T) {
	for name, c := range map[string]struct {
		weak, asleep   bool
		late           bool // it has gone to sleep, which is seen only behind the access
		looks, notices int
	}{
		"awake":               {false, false, false, 0, 0},
		"asleep":              {false, true, false, 0, 1},
		"weak, awake":         {true, false, false, 1, 0},
		"weak, asleep":        {true, true, false, 0, 1},
		"weak, just asleep":   {true, false, true, 1, 1},
		"strong, just asleep": {false, false, true, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			counts, q, memory := weak(t, c.weak)
			sleep := func() { memory.Put16(q.used, 0) }
			if c.asleep {
				sleep()
			}
			if c.late {
				counts.look = sleep
			}
			publish(t, q)
			if counts.status != c.looks || counts.notified != c.notices {
				t.Errorf("%d looks and %d notifications, want %d and %d", counts.status, counts.notified, c.looks, c.notices)
			}
		})
	}
}

// What the device finishes while the driver begins to listen is not missed, and
// what it had finished before costs no access.
func TestWeakListen(t *testing.T) {
	counts, q, memory := weak(t, true)
	finish := func() { memory.Put16(q.used+2, memory.Get16(q.used+2)+1) }
	publish(t, q)
	publish(t, q)
	counts.status = 0
	counts.look = finish
	if !q.Listen() || counts.status != 1 {
		t.Errorf("missed what came meanwhile, after %d looks", counts.status)
	}
	if !q.Listen() || counts.status != 1 {
		t.Errorf("%d looks for what had come before", counts.status)
	}
}
