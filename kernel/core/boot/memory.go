package boot

import (
	"eggcup/kernel/config"
	"eggcup/kernel/core/acpi"
	"eggcup/kernel/core/console"
	"eggcup/kernel/core/frame"
	"eggcup/kernel/core/memory"
	"eggcup/kernel/core/raw"
	"eggcup/kernel/core/signal"
	"eggcup/kernel/core/vm"
	"eggcup/kernel/core/x86"
)

// mappedAtEntry is how much entry32 maps.
const mappedAtEntry = 4 << 30

// earlyMemory reads physical memory through entry32's page tables.
func earlyMemory() acpi.Reader {
	return acpi.Reader{Mapped: memory.DirectMap, Start: 0, End: mappedAtEntry}
}

// imageStart is the address of the ELF header: Go's linker puts it right below
// the text, and every boot protocol loads it.
const imageStart = 0x100000

// The ELF-64 header and program headers (System V ABI, chapters 4 and 5).
const (
	elfPhoff     = 32
	elfPhnum     = 56
	elfPhentsize = 54
	phType       = 0
	phFlags      = 4
	phVaddr      = 16
	phMemsz      = 40
	phLoad       = 1
	flagExec     = 1
	flagWrite    = 2
)

// segment is one part of the image, as the linker meant it.
type segment struct {
	start, end uintptr
	prot       vm.Prot
}

// segments calls use for each loadable part of the image that runs.
func segments(use func(segment)) {
	header := uintptr(imageStart) + raw.Load(imageStart+elfPhoff)
	size := uintptr(raw.Load16(imageStart + elfPhentsize))
	for n := raw.Load16(imageStart + elfPhnum); n > 0; n-- {
		if raw.Load32(header+phType) == phLoad {
			start := raw.Load(header + phVaddr)
			s := segment{start: start, end: start + raw.Load(header+phMemsz), prot: vm.ProtRead}
			flags := raw.Load32(header + phFlags)
			if flags&flagWrite != 0 {
				s.prot |= vm.ProtWrite
				s.end = min(s.end, kernelEnd())
			}
			if flags&flagExec != 0 {
				s.prot |= vm.ProtExec
			}
			use(s)
		}
		header += size
	}
}

// kernelEnd returns the end of the data that the kernel itself touches, in whole
// pages. The linker lays variables without pointers last and the largest of them
// at the end, so behind the boot stack there are only large arrays of the
// program, such as the 32 MiB that Go's crypto/internal/fips140/drbg may never
// use: that part is memory like any other, which comes when it is touched. A
// check on the kernel's binary holds this.
func kernelEnd() uintptr {
	_, stack, _, _ := addresses()
	return (stack + frame.Size - 1) &^ (frame.Size - 1)
}

// mapProgramData maps what lies behind kernelEnd.
func mapProgramData() {
	start, end := kernelEnd(), imageEnd()
	if start >= end {
		return
	}
	const flags = mapPrivateAnonymous | mapFixed
	if _, errno := memory.Space.Map(start, end-start, vm.ProtRead|vm.ProtWrite, flags); errno != vm.OK {
		stop("cannot map the program's data")
	}
}

// startMemory takes over the machine's memory: what the image does not use
// becomes frames, and the kernel's own page tables replace entry32's.
func startMemory() {
	memory.Installed = ram
	segments(reserve)
	f, s := &memory.Frames, &memory.Space
	if !f.Init(memory.DirectMap, &ram, mappedAtEntry) {
		stop("the image leaves too little memory")
	}
	vm.Bug = memoryBug
	if !s.Init(f, memory.DirectMap, vm.Options{HugePages: config.HugePages, Gigabyte: hasGigabyte, NoExecute: hasNoExecute}) {
		stop("no memory for page tables")
	}
	segments(mapSegment)
	mapProgramData()
	for i := 0; i < ram.Len(); i++ {
		r := ram.At(i)
		if !s.MapDirect(r.Start, r.End) {
			stop("no memory for the direct map")
		}
	}
	x86.WriteCR3(s.Root())
	signal.Touch = memory.Writable
	if console.LogStart(console.LevelInfo, "memory") {
		console.PrintInt(int64(f.Total() * frame.Size >> 20))
		console.Print(" MiB")
		console.LogEnd()
	}
}

func reserve(s segment) {
	if !ram.Overlaps(s.start, s.end) {
		stop("the image does not fit into the machine's memory")
	}
	ram.Remove(s.start, s.end)
}

func mapSegment(s segment) {
	if memory.Space.MapImage(s.start, s.end, s.prot) != vm.OK {
		stop("cannot map the image")
	}
}

// mapRegisters maps device registers, which every machine has that gets here.
func mapRegisters(phys, size uintptr) uintptr {
	virt, ok := memory.Space.MapMMIO(phys, size)
	if !ok {
		stop("cannot map device registers")
	}
	return virt
}

// memoryBug reports damage to the memory's own bookkeeping.
func memoryBug(what string, value uintptr) {
	if console.LogStart(console.LevelError, "memory") {
		console.Print(what)
		console.Print(" ")
		console.PrintHex(value)
		console.LogEnd()
	}
	stop("bug in the kernel")
}
