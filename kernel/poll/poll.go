// Package poll makes poll(2), select(2) and their siblings work in a kernel
// without files and without sockets.
//
// Context: goroutine.
//
// Try it: eggcup set POLL=y, with a program that calls unix.Poll of
// golang.org/x/sys.
package poll

import "eggcup/kernel/hook"

// Init registers the calls.
func Init() error {
	hook.ServePolls()
	return nil
}
