package syscalls

import (
	"eggcup/kernel/core/console"
	"eggcup/kernel/core/file"
	"eggcup/kernel/core/irq"
	"eggcup/kernel/core/memory"
	"eggcup/kernel/core/thread"
)

// sysIrqOpen returns a descriptor that counts the interrupts of a line: (gsi).
func sysIrqOpen(c *thread.CPU, f *thread.Frame) uintptr {
	gsi := int(int32(f.DI))
	if !irq.Valid(gsi) {
		return fail(EINVAL)
	}
	of := file.New(file.Interrupt, file.NonBlock)
	fd := open(of, file.CloExec)
	if fd < firstErrno {
		of.Line = int32(gsi)
		irq.Attach(gsi, of)
	}
	return fd
}

// sysIrqEnable lets a line fire again after its driver has served the device:
// (fd).
func sysIrqEnable(c *thread.CPU, f *thread.Frame) uintptr {
	of := get(f.DI)
	if of == nil || of.Kind != file.Interrupt {
		return fail(EBADF)
	}
	irq.Enable(int(of.Line))
	return 0
}

// Where the VGA text frame buffer lies.
const (
	vgaPhysical = 0xb8000
	vgaSize     = 0x8000
)

func sysConsoleVGA(*thread.CPU, *thread.Frame) uintptr {
	base, ok := memory.Space.MapMMIO(vgaPhysical, vgaSize)
	if !ok {
		return fail(ENOMEM)
	}
	console.AttachVGA(base)
	return 0
}

// sysFileCreate returns a descriptor that package hook serves: (flags of
// open(2), whether epoll refuses it). It is ready for nothing yet.
func sysFileCreate(c *thread.CPU, f *thread.Frame) uintptr {
	flags := uint32(f.DI)
	of := file.New(file.Hooked, flags&(openAccess|settable|openPath))
	if of != nil {
		of.Unpollable = f.SI != 0
	}
	return open(of, flags)
}

// sysConsoleOpen returns a new descriptor of the terminal: (flags of open(2)).
func sysConsoleOpen(c *thread.CPU, f *thread.Frame) uintptr {
	flags := uint32(f.DI)
	return open(newConsole(flags&(openAccess|settable)), flags)
}

// sysFileReady changes what such a descriptor is ready for: (fd, events to
// set, events to clear).
func sysFileReady(c *thread.CPU, f *thread.Frame) uintptr {
	of := get(f.DI)
	if of == nil || of.Kind != file.Hooked {
		return fail(EBADF)
	}
	of.Unmark(uint32(f.DX))
	if set := uint32(f.SI); set != 0 {
		of.Mark(c, set, false)
	}
	return 0
}
