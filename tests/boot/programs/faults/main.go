// faults makes the processor trap inside Go code and recovers from it: each fault must arrive as the runtime error that the
// Go specification promises, and the program must go on as if nothing had happened.
package main

import (
	"errors"
	"runtime"
	"runtime/debug"
	"strings"

	"eggcup/tests/boot/programs/internal/check"
)

type large struct {
	pad [1 << 20]byte
	end int
}

var (
	nilInt   *int
	nilLarge *large
	zero     int
	unmapped = (*int)(nil)
)

// recovered runs f and returns what it panicked with.
func recovered(f func()) (value any) {
	defer func() { value = recover() }()
	f()
	return nil
}

// runtimeError asserts that f panics with a runtime.Error whose text contains want.
func runtimeError(what, want string, f func()) {
	value := recovered(f)
	err, ok := value.(runtime.Error)
	check.That(ok && strings.Contains(err.Error(), want), what, "got %v", value)
}

// deep faults below many frames, so that the panic has a stack to unwind and deferred calls to run on the way.
func deep(n int, unwound *int) {
	defer func() { *unwound++ }()
	if n == 0 {
		*nilInt = 1
	}
	deep(n-1, unwound)
}

func main() {
	value := recovered(func() { panic(errors.New("an error")) })
	err, ok := value.(error)
	check.That(ok && err.Error() == "an error", "panic and recover", "got %v", value)

	runtimeError("nil dereference, write", "nil pointer dereference", func() { *nilInt = 1 })
	runtimeError("nil dereference, read", "nil pointer dereference", func() { zero = *nilInt })
	runtimeError("nil dereference, far field", "nil pointer dereference", func() { nilLarge.end = 1 })
	runtimeError("divide error", "integer divide by zero", func() { zero = 1 / zero })
	runtimeError("index out of range", "index out of range [3]", func() { _ = make([]int, 3)[zero+3] })
	runtimeError("nil map write", "nil map", func() { map[string]int(nil)["x"] = 1 })

	unwound := 0
	runtimeError("nil dereference under 1000 frames", "nil pointer dereference", func() { deep(1000, &unwound) })
	check.That(unwound == 1001, "deferred calls ran", "%d", unwound)

	// With SetPanicOnFault an address outside every mapping panics too, and the panic carries that address.
	debug.SetPanicOnFault(true)
	fault := recovered(func() { zero = int(*addressToPointer(0x123456789000)) })
	addressed, ok := fault.(interface{ Addr() uintptr })
	check.That(ok && addressed.Addr() == 0x123456789000, "fault address of an unmapped page", "got %v", fault)
	debug.SetPanicOnFault(false)

	count := 0
	for range 2000 {
		if recovered(func() { *nilInt = 1 }) != nil {
			count++
		}
	}
	check.That(count == 2000, "2000 faults in a row", "%d", count)

	done := make(chan int)
	for range 20 {
		go func() {
			n := 0
			for range 100 {
				if recovered(func() { *unmapped = 1 }) != nil {
					n++
				}
				runtime.Gosched()
			}
			done <- n
		}()
	}
	count = 0
	for range 20 {
		count += <-done
	}
	check.That(count == 2000, "2000 faults in 20 goroutines", "%d", count)
	check.Done()
}
