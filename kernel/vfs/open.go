package vfs

import (
	"syscall"

	"eggcup/kernel/descriptor"
	"eggcup/kernel/pipe"
)

// Flags of open(2) that package syscall does not have.
const (
	oPath    = 0x200000
	oLarge   = 0x8000 // O_LARGEFILE, which F_GETFL shows of every file
	oTmpfile = 0x400000 | syscall.O_DIRECTORY
)

// open answers openat(2): it returns a descriptor.
func (s *System) open(dirfd int, path string, flags int, mode uint32) (int, syscall.Errno) {
	flags &^= oLarge
	if flags&oPath != 0 {
		flags &= oPath | syscall.O_DIRECTORY | syscall.O_NOFOLLOW | syscall.O_CLOEXEC
	}
	if errno := checkFlags(flags); errno != 0 {
		return -1, errno
	}
	p, errno := s.locate(dirfd, path, flags, mode)
	if errno != 0 {
		return -1, errno
	}
	n := p.node
	defer n.drop()
	switch body := n.body.(type) {
	case console:
		if flags&oPath == 0 {
			return s.kernel.openConsole(flags)
		}
	case descriptorFile:
		return s.kernel.duplicate(int(body), flags)
	case *pipe.FIFO:
		if flags&oPath == 0 {
			return s.openFIFO(n, body, flags)
		}
	}
	return s.openInode(p, flags)
}

func checkFlags(flags int) syscall.Errno {
	switch {
	case flags&oTmpfile == oTmpfile:
		if flags&syscall.O_ACCMODE == syscall.O_RDONLY {
			return syscall.EINVAL
		}
	case flags&oTmpfile&^syscall.O_DIRECTORY != 0:
		return syscall.EINVAL
	case flags&(syscall.O_CREAT|syscall.O_DIRECTORY) == syscall.O_CREAT|syscall.O_DIRECTORY:
		return syscall.EINVAL
	}
	return 0
}

// locate finds or makes the file to open, and holds it.
func (s *System) locate(dirfd int, path string, flags int, mode uint32) (place, syscall.Errno) {
	s.mu.Lock()
	defer s.mu.Unlock()
	how := follow
	switch {
	case flags&syscall.O_CREAT != 0 && flags&(syscall.O_EXCL|syscall.O_NOFOLLOW) != 0:
		how = nameAlone
	case flags&syscall.O_CREAT != 0:
		how = create
	case flags&syscall.O_NOFOLLOW != 0:
		how = stay
	}
	p, errno := s.walk(dirfd, path, how)
	if errno != 0 {
		return p, errno
	}
	switch {
	case flags&syscall.O_CREAT != 0 && p.slash && p.parent != nil:
		return p, syscall.EISDIR
	case p.node == nil && flags&syscall.O_CREAT == 0:
		return p, syscall.ENOENT
	case p.node == nil:
		p.node, errno = s.create(p, mode)
	case flags&oTmpfile == oTmpfile:
		p.node, errno = s.createNameless(p.node, flags, mode)
	default:
		errno = checkOpen(p, flags)
	}
	if errno != 0 {
		return p, errno
	}
	p.node.hold()
	if errno = s.truncateOpened(p.node, flags); errno != 0 {
		p.node.drop()
	}
	return p, errno
}

func (s *System) create(p place, mode uint32) (*inode, syscall.Errno) {
	if errno := p.writable(); errno != 0 {
		if errno == syscall.EPERM {
			errno = syscall.ENOENT // /proc cannot make files
		}
		return nil, errno
	}
	return s.enter(p, syscall.S_IFREG|mode&^s.umask()&0o7777, 0, &data{fs: p.parent.fs})
}

// createNameless makes the file of O_TMPFILE.
func (s *System) createNameless(above *inode, flags int, mode uint32) (*inode, syscall.Errno) {
	switch {
	case !above.isDir():
		return nil, syscall.ENOTDIR
	case above.fs.readOnly || above.fs.volume != nil:
		return nil, syscall.EOPNOTSUPP
	}
	n, errno := above.fs.newInode(syscall.S_IFREG|mode&^s.umask()&0o7777, &data{fs: above.fs})
	if errno == 0 {
		n.nameless = flags&syscall.O_EXCL == 0
	}
	return n, errno
}

// checkOpen says whether what is there can be opened.
func checkOpen(p place, flags int) syscall.Errno {
	n := p.node
	writes := flags&syscall.O_ACCMODE != syscall.O_RDONLY
	switch {
	case flags&(syscall.O_CREAT|syscall.O_EXCL) == syscall.O_CREAT|syscall.O_EXCL:
		return syscall.EEXIST
	case n.isDir():
		if writes || flags&(syscall.O_CREAT|syscall.O_TRUNC) != 0 {
			return syscall.EISDIR
		}
		return 0
	case p.slash || flags&syscall.O_DIRECTORY != 0:
		return syscall.ENOTDIR
	case n.isLink() && flags&oPath == 0:
		return syscall.ELOOP
	case flags&oPath != 0:
		return 0
	}
	switch n.body.(type) {
	case nil:
		return syscall.ENXIO // a socket or a device that is a name only
	case generated:
		if writes && n.fs.readOnly {
			return syscall.EACCES
		}
	case program:
		if writes || flags&syscall.O_TRUNC != 0 {
			return syscall.ETXTBSY
		}
	}
	return 0
}

// truncateOpened empties a file for O_TRUNC. What is generated and may be
// written becomes an ordinary file when it is opened for writing.
func (s *System) truncateOpened(n *inode, flags int) syscall.Errno {
	if flags&oPath != 0 || !n.isRegular() {
		return 0
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if text, ok := n.body.(generated); ok && flags&syscall.O_ACCMODE != syscall.O_RDONLY {
		image := string(text())
		n.body = &data{fs: n.fs, base: image, length: int64(len(image))}
	}
	if c, ok := n.body.(content); ok && flags&syscall.O_TRUNC != 0 {
		if errno := c.truncate(0); errno != 0 {
			return errno
		}
		n.modified()
	}
	return 0
}

// openInode gives a file a descriptor.
func (s *System) openInode(p place, flags int) (int, syscall.Errno) {
	n := p.node
	f := &File{
		system: s, node: n, above: p.parent, name: p.name,
		access: flags & syscall.O_ACCMODE, pathOnly: flags&oPath != 0, synced: flags & syscall.O_SYNC,
	}
	f.append.Store(flags&syscall.O_APPEND != 0)
	f.Node.File = f
	switch body := n.body.(type) {
	case content:
		f.content = body
	case generated:
		f.content = text(body())
	}
	n.hold()
	if !f.pathOnly {
		flags |= oLarge
	}
	fd, errno := s.kernel.openDescriptor(&f.Node, flags)
	if errno != 0 {
		n.drop()
	}
	return fd, errno
}

// openFIFO gives an end of a FIFO a descriptor, which holds the file.
func (s *System) openFIFO(n *inode, fifo *pipe.FIFO, flags int) (int, syscall.Errno) {
	n.hold()
	fd, errno := fifo.Open(flags, func(end *descriptor.Node) (int, syscall.Errno) {
		return s.kernel.openPollable(end, flags)
	})
	if errno == syscall.ENXIO {
		n.drop()
	}
	return fd, errno
}

// errNotOurs is what System.file says of a descriptor that is open and is no
// file of this package.
const errNotOurs = syscall.Errno(0xffff)

// file returns the open file of a descriptor.
func (s *System) file(fd int) (*File, syscall.Errno) {
	node := s.kernel.lookup(fd)
	if node == nil {
		if s.kernel.isOpen(fd) {
			return nil, errNotOurs
		}
		return nil, syscall.EBADF
	}
	if f, ok := node.File.(*File); ok && f.system == s {
		return f, 0
	}
	return nil, errNotOurs
}

func (s *System) umask() uint32 { return s.kernel.umask() }
