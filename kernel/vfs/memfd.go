package vfs

import (
	"slices"
	"syscall"
)

// Flags of memfd_create(2).
const (
	memfdCloExec  = 1
	memfdSealing  = 2
	memfdNoExec   = 8
	memfdExec     = 16
	memfdMaxName  = 249
	memfdMode     = 0o777
	commandSeal   = 1033 // F_ADD_SEALS
	commandSeals  = 1034 // F_GET_SEALS
	sealSeal      = 1    // no more seals
	sealShrink    = 2
	sealGrow      = 4
	sealWrite     = 8
	sealFutureWrt = 16
	sealExec      = 32
)

// memfd answers memfd_create(2): a file in memory that has no name.
func (s *System) memfd(name string, flags int) (int, syscall.Errno) {
	if flags&^(memfdCloExec|memfdSealing|memfdNoExec|memfdExec) != 0 || len(name) > memfdMaxName {
		return -1, syscall.EINVAL
	}
	s.mu.Lock()
	fs := s.root.fs
	s.mu.Unlock()
	d := &data{fs: fs, memfd: true}
	if flags&memfdSealing == 0 {
		d.seals = sealSeal
	}
	n, errno := fs.newInode(syscall.S_IFREG|memfdMode, d)
	if errno != 0 {
		return -1, errno
	}
	n.hold()
	defer n.drop()
	opening := syscall.O_RDWR
	if flags&memfdCloExec != 0 {
		opening |= syscall.O_CLOEXEC
	}
	return s.openInode(place{node: n, name: "memfd:" + name}, opening)
}

// seal answers the commands of fcntl(2) on seals.
func (f *File) seal(command uintptr, seals int) (int, syscall.Errno) {
	f.node.mu.Lock()
	defer f.node.mu.Unlock()
	d, ok := f.node.body.(*data)
	switch {
	case !ok || !d.memfd:
		return -1, syscall.EINVAL
	case command == commandSeals:
		return d.seals, 0
	case seals&^(sealSeal|sealShrink|sealGrow|sealWrite|sealFutureWrt|sealExec) != 0:
		return -1, syscall.EINVAL
	case f.access == syscall.O_RDONLY || d.seals&sealSeal != 0:
		return -1, syscall.EPERM
	case seals&sealWrite != 0 && slices.ContainsFunc(d.windows, func(w *window) bool { return w.uses > 0 }):
		return -1, syscall.EBUSY
	}
	d.seals |= seals
	return 0, 0
}

// sealed says why the content may not become what it is to be: written, if it
// is, and as long as size.
func (d *data) sealed(written bool, size int64) syscall.Errno {
	if d.seals == 0 {
		return 0
	}
	if written && d.seals&(sealWrite|sealFutureWrt) != 0 || size > d.length && d.seals&sealGrow != 0 ||
		size < d.length && d.seals&sealShrink != 0 {
		return syscall.EPERM
	}
	return 0
}
