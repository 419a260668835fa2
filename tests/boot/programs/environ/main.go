// environ prints its arguments and the part of its environment that starts with EGGCUP_.
package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"eggcup/tests/boot/programs/internal/check"
)

func main() {
	check.That(len(os.Args) > 0 && os.Args[0] != "", "the program has a name", "%q", os.Args)
	for i, arg := range os.Args[1:] {
		fmt.Printf("argument %d %q\n", i+1, arg)
	}
	environment := os.Environ()
	slices.Sort(environment)
	for _, entry := range environment {
		if strings.HasPrefix(entry, "EGGCUP_") {
			fmt.Printf("environment %q\n", entry)
		}
	}
	check.NoError(os.Setenv("EGGCUP_NEW", "set here"), "Setenv")
	check.That(os.Getenv("EGGCUP_NEW") == "set here", "Getenv after Setenv", "%q", os.Getenv("EGGCUP_NEW"))
	check.Done()
}
