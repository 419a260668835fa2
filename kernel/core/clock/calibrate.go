package clock

import "math/bits"

// The measurement is done in steps, and ends as soon as the error that the
// width of the samples allows is small, or the time is up.
const (
	stepsPerSecond = 1000
	minSteps       = 2
	maxSteps       = 8
	goodError      = 300  // parts per million
	agreement      = 2000 // parts per million by which two steps may differ, beyond their own error
	attempts       = 2
)

// measure compares the TSC with the best reference that the machine has, and
// the APIC timer with the TSC on the way.
func measure(h *Hardware) (hz uint64, from string) {
	if h.HPET != 0 {
		if r, ok := hpet(h.HPET); ok {
			if hz = r.compare(h.LocalAPIC); hz != 0 {
				return hz, "HPET"
			}
		}
	}
	if h.PMTimer != 0 {
		r := reference{kind: kindPMTimer, port: h.PMTimer, mask: pmTimerMask, hz: pmTimerHz}
		if hz = r.compare(h.LocalAPIC); hz != 0 {
			return hz, "PM timer"
		}
	}
	r := pit()
	if hz = r.compare(h.LocalAPIC); hz != 0 {
		return hz, "PIT"
	}
	if h.LocalAPIC != 0 && nanosecondAPIC() {
		apicStart(h.LocalAPIC)
		r := reference{kind: kindAPIC, mask: 1<<32 - 1, hz: emulatedAPICHz}
		if hz = r.compare(0); hz != 0 {
			timerHz = emulatedAPICHz
			return hz, "APIC timer"
		}
	}
	return 0, ""
}

// compare returns the frequency of the TSC by a reference, or 0 if the
// reference stands still or contradicts itself. If local is not 0, the APIC
// timer there is measured at the same time.
func (r *reference) compare(local uintptr) uint64 {
	for range attempts {
		hz, alive := r.compareOnce(local)
		if plausible(hz) || !alive {
			return hz
		}
	}
	return 0
}

// compareOnce goes through one measurement. A contradiction between its steps,
// as from a counter that wrapped while the host was away, yields 0.
func (r *reference) compareOnce(local uintptr) (hz uint64, alive bool) {
	timer := reference{kind: kindAPIC, mask: 1<<32 - 1}
	var timerStart sample
	if local != 0 {
		apicStart(local)
		timerStart = timer.sample()
	}
	start := r.sample()
	last, counted := start, uint64(0)
	for step := 1; ; step++ {
		if !r.advance(last.count, r.hz/stepsPerSecond) {
			return 0, false
		}
		next := r.sample()
		ticks := (next.count - last.count) & r.mask
		counted += ticks
		hz = frequency(next.tsc-start.tsc, counted, r.hz)
		if !agree(frequency(next.tsc-last.tsc, ticks, r.hz), hz, errorOf(last, next, ticks)+agreement) {
			return 0, true
		}
		if step >= minSteps && errorOf(start, next, counted) <= goodError || step == maxSteps {
			if local != 0 {
				end := timer.sample()
				timerHz = frequency((end.count-timerStart.count)&timer.mask, end.tsc-timerStart.tsc, hz)
			}
			return hz, true
		}
		last = next
	}
}

// measureTimer returns the frequency of the APIC timer by a TSC whose own
// frequency is known.
func measureTimer(local uintptr, tscHz uint64) uint64 {
	apicStart(local)
	timer := reference{kind: kindAPIC, mask: 1<<32 - 1}
	start := timer.sample()
	for readTSC()-start.tsc < tscHz/stepsPerSecond*minSteps {
	}
	end := timer.sample()
	return frequency((end.count-start.count)&timer.mask, end.tsc-start.tsc, tscHz)
}

// frequency returns ticks*hz/counted: how fast something counts that made so
// many ticks while a counter of frequency hz made counted.
func frequency(ticks, counted, hz uint64) uint64 {
	hi, lo := bits.Mul64(ticks, hz)
	if hi >= counted {
		return 0
	}
	quotient, _ := bits.Div64(hi, lo, counted)
	return quotient
}

// errorOf returns by how many parts per million the rate between two samples
// can be wrong: half of each sample's width, and one tick of the counter.
func errorOf(a, b sample, counted uint64) uint64 {
	if b.tsc == a.tsc || counted == 0 {
		return ^uint64(0) >> 1
	}
	return (a.width+b.width)/2*1_000_000/(b.tsc-a.tsc) + 1_000_000/counted
}

// agree reports whether two frequencies differ by no more than some parts per
// million.
func agree(a, b, ppm uint64) bool {
	difference := a - b
	if b > a {
		difference = b - a
	}
	return difference <= b/1_000_000*ppm
}
