// Package unit starts units once each.
package unit

import (
	"eggcup/kernel/config"
	_ "eggcup/kernel/core/boot"
)

var started = map[string]bool{}

var bloat [8 << 20]byte

// SetMaxProcs says what it was asked for.
func SetMaxProcs(n int) { println("GOMAXPROCS", n) }

// Start runs init, unless a unit of that name was started before.
func Start(name string, init func() error) {
	if started[name] {
		return
	}
	started[name] = true
	if config.Bloat {
		bloat[len(name)] = 1
	}
	println("start", name, init() == nil)
}
