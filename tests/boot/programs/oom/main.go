// oom takes memory and keeps it until there is none left.
package main

import "fmt"

var kept [][]byte

func main() {
	fmt.Println("taking all memory")
	for {
		b := make([]byte, 1<<20)
		for i := 0; i < len(b); i += 4096 {
			b[i] = 1
		}
		kept = append(kept, b)
	}
}
