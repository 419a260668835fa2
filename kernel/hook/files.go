package hook

import (
	"math/bits"
	"sync/atomic"
	"syscall"
	"unsafe"

	"eggcup/kernel/descriptor"
)

// FileLayer answers the system calls of fileCalls: package vfs.
type FileLayer interface {
	// Call answers one. p and q are those of its arguments that are pointers,
	// in this order, and may point into the caller's stack; as numbers they
	// are of no use any more. What is not for files, such as the status of the
	// console, the layer asks the kernel for.
	Call(number uintptr, p, q unsafe.Pointer, a1, a2, a3, a4, a5, a6 uintptr) (uintptr, syscall.Errno)
}

// files is the layer; nil until there is one, and then the kernel answers.
var files atomic.Pointer[FileLayer]

// SetFiles makes layer answer the calls on files, and registers what programs
// do with them.
func SetFiles(layer FileLayer) {
	files.Store(&layer)
	ServeDescriptors()
	ServeTransfers()
	ServePolls()
	register(fileCalls)
}

// Numbers that package syscall does not have.
const (
	sysFchmodat2  = 452
	sysFaccessat2 = 439
	sysOpenat2    = 437
	sysStatx      = 332
	sysPwritev2   = 328
	sysPreadv2    = 327
	sysRenameat2  = 316
	sysMemfd      = 319
	sysSyncfs     = 306
)

// fileCalls are all of them. What takes a descriptor of anything, or of
// nothing, is the layer's as a whole; the rest only if the descriptor is ours.
var fileCalls = []call{
	{number: syscall.SYS_OPEN, pointers: p1, serve: serveFile},
	{number: syscall.SYS_STAT, pointers: p1 | p2, serve: serveFile},
	{number: syscall.SYS_FSTAT, of: 1, pointers: p2, serve: serveFile},
	{number: syscall.SYS_LSTAT, pointers: p1 | p2, serve: serveFile},
	{number: syscall.SYS_LSEEK, of: 1, serve: serveFile},
	{number: syscall.SYS_MMAP, serve: serveFile},
	{number: syscall.SYS_MUNMAP, serve: serveFile},
	{number: syscall.SYS_PREAD64, of: 1, pointers: p2, serve: serveFile},
	{number: syscall.SYS_PWRITE64, of: 1, pointers: p2, serve: serveFile},
	{number: syscall.SYS_ACCESS, pointers: p1, serve: serveFile},
	{number: syscall.SYS_MSYNC, serve: serveFile},
	{number: syscall.SYS_FLOCK, serve: serveFile},
	{number: syscall.SYS_FSYNC, serve: serveFile},
	{number: syscall.SYS_FDATASYNC, serve: serveFile},
	{number: syscall.SYS_TRUNCATE, pointers: p1, serve: serveFile},
	{number: syscall.SYS_FTRUNCATE, serve: serveFile},
	{number: syscall.SYS_GETCWD, pointers: p1, serve: serveFile},
	{number: syscall.SYS_CHDIR, pointers: p1, serve: serveFile},
	{number: syscall.SYS_FCHDIR, serve: serveFile},
	{number: syscall.SYS_RENAME, pointers: p1 | p2, serve: serveFile},
	{number: syscall.SYS_MKDIR, pointers: p1, serve: serveFile},
	{number: syscall.SYS_RMDIR, pointers: p1, serve: serveFile},
	{number: syscall.SYS_CREAT, pointers: p1, serve: serveFile},
	{number: syscall.SYS_LINK, pointers: p1 | p2, serve: serveFile},
	{number: syscall.SYS_UNLINK, pointers: p1, serve: serveFile},
	{number: syscall.SYS_SYMLINK, pointers: p1 | p2, serve: serveFile},
	{number: syscall.SYS_READLINK, pointers: p1 | p2, serve: serveFile},
	{number: syscall.SYS_CHMOD, pointers: p1, serve: serveFile},
	{number: syscall.SYS_FCHMOD, serve: serveFile},
	{number: syscall.SYS_CHOWN, pointers: p1, serve: serveFile},
	{number: syscall.SYS_FCHOWN, serve: serveFile},
	{number: syscall.SYS_LCHOWN, pointers: p1, serve: serveFile},
	{number: syscall.SYS_UTIME, pointers: p1 | p2, serve: serveFile},
	{number: syscall.SYS_MKNOD, pointers: p1, serve: serveFile},
	{number: syscall.SYS_STATFS, pointers: p1 | p2, serve: serveFile},
	{number: syscall.SYS_FSTATFS, pointers: p2, serve: serveFile},
	{number: syscall.SYS_SYNC, serve: serveFile},
	{number: syscall.SYS_GETDENTS64, pointers: p2, serve: serveFile},
	{number: syscall.SYS_FADVISE64, serve: serveFile},
	{number: syscall.SYS_UTIMES, pointers: p1 | p2, serve: serveFile},
	{number: syscall.SYS_OPENAT, pointers: p2, serve: serveFile},
	{number: syscall.SYS_MKDIRAT, pointers: p2, serve: serveFile},
	{number: syscall.SYS_MKNODAT, pointers: p2, serve: serveFile},
	{number: syscall.SYS_FCHOWNAT, pointers: p2, serve: serveFile},
	{number: syscall.SYS_FUTIMESAT, pointers: p2 | p3, serve: serveFile},
	{number: syscall.SYS_NEWFSTATAT, pointers: p2 | p3, serve: serveFile},
	{number: syscall.SYS_UNLINKAT, pointers: p2, serve: serveFile},
	{number: syscall.SYS_RENAMEAT, pointers: p2 | p4, serve: serveFile},
	{number: syscall.SYS_LINKAT, pointers: p2 | p4, serve: serveFile},
	{number: syscall.SYS_SYMLINKAT, pointers: p1 | p3, serve: serveFile},
	{number: syscall.SYS_READLINKAT, pointers: p2 | p3, serve: serveFile},
	{number: syscall.SYS_FCHMODAT, pointers: p2, serve: serveFile},
	{number: syscall.SYS_FACCESSAT, pointers: p2, serve: serveFile},
	{number: syscall.SYS_SYNC_FILE_RANGE, serve: serveFile},
	{number: syscall.SYS_SETXATTR, pointers: p1, serve: serveFile},
	{number: syscall.SYS_LSETXATTR, pointers: p1, serve: serveFile},
	{number: syscall.SYS_FSETXATTR, serve: serveFile},
	{number: syscall.SYS_GETXATTR, pointers: p1, serve: serveFile},
	{number: syscall.SYS_LGETXATTR, pointers: p1, serve: serveFile},
	{number: syscall.SYS_FGETXATTR, serve: serveFile},
	{number: syscall.SYS_LISTXATTR, pointers: p1, serve: serveFile},
	{number: syscall.SYS_LLISTXATTR, pointers: p1, serve: serveFile},
	{number: syscall.SYS_FLISTXATTR, serve: serveFile},
	{number: syscall.SYS_REMOVEXATTR, pointers: p1, serve: serveFile},
	{number: syscall.SYS_LREMOVEXATTR, pointers: p1, serve: serveFile},
	{number: syscall.SYS_FREMOVEXATTR, serve: serveFile},
	{number: sysMemfd, pointers: p1, serve: serveFile},
	{number: syscall.SYS_UTIMENSAT, pointers: p2 | p3, serve: serveFile},
	{number: syscall.SYS_FALLOCATE, serve: serveFile},
	{number: syscall.SYS_PREADV, pointers: p2, serve: serveFile},
	{number: syscall.SYS_PWRITEV, pointers: p2, serve: serveFile},
	{number: sysSyncfs, serve: serveFile},
	{number: sysRenameat2, pointers: p2 | p4, serve: serveFile},
	{number: sysPreadv2, pointers: p2, serve: serveFile},
	{number: sysPwritev2, pointers: p2, serve: serveFile},
	{number: sysStatx, pointers: p2 | p5, serve: serveFile},
	{number: sysOpenat2, pointers: p2 | p3, serve: serveFile},
	{number: sysFaccessat2, pointers: p2, serve: serveFile},
	{number: sysFchmodat2, pointers: p2, serve: serveFile},
	{number: syscall.SYS_READV, pointers: p2, serve: readVector},
}

// serveFile answers a call on files.
func serveFile(number uintptr, a Arguments) (uintptr, syscall.Errno) {
	var p, q unsafe.Pointer
	if mask := served[number].Load().pointers; mask != 0 {
		first, last := bits.TrailingZeros8(mask), 7-bits.LeadingZeros8(mask)
		p = a.pointer(first)
		if last != first {
			q = a.pointer(last)
		}
	}
	return (*files.Load()).Call(number, p, q, a.word(1), a.word(2), a.word(3), a.word(4), a.word(5), a.word(6))
}

// readVector answers readv of every descriptor: the kernel has none.
func readVector(number uintptr, a Arguments) (uintptr, syscall.Errno) {
	a.node = descriptor.Lookup(a.number(1))
	return vector(number, a)
}
