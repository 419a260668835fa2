// Kernelbug breaks the kernel on purpose: it takes away the function that makes the signal stack present, and sends
// itself a signal, so that the kernel calls a nil function in kernel context.
//
// Everything is one address space in ring 0, so that a program can do this; the kernel must notice, say where it was,
// and end as configured.
package main

import (
	"fmt"
	"syscall"

	"eggcup/kernel/core/signal"
)

func main() {
	fmt.Println("about to break the kernel")
	signal.Touch = nil
	syscall.Kill(1, syscall.SIGURG)
	fmt.Println("FAIL still running")
}
