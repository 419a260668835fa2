"""Builds kernels: the user's program, eggcup's kernel and drivers, and the generated files, by the stock Go toolchain.

The user's module is never written: a workspace (workspace.py) joins it with the kernel's module, an overlay
(sources.py) adds the generated files, and elf.py makes the result bootable. builder.py does one after the other.

Nothing is imported here, so that a caller loads the part it needs: `eggcup doctor` must work without the rest.
"""
