"""Tests packages as kernels: `go test` binaries are built, booted, and reported as `go test` does.

session.py does one after the other: flags.py reads the flags of `go test`, packages.py finds the packages,
configurator/build/testkernel.py builds them, configurator/run/captured.py boots them, report.py writes the lines.
"""
