package console

import (
	"sync/atomic"

	"eggcup/kernel/config"
	"eggcup/kernel/core/clock"
)

// Levels of log lines, as in the configuration's LOG_LEVEL.
const (
	LevelNone = iota
	LevelError
	LevelWarn
	LevelInfo
	LevelDebug
)

// Level is the level up to which lines are printed. It holds the configured
// one before the Go runtime runs; klog.SetLevel changes it. Atomic.
var Level = int32(config.LogLevel)

// Enabled reports whether lines of a level are printed.
//
// Context: any.
func Enabled(level int) bool { return int32(level) <= atomic.LoadInt32(&Level) }

// Log prints the line "[    0.123456] who: text" if its level is enabled.
//
// Context: kernel.
func Log(level int, who, text string) {
	if LogStart(level, who) {
		Print(text)
		LogEnd()
	}
}

// LogStart prints the head of a log line and reports whether the level is
// enabled. If it is, the caller prints the text in pieces and calls LogEnd:
//
//	if console.LogStart(console.LevelInfo, "memory") {
//		console.PrintInt(mib)
//		console.Print(" MiB usable")
//		console.LogEnd()
//	}
//
// Context: kernel.
func LogStart(level int, who string) bool {
	if !Enabled(level) {
		return false
	}
	inLog = true
	var head [TimeWidth]byte
	Write(head[:FormatTime(&head, clock.Nanotime())])
	Print(who)
	Print(": ")
	return true
}

// LogEnd ends the line that LogStart began.
//
// Context: kernel.
func LogEnd() {
	Print("\n")
	inLog = false
}

// TimeWidth is the room that FormatTime needs.
const TimeWidth = 32

// Where the parts of a log line's time stand: seconds right-aligned, as in
// Linux's log, unless they need more digits.
const (
	secondDigits = 5
	microDigits  = 6
)

// FormatTime writes a time in nanoseconds as the head of a log line,
// "[    0.123456] ", and returns its length.
//
// Context: any.
func FormatTime(head *[TimeWidth]byte, ns int64) int {
	micros := uint64(ns) / 1000
	seconds := micros / 1_000_000
	digits := secondDigits
	for limit := uint64(100_000); seconds >= limit && digits < 14; limit *= 10 {
		digits++
	}
	head[0] = '['
	for i := digits; i > 0; i-- {
		head[i] = byte('0' + seconds%10)
		if seconds == 0 && i < digits {
			head[i] = ' '
		}
		seconds /= 10
	}
	head[digits+1] = '.'
	for i := digits + 1 + microDigits; i > digits+1; i-- {
		head[i] = byte('0' + micros%10)
		micros /= 10
	}
	end := digits + 2 + microDigits
	head[end], head[end+1] = ']', ' '
	return end + 2
}
