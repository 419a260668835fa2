// Package atexit runs functions when the program ends by itself: when main
// returns, or by os.Exit. On Linux the kernel outlives the program and brings to
// the disk what the program left; here nothing does afterwards.
//
// The Go runtime has such functions, for coverage profiles, in a package that
// only the standard library may import: this one appends to the same list.
//
// Context: goroutine, before main starts.
//
// Try it: a unit that calls Do, and a program that returns from main.
package atexit

import "unsafe"

// hook is internal/runtime/exithook.Hook.
type hook struct {
	run       func()
	onFailure bool
}

// list returns the address of exithook's list.
func list() unsafe.Pointer

// Do makes f run when the program ends, whatever the exit code; what was given
// last runs first. A panic and a signal end the program without.
func Do(f func()) {
	hooks := (*[]hook)(list())
	*hooks = append(*hooks, hook{f, true})
}
