package vfs

import (
	"syscall"
	"unsafe"
)

// Numbers that package syscall does not have.
const (
	sysSyncfs     = 306
	sysRenameat2  = 316
	sysGetrandom  = 318
	sysMemfd      = 319
	sysPreadv2    = 327
	sysPwritev2   = 328
	sysStatx      = 332
	sysOpenat2    = 437
	sysFaccessat2 = 439
	sysFchmodat2  = 452
)

// Call answers a system call on files: hook.FileLayer.
func (s *System) Call(number uintptr, p, q unsafe.Pointer, a1, a2, a3, a4, a5, a6 uintptr) (uintptr, syscall.Errno) {
	r, errno := s.call(number, p, q, a1, a2, a3, a4, a5, a6)
	if errno != 0 {
		return ^uintptr(0), errno
	}
	return uintptr(r), 0
}

func (s *System) call(number uintptr, p, q unsafe.Pointer, a1, a2, a3, a4, a5, a6 uintptr) (int, syscall.Errno) {
	switch number {
	case syscall.SYS_MMAP:
		return s.mmap(a1, a2, a3, a4, int(int32(a5)), int64(a6))
	case syscall.SYS_MUNMAP:
		return s.munmap(a1, a2)
	case syscall.SYS_MSYNC:
		return 0, s.msync(a1, a2)
	case syscall.SYS_SYNC:
		return 0, s.sync()
	case syscall.SYS_GETCWD:
		return s.getcwd(p, int(a2))
	case syscall.SYS_FSTAT, syscall.SYS_LSEEK, syscall.SYS_IOCTL, syscall.SYS_PREAD64, syscall.SYS_PWRITE64,
		syscall.SYS_READV, syscall.SYS_WRITEV, syscall.SYS_FLOCK, syscall.SYS_FSYNC, syscall.SYS_FDATASYNC,
		syscall.SYS_FTRUNCATE, syscall.SYS_FCHDIR, syscall.SYS_FCHMOD, syscall.SYS_FCHOWN, syscall.SYS_FSTATFS,
		syscall.SYS_GETDENTS64, syscall.SYS_FADVISE64, syscall.SYS_FALLOCATE, syscall.SYS_PREADV,
		syscall.SYS_PWRITEV, sysSyncfs, sysPreadv2, sysPwritev2, syscall.SYS_SYNC_FILE_RANGE, syscall.SYS_FGETXATTR,
		syscall.SYS_FSETXATTR, syscall.SYS_FLISTXATTR, syscall.SYS_FREMOVEXATTR:
		if number == syscall.SYS_FTRUNCATE && int64(a2) < 0 {
			return -1, syscall.EINVAL // even of a descriptor that is closed
		}
		f, errno := s.file(int(int32(a1)))
		switch errno {
		case 0:
			return f.call(number, p, a2, a3, a4, a6)
		case errNotOurs:
			return s.foreign(number, p, a1, a2, a3, a4)
		}
		return -1, errno
	}
	return s.callOnPath(number, p, q, a1, a2, a3, a4, a5)
}

// call answers a call whose first argument is the descriptor of f; p is the
// pointer among the others.
func (f *File) call(number uintptr, p unsafe.Pointer, a2, a3, a4, a6 uintptr) (int, syscall.Errno) {
	switch number {
	case syscall.SYS_FSTAT:
		return putStatus(p, f.node.status())
	case syscall.SYS_LSEEK:
		to, errno := f.seek(int64(a2), int(int32(a3)))
		return int(to), errno
	case syscall.SYS_IOCTL:
		return f.ioctl(a2, p)
	case syscall.SYS_PREAD64, syscall.SYS_PWRITE64:
		return f.transferAt(number == syscall.SYS_PWRITE64, p, int(a3), int64(a4))
	case syscall.SYS_READV, syscall.SYS_PREADV, sysPreadv2, syscall.SYS_WRITEV, syscall.SYS_PWRITEV, sysPwritev2:
		return f.callVector(number, p, int(a3), int64(a4), a6)
	case syscall.SYS_GETDENTS64:
		b, errno := memory(p, int(uint32(a3)))
		if errno != 0 {
			return -1, errno
		}
		return f.list(b)
	case syscall.SYS_FSTATFS:
		return putFilesystem(p, f.node.fs)
	case syscall.SYS_FCHDIR:
		return 0, f.system.chdirTo(f.node)
	}
	if f.pathOnly {
		return -1, syscall.EBADF
	}
	return 0, f.change(number, a2, a3, a4)
}

// change answers the calls that a descriptor of O_PATH is not good for.
func (f *File) change(number, a2, a3, a4 uintptr) syscall.Errno {
	switch number {
	case syscall.SYS_FLOCK:
		return f.node.locks.take(f, int(a2))
	case syscall.SYS_FSYNC, syscall.SYS_FDATASYNC, sysSyncfs, syscall.SYS_SYNC_FILE_RANGE:
		return f.sync(number != syscall.SYS_FSYNC)
	case syscall.SYS_FGETXATTR, syscall.SYS_FSETXATTR, syscall.SYS_FLISTXATTR, syscall.SYS_FREMOVEXATTR:
		return extraAttribute(number)
	case syscall.SYS_FTRUNCATE:
		if f.access == syscall.O_RDONLY || !f.node.isRegular() {
			return syscall.EINVAL
		}
		return f.node.resize(int64(a2))
	case syscall.SYS_FCHMOD:
		return f.node.chmod(uint32(a2))
	case syscall.SYS_FCHOWN:
		return f.node.chown(int32(a2), int32(a3))
	case syscall.SYS_FALLOCATE:
		if f.access == syscall.O_RDONLY {
			return syscall.EBADF
		}
		return f.node.allocate(int(a2), int64(a3), int64(a4))
	case syscall.SYS_FADVISE64:
		const last = 5 // POSIX_FADV_NOREUSE
		if a4 > last {
			return syscall.EINVAL
		}
		return 0
	}
	return syscall.ENOSYS
}
