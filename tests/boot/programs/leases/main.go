// leases prints what the network has given: the addresses and the MTU of each card and the name servers, again whenever
// they change, until it is ended.
package main

import (
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"eggcup/tests/boot/programs/internal/check"
)

func main() {
	for last := ""; ; time.Sleep(50 * time.Millisecond) {
		now := state()
		if now != last {
			fmt.Println("state:", now)
			last = now
		}
	}
}

func state() string {
	var words []string
	all, err := net.Interfaces()
	check.Must(err, "net.Interfaces")
	for _, one := range all {
		if one.Flags&net.FlagLoopback != 0 {
			continue
		}
		addresses, err := one.Addrs()
		check.Must(err, "addresses")
		words = append(words, one.Name, fmt.Sprint("mtu ", one.MTU))
		for _, address := range addresses {
			if !strings.HasPrefix(address.String(), "fe80") {
				words = append(words, address.String())
			}
		}
	}
	text, err := os.ReadFile("/etc/resolv.conf")
	check.Must(err, "resolv.conf")
	return strings.Join(append(words, strings.Fields(string(text))...), " ")
}
