// panics dies of a panic that nobody recovers: Go prints the traceback on standard error and the exit code is 2.
//
// The last argument chooses the panic: `error`, `nil` (a nil dereference) or `throw` (a fatal error of the runtime, which
// recover cannot stop).
package main

import (
	"errors"
	"fmt"
	"os"
	"sync"
)

var nilInt *int

func innermost(kind string) {
	switch kind {
	case "error":
		panic(errors.New("nobody recovers this"))
	case "nil":
		*nilInt = 1
	case "throw":
		defer func() { fmt.Println("FAIL recovered", recover()) }()
		var mu sync.Mutex
		mu.Unlock()
	}
}

func main() {
	fmt.Println("about to panic")
	defer fmt.Println("deferred call ran")
	innermost(os.Args[len(os.Args)-1])
	fmt.Println("FAIL still running")
}
