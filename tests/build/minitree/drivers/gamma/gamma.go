// Package gamma is a unit that needs other modules, and so is one itself.
package gamma

import (
	"eggcup/kernel/config"
	"example.org/stack/inner"
	"example.org/v/other"
)

// Init says the configured greeting.
func Init() error {
	println("gamma says", config.Greeting, inner.Name, other.Name)
	return nil
}
