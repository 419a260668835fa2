package hook

import (
	"sync/atomic"
	"syscall"
	"unsafe"

	"eggcup/kernel/descriptor"
	"eggcup/kernel/rawsys"
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

// SetFiles makes layer answer the calls on files.
func SetFiles(layer FileLayer) { files.Store(&layer) }

// How a call reaches the layer, in one byte: which arguments are p and q, 1 to
// 6 or 0 for none, and whether it is for the layer at all.
const (
	pShift = 0
	qShift = 3
	which  = 7
	always = 1 << 6 // whatever the descriptor
	opened = 1 << 7 // if the first argument is a descriptor that the kernel does not serve
)

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

// fileCalls has the calls on files by number.
var fileCalls = [...]uint8{
	syscall.SYS_OPEN:            always | 1<<pShift,
	syscall.SYS_STAT:            always | 1<<pShift | 2<<qShift,
	syscall.SYS_FSTAT:           opened | 2<<pShift,
	syscall.SYS_LSTAT:           always | 1<<pShift | 2<<qShift,
	syscall.SYS_LSEEK:           opened,
	syscall.SYS_MMAP:            always,
	syscall.SYS_MUNMAP:          always,
	syscall.SYS_IOCTL:           opened | 3<<pShift,
	syscall.SYS_PREAD64:         opened | 2<<pShift,
	syscall.SYS_PWRITE64:        opened | 2<<pShift,
	syscall.SYS_READV:           always | 2<<pShift,
	syscall.SYS_WRITEV:          opened | 2<<pShift,
	syscall.SYS_ACCESS:          always | 1<<pShift,
	syscall.SYS_MSYNC:           always,
	syscall.SYS_FLOCK:           always,
	syscall.SYS_FSYNC:           always,
	syscall.SYS_FDATASYNC:       always,
	syscall.SYS_TRUNCATE:        always | 1<<pShift,
	syscall.SYS_FTRUNCATE:       always,
	syscall.SYS_GETCWD:          always | 1<<pShift,
	syscall.SYS_CHDIR:           always | 1<<pShift,
	syscall.SYS_FCHDIR:          always,
	syscall.SYS_RENAME:          always | 1<<pShift | 2<<qShift,
	syscall.SYS_MKDIR:           always | 1<<pShift,
	syscall.SYS_RMDIR:           always | 1<<pShift,
	syscall.SYS_CREAT:           always | 1<<pShift,
	syscall.SYS_LINK:            always | 1<<pShift | 2<<qShift,
	syscall.SYS_UNLINK:          always | 1<<pShift,
	syscall.SYS_SYMLINK:         always | 1<<pShift | 2<<qShift,
	syscall.SYS_READLINK:        always | 1<<pShift | 2<<qShift,
	syscall.SYS_CHMOD:           always | 1<<pShift,
	syscall.SYS_FCHMOD:          always,
	syscall.SYS_CHOWN:           always | 1<<pShift,
	syscall.SYS_FCHOWN:          always,
	syscall.SYS_LCHOWN:          always | 1<<pShift,
	syscall.SYS_UTIME:           always | 1<<pShift | 2<<qShift,
	syscall.SYS_MKNOD:           always | 1<<pShift,
	syscall.SYS_STATFS:          always | 1<<pShift | 2<<qShift,
	syscall.SYS_FSTATFS:         always | 2<<pShift,
	syscall.SYS_SYNC:            always,
	syscall.SYS_GETDENTS64:      always | 2<<pShift,
	syscall.SYS_FADVISE64:       always,
	syscall.SYS_UTIMES:          always | 1<<pShift | 2<<qShift,
	syscall.SYS_OPENAT:          always | 2<<pShift,
	syscall.SYS_MKDIRAT:         always | 2<<pShift,
	syscall.SYS_MKNODAT:         always | 2<<pShift,
	syscall.SYS_FCHOWNAT:        always | 2<<pShift,
	syscall.SYS_FUTIMESAT:       always | 2<<pShift | 3<<qShift,
	syscall.SYS_NEWFSTATAT:      always | 2<<pShift | 3<<qShift,
	syscall.SYS_UNLINKAT:        always | 2<<pShift,
	syscall.SYS_RENAMEAT:        always | 2<<pShift | 4<<qShift,
	syscall.SYS_LINKAT:          always | 2<<pShift | 4<<qShift,
	syscall.SYS_SYMLINKAT:       always | 1<<pShift | 3<<qShift,
	syscall.SYS_READLINKAT:      always | 2<<pShift | 3<<qShift,
	syscall.SYS_FCHMODAT:        always | 2<<pShift,
	syscall.SYS_FACCESSAT:       always | 2<<pShift,
	syscall.SYS_SYNC_FILE_RANGE: always,
	syscall.SYS_SETXATTR:        always | 1<<pShift,
	syscall.SYS_LSETXATTR:       always | 1<<pShift,
	syscall.SYS_FSETXATTR:       always,
	syscall.SYS_GETXATTR:        always | 1<<pShift,
	syscall.SYS_LGETXATTR:       always | 1<<pShift,
	syscall.SYS_FGETXATTR:       always,
	syscall.SYS_LISTXATTR:       always | 1<<pShift,
	syscall.SYS_LLISTXATTR:      always | 1<<pShift,
	syscall.SYS_FLISTXATTR:      always,
	syscall.SYS_REMOVEXATTR:     always | 1<<pShift,
	syscall.SYS_LREMOVEXATTR:    always | 1<<pShift,
	syscall.SYS_FREMOVEXATTR:    always,
	sysMemfd:                    always | 1<<pShift,
	syscall.SYS_UTIMENSAT:       always | 2<<pShift | 3<<qShift,
	syscall.SYS_FALLOCATE:       always,
	syscall.SYS_PREADV:          always | 2<<pShift,
	syscall.SYS_PWRITEV:         always | 2<<pShift,
	sysSyncfs:                   always,
	sysRenameat2:                always | 2<<pShift | 4<<qShift,
	sysPreadv2:                  always | 2<<pShift,
	sysPwritev2:                 always | 2<<pShift,
	sysStatx:                    always | 2<<pShift | 5<<qShift,
	sysOpenat2:                  always | 2<<pShift | 3<<qShift,
	sysFaccessat2:               always | 2<<pShift,
	sysFchmodat2:                always | 2<<pShift,
}

// serveFile answers a call on files. Whether it is one is decided here, where
// the arguments are still as they were.
//
//go:nosplit
func serveFile(trap, a1, a2, a3, a4, a5, a6 uintptr) (r uintptr, err syscall.Errno, ok bool) {
	layer := files.Load()
	if layer == nil || trap >= uintptr(len(fileCalls)) {
		return 0, 0, false
	}
	how := fileCalls[trap]
	if how&always == 0 && (how&opened == 0 || descriptor.Lookup(int(int32(a1))) == nil) {
		return 0, 0, false
	}
	arguments := [which + 1]uintptr{0, a1, a2, a3, a4, a5, a6}
	p := rawsys.Pointer(&arguments[how>>pShift&which])
	q := rawsys.Pointer(&arguments[how>>qShift&which])
	r, err = (*layer).Call(trap, p, q, a1, a2, a3, a4, a5, a6)
	return r, err, true
}
