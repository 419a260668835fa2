package vfs

import (
	"sync"
	"syscall"
	"unsafe"
)

// System is the files of the machine.
type System struct {
	kernel kernel

	mu   sync.Mutex // guards all names: every directory, and the rest here
	root *inode
	cwd  *inode

	mounts   []mountPoint
	mappings mappings
}

// mountPoint is where a file system is mounted, for /proc/mounts.
type mountPoint struct {
	path string
	fs   *filesystem
}

// stat answers newfstatat(2), and fstat of what is no file of ours.
func (s *System) stat(dirfd int, path string, flags int, to unsafe.Pointer) (int, syscall.Errno) {
	const noAutomount = 0x800
	n, errno := s.lookup(dirfd, path, flags, atSymlinkNofollow|atEmptyPath|noAutomount)
	switch {
	case errno == errNotOurs:
		return s.foreign(syscall.SYS_FSTAT, to, uintptr(dirfd), 0, 0, 0)
	case errno != 0:
		return -1, errno
	}
	if fd, ok := n.body.(descriptorFile); ok {
		return s.foreign(syscall.SYS_FSTAT, to, uintptr(fd), 0, 0, 0)
	}
	return putStatus(to, n.status())
}

func (s *System) statx(dirfd int, path string, flags int, to unsafe.Pointer) (int, syscall.Errno) {
	const noAutomount, syncType = 0x800, 0x6000
	n, errno := s.lookup(dirfd, path, flags, atSymlinkNofollow|atEmptyPath|noAutomount|syncType)
	if errno == errNotOurs {
		return -1, syscall.ENOSYS // programs go on with fstat
	}
	if errno != 0 {
		return -1, errno
	}
	b, errno := memory(to, statxSize)
	if errno != 0 {
		return -1, errno
	}
	n.extended(b)
	return 0, 0
}

func (s *System) readlinkTo(dirfd int, path string, to unsafe.Pointer, size int) (int, syscall.Errno) {
	if size <= 0 {
		return -1, syscall.EINVAL
	}
	b, errno := memory(to, size)
	if errno != 0 {
		return -1, errno
	}
	return s.readlink(dirfd, path, b)
}

func (s *System) chmod(dirfd int, path string, mode uint32, flags int) syscall.Errno {
	n, errno := s.lookup(dirfd, path, flags, atSymlinkNofollow|atEmptyPath)
	if errno != 0 {
		return attributeless(errno)
	}
	return n.chmod(mode)
}

func (s *System) chown(dirfd int, path string, uid, gid int32, flags int) syscall.Errno {
	n, errno := s.lookup(dirfd, path, flags, atSymlinkNofollow|atEmptyPath)
	if errno != 0 {
		return attributeless(errno)
	}
	return n.chown(uid, gid)
}

func (s *System) truncate(path string, size int64) syscall.Errno {
	if size < 0 {
		return syscall.EINVAL
	}
	n, errno := s.lookup(atFDCWD, path, 0, 0)
	if errno != 0 {
		return errno
	}
	return n.resize(size)
}

func (s *System) access(dirfd int, path string, mode, flags int) syscall.Errno {
	const all = 7
	if mode&^all != 0 {
		return syscall.EINVAL
	}
	n, errno := s.lookup(dirfd, path, flags, atSymlinkNofollow|atEaccess|atEmptyPath)
	if errno != 0 {
		return attributeless(errno)
	}
	return n.access(mode)
}

func (s *System) setTimes(dirfd int, path string, times [2]syscall.Timespec, flags int) syscall.Errno {
	if times[0].Nsec == utimeOmit && times[1].Nsec == utimeOmit {
		return 0 // as Linux does: nothing is looked at
	}
	n, errno := s.lookup(dirfd, path, flags, atSymlinkNofollow|atEmptyPath)
	if errno != 0 {
		return attributeless(errno)
	}
	return n.setTimes(times)
}

func (s *System) setMicroseconds(dirfd int, path string, p unsafe.Pointer) syscall.Errno {
	times, errno := microsecondsAt(p)
	if errno != 0 {
		return errno
	}
	return s.setTimes(dirfd, path, times, 0)
}

// futimens is utimensat(2) of a descriptor alone.
func (s *System) futimens(fd int, p unsafe.Pointer) syscall.Errno {
	if fd == atFDCWD {
		return syscall.EFAULT
	}
	f, errno := s.file(fd)
	switch {
	case errno != 0:
		return attributeless(errno)
	case f.pathOnly:
		return syscall.EBADF
	}
	return f.node.setTimes(timesAt(p))
}

// attributeless is an error as a program sees it: what is not a file of this
// package has no attributes to change.
func attributeless(errno syscall.Errno) syscall.Errno {
	if errno == errNotOurs {
		return syscall.EPERM
	}
	return errno
}

func (s *System) chdir(path string) syscall.Errno {
	n, errno := s.lookup(atFDCWD, path, 0, 0)
	if errno != 0 {
		return errno
	}
	return s.chdirTo(n)
}

func (s *System) chdirTo(n *inode) syscall.Errno {
	if !n.isDir() {
		return syscall.ENOTDIR
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n.hold()
	s.cwd.drop()
	s.cwd = n
	return 0
}

// getcwd writes the path of the working directory, and returns its size with
// the NUL.
func (s *System) getcwd(to unsafe.Pointer, size int) (int, syscall.Errno) {
	s.mu.Lock()
	path := s.pathOf(s.cwd)
	s.mu.Unlock()
	if path == "" {
		return -1, syscall.ENOENT
	}
	if size <= len(path) {
		return -1, syscall.ERANGE
	}
	b, errno := memory(to, size)
	if errno != 0 {
		return -1, errno
	}
	copy(b, path)
	b[len(path)] = 0
	return len(path) + 1, 0
}

// Resolutions of openat2(2).
const (
	resolveNoXdev       = 1
	resolveNoMagicLinks = 2
	resolveNoSymlinks   = 4
	resolveBeneath      = 8
	resolveInRoot       = 0x10
)

// openHow answers openat2(2), without the resolutions that confine a path.
func (s *System) openHow(dirfd int, path string, p unsafe.Pointer, size uintptr) (int, syscall.Errno) {
	type openHow struct{ flags, mode, resolve uint64 }
	switch {
	case size < unsafe.Sizeof(openHow{}):
		return -1, syscall.EINVAL
	case size > unsafe.Sizeof(openHow{}):
		return -1, syscall.E2BIG
	case p == nil:
		return -1, syscall.EFAULT
	}
	how := *(*openHow)(p)
	if how.resolve != 0 {
		return -1, syscall.ENOSYS // as before Linux 5.6; programs walk by themselves
	}
	if how.mode&^0o7777 != 0 || how.mode != 0 && how.flags&(syscall.O_CREAT|oTmpfile) == 0 {
		return -1, syscall.EINVAL
	}
	return s.open(dirfd, path, int(how.flags), uint32(how.mode))
}

// sync answers sync(2).
func (s *System) sync() syscall.Errno {
	s.mu.Lock()
	mounts := s.mounts
	s.mu.Unlock()
	for _, m := range mounts {
		if m.fs.volume != nil {
			m.fs.volume.Sync(false)
		}
	}
	for _, disk := range disks() {
		disk.Flush() // sync(2) has no way to tell of an error
	}
	return 0
}
