// entropy reads random numbers on a machine whose processor has no source of them.
package main

import (
	"crypto/rand"

	"eggcup/tests/boot/programs/internal/check"
)

func main() {
	a, b := make([]byte, 64), make([]byte, 64)
	rand.Read(a)
	rand.Read(b)
	check.That(string(a) != string(b) && string(a) != string(make([]byte, 64)), "random numbers", "%x %x", a, b)
	check.Done()
}
