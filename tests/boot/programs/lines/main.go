// lines prints as many lines as it is told to, from two goroutines, each line in
// one piece, and exits with 7 right behind the last.
package main

import (
	"fmt"
	"os"
	"strconv"
	"sync"
)

func main() {
	n, _ := strconv.Atoi(os.Args[1])
	var both sync.WaitGroup
	for _, name := range []string{"left", "right"} {
		both.Go(func() {
			for i := range n {
				os.Stdout.WriteString(fmt.Sprintf("%s %06d of what is read slowly\n", name, i))
			}
		})
	}
	both.Wait()
	os.Exit(7)
}
