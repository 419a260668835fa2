package timer

import (
	"math/rand"
	"sort"
	"testing"
)

// Timers added in any order come out in the order of their deadlines.
func TestOrder(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	var h Heap
	timers := make([]Timer, 1000)
	var want []int64
	for i := range timers {
		timers[i].When = int64(r.Intn(500))
		want = append(want, timers[i].When)
		h.Add(&timers[i])
	}
	sort.Slice(want, func(i, j int) bool { return want[i] < want[j] })
	for i, w := range want {
		f := h.First()
		if f == nil || f.When != w {
			t.Fatalf("timer %d: got %v, want %d", i, f, w)
		}
		h.Remove(f)
		if f.Armed() {
			t.Fatal("a removed timer says it is armed")
		}
	}
	if h.First() != nil {
		t.Fatal("the heap is not empty")
	}
}

// Random adds and removes anywhere keep the heap equal to a plain set.
func TestRandomRemove(t *testing.T) {
	r := rand.New(rand.NewSource(2))
	var h Heap
	timers := make([]Timer, 64)
	armed := map[int]bool{}
	for step := 0; step < 20000; step++ {
		i := r.Intn(len(timers))
		if armed[i] {
			h.Remove(&timers[i])
			delete(armed, i)
		} else {
			timers[i].When = r.Int63n(100)
			h.Add(&timers[i])
			armed[i] = true
		}
		min := int64(1 << 62)
		for k := range armed {
			min = minInt(min, timers[k].When)
		}
		f := h.First()
		switch {
		case len(armed) == 0 && f != nil:
			t.Fatal("first of an empty heap")
		case len(armed) > 0 && (f == nil || f.When != min):
			t.Fatalf("step %d: first %v, want %d", step, f, min)
		}
	}
}

func minInt(a, b int64) int64 {
	if a < b {
		return a
	}
	return b
}

// Removing a timer that is not armed changes nothing.
func TestRemoveUnarmed(t *testing.T) {
	var h Heap
	var a, b Timer
	a.When = 1
	h.Add(&a)
	h.Remove(&b)
	if h.First() != &a {
		t.Fatal("the armed timer is gone")
	}
}
