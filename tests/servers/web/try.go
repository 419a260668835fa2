package main

import (
	"fmt"
	"time"
)

// try runs one of the servers, and says whether it did what it should. limit is
// for one that waits for ever.
func try(what, module string, f func() error) {
	const limit = time.Minute
	done := make(chan error, 1)
	go func() {
		defer func() {
			if r := recover(); r != nil {
				done <- fmt.Errorf("panic: %v", r)
			}
		}()
		done <- f()
	}()
	select {
	case err := <-done:
		if err != nil {
			fmt.Printf("FAIL %s %s: %v\n", module, what, err)
			return
		}
		fmt.Println("ok", module, what)
	case <-time.After(limit):
		fmt.Printf("FAIL %s %s: no end after %v\n", module, what, limit)
	}
}
