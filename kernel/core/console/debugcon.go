package console

import "eggcup/kernel/config"

// portDebugCon is QEMU's isa-debugcon, as `eggcup run` places it. The exit code
// follows there as the last line (core/power).
const portDebugCon = 0x502

// inLog is set between LogStart and LogEnd: what is printed is a log line.
var inLog bool

// LeaveLog sends what is printed from here on to the console, although a log
// line may have been under way.
//
// Context: kernel, for the report of a bug.
func LeaveLog() { inLog = false }

// LogBytes writes a finished log line where the configuration wants the log if
// that is not the console, and reports whether it is not.
//
// Context: any; callers in goroutine context exclude each other.
func LogBytes(line []byte) bool {
	if !config.LogDebugcon {
		return false
	}
	for _, c := range line {
		out8(portDebugCon, c)
	}
	return true
}
