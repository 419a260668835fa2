// stackoverflow recurses without end: Go stops it at its own limit with a fatal error and exit code 2.
package main

import (
	"fmt"
	"runtime/debug"
)

func recurse(n int) int {
	var frame [512]byte
	frame[n%512] = byte(n)
	return recurse(n+1) + int(frame[(n+1)%512])
}

func main() {
	debug.SetMaxStack(4 << 20) // the default of 1 GB would want a machine that large
	fmt.Println("about to overflow")
	fmt.Println("FAIL returned", recurse(0))
}
