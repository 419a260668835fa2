package clock

// Kinds of references.
const (
	kindHPET = iota
	kindPMTimer
	kindPIT
	kindAPIC
)

// reference is a counter of known frequency to compare the TSC with.
type reference struct {
	kind uint8
	port uint16
	base uintptr
	mask uint64 // of the counter's bits
	hz   uint64
}

// hpet prepares the high precision event timer.
func hpet(base uintptr) (r reference, ok bool) {
	period := uint64(mmioRead(base + hpetPeriod))
	if period == 0 || period > hpetMaxPeriod {
		return r, false
	}
	mmioWrite(base+hpetConfig, mmioRead(base+hpetConfig)|hpetEnable)
	return reference{kind: kindHPET, base: base, mask: 1<<32 - 1, hz: (femtoseconds + period/2) / period}, true
}

// pit lets channel 0 count down from 65536 over and over.
func pit() reference {
	out8(pitCommand, pitMode2)
	out8(pitChannel0, 0)
	out8(pitChannel0, 0)
	return reference{kind: kindPIT, mask: 1<<16 - 1, hz: pitHz}
}

// capture reads the counter between two reads of the TSC.
func (r *reference) capture() (count, before, after uint64) {
	before = readTSC()
	switch r.kind {
	case kindHPET:
		count = uint64(mmioRead(r.base + hpetCounter))
	case kindPMTimer:
		count = uint64(in32(r.port))
	case kindPIT:
		out8(pitCommand, pitLatch0) // the moment that counts
	case kindAPIC:
		count = uint64(apicCounter())
	}
	after = readTSC()
	if r.kind == kindPIT {
		low := uint64(in8(pitChannel0))
		count = -(uint64(in8(pitChannel0))<<8 | low)
	}
	return count & r.mask, before, after
}

// sample is one simultaneous reading of a reference and of the TSC.
type sample struct {
	count uint64
	tsc   uint64
	width uint64 // how far apart the readings can be, in ticks of the TSC
}

// tries is how many readings a sample is chosen from.
const tries = 8

// sample takes the tightest of several readings: a host that does something
// else in between makes a reading wide, never tight.
func (r *reference) sample() (best sample) {
	best.width = ^uint64(0)
	for range tries {
		count, before, after := r.capture()
		if width := after - before; width < best.width {
			best = sample{count: count, tsc: before + width/2, width: width}
		}
	}
	return best
}

// stuckReads is how many equal readings make a counter a dead one. The slowest,
// the PIT, moves on every 838 ns, which is a few of its readings of three port
// accesses each.
const stuckReads = 200

// advance waits until the counter is ticks further than from, and reports
// false if it stands still.
func (r *reference) advance(from, ticks uint64) bool {
	last, same := from, 0
	for {
		count, _, _ := r.capture()
		if (count-from)&r.mask >= ticks {
			return true
		}
		if count != last {
			last, same = count, 0
		} else if same++; same == stuckReads {
			return false
		}
	}
}
