package vfs

import (
	"syscall"
	"unsafe"
)

// flagsOf is an argument of type int.
func flagsOf(argument uintptr) int { return int(int32(argument)) }

// callOnPath answers a call that names a file; p and q are the pointers among
// its arguments. Calls from the time before directories had descriptors are
// those of today from the working directory.
func (s *System) callOnPath(number uintptr, p, q unsafe.Pointer, a1, a2, a3, a4, a5 uintptr) (int, syscall.Errno) {
	if p == nil && number == syscall.SYS_UTIMENSAT {
		return 0, s.futimens(flagsOf(a1), q)
	}
	path, errno := textAt(p)
	if errno != 0 {
		return -1, errno
	}
	switch number {
	case syscall.SYS_OPEN:
		return s.open(atFDCWD, path, flagsOf(a2), uint32(a3))
	case sysMemfd:
		return s.memfd(path, flagsOf(a2))
	case syscall.SYS_OPENAT:
		return s.open(flagsOf(a1), path, flagsOf(a3), uint32(a4))
	case syscall.SYS_CREAT:
		return s.open(atFDCWD, path, syscall.O_CREAT|syscall.O_WRONLY|syscall.O_TRUNC, uint32(a2))
	case sysOpenat2:
		return s.openHow(flagsOf(a1), path, q, a4)
	case syscall.SYS_STAT:
		return s.stat(atFDCWD, path, 0, q)
	case syscall.SYS_LSTAT:
		return s.stat(atFDCWD, path, atSymlinkNofollow, q)
	case syscall.SYS_NEWFSTATAT:
		return s.stat(flagsOf(a1), path, flagsOf(a4), q)
	case sysStatx:
		return s.statx(flagsOf(a1), path, flagsOf(a3), q)
	case syscall.SYS_READLINK:
		return s.readlinkTo(atFDCWD, path, q, flagsOf(a3))
	case syscall.SYS_READLINKAT:
		return s.readlinkTo(flagsOf(a1), path, q, flagsOf(a4))
	case syscall.SYS_STATFS:
		n, errno := s.lookup(atFDCWD, path, 0, 0)
		if errno != 0 {
			return -1, errno
		}
		return putFilesystem(q, n.fs)
	case syscall.SYS_RENAME, syscall.SYS_RENAMEAT, sysRenameat2, syscall.SYS_LINK, syscall.SYS_LINKAT,
		syscall.SYS_SYMLINK, syscall.SYS_SYMLINKAT:
		other, errno := textAt(q)
		if errno != 0 {
			return -1, errno
		}
		return 0, s.callOnTwo(number, path, other, a1, a2, a3, a5)
	}
	return 0, s.changeNames(number, path, q, a1, a2, a3, a4, a5)
}

// callOnTwo answers the calls with two paths.
func (s *System) callOnTwo(number uintptr, path, other string, a1, a2, a3, a5 uintptr) syscall.Errno {
	switch number {
	case syscall.SYS_RENAME:
		return s.rename(atFDCWD, path, atFDCWD, other, 0)
	case syscall.SYS_RENAMEAT:
		return s.rename(flagsOf(a1), path, flagsOf(a3), other, 0)
	case sysRenameat2:
		return s.rename(flagsOf(a1), path, flagsOf(a3), other, flagsOf(a5))
	case syscall.SYS_LINK:
		return s.link(atFDCWD, path, atFDCWD, other, 0)
	case syscall.SYS_LINKAT:
		return s.link(flagsOf(a1), path, flagsOf(a3), other, flagsOf(a5))
	case syscall.SYS_SYMLINK:
		return s.symlink(path, atFDCWD, other)
	}
	return s.symlink(path, flagsOf(a2), other) // symlinkat
}

// changeNames answers the calls that make and remove names.
func (s *System) changeNames(number uintptr, path string, q unsafe.Pointer, a1, a2, a3, a4, a5 uintptr) syscall.Errno {
	switch number {
	case syscall.SYS_MKDIR:
		return s.mkdir(atFDCWD, path, uint32(a2))
	case syscall.SYS_MKDIRAT:
		return s.mkdir(flagsOf(a1), path, uint32(a3))
	case syscall.SYS_MKNOD:
		return s.mknod(atFDCWD, path, uint32(a2), uint64(uint32(a3)))
	case syscall.SYS_MKNODAT:
		return s.mknod(flagsOf(a1), path, uint32(a3), uint64(uint32(a4)))
	case syscall.SYS_UNLINK:
		return s.unlink(atFDCWD, path, 0)
	case syscall.SYS_RMDIR:
		return s.unlink(atFDCWD, path, atRemoveDir)
	case syscall.SYS_UNLINKAT:
		return s.unlink(flagsOf(a1), path, flagsOf(a3))
	case syscall.SYS_CHDIR:
		return s.chdir(path)
	}
	return s.changeAttributes(number, path, q, a1, a2, a3, a4, a5)
}

// changeAttributes answers the calls that leave the names as they are.
func (s *System) changeAttributes(number uintptr, path string, q unsafe.Pointer, a1, a2, a3, a4, a5 uintptr) syscall.Errno {
	switch number {
	case syscall.SYS_GETXATTR, syscall.SYS_SETXATTR, syscall.SYS_LISTXATTR, syscall.SYS_REMOVEXATTR:
		if _, errno := s.lookup(atFDCWD, path, 0, 0); errno != 0 {
			return errno
		}
		return extraAttribute(number)
	case syscall.SYS_LGETXATTR, syscall.SYS_LSETXATTR, syscall.SYS_LLISTXATTR, syscall.SYS_LREMOVEXATTR:
		if _, errno := s.lookup(atFDCWD, path, atSymlinkNofollow, atSymlinkNofollow); errno != 0 {
			return errno
		}
		return extraAttribute(number)
	case syscall.SYS_TRUNCATE:
		return s.truncate(path, int64(a2))
	case syscall.SYS_CHMOD:
		return s.chmod(atFDCWD, path, uint32(a2), 0)
	case syscall.SYS_FCHMODAT:
		return s.chmod(flagsOf(a1), path, uint32(a3), 0)
	case sysFchmodat2:
		return s.chmod(flagsOf(a1), path, uint32(a3), flagsOf(a4))
	case syscall.SYS_CHOWN:
		return s.chown(atFDCWD, path, int32(a2), int32(a3), 0)
	case syscall.SYS_LCHOWN:
		return s.chown(atFDCWD, path, int32(a2), int32(a3), atSymlinkNofollow)
	case syscall.SYS_FCHOWNAT:
		return s.chown(flagsOf(a1), path, int32(a3), int32(a4), flagsOf(a5))
	case syscall.SYS_ACCESS:
		return s.access(atFDCWD, path, flagsOf(a2), 0)
	case syscall.SYS_FACCESSAT:
		return s.access(flagsOf(a1), path, flagsOf(a3), 0)
	case sysFaccessat2:
		return s.access(flagsOf(a1), path, flagsOf(a3), flagsOf(a4))
	case syscall.SYS_UTIME:
		return s.setTimes(atFDCWD, path, secondsAt(q), 0)
	case syscall.SYS_UTIMES:
		return s.setMicroseconds(atFDCWD, path, q)
	case syscall.SYS_FUTIMESAT:
		return s.setMicroseconds(flagsOf(a1), path, q)
	case syscall.SYS_UTIMENSAT:
		return s.setTimes(flagsOf(a1), path, timesAt(q), flagsOf(a4))
	}
	return syscall.ENOSYS
}
