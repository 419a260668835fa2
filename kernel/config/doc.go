// Package config holds every symbol of the configuration as a typed constant, so that a setting already holds before the
// Go runtime runs and what is switched off is not linked.
//
// The committed config_gen.go is the preset configs/qemu, for go vet, go test and editors; a build lays its own over it.
//
// Context: any.
package config
