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
import stack  # noqa: E402
import web  # noqa: E402
from compare import MEMORY_MB, boot_times, least_memory, micro_figures, progress  # noqa: E402
from guests import BEFORE, EGGCUP, MINIMAL, Bench, Kernel  # noqa: E402
from tool import Eggcup, measure  # noqa: E402

from configurator.build.toolchain import find_go  # noqa: E402
from configurator.run.acceleration import Acceleration, choose  # noqa: E402
from configurator.run.machine import Machine, find_qemu  # noqa: E402
from tests.load import network  # noqa: E402

HELLO = ROOT / "tests" / "boot" / "programs" / "hello"
HELLO_LINE = "hello from"
HTTPD = ROOT / "examples" / "httpd"
LOOPBACK = ROOT / "scripts" / "bench" / "loopback"
PARTS = ("all", "kernel", "network")


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
    parser.add_argument("--part", choices=PARTS, default="all", help="what to measure (default all)")
    parser.add_argument("--seconds", type=int, default=10, metavar="N", help="wrk's time for each figure (default 10)")
    parser.add_argument(
        "--before", type=Path, metavar="FILE", help="a kernel with httpd to put beside, as an earlier eggcup built it"
    )
    parser.add_argument("--smp", type=int, default=1, metavar="N", help="processors of each guest (default 1)")
    parser.add_argument("--accel", choices=[a.value for a in Acceleration], default=Acceleration.TCG.value)
    parser.add_argument("--micro", type=Path, default=ROOT.parent / "shared" / "bench" / "micro", metavar="FOLDER")
    parser.add_argument("--cache", type=Path, default=ROOT / "build" / "bench", metavar="FOLDER")
    parser.add_argument("--document", type=Path, default=ROOT / "docs" / "performance.md", metavar="FILE")
    return parser.parse_args()


@dataclass(frozen=True)
class Builds:
    """The programs, by name, as kernels, as plain binaries, and as the initramfs of a Linux guest."""

    kernels: dict[str, Path]
    plain: dict[str, Path]
    initramfs: dict[str, Path]


def build(eggcup: Eggcup, programs: dict[str, Path], folder: Path) -> Builds:
    """Build programs for both kinds of guest."""
    toolchain = find_go()
    kernels, plain, archives = {}, {}, {}
    for name, package in programs.items():
        kernels[name] = folder / f"{name}.elf"
        eggcup("build", str(package), "-o", str(kernels[name]))
        plain[name] = folder / name
        subprocess.run(
            [toolchain.binary, "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", plain[name], "."],
            cwd=package,
            env={**toolchain.environment(), "CGO_ENABLED": "0"},
            check=True,
        )
        archives[name] = initramfs.write(plain[name], folder / f"{name}.cpio.gz")
    return Builds(kernels, plain, archives)


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
    figures = f"--part network --runs {options.runs} --seconds {options.seconds}"
    if options.part != "network":
        figures = f"--boots {options.boots} --runs {options.runs}"
    before = f" --before {options.before.name}" if options.before else ""
    command = f"{figures}{images}{before}"
    return (
        f"{version}, `-accel {accelerator}`, -smp {options.smp}, -m {MEMORY_MB}, Go {go}, host {model}; "
        f"guests in turn. Values are median [least..most]. Made with the arguments {command}."
    )


def main() -> None:
    """Build, boot, measure and write the document."""
    options = arguments()
    options.cache.mkdir(parents=True, exist_ok=True)
    qemu = find_qemu()
    accelerator = choose(Acceleration(options.accel), qemu)
    with tempfile.TemporaryDirectory(prefix="eggcup-bench-") as name:
        bench = Bench(qemu, accelerator, options.smp, Path(name))
        eggcup = Eggcup([str(Path(sys.executable).with_name("eggcup"))], bench.folder)
        eggcup("defconfig")
        if options.part != "network":
            lines = [conditions(options, accelerator, qemu), "", *kernel_part(options, bench, eggcup)]
            report.insert(options.document, "\n".join(lines))
        if options.part != "kernel":
            lines = [conditions(options, accelerator, qemu), "", *network_part(options, bench, eggcup)]
            report.insert(options.document, "\n".join(lines), report.NETWORK)
    progress(f"wrote {options.document}")


def kernel_part(options: argparse.Namespace, bench: Bench, eggcup: Eggcup) -> list[str]:
    """Measure boots, memory, sizes, micro and the tool."""
    if not (options.micro / "go.mod").is_file():
        raise SystemExit(f"{options.micro} has no program; give --micro")
    progress("building")
    builds = build(eggcup, {"micro": options.micro, "hello": HELLO}, bench.folder)
    linux = linux_kernels(
        options.linux_image, cloud=not options.no_cloud, cache=options.cache, archive=builds.initramfs["micro"]
    )
    sections = ["## Boot: from the start of QEMU to the first line of main()", ""]
    for machine in (Machine.PC, Machine.MICROVM):
        kernels = bootable_on(machine, [Kernel(EGGCUP, builds.kernels["micro"]), *linux])
        sections += [*report.boot_table(machine.value, boot_times(bench, machine, kernels, options.boots)), ""]
    sections += memory_and_size(bench, builds, linux)
    # One minimal kernel is enough: how it was loaded makes no difference once it runs.
    minimal = [kernel for kernel in linux if kernel.is_minimal]
    others = (kernel for kernel in linux if not kernel.is_minimal)
    guests = [Kernel(EGGCUP, builds.kernels["micro"]), *minimal[:1], *others]
    runs = micro_figures(bench, Machine.PC, guests, options.runs)
    sections += ["## Inside: the figures of micro on `pc`", ""]
    sections += [*report.micro_table(runs, minimal[0].name if minimal else None), ""]
    durations = measure(Eggcup(eggcup.start, bench.folder), HELLO, options.runs)
    return [*sections, "## The tool", "", *report.tool_table(durations)]


def network_part(options: argparse.Namespace, bench: Bench, eggcup: Eggcup) -> list[str]:
    """Measure a web server behind a card, and TCP within the guest, beside the first minimal Linux."""
    if lacking := network.missing():
        return [f"The network was not measured: missing {', '.join(lacking)}."]
    images = [image for image in options.linux_image if Kernel("", image, image).is_elf] or options.linux_image
    if not images:
        return ["The network was not measured: it needs a minimal Linux, --linux-image FILE."]
    eggcup("set", *web.SETTINGS)
    builds = build(eggcup, {"httpd": HTTPD, "loopback": LOOPBACK}, bench.folder)

    def pair(name: str) -> list[Kernel]:
        return [Kernel(EGGCUP, builds.kernels[name]), Kernel(MINIMAL, images[0], builds.initramfs[name])]

    loopback = web.measure_loopback(bench, pair("loopback"), options.runs)
    before = [Kernel(BEFORE, options.before)] if options.before else []
    found = web.measure_web(bench, [*pair("httpd"), *before], options.runs, options.seconds)
    little = web.serves_in_little(bench, pair("httpd")[0])
    sizes = report.server_table(
        image=builds.kernels["httpd"].stat().st_size,
        program=builds.plain["httpd"].stat().st_size,
        with_stack=stack.build(find_go(), ROOT, HTTPD, bench.folder).stat().st_size,
    )
    facts = [
        f"{options.runs} runs of each guest in turn, {web.MEMORY_MB} MiB, wrk for {options.seconds} s with one thread.",
        f"It {'serves' if little else 'does **not** serve'} in {web.LITTLE_MEMORY_MB} MiB.",
        "",
        *sizes,
    ]
    return web.tables(found, loopback, MINIMAL, facts)


def memory_and_size(bench: Bench, builds: Builds, linux: list[Kernel]) -> list[str]:
    """Find the least memory for hello, and list the sizes."""
    hello = Kernel(EGGCUP, builds.kernels["hello"])
    hellos = [hello, *(Kernel(k.name, k.image, builds.initramfs["hello"]) for k in linux)]
    least = {kernel.name: least_memory(bench, Machine.PC, kernel, HELLO_LINE) for kernel in hellos}
    sizes = [
        report.Size(f"{EGGCUP}, hello", hello.size, builds.plain["hello"].stat().st_size),
        report.Size(f"{EGGCUP}, micro", builds.kernels["micro"].stat().st_size, builds.plain["micro"].stat().st_size),
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
