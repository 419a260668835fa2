package vfs

import (
	"syscall"
	"unsafe"

	"eggcup/kernel/descriptor"
	"eggcup/kernel/rawsys"
)

// foreign answers a call on an open descriptor that is no file of ours: a
// pipe, a socket, the console, an event counter. p is the pointer among the
// arguments.
func (s *System) foreign(number uintptr, p unsafe.Pointer, fd, a2, a3, a4 uintptr) (int, syscall.Errno) {
	node := s.kernel.lookup(flagsOf(fd))
	switch number {
	case syscall.SYS_FSTAT:
		if node != nil {
			if named, ok := node.File.(interface{ Status() (syscall.Stat_t, bool) }); ok {
				if st, ok := named.Status(); ok {
					return putStatus(p, st)
				}
			}
			if typed, ok := node.File.(descriptor.Typed); ok {
				return putStatus(p, syscall.Stat_t{Mode: typed.Mode(), Nlink: 1, Blksize: blockSize})
			}
		}
	case syscall.SYS_READV, syscall.SYS_WRITEV:
		vector, errno := iovecs(p, int(a3))
		if errno != 0 {
			return -1, errno
		}
		return transferVector(vector, func(p unsafe.Pointer, n int) (int, syscall.Errno) {
			return transferForeign(node, fd, number == syscall.SYS_WRITEV, p, n)
		})
	case syscall.SYS_FSYNC, syscall.SYS_FDATASYNC, syscall.SYS_FTRUNCATE:
		return -1, syscall.EINVAL
	case syscall.SYS_FCHDIR, syscall.SYS_GETDENTS64:
		return -1, syscall.ENOTDIR
	case syscall.SYS_FGETXATTR, syscall.SYS_FSETXATTR, syscall.SYS_FLISTXATTR, syscall.SYS_FREMOVEXATTR:
		return 0, extraAttribute(number)
	case syscall.SYS_FLOCK, syscall.SYS_FCHMOD, syscall.SYS_FCHOWN, sysSyncfs:
		return 0, 0
	case syscall.SYS_FALLOCATE, syscall.SYS_FADVISE64, syscall.SYS_SYNC_FILE_RANGE, syscall.SYS_PREADV, syscall.SYS_PWRITEV, sysPreadv2, sysPwritev2:
		return -1, syscall.ESPIPE
	case syscall.SYS_IOCTL:
		return passed(rawsys.Call(number, fd, a2, uintptr(p), 0, 0, 0))
	}
	if p != nil {
		return passed(rawsys.Call(number, fd, uintptr(p), a3, a4, 0, 0))
	}
	return passed(rawsys.Call(number, fd, a2, a3, a4, 0, 0))
}

func passed(r uintptr, errno syscall.Errno) (int, syscall.Errno) { return int(r), errno }

// transferForeign is read(2) or write(2).
func transferForeign(node *descriptor.Node, fd uintptr, write bool, p unsafe.Pointer, n int) (int, syscall.Errno) {
	switch {
	case node != nil && write:
		return node.File.Write(p, n)
	case node != nil:
		return node.File.Read(p, n)
	case write:
		return passed(rawsys.CallBlocking(syscall.SYS_WRITE, fd, uintptr(p), uintptr(n), 0, 0, 0))
	}
	return passed(rawsys.CallBlocking(syscall.SYS_READ, fd, uintptr(p), uintptr(n), 0, 0, 0))
}
