package clock

import (
	"testing"
	"time"
)

// cmos is a fake clock chip.
type cmos struct {
	registers [128]uint8
	index     uint8
	reads     int
	update    int                  // status A shows an update for so many reads
	onRead    func(c *cmos, n int) // before the n-th read
}

func (c *cmos) install(t *testing.T) *cmos {
	oldIn, oldOut := in8, out8
	t.Cleanup(func() { in8, out8 = oldIn, oldOut })
	out8 = func(port uint16, v uint8) {
		if port == rtcIndex {
			c.index = v & 0x7f
		}
	}
	in8 = func(uint16) uint8 {
		c.reads++
		if c.onRead != nil {
			c.onRead(c, c.reads)
		}
		if c.index == rtcStatusA && c.update > 0 {
			c.update--
			return rtcUpdate
		}
		return c.registers[c.index]
	}
	return c
}

// set stores a time in one of the four formats.
func (c *cmos) set(at time.Time, status uint8, century bool) *cmos {
	encode := func(v int) uint8 {
		if status&rtcBinary == 0 {
			return uint8(v/10<<4 | v%10)
		}
		return uint8(v)
	}
	hour, pm := at.Hour(), uint8(0)
	if status&rtc24Hours == 0 {
		if hour >= 12 {
			pm = rtcPM
		}
		hour = (hour+11)%12 + 1
	}
	c.registers[rtcSecond] = encode(at.Second())
	c.registers[rtcMinute] = encode(at.Minute())
	c.registers[rtcHour] = encode(hour) | pm
	c.registers[rtcDay] = encode(at.Day())
	c.registers[rtcMonth] = encode(int(at.Month()))
	c.registers[rtcYear] = encode(at.Year() % 100)
	c.registers[rtcStatusB] = status
	if century {
		c.registers[rtcCentury] = encode(at.Year() / 100)
	}
	return c
}

// TestReadRTC reads all formats over two centuries, leap days and noon and
// midnight included.
func TestReadRTC(t *testing.T) {
	c := (&cmos{}).install(t)
	times := []time.Time{
		time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC),
		time.Date(2000, 2, 29, 12, 0, 59, 0, time.UTC),
		time.Date(2100, 3, 1, 23, 59, 59, 0, time.UTC),
	}
	for at := time.Date(1990, 1, 1, 0, 30, 1, 0, time.UTC); at.Year() < 2190; at = at.Add(1237*time.Hour + 7*time.Second) {
		times = append(times, at)
	}
	for _, at := range times {
		for _, status := range []uint8{0, rtc24Hours, rtcBinary, rtc24Hours | rtcBinary} {
			c.set(at, status, true)
			if got, ok := ReadRTC(); !ok || got != at.Unix() {
				t.Fatalf("%v, status B %#x: read %v, %v", at, status, time.Unix(got, 0).UTC(), ok)
			}
		}
	}
}

// TestRTCWithoutCentury takes a year for one of this century.
func TestRTCWithoutCentury(t *testing.T) {
	at := time.Date(2026, 11, 23, 17, 0, 0, 0, time.UTC)
	(&cmos{}).set(at, rtc24Hours, false).install(t)
	if got, ok := ReadRTC(); !ok || got != at.Unix() {
		t.Errorf("read %v, %v", time.Unix(got, 0).UTC(), ok)
	}
}

// TestRTCUpdate waits for an update to end, and reads again when one happened
// in between.
func TestRTCUpdate(t *testing.T) {
	before := time.Date(2026, 12, 31, 23, 59, 59, 0, time.UTC)
	c := (&cmos{update: 500}).set(before, rtc24Hours, true).install(t)
	c.onRead = func(c *cmos, n int) {
		if n == 504 {
			c.set(before.Add(time.Second), rtc24Hours, true)
		}
	}
	if got, ok := ReadRTC(); !ok || got != before.Unix()+1 {
		t.Errorf("read %v, %v", time.Unix(got, 0).UTC(), ok)
	}
}

// TestRTCAbsent recognises an empty bus, a clock that never ends its update and
// registers that hold no date.
func TestRTCAbsent(t *testing.T) {
	now := time.Date(2026, 11, 23, 17, 0, 0, 0, time.UTC)
	for name, damage := range map[string]func(c *cmos){
		"empty bus": func(c *cmos) {
			for i := range c.registers {
				c.registers[i] = 0xff
			}
		},
		"endless update": func(c *cmos) { c.update = 1 << 30 },
		"no date":        func(c *cmos) { clear(c.registers[:]) },
		"bad BCD":        func(c *cmos) { c.registers[rtcSecond] = 0x5a },
		"30 February":    func(c *cmos) { c.registers[rtcMonth], c.registers[rtcDay] = 0x02, 0x30 },
		"hour 24":        func(c *cmos) { c.registers[rtcHour] = 0x24 },
		"hour 13 of 12":  func(c *cmos) { c.registers[rtcStatusB], c.registers[rtcHour] = 0, 0x13 },
		"never the same": func(c *cmos) { c.onRead = func(c *cmos, n int) { c.registers[rtcSecond] = uint8(n % 9) } },
	} {
		c := (&cmos{}).set(now, rtc24Hours, true).install(t)
		damage(c)
		if got, ok := ReadRTC(); ok {
			t.Errorf("%s: read %v", name, time.Unix(got, 0).UTC())
		}
	}
}
