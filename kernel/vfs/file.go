package vfs

import (
	"sync"
	"sync/atomic"
	"syscall"
	"unsafe"

	"eggcup/kernel/descriptor"
)

// File is an open file: what open(2) makes and dup(2) shares.
type File struct {
	descriptor.Node
	system   *System
	node     *inode
	above    *inode // the directory it was opened in, and its name there
	name     string
	content  content // nil for what cannot be read or written
	access   int     // O_RDONLY, O_WRONLY or O_RDWR
	pathOnly bool    // O_PATH
	synced   int     // O_SYNC, O_DSYNC or 0
	append   atomic.Bool

	mu  sync.Mutex // guards pos; held while it is used
	pos int64
}

// maxTransfer is the most that one call moves (Linux: MAX_RW_COUNT).
const maxTransfer = 0x7ffff000

// memory returns the memory that a call names. The slice must not outlive the
// call: it may lie in the caller's stack.
func memory(p unsafe.Pointer, n int) ([]byte, syscall.Errno) {
	if n < 0 {
		return nil, syscall.EINVAL
	}
	if p == nil && n > 0 {
		return nil, syscall.EFAULT
	}
	return unsafe.Slice((*byte)(p), min(n, maxTransfer)), 0
}

// Read reads from where the file is.
func (f *File) Read(p unsafe.Pointer, n int) (int, syscall.Errno) {
	b, errno := memory(p, n)
	if errno != 0 {
		return -1, errno
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.readHere(b)
}

// Write writes to where the file is.
func (f *File) Write(p unsafe.Pointer, n int) (int, syscall.Errno) {
	b, errno := memory(p, n)
	if errno != 0 {
		return -1, errno
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.writeHere(b)
}

// readHere is Read; f.mu is held.
func (f *File) readHere(b []byte) (int, syscall.Errno) {
	n, errno := f.readAt(b, f.pos)
	if errno != 0 {
		return -1, errno
	}
	if !f.isStream() {
		f.pos += int64(n)
	}
	return n, 0
}

// writeHere is Write; f.mu is held.
func (f *File) writeHere(b []byte) (int, syscall.Errno) {
	n, end, errno := f.writeAt(b, f.pos, f.append.Load())
	if errno != 0 {
		return -1, errno
	}
	if !f.isStream() && n > 0 {
		f.pos = end
	}
	return n, 0
}

func (f *File) isStream() bool {
	_, stream := f.content.(stream)
	return stream
}

// checkReadable says why a read cannot be.
func (f *File) checkReadable() syscall.Errno {
	switch {
	case f.pathOnly || f.access == syscall.O_WRONLY:
		return syscall.EBADF
	case f.node.isDir():
		return syscall.EISDIR
	case f.content == nil:
		return syscall.EINVAL
	}
	return 0
}

// checkWritable says why a write cannot be.
func (f *File) checkWritable() syscall.Errno {
	switch {
	case f.pathOnly || f.access == syscall.O_RDONLY:
		return syscall.EBADF
	case f.content == nil:
		return syscall.EINVAL
	}
	return 0
}

func (f *File) readAt(b []byte, off int64) (int, syscall.Errno) {
	if errno := f.checkReadable(); errno != 0 {
		return -1, errno
	}
	if off < 0 {
		return -1, syscall.EINVAL
	}
	if len(b) == 0 {
		return 0, 0
	}
	f.node.mu.RLock()
	n, errno := f.content.readAt(b, off)
	f.node.mu.RUnlock()
	if errno == 0 {
		f.node.accessed()
	}
	return n, errno
}

// writeAt writes at an offset, or at the end of the file for toEnd, and
// returns where the next write would go.
func (f *File) writeAt(b []byte, off int64, toEnd bool) (n int, end int64, errno syscall.Errno) {
	if errno := f.checkWritable(); errno != 0 {
		return -1, 0, errno
	}
	if off < 0 {
		return -1, 0, syscall.EINVAL
	}
	if len(b) == 0 {
		return 0, off, 0
	}
	n, end, errno = f.writeContent(b, off, toEnd)
	if errno == 0 && f.synced != 0 && !f.isStream() {
		errno = f.sync(f.synced == syscall.O_DSYNC)
	}
	return n, end, errno
}

func (f *File) writeContent(b []byte, off int64, toEnd bool) (n int, end int64, errno syscall.Errno) {
	f.node.mu.Lock()
	defer f.node.mu.Unlock()
	if toEnd && f.node.isRegular() {
		off = f.content.size()
	}
	n, errno = f.content.writeAt(b, off)
	if errno == 0 {
		f.node.modified()
	}
	return n, off + int64(n), errno
}

// Places that lseek(2) starts from.
const (
	seekSet = iota
	seekCurrent
	seekEnd
	seekData
	seekHole
)

// seek moves the position. A directory's is a cookie.
func (f *File) seek(off int64, whence int) (int64, syscall.Errno) {
	if f.pathOnly {
		return -1, syscall.EBADF
	}
	if whence < seekSet || whence > seekHole {
		return -1, syscall.EINVAL
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.isStream() {
		return 0, 0
	}
	to, errno := f.target(off, whence)
	if errno != 0 {
		return -1, errno
	}
	if to < 0 {
		return -1, syscall.EINVAL
	}
	f.pos = to
	return to, 0
}

// target returns the position that lseek asks for; f.mu is held.
func (f *File) target(off int64, whence int) (int64, syscall.Errno) {
	switch whence {
	case seekSet:
		return off, 0
	case seekCurrent:
		return f.pos + off, 0
	}
	if f.node.isDir() || f.content == nil {
		return 0, syscall.EINVAL
	}
	f.node.mu.RLock()
	size := f.content.size()
	f.node.mu.RUnlock()
	if whence == seekEnd {
		return size + off, 0
	}
	if off < 0 || off >= size {
		return 0, syscall.ENXIO
	}
	if whence == seekHole {
		return size, 0 // as a file system without holes says
	}
	return off, 0
}

// list answers getdents64(2).
func (f *File) list(b []byte) (int, syscall.Errno) {
	switch {
	case f.pathOnly:
		return -1, syscall.EBADF
	case !f.node.isDir():
		return -1, syscall.ENOTDIR
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.system.mu.Lock()
	size, last, errno := f.node.list(b, f.pos)
	f.system.mu.Unlock()
	if errno != 0 {
		return -1, errno
	}
	f.pos = last
	f.node.accessed()
	return size, 0
}

// SetNonBlock follows O_NONBLOCK, which does not matter to files.
func (f *File) SetNonBlock(bool) {}

// Close is called when the last descriptor is closed.
func (f *File) Close() {
	f.node.locks.release(f)
	f.node.drop()
}

// Commands of fcntl(2) that files know.
const (
	fSetFL     = 4
	fGetLk     = 5
	fSetLk     = 6
	fSetLkw    = 7
	fOfdGetLk  = 36
	fOfdSetLkw = 38
)

// Control follows O_APPEND and answers for record locks: those of one process
// never stand in its own way.
func (f *File) Control(command, argument uintptr, p unsafe.Pointer) (r int, errno syscall.Errno, served bool) {
	switch {
	case command == fSetFL && !f.pathOnly:
		f.append.Store(argument&syscall.O_APPEND != 0)
		return 0, 0, false // the kernel keeps the flags
	case command == commandSeal || command == commandSeals:
		r, errno = f.seal(command, int(int32(argument)))
		return r, errno, true
	case command >= fGetLk && command <= fSetLkw, command >= fOfdGetLk && command <= fOfdSetLkw:
		if f.pathOnly {
			return -1, syscall.EBADF, true
		}
		if p == nil {
			return -1, syscall.EFAULT, true
		}
		lock := (*syscall.Flock_t)(p)
		if lock.Type < syscall.F_RDLCK || lock.Type > syscall.F_UNLCK || lock.Whence < seekSet || lock.Whence > seekEnd {
			return -1, syscall.EINVAL, true
		}
		if command == fGetLk || command == fOfdGetLk {
			lock.Type = syscall.F_UNLCK
		}
		return 0, 0, true
	}
	return 0, 0, false
}
