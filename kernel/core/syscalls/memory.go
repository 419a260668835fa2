package syscalls

import (
	"eggcup/kernel/core/memory"
	"eggcup/kernel/core/raw"
	"eggcup/kernel/core/thread"
	"eggcup/kernel/core/vm"
)

// mapAnonymous is MAP_ANONYMOUS; file mappings need files.
const mapAnonymous = 0x20

func sysMmap(c *thread.CPU, f *thread.Frame) uintptr {
	if f.R10&mapAnonymous == 0 {
		return fail(ENODEV)
	}
	addr, errno := memory.Space.Map(f.DI, f.SI, vm.Prot(f.DX), vm.MapFlags(f.R10))
	if errno != 0 {
		return fail(uintptr(errno))
	}
	return addr
}

func sysMunmap(c *thread.CPU, f *thread.Frame) uintptr {
	return fail(uintptr(memory.Space.Unmap(f.DI, f.SI)))
}

func sysMprotect(c *thread.CPU, f *thread.Frame) uintptr {
	return fail(uintptr(memory.Space.Protect(f.DI, f.SI, vm.Prot(f.DX))))
}

func sysMadvise(c *thread.CPU, f *thread.Frame) uintptr {
	return fail(uintptr(memory.Space.Advise(f.DI, f.SI, int(f.DX))))
}

func sysMincore(c *thread.CPU, f *thread.Frame) uintptr {
	addr, length, vector := f.DI, f.SI, f.DX
	pages := (length + thread.PageSize - 1) / thread.PageSize
	if !writable(vector, pages) {
		return fail(EFAULT)
	}
	return fail(uintptr(memory.Space.Resident(addr, length, raw.Bytes(vector, pages))))
}
