// imported starts the units by importing eggcup; with a generated zz_init.go beside it, they are still started once.
package main

import (
	"fmt"

	_ "eggcup"
)

func main() { fmt.Println("main starts") }
