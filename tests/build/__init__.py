"""From a Go program to a bootable image."""
