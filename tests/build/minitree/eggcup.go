// Package eggcup starts the units of the small tree.
package eggcup
