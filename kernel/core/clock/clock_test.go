package clock

import (
	"math"
	"math/rand"
	"testing"
)

// machine is fake hardware on a virtual time line. Every access takes time, and
// now and then the host is away for longer.
type machine struct {
	random  *rand.Rand
	now     float64 // seconds
	access  float64 // seconds an access takes at least
	noise   float64 // probability that an access takes up to a millisecond more
	tscHz   float64
	hpet    bool
	pmTimer bool
	pit     bool
	local   float64 // frequency of the APIC timer, 0: dead
	latched uint16
	high    bool // the next read of the PIT's data port is the high byte
	leaves  map[uint32][4]uint32
}

const (
	hpetAt    = 0x1000
	pmTimerAt = 0x608
	localAt   = 0x2000
)

func (m *machine) install(t *testing.T) {
	t.Helper()
	o := []any{in8, in32, out8, mmioRead, mmioWrite, readTSC, cpuid, apicStart, apicCounter}
	oldHz, oldTimer, oldSource := tscHz, timerHz, source
	oldStart, oldNs, oldTicks := startTSC, nsPerTick, ticksPer
	t.Cleanup(func() {
		in8, in32, out8 = o[0].(func(uint16) uint8), o[1].(func(uint16) uint32), o[2].(func(uint16, uint8))
		mmioRead, mmioWrite = o[3].(func(uintptr) uint32), o[4].(func(uintptr, uint32))
		readTSC, cpuid = o[5].(func() uint64), o[6].(func(uint32, uint32) (uint32, uint32, uint32, uint32))
		apicStart, apicCounter = o[7].(func(uintptr)), o[8].(func() uint32)
		tscHz, timerHz, source = oldHz, oldTimer, oldSource
		startTSC, nsPerTick, ticksPer = oldStart, oldNs, oldTicks
	})
	tscHz, timerHz, source = 0, 0, ""
	m.now = 1 + m.random.Float64()
	readTSC = func() uint64 { m.now += 20e-9; return uint64(m.now * m.tscHz) }
	cpuid = func(leaf, _ uint32) (a, b, c, d uint32) {
		v := m.leaves[leaf]
		return v[0], v[1], v[2], v[3]
	}
	in8, in32, out8 = m.in8, m.in32, m.out8
	mmioRead = m.mmioRead
	mmioWrite = func(uintptr, uint32) { m.spend() }
	start := 0.0
	apicStart = func(uintptr) { m.spend(); start = m.now }
	apicCounter = func() uint32 { return m.count(m.local, start) }
}

// spend is the time of one access to a device.
func (m *machine) spend() {
	m.now += m.access * (1 + m.random.Float64())
	if m.random.Float64() < m.noise {
		m.now += 1e-3 * m.random.Float64()
	}
}

// count reads a counter in the middle of an access.
func (m *machine) count(hz, start float64) uint32 {
	m.spend()
	v := uint32(uint64((m.now - start) * hz))
	m.spend()
	return v
}

func (m *machine) in8(port uint16) uint8 {
	m.spend()
	if port != pitChannel0 || !m.pit {
		return 0xff
	}
	if m.high = !m.high; m.high {
		return uint8(m.latched)
	}
	return uint8(m.latched >> 8)
}

func (m *machine) in32(port uint16) uint32 {
	if port != pmTimerAt || !m.pmTimer {
		m.spend()
		return 0xffffffff
	}
	return m.count(pmTimerHz, 0) & pmTimerMask
}

func (m *machine) out8(port uint16, v uint8) {
	if port == pitCommand && v == pitLatch0 {
		m.latched = uint16(-m.count(pitHz, 0))
		m.high = false
		return
	}
	m.spend()
}

func (m *machine) mmioRead(addr uintptr) uint32 {
	if !m.hpet {
		m.spend()
		return 0xffffffff
	}
	switch addr - hpetAt {
	case hpetPeriod:
		m.spend()
		return 10_000_000
	case hpetCounter:
		return m.count(100e6, 0)
	}
	m.spend()
	return 0
}

// tcg are the leaves by which QEMU's emulator is known.
var tcg = map[uint32][4]uint32{
	leafFeatures:   {0, 0, featureHypervisor, 0},
	leafHypervisor: {0x40000001, 0x54474354, 0x43544743, 0x47435447},
}

// TestMeasure finds the frequency within 0.1 % and 12 ms on every kind of
// machine, with a quiet host and with a noisy one.
func TestMeasure(t *testing.T) {
	for name, c := range map[string]struct {
		m      machine
		source string
	}{
		"pc":                {machine{hpet: true, pmTimer: true, pit: true, local: 1e9}, "HPET"},
		"pc without HPET":   {machine{pmTimer: true, pit: true, local: 1e9}, "PM timer"},
		"microvm":           {machine{pit: true, local: 62.5e6}, "PIT"},
		"dead PM timer":     {machine{pit: true, local: 1e9}, "PIT"},
		"microvm,pit=off":   {machine{local: 1e9, leaves: tcg}, "APIC timer"},
		"no APIC, only PIT": {machine{pit: true}, "PIT"},
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range int64(200) {
				m := c.m
				m.random = rand.New(rand.NewSource(seed))
				m.tscHz = 1e9 * (0.5 + 4*m.random.Float64())
				m.access = 200e-9 + 800e-9*m.random.Float64()
				if seed%2 == 1 {
					m.noise = 0.01
				}
				m.install(t)
				h := Hardware{LocalAPIC: localAt}
				if m.hpet {
					h.HPET = hpetAt
				}
				if m.pmTimer || name == "dead PM timer" {
					h.PMTimer = pmTimerAt
				}
				if m.local == 0 {
					h.LocalAPIC = 0
				}
				begin := m.now
				Start(&h)
				if Source() != c.source {
					t.Fatalf("seed %d: source %q, want %q", seed, Source(), c.source)
				}
				if off := math.Abs(float64(Hz())/m.tscHz - 1); off > 1e-3 {
					t.Errorf("seed %d: %.4f %% off", seed, off*100)
				}
				if math.Abs(float64(timerHz)-m.local) > m.local*1e-3 {
					t.Errorf("seed %d: APIC timer %d Hz, not %.0f", seed, timerHz, m.local)
				}
				if took := m.now - begin; m.noise == 0 && took > 12e-3 {
					t.Errorf("seed %d: took %.1f ms", seed, took*1e3)
				}
			}
		})
	}
}

// TestKnown believes plausible statements of the processor or the hypervisor
// instead of measuring.
func TestKnown(t *testing.T) {
	for name, c := range map[string]struct {
		leaves map[uint32][4]uint32
		hz     uint64
		source string
	}{
		"CPUID":                {map[uint32][4]uint32{0: {0x16}, leafTSC: {2, 176, 24_000_000}}, 2_112_000_000, "CPUID"},
		"CPUID, no crystal":    {map[uint32][4]uint32{0: {0x16}, leafTSC: {2, 176, 0}}, 3_000_000_000, "HPET"},
		"CPUID, absurd":        {map[uint32][4]uint32{0: {0x16}, leafTSC: {1, 1, 32768}}, 3_000_000_000, "HPET"},
		"hypervisor":           {map[uint32][4]uint32{1: {0, 0, featureHypervisor}, leafHypervisor: {leafHyperTiming}, leafHyperTiming: {2_500_000, 1_000_000}}, 2_500_000_000, "hypervisor"},
		"leaf without its bit": {map[uint32][4]uint32{leafHypervisor: {leafHyperTiming}, leafHyperTiming: {2_500_000}}, 3_000_000_000, "HPET"},
	} {
		t.Run(name, func(t *testing.T) {
			m := machine{random: rand.New(rand.NewSource(1)), tscHz: 3e9, access: 3e-7, hpet: true, local: 1e9, leaves: c.leaves}
			m.install(t)
			Start(&Hardware{HPET: hpetAt, LocalAPIC: localAt})
			if math.Abs(float64(Hz())/float64(c.hz)-1) > 1e-3 || Source() != c.source {
				t.Errorf("%d Hz from %s, want %d from %s", Hz(), Source(), c.hz, c.source)
			}
			if timerHz == 0 {
				t.Error("frequency of the APIC timer not found")
			}
		})
	}
}

// TestGuess neither hangs nor divides by zero on a machine without any
// reference.
func TestGuess(t *testing.T) {
	for _, c := range []struct {
		leaves map[uint32][4]uint32
		hz     uint64
	}{
		{nil, 2_000_000_000},
		{map[uint32][4]uint32{0: {0x16}, leafFrequency: {2800}}, 2_800_000_000},
	} {
		m := machine{random: rand.New(rand.NewSource(1)), tscHz: 1e9, access: 1e-7, leaves: c.leaves}
		m.install(t)
		Start(&Hardware{HPET: hpetAt, PMTimer: pmTimerAt, LocalAPIC: localAt})
		if Hz() != c.hz || Source() != "guess" {
			t.Errorf("%d Hz from %s, want %d from guess", Hz(), Source(), c.hz)
		}
	}
}

// TestArmTimer rounds up, so that the timer never comes before its deadline,
// and cuts what does not fit the counter.
func TestArmTimer(t *testing.T) {
	m := machine{random: rand.New(rand.NewSource(1)), tscHz: 3e9}
	m.install(t)
	var count uint32
	var deadline uint64
	var stopped bool
	useTSC := false
	oldCount, oldDeadline, oldStop, oldUse := armCount, armDeadline, stopTimer, useDeadline
	armCount = func(n uint32) { count = n }
	armDeadline = func(tsc uint64) { deadline = tsc }
	stopTimer = func() { stopped = true }
	useDeadline = func() bool { return useTSC }
	t.Cleanup(func() { armCount, armDeadline, stopTimer, useDeadline = oldCount, oldDeadline, oldStop, oldUse })

	tscHz, timerHz = 3_000_000_000, 62_500_000
	setScale(0)
	for _, c := range []struct {
		delta    int64
		min, max uint32
	}{{-5, 1, 1}, {0, 1, 1}, {2_000_000, 100_000, 125_001}, {100 * second, 1<<32 - 1, 1<<32 - 1}} {
		if ArmTimer(Nanotime() + c.delta); count < c.min || count > c.max {
			t.Errorf("in %d ns: %d ticks, want %d to %d", c.delta, count, c.min, c.max)
		}
	}
	if ArmTimer(Never); !stopped {
		t.Error("Never left the timer armed")
	}
	useTSC = true
	m.leaves = map[uint32][4]uint32{leafFeatures: {0, 0, featureDeadline}}
	setScale(1000)
	if ArmTimer(5 * second); deadline < 1000+15_000_000_000 || deadline > 1000+15_000_000_002 {
		t.Errorf("deadline at %d ticks", deadline)
	}
	if ArmTimer(-7); deadline != 1001 {
		t.Errorf("a past deadline is at %d, want 1001: the counter's begin", deadline)
	}
}
