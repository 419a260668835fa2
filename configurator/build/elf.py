"""Makes a linked Go program bootable: PVH note and multiboot header in the file's unused bytes.

Go links a flat ELF file (address = base + file offset) and leaves the bytes between its header tables and its first
section empty, but loaded. Two headers fit there, so that one ELF64 file boots by QEMU's -kernel, GRUB, Firecracker and
Cloud Hypervisor without a loader stub:

- the PVH note (xen/include/public/elfnote.h, XEN_ELFNOTE_PHYS32_ENTRY); the program header of PT_GNU_STACK, which only
  an operating system would read, becomes the PT_NOTE that points at it;
- the multiboot 1 header (Multiboot Specification 0.6.96, 3.1) with its address fields, because loaders refuse an ELF64
  file without them.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from configurator.errors import BuildError

if TYPE_CHECKING:
    from collections.abc import Iterable

PT_LOAD = 1
PT_NOTE = 4
PT_GNU_STACK = 0x6474E551

_ET_EXEC = 2
_EM_X86_64 = 62
_PF_X = 1
_PF_R = 4
_SHT_NULL = 0
_SHT_NOBITS = 8

_EHDR = struct.Struct("<16sHHIQQQIHHHHHH")
_PHDR = struct.Struct("<IIQQQQQQ")
_SHDR = struct.Struct("<IIQQQQIIQQ")

_PVH_NOTE = struct.Struct("<III4sI")
_PHYS32_ENTRY = 18

_MULTIBOOT = struct.Struct("<8I")
_MULTIBOOT_MAGIC = 0x1BADB002
# Modules page-aligned (bit 0), memory map wanted (bit 1), address fields valid (bit 16).
_MULTIBOOT_FLAGS = 0x00010003
# Loaders look for the header in this much of the file, at multiples of 4.
_MULTIBOOT_SEARCH = 8192

_ALIGN = 16
_HEADERS_SIZE = 64


@dataclass(frozen=True)
class Segment:
    """A program header, in the order of its fields in the file."""

    type: int
    flags: int
    offset: int
    vaddr: int
    paddr: int
    filesz: int
    memsz: int
    align: int


@dataclass(frozen=True)
class Image:
    """What a boot loader needs to know of an ELF file; all addresses are physical."""

    entry: int
    load_address: int
    load_end: int
    memory_end: int
    segments: tuple[Segment, ...]


def parse(image: bytes) -> Image:
    """Read the ELF header and program headers of a static x86-64 executable.

    Raises:
        BuildError: it is none, or its segments do not lie as a loader of flat images needs them.
    """
    if len(image) < _EHDR.size or image[:4] != b"\x7fELF":
        raise BuildError("not an ELF file")
    ident, kind, machine, _, entry, phoff, _, _, _, phentsize, phnum, *_ = _EHDR.unpack_from(image)
    if ident[4:6] != b"\x02\x01" or machine != _EM_X86_64 or kind != _ET_EXEC:
        raise BuildError("not a static ELF executable for x86-64")
    if phentsize != _PHDR.size or phoff + phnum * phentsize > len(image):
        raise BuildError("the ELF file's program headers are damaged")
    segments = tuple(Segment(*_PHDR.unpack_from(image, phoff + i * phentsize)) for i in range(phnum))
    loads = [segment for segment in segments if segment.type == PT_LOAD]
    if not loads:
        raise BuildError("the ELF file has nothing to load")
    if any(load.offset + load.filesz > len(image) for load in loads):
        raise BuildError("the ELF file is cut short")
    return Image(
        entry=entry,
        load_address=min(load.vaddr for load in loads),
        load_end=max(load.vaddr + load.filesz for load in loads),
        memory_end=max(load.vaddr + load.memsz for load in loads),
        segments=segments,
    )


def add_boot_headers(image: bytes) -> bytes:
    """Return `image` with the PVH note and the multiboot header.

    Args:
        image: an ELF file as Go's linker writes it with `-T` and `-E`.

    Raises:
        BuildError: the file is not laid out as expected; it says what is wrong.
    """
    facts = parse(image)
    _check_flat(facts)
    stack = next((i for i, segment in enumerate(facts.segments) if segment.type == PT_GNU_STACK), None)
    if stack is None:
        raise BuildError("the ELF file has no PT_GNU_STACK program header to turn into the PVH note's")
    note_at = _find_slack(image, facts)
    note = _PVH_NOTE.pack(4, 4, _PHYS32_ENTRY, b"Xen\0", facts.entry)
    header_at = note_at + _HEADERS_SIZE - _MULTIBOOT.size
    header = _multiboot_header(facts, header_at)
    note_address = facts.load_address + note_at
    segment = (PT_NOTE, _PF_R, note_at, note_address, note_address, len(note), len(note), 4)
    phoff = _EHDR.unpack_from(image)[5]

    patched = bytearray(image)
    patched[note_at : note_at + len(note)] = note
    patched[header_at : header_at + len(header)] = header
    _PHDR.pack_into(patched, phoff + stack * _PHDR.size, *segment)
    return bytes(patched)


def has_boot_headers(image: bytes) -> bool:
    """Say whether `image` carries a PVH note, without which QEMU refuses an ELF64 kernel."""
    for segment in parse(image).segments:
        data = image[segment.offset : segment.offset + segment.filesz]
        if segment.type == PT_NOTE and data[:16] == _PVH_NOTE.pack(4, 4, _PHYS32_ENTRY, b"Xen\0", 0)[:16]:
            return True
    return False


def _check_flat(facts: Image) -> None:
    loads = [segment for segment in facts.segments if segment.type == PT_LOAD]
    if any(load.vaddr - load.offset != facts.load_address for load in loads):
        raise BuildError("the ELF file is not flat: a segment's address is not the base plus its file offset")
    if any(load.paddr != load.vaddr for load in loads):
        raise BuildError("the ELF file asks for physical addresses other than its virtual ones")
    if facts.memory_end > 1 << 32:
        raise BuildError("the image does not end below 4 GiB, where 32-bit boot headers reach")
    if not any(load.flags & _PF_X and load.vaddr <= facts.entry < load.vaddr + load.filesz for load in loads):
        raise BuildError(f"the entry point {facts.entry:#x} is not in executable memory")


def _multiboot_header(facts: Image, offset: int) -> bytes:
    checksum = -(_MULTIBOOT_MAGIC + _MULTIBOOT_FLAGS) & 0xFFFFFFFF
    addresses = (facts.load_address + offset, facts.load_address, facts.load_end, facts.memory_end, facts.entry)
    return _MULTIBOOT.pack(_MULTIBOOT_MAGIC, _MULTIBOOT_FLAGS, checksum, *addresses)


def _find_slack(image: bytes, facts: Image) -> int:
    """Return the offset of `_HEADERS_SIZE` loaded bytes that nothing uses and that are zero."""
    occupied = sorted(_occupied(image, facts))
    end = 0
    for start, stop in [*occupied, (len(image), len(image))]:
        offset = -(-end // _ALIGN) * _ALIGN
        if offset + _HEADERS_SIZE <= min(start, _MULTIBOOT_SEARCH, facts.load_end - facts.load_address):
            if any(image[offset : offset + _HEADERS_SIZE]):
                raise BuildError(f"the bytes at {offset:#x} of the ELF file, where the boot headers go, are in use")
            return offset
        end = max(end, stop)
    raise BuildError("the ELF file has no room for the boot headers before its first section")


def _occupied(image: bytes, facts: Image) -> Iterable[tuple[int, int]]:
    """Yield the file ranges of the header tables, sections, and segments that are not loaded for themselves."""
    _, _, _, _, _, phoff, shoff, _, ehsize, phentsize, phnum, shentsize, shnum, _ = _EHDR.unpack_from(image)
    yield 0, ehsize
    yield phoff, phoff + phentsize * phnum
    yield shoff, shoff + shentsize * shnum
    for segment in facts.segments:
        # The segment at offset 0 holds the header tables and the slack after them.
        if segment.filesz and not (segment.type == PT_LOAD and segment.offset == 0):
            yield segment.offset, segment.offset + segment.filesz
    if shnum and (shentsize != _SHDR.size or shoff + shentsize * shnum > len(image)):
        raise BuildError("the ELF file's section headers are damaged")
    for i in range(shnum):
        _, kind, _, _, offset, size, *_ = _SHDR.unpack_from(image, shoff + i * shentsize)
        if kind not in (_SHT_NULL, _SHT_NOBITS):
            yield offset, offset + size
