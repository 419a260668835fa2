"""Boot headers: what is written where, and what is refused."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

import pytest

from configurator.build.elf import PT_GNU_STACK, PT_LOAD, PT_NOTE, add_boot_headers, has_boot_headers, parse
from configurator.errors import BuildError

BASE = 0x100000
ENTRY = BASE + 0x1010
NOTE_SECTION = 0xF78


@dataclass
class Elf:
    """An ELF file laid out as Go's linker does it, small enough to read: two segments, a note before the code."""

    entry: int = ENTRY
    kind: int = 2
    machine: int = 62
    ident: bytes = b"\x7fELF\x02\x01\x01"
    segments: list[tuple[int, int, int, int, int, int, int, int]] = field(
        default_factory=lambda: [
            (PT_NOTE, 4, NOTE_SECTION, BASE + NOTE_SECTION, BASE + NOTE_SECTION, 100, 100, 4),
            (PT_LOAD, 5, 0, BASE, BASE, 0x1100, 0x1100, 0x1000),
            (PT_LOAD, 6, 0x2000, BASE + 0x2000, BASE + 0x2000, 0x100, 0x3000, 0x1000),
            (PT_GNU_STACK, 6, 0, 0, 0, 0, 0, 8),
        ]
    )
    sections: list[tuple[int, int, int]] = field(default_factory=lambda: [(7, NOTE_SECTION, 100), (1, 0x1000, 0x100)])
    slack: bytes = b""

    def bytes(self) -> bytes:
        """Return the file."""
        phoff = 64
        shoff = phoff + 56 * len(self.segments)
        shnum = len(self.sections) + 1
        header = struct.pack(
            "<16sHHIQQQIHHHHHH", self.ident, self.kind, self.machine, 1, self.entry, phoff, shoff, 0,
            64, 56, len(self.segments), 64, shnum, 0,
        )  # fmt: skip
        headers = b"".join(struct.pack("<IIQQQQQQ", *segment) for segment in self.segments)
        headers += bytes(64)
        for kind, offset, size in self.sections:
            headers += struct.pack("<IIQQQQIIQQ", 0, kind, 2, BASE + offset, offset, size, 0, 0, 1, 0)
        image = bytearray(0x2100)
        image[: len(header + headers + self.slack)] = header + headers + self.slack
        image[NOTE_SECTION : NOTE_SECTION + 100] = b"n" * 100
        image[0x1000:0x1100] = b"c" * 0x100
        image[0x2000:0x2100] = b"d" * 0x100
        return bytes(image)


def test_pvh_note() -> None:
    """PT_GNU_STACK becomes a PT_NOTE that points at a Xen note of type 18 with the 32-bit entry point."""
    image = add_boot_headers(Elf().bytes())
    segment = parse(image).segments[3]
    assert (segment.type, segment.flags, segment.align) == (PT_NOTE, 4, 4)
    assert segment.vaddr == segment.paddr == BASE + segment.offset
    assert segment.filesz == segment.memsz == 20
    note = image[segment.offset : segment.offset + segment.filesz]
    assert note == struct.pack("<III4sI", 4, 4, 18, b"Xen\0", ENTRY)


def test_multiboot_header() -> None:
    """The header is aligned, early enough, adds up to zero, and describes what lies where."""
    image = add_boot_headers(Elf().bytes())
    offset = image.index(struct.pack("<I", 0x1BADB002))
    assert offset % 4 == 0
    assert offset + 32 <= 8192
    magic, flags, checksum, header, load, load_end, bss_end, entry = struct.unpack_from("<8I", image, offset)
    assert (magic + flags + checksum) & 0xFFFFFFFF == 0
    assert flags == 0x00010003
    assert (header, load, load_end, bss_end, entry) == (BASE + offset, BASE, BASE + 0x2100, BASE + 0x5000, ENTRY)


def test_nothing_else_changes() -> None:
    """Only the program header and the slack differ from the linked file."""
    linked = Elf().bytes()
    image = add_boot_headers(linked)
    assert len(image) == len(linked)
    changed = [i for i, (old, new) in enumerate(zip(linked, image, strict=True)) if old != new]
    stack_header = range(64 + 3 * 56, 64 + 4 * 56)
    end_of_tables = 64 + 4 * 56 + 3 * 64
    assert all(i in stack_header or end_of_tables <= i < end_of_tables + 80 for i in changed)


def test_headers_are_found_again() -> None:
    """A kernel is told from a program."""
    assert not has_boot_headers(Elf().bytes())
    assert has_boot_headers(add_boot_headers(Elf().bytes()))


def test_headers_go_after_late_tables() -> None:
    """The slack is found wherever it is: here a section takes the place after the header tables."""
    linked = Elf(sections=[(1, 64 + 4 * 56 + 4 * 64, 0x200), (7, NOTE_SECTION, 100), (1, 0x1000, 0x100)])
    image = add_boot_headers(linked.bytes())
    assert parse(image).segments[3].offset >= 64 + 4 * 56 + 4 * 64 + 0x200


LOAD, DATA, STACK = Elf().segments[1:]

REFUSED = {
    "empty": (b"", "not an ELF file"),
    "script": (b"#!/bin/sh\n" + bytes(100), "not an ELF file"),
    "32-bit": (Elf(ident=b"\x7fELF\x01\x01\x01").bytes(), "not a static ELF executable for x86-64"),
    "big-endian": (Elf(ident=b"\x7fELF\x02\x02\x01").bytes(), "not a static ELF executable for x86-64"),
    "arm": (Elf(machine=183).bytes(), "not a static ELF executable for x86-64"),
    "position-independent": (Elf(kind=3).bytes(), "not a static ELF executable for x86-64"),
    "cut-in-the-headers": (Elf().bytes()[:200], "program headers are damaged"),
    "cut-in-the-data": (Elf().bytes()[:0x2080], "cut short"),
    "nothing-to-load": (Elf(segments=[STACK]).bytes(), "nothing to load"),
    "no-stack-header": (Elf(segments=[LOAD, DATA]).bytes(), "no PT_GNU_STACK"),
    "not-flat": (Elf(segments=[LOAD, (PT_LOAD, 6, 0x2000, BASE + 0x3000, BASE + 0x3000, 256, 256, 0), STACK]).bytes(),
                 "not flat"),
    "other-physical": (Elf(segments=[LOAD, (PT_LOAD, 6, 0x2000, BASE + 0x2000, 0x2000, 256, 256, 0), STACK]).bytes(),
                       "physical addresses"),
    "too-high": (
        Elf(segments=[LOAD, (PT_LOAD, 6, 0x2000, BASE + 0x2000, BASE + 0x2000, 256, 1 << 32, 0), STACK]).bytes(),
        "below 4 GiB",
    ),
    "entry-outside": (Elf(entry=0x400000).bytes(), "entry point 0x400000"),
    "entry-in-data": (Elf(entry=BASE + 0x2010).bytes(), "entry point 0x102010"),
    "slack-in-use": (Elf(slack=b"x").bytes(), "are in use"),
    "no-slack": (Elf(sections=[(1, 64 + 4 * 56 + 2 * 64, 0xF00), (1, 0x1000, 0x1100)]).bytes(), "no room"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    """A file that is laid out otherwise is refused, with the reason."""
    image, message = REFUSED[name]
    with pytest.raises(BuildError, match=message):
        add_boot_headers(image)
