"""What the verbs `build` and `run` share: from the options and the configuration to a finished kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from configurator.cli import output, progress

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from configurator.build.builder import BuildResult
    from configurator.model import Configuration


def add_build_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that change what is built, and how much is said about it."""
    parser.add_argument("--tags", metavar="TAG,...", default="", help="Go build tags")
    parser.add_argument(
        "--reverse-ties", action="store_true", help="start units that could go in any order by name backwards"
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="show the commands")


def build_kernel(
    args: argparse.Namespace, package: Path, output_file: Path, configuration: Configuration, *, memory_mb: int
) -> BuildResult:
    """Build the program in `package` for a machine with that much memory, and pass the warnings on."""
    from configurator.build.builder import BuildRequest, build
    from configurator.build.layout import KernelTree
    from configurator.build.rootfs import image_files
    from configurator.build.sources import generated_sources

    tree = KernelTree(configuration.root.resolve())
    tree.check()
    with progress.activity(f"building {package.name}") as go_output:
        request = BuildRequest(
            package=package,
            output=output_file,
            tree=tree,
            sources=generated_sources(configuration, reverse_ties=args.reverse_ties),
            files=image_files(configuration),
            debug_info=configuration.get("DEBUG_INFO") == "y",
            memory_mb=memory_mb,
            tags=tuple(filter(None, args.tags.split(","))),
            go_output=go_output,
            commands=output.narrate if args.verbose else _nothing,
        )
        result = build(request)
    for warning in result.warnings:
        output.warn(warning)
    return result


def document(built: BuildResult) -> dict[str, object]:
    """Return what was built, for JSON; sizes in bytes."""
    return {
        "kernel": str(built.kernel),
        "written": built.changed,
        "file_size": built.file_size,
        "memory_end": built.memory_end,
        "go": built.go_version,
        "warnings": list(built.warnings),
    }


def _nothing(text: str) -> None:
    """Take a command that nobody wants to see."""
