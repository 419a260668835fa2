package syscalls

import (
	"eggcup/kernel/core/file"
	"eggcup/kernel/core/raw"
	"eggcup/kernel/core/thread"
)

// sysPipe2 makes a pipe of the kernel's own: (fds, flags).
func sysPipe2(c *thread.CPU, f *thread.Frame) uintptr {
	flags := uint32(f.SI)
	if flags&^(file.NonBlock|file.CloExec) != 0 {
		return fail(EINVAL)
	}
	return openPipe(c, f.DI, flags)
}

func sysPipe(c *thread.CPU, f *thread.Frame) uintptr { return openPipe(c, f.DI, 0) }

func openPipe(c *thread.CPU, to uintptr, flags uint32) uintptr {
	if !writable(to, 8) {
		return fail(EFAULT)
	}
	reader, writer := file.NewPipe(flags & file.NonBlock)
	if reader == nil {
		return fail(ENOMEM)
	}
	closeOnExec := flags&file.CloExec != 0
	in, errno := file.Descriptors.Add(reader, 0, closeOnExec)
	if errno != 0 {
		file.DiscardPipe(reader, writer)
		return fail(uintptr(errno))
	}
	out, errno := file.Descriptors.Add(writer, 0, closeOnExec)
	if errno != 0 {
		file.Descriptors.Close(c, in)
		file.DiscardPipe(nil, writer)
		return fail(uintptr(errno))
	}
	raw.Store32(to, uint32(in))
	raw.Store32(to+4, uint32(out))
	return 0
}

func readPipe(c *thread.CPU, in *file.File, addr, n uintptr) uintptr {
	if !in.IsReader() {
		return fail(EBADF)
	}
	if !writable(addr, n) {
		return fail(EFAULT)
	}
	if done := in.TakeBytes(c, addr, n); done > 0 || n == 0 || !in.HasPeer() {
		return done
	}
	return block(c, in, file.In)
}

// writePipe writes what fits, and waits only for the first byte: who makes this
// call writes a byte or a few.
func writePipe(c *thread.CPU, out *file.File, addr, n uintptr) uintptr {
	if out.IsReader() {
		return fail(EBADF)
	}
	if !out.HasPeer() {
		return fail(EPIPE)
	}
	if done := out.PutBytes(c, addr, n); done > 0 || n == 0 {
		return done
	}
	return block(c, out, file.Out)
}
