// hello prints one line and returns from main: the smallest program that a kernel can carry.
package main

import (
	"fmt"
	"runtime"
)

func main() {
	fmt.Println("hello from", runtime.GOOS, runtime.GOARCH, runtime.Version())
}
