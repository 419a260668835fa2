package inet

import (
	"math"
	"testing"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
)

// A moment that is made is the one that the stack would have added up.
func TestMonotonic(t *testing.T) {
	for _, d := range []time.Duration{0, 1, time.Millisecond, 25 * time.Hour, math.MaxInt64} {
		if got, want := monotonic(d), (tcpip.MonotonicTime{}).Add(d); got != want {
			t.Errorf("%s: %s ns, want %s", d, got, want)
		}
	}
}

// The clock goes on as the machine's does, and never back.
func TestClock(t *testing.T) {
	c := newClock()
	begin, before := time.Now(), c.NowMonotonic()
	time.Sleep(5 * time.Millisecond)
	after := c.NowMonotonic()
	if passed, most := after.Sub(before), time.Since(begin); passed < 5*time.Millisecond || passed > most {
		t.Errorf("%s have passed, and at most %s", passed, most)
	}
	for range 1000 {
		if now := c.NowMonotonic(); now.Before(after) {
			t.Fatalf("back from %s to %s", after, now)
		} else {
			after = now
		}
	}
}
