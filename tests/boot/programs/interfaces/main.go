// interfaces prints the network interfaces with their addresses, one a line. With an argument it stays a while, for
// what the kernel has to say.
package main

import (
	"fmt"
	"net"
	"os"
	"time"

	"eggcup/tests/boot/programs/internal/check"
)

func main() {
	all, err := net.Interfaces()
	check.Must(err, "net.Interfaces")
	for _, one := range all {
		addresses, err := one.Addrs()
		check.Must(err, "addresses")
		fmt.Print(one.Name)
		for _, address := range addresses {
			fmt.Print(" ", address)
		}
		fmt.Println()
	}
	if len(os.Args) > 1 {
		time.Sleep(4 * time.Second)
	}
}
