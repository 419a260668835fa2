// Package alpha is a unit that says so.
package alpha

import "eggcup/kernel/config"

// Init says the configured greeting.
func Init() error {
	println("alpha says", config.Greeting)
	return nil
}
