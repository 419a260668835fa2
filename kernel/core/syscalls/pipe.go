package syscalls

import (
	"eggcup/kernel/core/file"
	"eggcup/kernel/core/raw"
	"eggcup/kernel/core/signal"
	"eggcup/kernel/core/thread"
)

// sysPipe2 makes a pipe: (fds, flags).
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
	if n = min(n, max(in.Buffered(), 1)); !writable(addr, n) {
		return fail(EFAULT)
	}
	if done := in.TakeBytes(c, addr, n); done > 0 || n == 0 || !in.HasPeer() {
		return done
	}
	return block(c, in, file.In)
}

// writePipe puts n bytes into a pipe. A blocking write puts all of them, in
// several runs if need be; a non-blocking one what fits, but up to PIPE_BUF
// bytes whole or not at all.
func writePipe(c *thread.CPU, out *file.File, addr, n uintptr) uintptr {
	if out.IsReader() {
		return fail(EBADF)
	}
	moved := &c.Current.Moved
	fits := n > file.PipeAtomic || n <= out.Room()
	switch {
	case out.HasPeer():
		if fits && n > *moved {
			done := out.PutBytes(c, addr+*moved, n-*moved)
			if *moved += done; done == 0 && out.Room() > 0 {
				return partly(*moved, ENOMEM)
			}
		}
	default:
		signal.Send(c, c.Current, signal.SIGPIPE, signal.CodeKernel)
		return partly(*moved, EPIPE)
	}
	if *moved == n {
		return n
	}
	if out.Flags&file.NonBlock != 0 {
		return partly(*moved, EAGAIN)
	}
	return block(c, out, file.Out)
}

// partly is the result of a transfer that ends early: an error only if nothing
// was moved.
func partly(moved, errno uintptr) uintptr {
	if moved > 0 {
		return moved
	}
	return fail(errno)
}
