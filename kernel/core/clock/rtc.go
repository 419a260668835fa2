package clock

// rtcPolls bounds the wait for an update of the clock to end, which takes at
// most 2.2 ms; a poll is two port accesses.
const rtcPolls = 20_000

// rtcReadings bounds how often the time is read until two readings agree.
const rtcReadings = 5

// calendar is a date and time as the clock chip counts it.
type calendar struct {
	second, minute, hour, day, month, year, century uint8
}

// ReadRTC reads the CMOS clock, which counts UTC, and returns the Unix time in
// seconds. It reports false if there is no clock or its content is no date.
// Nothing else may use ports 0x70 and 0x71 meanwhile.
//
// Context: any.
func ReadRTC() (unix int64, ok bool) {
	var last calendar
	for i := 0; i < rtcReadings; i++ {
		if !rtcIdle() {
			return 0, false
		}
		// An update can begin after the check: only two equal readings count.
		now := readCalendar()
		if i > 0 && now == last {
			return now.decode(rtcRead(rtcStatusB))
		}
		last = now
	}
	return 0, false
}

// rtcIdle waits until the clock is not counting up.
func rtcIdle() bool {
	for range rtcPolls {
		status := rtcRead(rtcStatusA)
		if status == rtcNone {
			return false
		}
		if status&rtcUpdate == 0 {
			return true
		}
	}
	return false
}

func readCalendar() calendar {
	return calendar{
		second:  rtcRead(rtcSecond),
		minute:  rtcRead(rtcMinute),
		hour:    rtcRead(rtcHour),
		day:     rtcRead(rtcDay),
		month:   rtcRead(rtcMonth),
		year:    rtcRead(rtcYear),
		century: rtcRead(rtcCentury),
	}
}

func rtcRead(register uint8) uint8 {
	out8(rtcIndex, register)
	return in8(rtcData)
}

// decode checks the fields, whose format is in status register B.
func (c calendar) decode(status uint8) (unix int64, ok bool) {
	pm := c.hour & rtcPM
	c.hour &^= rtcPM
	if status&rtcBinary == 0 {
		for _, field := range [...]*uint8{&c.second, &c.minute, &c.hour, &c.day, &c.month, &c.year, &c.century} {
			high, low := *field>>4, *field&0xf
			if high > 9 || low > 9 {
				return 0, false
			}
			*field = high*10 + low
		}
	}
	if status&rtc24Hours == 0 {
		if c.hour < 1 || c.hour > 12 {
			return 0, false
		}
		c.hour %= 12
		if pm != 0 {
			c.hour += 12
		}
	}
	if c.century < 19 || c.century > 29 {
		c.century = 20 // the register is not there on all machines
	}
	year := int64(c.century)*100 + int64(c.year)
	if c.second > 59 || c.minute > 59 || c.hour > 23 || c.year > 99 ||
		c.month < 1 || c.month > 12 || c.day < 1 || c.day > daysIn(year, c.month) {
		return 0, false
	}
	days := daysBefore(year, c.month) + int64(c.day) - 1
	return ((days*24+int64(c.hour))*60+int64(c.minute))*60 + int64(c.second), true
}

func leap(year int64) bool { return year%4 == 0 && (year%100 != 0 || year%400 == 0) }

func daysIn(year int64, month uint8) uint8 {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if leap(year) {
			return 29
		}
		return 28
	}
	return 31
}

// daysBefore returns the days from 1970-01-01 to the first of a month.
func daysBefore(year int64, month uint8) int64 {
	before := year - 1
	days := (year-1970)*365 + before/4 - before/100 + before/400 - (1969/4 - 1969/100 + 1969/400)
	for m := uint8(1); m < month; m++ {
		days += int64(daysIn(year, m))
	}
	return days
}
