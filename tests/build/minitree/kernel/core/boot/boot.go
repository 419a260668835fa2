// Package boot has the entry point: here the ordinary one of a Linux program, so that a test can run what it built.
package boot
