package clock

import (
	"math/rand"
	"sync/atomic"
	"testing"

	"eggcup/kernel/core/x86"
)

// scale sets the conversion so that the present TSC shows a chosen time.
func scale(t *testing.T, ns uint64) {
	t.Helper()
	oldStart, oldNs, oldWall := startTSC, nsPerTick, wallBase
	t.Cleanup(func() { startTSC, nsPerTick, wallBase = oldStart, oldNs, oldWall })
	nsPerTick = 1 << 32
	startTSC = x86.TSC() - ns
}

// TestVDSO splits times of all sizes into seconds and nanoseconds, monotonic
// ones and those with the wall clock's base.
func TestVDSO(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	for range 20000 {
		ns := random.Uint64() >> (2 + random.Intn(60))
		scale(t, ns)
		wallBase = random.Int63() >> 2
		for clock, base := range map[uintptr]int64{0: wallBase, 1: 0, 4: 0, 5: wallBase, 6: 0, 7: 0} {
			before := base + Nanotime()
			var timespec [2]int64
			if result := callVDSO(clock, &timespec); result != 0 {
				t.Fatalf("clock %d: result %d", clock, result)
			}
			after := base + Nanotime()
			if timespec[1] < 0 || timespec[1] >= second {
				t.Fatalf("clock %d: %d nanoseconds", clock, timespec[1])
			}
			if got := timespec[0]*second + timespec[1]; got < before || got > after {
				t.Fatalf("clock %d: %d is not between %d and %d", clock, got, before, after)
			}
		}
	}
}

// TestVDSOUnknownClock leaves the buffer alone.
func TestVDSOUnknownClock(t *testing.T) {
	scale(t, 5*second)
	for _, clock := range []uintptr{2, 3, 8, 11, 1 << 40, ^uintptr(0)} {
		timespec := [2]int64{-1, -1}
		if result := callVDSO(clock, &timespec); result != -22 {
			t.Errorf("clock %d: result %d, want -EINVAL", clock, result)
		}
		if timespec != [2]int64{-1, -1} {
			t.Errorf("clock %d: wrote %v", clock, timespec)
		}
	}
}

// TestWalltime follows the monotonic clock from what was set.
func TestWalltime(t *testing.T) {
	scale(t, 3*second)
	wallBase = 0
	if HasWalltime() {
		t.Error("a wall time before it was set")
	}
	const when = 1_800_000_000 * second
	SetWalltime(when)
	if got := Walltime(); got < when || got > when+second || !HasWalltime() {
		t.Errorf("wall time %d after it was set to %d", got, int64(when))
	}
	if base := atomic.LoadInt64(&wallBase); base > when-3*second {
		t.Errorf("base %d does not leave out the 3 s that the clock runs", base)
	}
}

// TestStandsStill reads zero before the frequency is known.
func TestStandsStill(t *testing.T) {
	scale(t, 0)
	nsPerTick = 0
	if Nanotime() != 0 {
		t.Errorf("%d ns without a frequency", Nanotime())
	}
}

// BenchmarkVDSO is one clock_gettime without the runtime around it.
func BenchmarkVDSO(b *testing.B) {
	var timespec [2]int64
	for b.Loop() {
		callVDSO(1, &timespec)
	}
}
