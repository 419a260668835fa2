package klog

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"eggcup/kernel/core/console"
)

// capture collects the lines that f logs at a level, one string a write.
func capture(t *testing.T, l Level, f func()) (lines []string) {
	t.Helper()
	var mu sync.Mutex
	oldWrite, oldNow, oldLevel := write, now, Level(atomic.LoadInt32(&console.Level))
	t.Cleanup(func() { write, now = oldWrite, oldNow; SetLevel(oldLevel) })
	write = func(line []byte) {
		mu.Lock()
		defer mu.Unlock()
		lines = append(lines, string(line))
	}
	now = func() int64 { return 1_500_000_000 }
	SetLevel(l)
	f()
	return lines
}

func logAll() {
	Error("a", "error")
	Warn("a", "warning ", Int(-7))
	Info("a", "information ", Hex(0x3f8))
	Debug("a")
}

// TestLevels writes the lines up to the level, each in one piece.
func TestLevels(t *testing.T) {
	all := []string{
		"[    1.500000] a: error\n",
		"[    1.500000] a: warning -7\n",
		"[    1.500000] a: information 0x3f8\n",
		"[    1.500000] a: \n",
	}
	for level := LevelNone; level <= LevelDebug; level++ {
		got := strings.Join(capture(t, level, logAll), "|")
		if want := strings.Join(all[:level], "|"); got != want {
			t.Errorf("level %d: %q, want %q", level, got, want)
		}
	}
}

// TestConcurrent keeps lines whole when many goroutines log.
func TestConcurrent(t *testing.T) {
	long := strings.Repeat("x", 1000)
	lines := capture(t, LevelInfo, func() {
		var wait sync.WaitGroup
		for range 20 {
			wait.Go(func() {
				for range 50 {
					Info("who", long)
				}
			})
		}
		wait.Wait()
	})
	if len(lines) != 1000 {
		t.Fatalf("%d writes, want 1000", len(lines))
	}
	for _, line := range lines {
		if line != "[    1.500000] who: "+long+"\n" {
			t.Fatalf("broken line %q", line)
		}
	}
}
