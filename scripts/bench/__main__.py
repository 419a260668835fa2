"""Measure eggcup beside Linux guests and write the tables of docs/performance.md.

Both kinds of guest run the same Go program, on the same QEMU machine, in turn, so that whatever slows the host down
hits both. The easy comparison is Debian's cloud kernel, which apt fetches; the hard one is a minimal kernel made from
../shared/bench/linux-min.config, given with --linux-image (the bzImage for `pc`, and the vmlinux that boots by PVH on
`pc` and `microvm`).
"""

from __future__ import annotations

import argparse
import platform
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT)]

import debian  # noqa: E402 - the checkout has to be in the path before its packages are imported
import initramfs  # noqa: E402
import report  # noqa: E402
from compare import MEMORY_MB, boot_times, least_memory, micro_figures, progress  # noqa: E402
from guests import EGGCUP, MINIMAL, Bench, Kernel  # noqa: E402
from tool import Eggcup, measure  # noqa: E402

from configurator.build.toolchain import find_go  # noqa: E402
from configurator.run.acceleration import Acceleration, choose  # noqa: E402
from configurator.run.machine import Machine, find_qemu  # noqa: E402

HELLO = ROOT / "tests" / "boot" / "programs" / "hello"
HELLO_LINE = "hello from"


def arguments() -> argparse.Namespace:
    """Return the command line."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument(
        "--runs", type=int, default=5, metavar="N", help="comparable runs of micro wanted from each guest (default 5)"
    )
    parser.add_argument("--boots", type=int, default=11, metavar="N", help="boots of each guest to main() (default 11)")
    parser.add_argument(
        "--linux-image",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="a minimal Linux: bzImage or vmlinux",
    )
    parser.add_argument("--no-cloud", action="store_true", help="leave Debian's cloud kernel out")
    parser.add_argument("--smp", type=int, default=1, metavar="N", help="processors of each guest (default 1)")
    parser.add_argument("--accel", choices=[a.value for a in Acceleration], default=Acceleration.TCG.value)
    parser.add_argument("--micro", type=Path, default=ROOT.parent / "shared" / "bench" / "micro", metavar="FOLDER")
    parser.add_argument("--cache", type=Path, default=ROOT / "build" / "bench", metavar="FOLDER")
    parser.add_argument("--document", type=Path, default=ROOT / "docs" / "performance.md", metavar="FILE")
    return parser.parse_args()


@dataclass(frozen=True)
class Builds:
    """The programs as kernels, as plain binaries, and as the initramfs of a Linux guest."""

    micro: Kernel
    hello: Kernel
    plain: dict[str, Path]
    initramfs: dict[str, Path]


def build(eggcup: Eggcup, programs: dict[str, Path], folder: Path) -> Builds:
    """Build micro and hello for both kinds of guest."""
    toolchain = find_go()
    kernels, plain, archives = {}, {}, {}
    for name, package in programs.items():
        kernels[name] = folder / f"{name}.elf"
        eggcup("build", str(package), "-o", str(kernels[name]))
        plain[name] = folder / name
        subprocess.run(
            [toolchain.binary, "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", plain[name], "."],
            cwd=package,
            env=toolchain.environment(),
            check=True,
        )
        archives[name] = initramfs.write(plain[name], folder / f"{name}.cpio.gz")
    return Builds(Kernel(EGGCUP, kernels["micro"]), Kernel(EGGCUP, kernels["hello"]), plain, archives)


def linux_kernels(images: list[Path], *, cloud: bool, cache: Path, archive: Path) -> list[Kernel]:
    """Return the Linux guests with `archive` as their initramfs; the minimal ones come first."""
    found = []
    for image in images:
        kernel = Kernel("", image, archive)
        found.append(Kernel(f"{MINIMAL}, {'vmlinux' if kernel.is_elf else 'bzImage'}", image, archive))
    if cloud:
        try:
            found.append(Kernel("Linux, Debian cloud", debian.cloud_kernel(cache), archive))
        except debian.NoDebianKernelError as problem:
            progress(f"without Debian's cloud kernel: {problem}")
    return found


def bootable_on(machine: Machine, kernels: list[Kernel]) -> list[Kernel]:
    """Leave out what a microvm cannot boot: it has no firmware for a bzImage's set-up code in this set-up."""
    return [k for k in kernels if machine is not Machine.MICROVM or k.initramfs is None or k.is_elf]


def conditions(options: argparse.Namespace, accelerator: str, qemu: str) -> str:
    """Say what the figures were taken with."""
    version = subprocess.run([qemu, "--version"], capture_output=True, text=True, check=True).stdout.splitlines()[0]
    go = find_go().version
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.machine(),
    )
    images = "".join(f" --linux-image {image.name}" for image in options.linux_image)
    command = f'make bench ARGS="--boots {options.boots} --runs {options.runs}{images}"'
    return (
        f"{version}, `-accel {accelerator}`, -smp {options.smp}, -m {MEMORY_MB}, Go {go}, host {model}; "
        f"guests in turn. Values are median [least..most]. Made with `{command}`."
    )


def main() -> None:
    """Build, boot, measure and write the document."""
    options = arguments()
    if not (options.micro / "go.mod").is_file():
        raise SystemExit(f"{options.micro} has no program; give --micro")
    options.cache.mkdir(parents=True, exist_ok=True)
    qemu = find_qemu()
    accelerator = choose(Acceleration(options.accel), qemu)
    with tempfile.TemporaryDirectory(prefix="eggcup-bench-") as name:
        folder = Path(name)
        eggcup = Eggcup([str(Path(sys.executable).with_name("eggcup"))], folder)
        progress("building")
        eggcup("defconfig")
        builds = build(eggcup, {"micro": options.micro, "hello": HELLO}, folder)
        linux = linux_kernels(
            options.linux_image, cloud=not options.no_cloud, cache=options.cache, archive=builds.initramfs["micro"]
        )
        bench = Bench(qemu, accelerator, options.smp, folder)
        sections = ["## Boot: from the start of QEMU to the first line of main()", ""]
        for machine in (Machine.PC, Machine.MICROVM):
            kernels = bootable_on(machine, [builds.micro, *linux])
            sections += [*report.boot_table(machine.value, boot_times(bench, machine, kernels, options.boots)), ""]
        sections += memory_and_size(bench, builds, linux)
        # One minimal kernel is enough: how it was loaded makes no difference once it runs.
        minimal = [kernel for kernel in linux if kernel.is_minimal]
        guests = [builds.micro, *minimal[:1], *(kernel for kernel in linux if not kernel.is_minimal)]
        runs = micro_figures(bench, Machine.PC, guests, options.runs)
        sections += ["## Inside: the figures of micro on `pc`", ""]
        sections += [*report.micro_table(runs, minimal[0].name if minimal else None), ""]
        durations = measure(Eggcup(eggcup.start, folder), HELLO, options.runs)
        sections += ["## The tool", "", *report.tool_table(durations)]
    generated = conditions(options, accelerator, qemu) + "\n\n" + "\n".join(sections)
    report.insert(options.document, generated)
    progress(f"wrote {options.document}")


def memory_and_size(bench: Bench, builds: Builds, linux: list[Kernel]) -> list[str]:
    """Find the least memory for hello, and list the sizes."""
    hellos = [builds.hello, *(Kernel(k.name, k.image, builds.initramfs["hello"]) for k in linux)]
    least = {kernel.name: least_memory(bench, Machine.PC, kernel, HELLO_LINE) for kernel in hellos}
    sizes = [
        report.Size(f"{EGGCUP}, hello", builds.hello.size, builds.plain["hello"].stat().st_size),
        report.Size(f"{EGGCUP}, micro", builds.micro.size, builds.plain["micro"].stat().st_size),
        *(report.Size(f"{k.name} and initramfs, micro", k.size) for k in linux),
    ]
    return [
        "## Memory: the smallest `-m` on `pc` with which hello runs",
        "",
        *report.memory_table(least),
        "",
        "## Size",
        "",
        *report.size_table(sizes),
        "",
    ]


if __name__ == "__main__":
    main()
