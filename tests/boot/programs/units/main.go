// units says when main starts: every unit has been started before, each once, in the order of its dependencies.
package main

import "fmt"

func main() { fmt.Println("main starts") }
