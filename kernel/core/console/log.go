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
	printTime(clock.Nanotime())
	Print(who)
	Print(": ")
	return true
}

// LogEnd ends the line that LogStart began.
//
// Context: kernel.
func LogEnd() { Print("\n") }

// printTime prints a time in seconds with six decimals, right-aligned as
// Linux's log shows it.
func printTime(ns int64) {
	micros := uint64(ns) / 1000
	seconds := micros / 1_000_000
	put('[')
	for limit := uint64(10); limit <= 10_000; limit *= 10 {
		if seconds < limit {
			put(' ')
		}
	}
	printDecimal(seconds, 1)
	put('.')
	printDecimal(micros%1_000_000, 6)
	put(']')
	put(' ')
}
