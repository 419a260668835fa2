"""Boots kernels under QEMU: the machine's command line, the terminal, the guest's exit code. Starts at runner.py."""
