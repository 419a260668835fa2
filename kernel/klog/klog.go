// Package klog writes the log lines of units and drivers on the console.
//
// A line is made whole and written to file descriptor 2 at once, like what the
// program writes there, so the two never mix within a line and keep their
// order. The level is shared with the kernel's own log (core/console).
//
// Context: goroutine.
package klog

import (
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"

	"eggcup/kernel/core/clock"
	"eggcup/kernel/core/console"
)

// Level says how important a line is. Lines above the set level are dropped.
type Level int32

// The levels of the configuration's LOG_LEVEL.
const (
	LevelNone  Level = console.LevelNone
	LevelError Level = console.LevelError
	LevelWarn  Level = console.LevelWarn
	LevelInfo  Level = console.LevelInfo
	LevelDebug Level = console.LevelDebug
)

// write and now are replaced by the tests.
var (
	write = printLine
	now   = clock.Nanotime
)

// SetLevel sets up to which level the kernel and the drivers log. A program
// that calls it in an init function of a file that sorts before zz_init.go
// sets it before the first unit starts.
func SetLevel(l Level) { atomic.StoreInt32(&console.Level, int32(l)) }

// Enabled reports whether lines of a level are written, for callers whose line
// is costly to make.
func Enabled(l Level) bool { return console.Enabled(int(l)) }

// Error logs what went wrong. The parts are written one after the other.
func Error(who string, parts ...string) { log(LevelError, who, parts) }

// Warn logs what looks suspicious, such as absent hardware.
func Warn(who string, parts ...string) { log(LevelWarn, who, parts) }

// Info logs what was done.
func Info(who string, parts ...string) { log(LevelInfo, who, parts) }

// Debug logs what helps to find a fault.
func Debug(who string, parts ...string) { log(LevelDebug, who, parts) }

// Hex formats a number as 0x and hexadecimal digits.
func Hex(u uint64) string { return "0x" + strconv.FormatUint(u, 16) }

// Int formats a number in decimal.
func Int(i int64) string { return strconv.FormatInt(i, 10) }

// writing is held while a line goes to the log's own device; the console takes
// a line at once.
var writing sync.Mutex

func printLine(line []byte) {
	writing.Lock()
	if !console.LogBytes(line) {
		syscall.Write(2, line)
	}
	writing.Unlock()
}

func log(l Level, who string, parts []string) {
	if !Enabled(l) {
		return
	}
	var head [console.TimeWidth]byte
	line := make([]byte, 0, 128)
	line = append(line, head[:console.FormatTime(&head, now())]...)
	for _, part := range [...][]string{{who, ": "}, parts, {"\n"}} {
		for _, text := range part {
			line = append(line, text...)
		}
	}
	write(line)
}
