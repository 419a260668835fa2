// hello says hello, and shows that a kernel runs an ordinary Go program: goroutines, timers and a panic that is caught.
package main

import (
	"fmt"
	"os"
	"runtime"
	"time"
)

func main() {
	host, err := os.Hostname()
	if err != nil {
		host = "a machine without a name"
	}
	fmt.Printf("hello from %s: %s on %s/%s, %d CPU\n", host, runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())

	ticks := make(chan int)
	go func() {
		defer close(ticks)
		for i := range 3 {
			time.Sleep(100 * time.Millisecond)
			ticks <- i + 1
		}
	}()
	for tick := range ticks {
		fmt.Println("tick", tick)
	}

	fmt.Println("caught:", caught(func() { panic("at the disco") }))
	fmt.Println("it is", time.Now().UTC().Format(time.RFC3339))
}

// caught runs f and returns what it panicked with, nil when it did not.
func caught(f func()) (reason any) {
	defer func() { reason = recover() }()
	f()
	return nil
}
