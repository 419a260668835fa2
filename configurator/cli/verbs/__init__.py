"""One module a verb; `configurator.cli.main` finds them by listing this folder.

A verb module has a docstring (its `--help`, first line its summary), `add_arguments(parser)` and `run(args) -> int`.
It imports at its top only what is cheap; bodies import the rest, so that `eggcup olddefconfig` stays fast.
"""
