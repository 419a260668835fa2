"""Boots programs/ as the data files in cases/ say, under QEMU's TCG, and compares what they print."""
