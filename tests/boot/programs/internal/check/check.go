// Package check reports what a boot test program found.
//
// Every assertion is one line on standard output, `ok WHAT` or `FAIL WHAT: DETAIL`. The wording of WHAT is fixed, because
// the case files under tests/boot/cases expect these lines in order; everything that differs from run to run goes into
// DETAIL or into a line of its own that starts with `note `.
//
// Context: goroutine.
package check

import (
	"fmt"
	"os"
	"sync/atomic"
)

var failed atomic.Bool

// That prints `ok what` when ok holds, and `FAIL what: detail` when it does not; detail is formatted as by fmt.Sprintf.
func That(ok bool, what string, detail string, args ...any) {
	if ok {
		fmt.Println("ok", what)
		return
	}
	failed.Store(true)
	fmt.Printf("FAIL %s: %s\n", what, fmt.Sprintf(detail, args...))
}

// NoError is That for a call that must succeed.
func NoError(err error, what string) {
	That(err == nil, what, "%v", err)
}

// NoErrorQuiet is NoError for a call that is made many times: it prints nothing when all is well.
func NoErrorQuiet(err error, what string) {
	if err != nil {
		That(false, what, "%v", err)
	}
}

// Must ends the program when a step that the rest stands on has failed.
func Must(err error, what string) {
	if err != nil {
		That(false, what, "%v", err)
		Done()
	}
}

// Note prints a measured value; case files do not compare it.
func Note(format string, args ...any) {
	fmt.Printf("note "+format+"\n", args...)
}

// Done prints the last line of the program and ends it: exit code 0 when everything held, 1 otherwise.
func Done() {
	if failed.Load() {
		fmt.Println("DONE with failures")
		os.Exit(1)
	}
	fmt.Println("DONE")
	os.Exit(0)
}
