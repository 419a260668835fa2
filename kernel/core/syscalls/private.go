package syscalls

import (
	"unsafe"

	"eggcup/kernel/core/console"
	"eggcup/kernel/core/file"
	"eggcup/kernel/core/irq"
	"eggcup/kernel/core/memory"
	"eggcup/kernel/core/raw"
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
		irq.Attach(gsi, of)
	}
	return fd
}

// sysMSIOpen returns a descriptor that counts the messages of a device: the
// descriptor in bits 31:0, and how to reach it, the vector in 39:32 and the
// APIC's ID in 47:40.
func sysMSIOpen(c *thread.CPU, f *thread.Frame) uintptr {
	of := file.New(file.Interrupt, file.NonBlock)
	fd := open(of, file.CloExec)
	if fd >= firstErrno {
		return fd
	}
	vector, apicID, ok := irq.AttachMessage(of)
	if !ok {
		file.Descriptors.Close(c, int(fd))
		return fail(ENOSPC)
	}
	return fd | uintptr(vector)<<32 | uintptr(apicID)<<40
}

// sysIrqEnable lets a line fire again after its driver has served the device:
// (fd).
func sysIrqEnable(c *thread.CPU, f *thread.Frame) uintptr {
	of := get(f.DI)
	if of == nil || of.Kind != file.Interrupt {
		return fail(EBADF)
	}
	irq.Enable(of)
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

// sysConsoleVirtio sends the console's output to a queue of a virtio device:
// (address of console.VirtioQueue, or 0 to end that).
func sysConsoleVirtio(c *thread.CPU, f *thread.Frame) uintptr {
	if f.DI == 0 {
		console.AttachVirtio(nil)
		return 0
	}
	if !readable(f.DI, unsafe.Sizeof(console.VirtioQueue{})) {
		return fail(EFAULT)
	}
	console.AttachVirtio((*console.VirtioQueue)(raw.Ptr(f.DI)))
	return 0
}

// sysFileCreate returns a descriptor that package hook serves: (flags of
// open(2), whether epoll refuses it). It is ready for nothing yet.
func sysFileCreate(c *thread.CPU, f *thread.Frame) uintptr {
	flags := uint32(f.DI)
	of := file.New(file.Hooked, flags&^openOnce)
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

// sysFileSibling returns another descriptor of the file that one which package
// hook serves refers to: (fd).
func sysFileSibling(_ *thread.CPU, f *thread.Frame) uintptr {
	of := get(f.DI)
	if of == nil || of.Kind != file.Hooked {
		return fail(EBADF)
	}
	fd := file.Descriptors.Sibling(int(int32(f.DI)))
	if fd < 0 {
		return fail(ENOENT)
	}
	return uintptr(fd)
}
