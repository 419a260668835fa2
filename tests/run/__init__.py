"""Booting: QEMU's command line, the terminal, time-outs, exit codes."""
