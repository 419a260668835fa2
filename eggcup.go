// Package eggcup starts the configured units when a program imports it for that effect alone:
//
//	import _ "eggcup"
//
// A program needs neither the import nor a generated file: `eggcup build` adds the start by itself. However many of the
// three are there, unit.Start starts each unit once.
package eggcup
