// Package config holds constants that a build replaces.
package config

const Bloat = false
const Greeting string = "committed"
