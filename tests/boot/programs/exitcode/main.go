// exitcode ends with the exit code that its last argument says.
package main

import (
	"fmt"
	"os"
	"strconv"
)

func main() {
	code, err := strconv.Atoi(os.Args[len(os.Args)-1])
	if err != nil {
		fmt.Println("FAIL", err)
		os.Exit(99)
	}
	defer fmt.Println("FAIL os.Exit runs no deferred calls")
	fmt.Println("exiting with", code)
	os.Exit(code)
}
