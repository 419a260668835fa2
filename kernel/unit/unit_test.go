package unit

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestOnce runs a unit's Init once, however often and by whomever it is
// started, and makes the others wait until it is done.
func TestOnce(t *testing.T) {
	var runs, done atomic.Int32
	var wait sync.WaitGroup
	for range 50 {
		wait.Go(func() {
			Start("ONCE", func() error {
				runs.Add(1)
				time.Sleep(10 * time.Millisecond)
				done.Store(1)
				return nil
			})
			if done.Load() == 0 {
				t.Error("Start returned before the unit was started")
			}
		})
	}
	wait.Wait()
	if runs.Load() != 1 {
		t.Errorf("Init ran %d times", runs.Load())
	}
}

// TestFailedIsNotRepeated does not try a unit again that is absent.
func TestFailedIsNotRepeated(t *testing.T) {
	runs := 0
	for range 3 {
		Start("GONE", func() error { runs++; return Absent("unplugged") })
	}
	if runs != 1 {
		t.Errorf("Init ran %d times", runs)
	}
}

// TestNested starts a unit from within another one's Init.
func TestNested(t *testing.T) {
	inner := false
	Start("OUTER", func() error {
		Start("INNER", func() error { inner = true; return nil })
		return nil
	})
	if !inner {
		t.Error("the inner unit did not start")
	}
}

// TestAbsent is recognised through wrapping, and nothing else is.
func TestAbsent(t *testing.T) {
	err := Absent("no i8042 controller")
	if !errors.Is(fmt.Errorf("ps2: %w", err), ErrAbsent) || err.Error() != "no i8042 controller" {
		t.Errorf("%v is not ErrAbsent", err)
	}
	if errors.Is(errors.New("absent"), ErrAbsent) {
		t.Error("an error of the same text is ErrAbsent")
	}
}

// TestWrap names the step and keeps the cause, absence included.
func TestWrap(t *testing.T) {
	err := Wrap("kbd: reset", Absent("no answer"))
	if err.Error() != "kbd: reset: no answer" || !errors.Is(err, ErrAbsent) {
		t.Errorf("error %v", err)
	}
}

// TestLog writes the lines that the boot tests assert. They go to file
// descriptor 2, so the test runs itself as another process.
func TestLog(t *testing.T) {
	if os.Getenv("EGGCUP_UNIT_TEST") != "" {
		Start("UART", func() error { return nil })
		Start("VGA", func() error { return Absent("no VGA") })
		Start("RTC", func() error { return errors.New("rtc: read: stuck") })
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestLog$")
	cmd.Env = append(os.Environ(), "EGGCUP_UNIT_TEST=1")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	want := "[    0.000000] unit UART: started\n" +
		"[    0.000000] unit VGA: absent: no VGA\n" +
		"[    0.000000] unit RTC: failed: rtc: read: stuck\n"
	if stderr.String() != want {
		t.Errorf("logged %q, want %q", stderr.String(), want)
	}
}

// TestSetMaxProcs leaves GOMAXPROCS alone for 0.
func TestSetMaxProcs(t *testing.T) {
	old := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(old)
	SetMaxProcs(3)
	SetMaxProcs(0)
	if got := runtime.GOMAXPROCS(0); got != 3 {
		t.Errorf("GOMAXPROCS is %d, want 3", got)
	}
}
