// Package beta is a unit that says so.
package beta

import "eggcup/kernel/config"

// Init says the configured greeting.
func Init() error {
	println("beta says", config.Greeting)
	return nil
}
