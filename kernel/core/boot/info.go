package boot

import (
	"eggcup/kernel/core/frame"
	"eggcup/kernel/core/raw"
)

// What the boot loader said, copied out of its memory.
var (
	ram         frame.Ranges // usable memory
	bootRSDP    uintptr      // physical address of ACPI's root pointer; 0: unknown
	commandLine [2048]byte
	commandSize int
)

// DeviceParameter starts the words of the command line that tell of devices;
// drivers/virtio reads them.
const DeviceParameter = "virtio_mmio.device="

// CommandLine returns what the boot loader passed on.
//
// Context: any, once the boot has read it.
func CommandLine() string { return raw.String(&commandLine[0], commandSize) }

// PVH: struct hvm_start_info and its memory map (Xen, public/arch-x86/hvm/
// start_info.h).
const (
	pvhMagic        = 0x336ec578
	pvhVersion      = 4
	pvhCommandLine  = 24
	pvhRSDP         = 32
	pvhMemoryMap    = 40
	pvhMemoryCount  = 48
	pvhEntrySize    = 24
	pvhEntryAddress = 0
	pvhEntryLength  = 8
	pvhEntryType    = 16
)

// Multiboot information (Multiboot Specification 0.6.96, 3.3).
const (
	multibootMagic       = 0x2badb002
	multibootFlags       = 0
	multibootHighMemory  = 8 // KiB above 1 MiB
	multibootCommandLine = 16
	multibootMapLength   = 44
	multibootMapAddress  = 48
	multibootLoaderName  = 64
	multibootHasMemory   = 1 << 0
	multibootHasCommand  = 1 << 2
	multibootHasMap      = 1 << 6
	multibootHasLoader   = 1 << 9
	multibootEntryBase   = 4 // behind the entry's size
	multibootEntryLength = 12
	multibootEntryType   = 20
)

// typeRAM marks usable memory in both maps, as in the BIOS's E820.
const typeRAM = 1

// highMemory is where memory above the BIOS area starts.
const highMemory = 1 << 20

// readInfo copies what the boot loader knows. Both protocols pass physical
// addresses below 4 GiB, which are still mapped one to one.
func readInfo(magic, info uintptr) {
	switch {
	case magic == multibootMagic:
		readMultiboot(info)
	case info != 0 && raw.Load32(info) == pvhMagic:
		readPVH(info)
	default:
		stop("started by neither PVH nor multiboot")
	}
	if ram.Len() == 0 {
		stop("the boot loader gave no memory map")
	}
}

func readPVH(info uintptr) {
	if p := raw.Load(info + pvhCommandLine); p != 0 {
		copyCommandLine(p)
	}
	bootRSDP = raw.Load(info + pvhRSDP)
	if raw.Load32(info+pvhVersion) < 1 {
		return // version 0 has no memory map
	}
	entry := raw.Load(info + pvhMemoryMap)
	for n := raw.Load32(info + pvhMemoryCount); n > 0; n-- {
		if raw.Load32(entry+pvhEntryType) == typeRAM {
			start := raw.Load(entry + pvhEntryAddress)
			ram.Add(start, start+raw.Load(entry+pvhEntryLength))
		}
		entry += pvhEntrySize
	}
}

func readMultiboot(info uintptr) {
	flags := raw.Load32(info + multibootFlags)
	if flags&multibootHasCommand != 0 {
		p := uintptr(raw.Load32(info + multibootCommandLine))
		if flags&multibootHasLoader != 0 && raw.Load32(uintptr(raw.Load32(info+multibootLoaderName))) == loaderQEMU {
			p = skipWord(p) // QEMU puts the kernel's file name first
		}
		copyCommandLine(p)
	}
	if flags&multibootHasMap == 0 {
		if flags&multibootHasMemory != 0 {
			kib := uintptr(raw.Load32(info + multibootHighMemory))
			ram.Add(highMemory, highMemory+kib<<10)
		}
		return
	}
	entry := uintptr(raw.Load32(info + multibootMapAddress))
	end := entry + uintptr(raw.Load32(info+multibootMapLength))
	for entry < end {
		if raw.Load32(entry+multibootEntryType) == typeRAM {
			start := raw.Load(entry + multibootEntryBase)
			ram.Add(start, start+raw.Load(entry+multibootEntryLength))
		}
		entry += 4 + uintptr(raw.Load32(entry))
	}
}

// loaderQEMU is "qemu" as a little-endian word.
const loaderQEMU = 'q' | 'e'<<8 | 'm'<<16 | 'u'<<24

// skipWord returns the address behind the first word of a C string.
func skipWord(p uintptr) uintptr {
	for {
		switch raw.Load8(p) {
		case 0, ' ':
			return p
		}
		p++
	}
}

func copyCommandLine(from uintptr) {
	for commandSize < len(commandLine) {
		c := raw.Load8(from + uintptr(commandSize))
		if c == 0 {
			return
		}
		commandLine[commandSize] = c
		commandSize++
	}
}
