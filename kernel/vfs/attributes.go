package vfs

import "syscall"

// named finds the file that a call with a path, or with a descriptor and an
// empty path, is about. s.mu is held. Of a descriptor that is not a file of
// ours the error is errNotOurs.
func (s *System) named(dirfd int, path string, flags int) (*inode, syscall.Errno) {
	if path == "" && flags&atEmptyPath != 0 {
		if dirfd == atFDCWD {
			return s.cwd, 0
		}
		f, errno := s.file(dirfd)
		if errno != 0 {
			return nil, errno
		}
		return f.node, 0
	}
	how := follow
	if flags&atSymlinkNofollow != 0 {
		how = stay
	}
	return s.find(dirfd, path, how)
}

// lookup is named for callers without the lock; allowed are the flags that the
// call knows.
func (s *System) lookup(dirfd int, path string, flags, allowed int) (*inode, syscall.Errno) {
	if flags&^allowed != 0 {
		return nil, syscall.EINVAL
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.named(dirfd, path, flags)
}

// status returns what stat(2) tells of a file.
func (n *inode) status() (st syscall.Stat_t) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	st = syscall.Stat_t{
		Dev: n.fs.device, Ino: n.ino, Nlink: uint64(n.nlink),
		Mode: n.mode, Uid: n.uid, Gid: n.gid, Rdev: n.rdev,
		Blksize: blockSize,
		Atim:    syscall.NsecToTimespec(n.atime.Load()),
		Mtim:    syscall.NsecToTimespec(n.mtime),
		Ctim:    syscall.NsecToTimespec(n.ctime),
	}
	switch body := n.body.(type) {
	case *data:
		st.Size, st.Blocks = body.size(), body.blocks()
	case program:
		st.Size = body.size()
	case *volumeFile:
		st.Size, st.Blocks = body.size(), body.blocks()
	case symlink:
		st.Size = int64(len(body))
	case *directory:
		st.Size = blockSize
	case generated:
		if !n.fs.readOnly {
			st.Size = int64(len(body()))
		}
	}
	return st
}

// Layout of struct statx (statx(2)).
const (
	statxSize       = 256
	statxBasicStats = 0x7ff
	statxBtime      = 0x800
)

// extended writes struct statx.
func (n *inode) extended(to []byte) {
	st := n.status()
	n.mu.RLock()
	birth := n.btime
	n.mu.RUnlock()
	clear(to)
	put64(to, statxBasicStats|statxBtime|uint64(blockSize)<<32) // stx_mask, stx_blksize
	put64(to[16:], st.Nlink&0xffffffff|uint64(st.Uid)<<32)
	put64(to[24:], uint64(st.Gid)|uint64(st.Mode)<<32)
	put64(to[32:], st.Ino)
	put64(to[40:], uint64(st.Size))
	put64(to[48:], uint64(st.Blocks))
	times := [4]int64{st.Atim.Nano(), birth, st.Ctim.Nano(), st.Mtim.Nano()}
	for i, t := range times {
		put64(to[64+16*i:], uint64(t/1e9))
		put64(to[64+16*i+8:], uint64(t%1e9))
	}
	put64(to[128:], st.Rdev>>8&0xfff|(st.Rdev&0xff|st.Rdev>>12&^0xff)<<32)
	put64(to[136:], st.Dev>>8&0xfff|(st.Dev&0xff|st.Dev>>12&^0xff)<<32)
}

// settable says whether the attributes of a file can be changed.
func (n *inode) settable() syscall.Errno {
	if n.fs.readOnly {
		return syscall.EPERM
	}
	return 0
}

func (n *inode) chmod(mode uint32) syscall.Errno {
	if n.isLink() {
		return syscall.EOPNOTSUPP
	}
	if errno := n.settable(); errno != 0 {
		return errno
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.mode = n.mode&syscall.S_IFMT | mode&0o7777
	n.changed()
	return 0
}

// chown changes the owners that are not -1. A program loses its set-user-ID
// bit, as on Linux.
func (n *inode) chown(uid, gid int32) syscall.Errno {
	if errno := n.settable(); errno != 0 {
		return errno
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if uid != -1 {
		n.uid = uint32(uid)
	}
	if gid != -1 {
		n.gid = uint32(gid)
	}
	if n.isRegular() {
		n.mode &^= syscall.S_ISUID
		if n.mode&0o010 != 0 {
			n.mode &^= syscall.S_ISGID
		}
	}
	n.changed()
	return 0
}

// Special nanoseconds of utimensat(2).
const (
	utimeNow  = 1<<30 - 1
	utimeOmit = 1<<30 - 2
)

// setTimes sets access and modification time.
func (n *inode) setTimes(times [2]syscall.Timespec) syscall.Errno {
	t := now()
	values := [2]int64{t, t}
	omit := [2]bool{}
	for i, spec := range times {
		switch spec.Nsec {
		case utimeNow:
		case utimeOmit:
			omit[i] = true
		default:
			if spec.Nsec < 0 || spec.Nsec >= 1e9 {
				return syscall.EINVAL
			}
			values[i] = clampSeconds(spec.Sec)*1e9 + spec.Nsec
		}
	}
	if omit[0] && omit[1] {
		return 0
	}
	if errno := n.settable(); errno != 0 {
		return errno
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if !omit[0] {
		n.atime.Store(values[0])
	}
	if !omit[1] {
		n.mtime = values[1]
	}
	n.changed()
	return 0
}

// clampSeconds keeps a time within what 64 bits of nanoseconds hold, as Linux's
// file systems keep it within what they can store.
func clampSeconds(s int64) int64 { return max(-9223372036, min(s, 9223372035)) }

// resize answers truncate(2).
func (n *inode) resize(size int64) syscall.Errno {
	switch {
	case size < 0:
		return syscall.EINVAL
	case n.isDir():
		return syscall.EISDIR
	case !n.isRegular():
		return syscall.EINVAL
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	c, ok := n.body.(content)
	if !ok {
		return syscall.EPERM
	}
	if errno := c.truncate(size); errno != 0 {
		return errno
	}
	n.modified()
	return 0
}

// extraAttribute answers the calls on extended attributes: a file has none, and
// cannot have one.
func extraAttribute(number uintptr) syscall.Errno {
	switch number {
	case syscall.SYS_LISTXATTR, syscall.SYS_LLISTXATTR, syscall.SYS_FLISTXATTR:
		return 0
	case syscall.SYS_SETXATTR, syscall.SYS_LSETXATTR, syscall.SYS_FSETXATTR:
		return syscall.EOPNOTSUPP
	}
	return syscall.ENODATA
}

// Modes of fallocate(2).
const (
	fallocKeepSize  = 1
	fallocPunchHole = 2
	fallocZeroRange = 0x10
)

// allocate answers fallocate(2).
func (n *inode) allocate(mode int, off, size int64) syscall.Errno {
	if off < 0 || size <= 0 {
		return syscall.EINVAL
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	d, ok := n.body.(*data)
	switch {
	case n.isDir():
		return syscall.EISDIR
	case n.fs.volume != nil && n.isRegular():
		return syscall.EOPNOTSUPP // as ext3 on Linux
	case !ok:
		return syscall.ENODEV
	case off > 1<<63-1-size:
		return syscall.EFBIG
	}
	switch mode {
	case fallocPunchHole | fallocKeepSize:
		n.modified()
		return d.punch(off, size)
	case 0, fallocKeepSize:
	case fallocZeroRange, fallocZeroRange | fallocKeepSize:
		if errno := d.punch(off, size); errno != 0 {
			return errno
		}
	default:
		return syscall.EOPNOTSUPP
	}
	if errno := d.allocate(off, size); errno != 0 {
		return errno
	}
	if mode&fallocKeepSize == 0 {
		d.length = max(d.length, off+size)
	}
	n.modified()
	return 0
}

// access answers faccessat2(2) for root: everything but running what nobody
// may run.
func (n *inode) access(mode int) syscall.Errno {
	const mayExecute, all = 1, 7
	if mode&^all != 0 {
		return syscall.EINVAL
	}
	if mode&mayExecute != 0 && !n.isDir() && n.mode&0o111 == 0 {
		return syscall.EACCES
	}
	return 0
}
