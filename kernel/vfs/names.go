package vfs

import (
	"syscall"

	"eggcup/kernel/pipe"
)

// Flags of the calls on names.
const (
	atSymlinkNofollow = 0x100
	atRemoveDir       = 0x200
	atEaccess         = 0x200
	atSymlinkFollow   = 0x400
	atEmptyPath       = 0x1000

	renameNoReplace = 1
	renameExchange  = 2
)

// enter makes a new file at a vacant place. s.mu is held.
func (s *System) enter(p place, mode uint32, device uint64, body any) (*inode, syscall.Errno) {
	above := p.parent
	n, errno := above.fs.newInode(mode, body)
	if errno != 0 {
		return nil, errno
	}
	n.rdev = device
	if above.mode&syscall.S_ISGID != 0 { // the group is inherited
		n.gid = above.gid
		if n.isDir() {
			n.mode |= syscall.S_ISGID
		}
	}
	if above.fs.volume != nil {
		above.fs.refund(inodeCost)
		if n, errno = above.fs.create(above, p.name, n); errno != 0 {
			return nil, errno
		}
	}
	s.name(p, n)
	if n.isDir() {
		n.link(1) // its own "."
		above.link(1)
	}
	return n, 0
}

// name gives a file a name at a vacant place. s.mu is held.
func (s *System) name(p place, n *inode) {
	p.parent.directory().add(p.name, n)
	p.parent.touched()
	n.link(1)
}

func (s *System) mkdir(dirfd int, path string, mode uint32) syscall.Errno {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, errno := s.vacant(dirfd, path, true)
	if errno != 0 {
		return errno
	}
	_, errno = s.enter(p, syscall.S_IFDIR|mode&^s.umask()&0o1777, 0, newDirectory(p.parent, p.name))
	return errno
}

// mknod makes a file of any kind but a directory. A socket and a device are
// names only: opening them fails.
func (s *System) mknod(dirfd int, path string, mode uint32, device uint64) syscall.Errno {
	kind := mode & syscall.S_IFMT
	switch kind {
	case 0, syscall.S_IFREG, syscall.S_IFIFO, syscall.S_IFSOCK, syscall.S_IFCHR, syscall.S_IFBLK:
	case syscall.S_IFDIR:
		return syscall.EPERM
	default:
		return syscall.EINVAL
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p, errno := s.vacant(dirfd, path, false)
	if errno != 0 {
		return errno
	}
	var body any
	if kind == 0 || kind == syscall.S_IFREG {
		kind, body = syscall.S_IFREG, &data{fs: p.parent.fs}
	}
	if kind != syscall.S_IFCHR && kind != syscall.S_IFBLK {
		device = 0
	}
	n, errno := s.enter(p, kind|mode&^s.umask()&0o7777, device, body)
	if errno == 0 && kind == syscall.S_IFIFO {
		n.body = pipe.NewFIFO(n.status, n.drop)
	}
	return errno
}

func (s *System) symlink(target string, dirfd int, path string) syscall.Errno {
	switch {
	case target == "":
		return syscall.ENOENT
	case len(target) >= maxPath:
		return syscall.ENAMETOOLONG
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p, errno := s.vacant(dirfd, path, false)
	if errno != 0 {
		return errno
	}
	_, errno = s.enter(p, syscall.S_IFLNK|0o777, 0, symlink(target))
	return errno
}

func (s *System) readlink(dirfd int, path string, to []byte) (int, syscall.Errno) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var n *inode
	var errno syscall.Errno
	if path == "" && dirfd != atFDCWD {
		f, problem := s.file(dirfd)
		if problem != 0 || !f.node.isLink() {
			return -1, syscall.ENOENT
		}
		n = f.node
	} else if n, errno = s.find(dirfd, path, stay); errno != 0 {
		return -1, errno
	}
	text, ok := n.textOf()
	if !ok {
		return -1, syscall.EINVAL
	}
	n.accessed()
	return copy(to, text), 0
}

func (s *System) link(oldDir int, old string, newDir int, path string, flags int) syscall.Errno {
	if flags&^(atSymlinkFollow|atEmptyPath) != 0 {
		return syscall.EINVAL
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n, errno := s.linkSource(oldDir, old, flags)
	if errno != 0 {
		return errno
	}
	p, errno := s.vacant(newDir, path, false)
	switch {
	case errno != 0:
		return errno
	case n.fs != p.parent.fs:
		return syscall.EXDEV
	case n.isDir():
		return syscall.EPERM
	case n.nlink == 0 && !n.nameless:
		return syscall.ENOENT // unlinked for good
	}
	if volume := n.fs.volume; volume != nil {
		if errno := volume.Link(p.parent.ino, p.name, n.ino); errno != 0 {
			return errno
		}
	}
	n.nameless = false
	s.name(p, n)
	return 0
}

func (s *System) linkSource(dirfd int, path string, flags int) (*inode, syscall.Errno) {
	if path == "" && flags&atEmptyPath != 0 {
		f, errno := s.file(dirfd)
		if errno != 0 {
			return nil, syscall.EBADF
		}
		return f.node, 0
	}
	how := stay
	if flags&atSymlinkFollow != 0 {
		how = follow
	}
	return s.find(dirfd, path, how)
}

func (s *System) unlink(dirfd int, path string, flags int) syscall.Errno {
	if flags&^atRemoveDir != 0 {
		return syscall.EINVAL
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p, errno := s.walk(dirfd, path, nameAlone)
	if errno != 0 {
		return errno
	}
	if flags&atRemoveDir != 0 {
		return s.removeDirectory(p)
	}
	switch {
	case p.parent == nil:
		return syscall.EISDIR
	case p.node == nil:
		return syscall.ENOENT
	case p.node.isDir():
		return syscall.EISDIR
	case p.slash:
		return syscall.ENOTDIR
	}
	if errno := p.writable(); errno != 0 {
		return errno
	}
	return s.unname(p)
}

func (s *System) removeDirectory(p place) syscall.Errno {
	switch {
	case p.name == "..":
		return syscall.ENOTEMPTY
	case p.name == ".":
		return syscall.EINVAL
	case p.parent == nil || p.node != nil && p.node != p.parent.directory().lookup(p.name):
		return syscall.EBUSY // the root, of everything or of what is mounted
	case p.node == nil:
		return syscall.ENOENT
	case !p.node.isDir():
		return syscall.ENOTDIR
	}
	if errno := p.writable(); errno != 0 {
		return errno
	}
	if errno := p.node.directory().loaded(); errno != 0 {
		return errno
	}
	if !p.node.directory().empty() {
		return syscall.ENOTEMPTY
	}
	return s.unname(p)
}

// unname takes a name away from a file, or from an empty directory.
func (s *System) unname(p place) syscall.Errno {
	if volume := p.parent.fs.volume; volume != nil {
		if errno := volume.Unlink(p.parent.ino, p.name); errno != 0 {
			return errno
		}
	}
	p.parent.directory().remove(p.name)
	p.parent.touched()
	s.lost(p.parent, p.node)
	return 0
}

// lost notes that a file has one name less, in the directory above.
func (s *System) lost(above, n *inode) {
	if n.isDir() {
		n.directory().parent = nil
		above.link(-1)
		n.link(-1)
	}
	n.link(-1)
}

func (s *System) rename(oldDir int, old string, newDir int, path string, flags int) syscall.Errno {
	if flags&^(renameNoReplace|renameExchange) != 0 || flags == renameNoReplace|renameExchange {
		return syscall.EINVAL
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	from, errno := s.walk(oldDir, old, nameAlone)
	if errno != 0 {
		return errno
	}
	to, errno := s.walk(newDir, path, nameAlone)
	if errno != 0 {
		return errno
	}
	if errno := s.checkNames(from, to, flags); errno != 0 {
		return errno
	}
	if errno := s.checkKinds(from, to, flags); errno != 0 {
		return errno
	}
	if from.node == to.node {
		return 0 // two names of one file: both stay
	}
	if errno := renameOnVolume(from, to, flags); errno != 0 {
		return errno
	}
	if flags == renameExchange {
		s.exchange(from, to)
	} else {
		s.move(from, to)
	}
	return 0
}

// renameOnVolume does on the disk what is to be done to the names.
func renameOnVolume(from, to place, flags int) syscall.Errno {
	volume := from.parent.fs.volume
	switch {
	case volume == nil:
		return 0
	case flags == renameExchange:
		return volume.Exchange(from.parent.ino, from.name, to.parent.ino, to.name)
	}
	return volume.Rename(from.parent.ino, from.name, to.parent.ino, to.name)
}

// checkNames says what is wrong with the two places, in Linux's order.
func (s *System) checkNames(from, to place, flags int) syscall.Errno {
	switch {
	case from.parent != nil && to.parent != nil && from.parent.fs != to.parent.fs:
		return syscall.EXDEV
	case from.parent == nil:
		return syscall.EBUSY
	case to.parent == nil && flags == renameNoReplace:
		return syscall.EEXIST
	case to.parent == nil:
		return syscall.EBUSY
	case from.node == nil:
		return syscall.ENOENT
	case flags == renameNoReplace && to.node != nil:
		return syscall.EEXIST
	case flags == renameExchange && to.node == nil:
		return syscall.ENOENT
	case flags == renameExchange && to.slash && !to.node.isDir():
		return syscall.ENOTDIR
	case !from.node.isDir() && (from.slash || to.slash && flags != renameExchange):
		return syscall.ENOTDIR
	case s.above(from.node, to.parent):
		return syscall.EINVAL // into itself
	case to.node != nil && s.above(to.node, from.parent):
		if flags == renameExchange {
			return syscall.EINVAL
		}
		return syscall.ENOTEMPTY
	}
	return 0
}

// checkKinds says whether what is at one place can take the other.
func (s *System) checkKinds(from, to place, flags int) syscall.Errno {
	if errno := from.writable(); errno != 0 {
		return errno
	}
	if errno := to.writable(); errno != 0 {
		return errno
	}
	if from.node == to.node {
		return 0
	}
	if flags != renameExchange && to.node != nil {
		switch {
		case from.node.isDir() && !to.node.isDir():
			return syscall.ENOTDIR
		case !from.node.isDir() && to.node.isDir():
			return syscall.EISDIR
		}
	}
	mounted := func(p place) bool { return p.node != nil && p.node != p.parent.directory().lookup(p.name) }
	if mounted(from) || mounted(to) {
		return syscall.EBUSY
	}
	if flags != renameExchange && to.node != nil && to.node.isDir() {
		if errno := to.node.directory().loaded(); errno != 0 {
			return errno
		}
		if !to.node.directory().empty() {
			return syscall.ENOTEMPTY
		}
	}
	return 0
}

// above reports whether directory n is at, or one that at is in.
func (s *System) above(n, at *inode) bool {
	for ; at != nil && at != s.root; at = at.directory().parent {
		if at == n {
			return true
		}
	}
	return n == s.root
}

// move gives what is at one place the name of the other.
func (s *System) move(from, to place) {
	n := from.node
	if to.node != nil {
		to.parent.directory().replace(to.name, n)
		s.lost(to.parent, to.node)
	} else {
		to.parent.directory().add(to.name, n)
	}
	from.parent.directory().remove(from.name)
	s.moved(n, from, to)
	from.parent.touched()
	to.parent.touched()
}

// moved notes where a file is now.
func (s *System) moved(n *inode, from, to place) {
	if n.isDir() {
		d := n.directory()
		d.parent, d.name = to.parent, to.name
		if from.parent != to.parent {
			from.parent.link(-1)
			to.parent.link(1)
		}
	}
	n.link(0)
}

// exchange gives two files each other's name.
func (s *System) exchange(one, other place) {
	one.parent.directory().replace(one.name, other.node)
	other.parent.directory().replace(other.name, one.node)
	s.moved(one.node, one, other)
	s.moved(other.node, other, one)
	one.parent.touched()
	other.parent.touched()
}
