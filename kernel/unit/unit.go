// Package unit starts the units of the configuration - drivers and services -
// each once, and logs how it went.
//
// The generated zz_init.go calls Start in the order of the units'
// dependencies. It may be joined by `import _ "eggcup"`, which calls the same:
// whoever comes second does nothing.
//
// Context: goroutine.
package unit

import (
	"errors"
	"runtime"
	"sync"

	_ "eggcup/kernel/core/boot" // a program that starts units is a kernel
	"eggcup/kernel/klog"
)

// ErrAbsent is what the error of Absent is, by errors.Is.
var ErrAbsent = errors.New("absent")

// absence is the error of a unit whose hardware is not there.
type absence struct{ why string }

func (a *absence) Error() string        { return a.why }
func (a *absence) Is(target error) bool { return target == ErrAbsent }

// Absent returns an error for Init functions whose hardware the machine does
// not have. That is normal: the unit is skipped, and everything else goes on.
//
//go:noinline
func Absent(why string) error { return &absence{why} }

// stepError is an error with the step that it happened in.
type stepError struct {
	step string
	err  error
}

func (e *stepError) Error() string { return e.step + ": " + e.err.Error() }
func (e *stepError) Unwrap() error { return e.err }

// Wrap says in which driver and step an error happened, as in
// Wrap("uart: open interrupt", err). Package fmt would do the same, but is too
// large for a kernel whose program does not use it.
//
//go:noinline
func Wrap(step string, err error) error { return &stepError{step, err} }

var (
	mu     sync.Mutex
	starts *start // the latest, guarded by mu
)

// start is the start of a unit.
type start struct {
	name    string
	once    sync.Once
	earlier *start
}

// startOf returns the start of the unit of that name.
func startOf(name string) *start {
	mu.Lock()
	s := starts
	for s != nil && s.name != name {
		s = s.earlier
	}
	if s == nil {
		s = &start{name: name, earlier: starts}
		starts = s
	}
	mu.Unlock()
	return s
}

// Start runs a unit's Init function unless a unit of that name was started
// before; then it waits for that start to end. The outcome is a log line:
// started, absent or failed.
func Start(name string, init func() error) {
	startOf(name).once.Do(func() { run(name, init) })
}

func run(name string, init func() error) {
	who := "unit " + name
	switch err := init(); {
	case err == nil:
		klog.Info(who, "started")
	case errors.Is(err, ErrAbsent):
		klog.Warn(who, "absent: ", err.Error())
	default:
		klog.Error(who, "failed: ", err.Error())
	}
}

// SetMaxProcs sets GOMAXPROCS; 0 leaves one for every processor.
func SetMaxProcs(n int) {
	if n > 0 {
		runtime.GOMAXPROCS(n)
	}
}
