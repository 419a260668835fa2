package vfs

import (
	"strings"
	"syscall"
)

// final says what a walk does when the last name is a symbolic link.
type final uint8

const (
	follow    final = iota // goes on to its target
	stay                   // stops at the link, unless a slash follows it
	nameAlone              // stops at the name: the caller wants to change what it means
	create                 // as follow, for a file that may be made: a slash is an error
)

// place is where a walk ended.
type place struct {
	parent *inode // the directory of the last name; nil when the path ends in another way
	name   string // the last name, or "", "." or ".."
	node   *inode // what is there; nil when there is nothing
	slash  bool   // a slash follows the name
}

// atFDCWD is the descriptor that means the working directory.
const atFDCWD = -100

// walk finds the file that a path names, from the directory of descriptor
// dirfd. s.mu is held.
//
// Specification: path_resolution(7).
func (s *System) walk(dirfd int, path string, how final) (place, syscall.Errno) {
	if path == "" {
		return place{}, syscall.ENOENT
	}
	if len(path) >= maxPath {
		return place{}, syscall.ENAMETOOLONG
	}
	at, errno := s.start(dirfd, path)
	if errno != 0 {
		return place{}, errno
	}
	links := 0
	rest := strings.TrimLeft(path, "/")
	for rest != "" {
		name, tail, more := strings.Cut(rest, "/")
		rest = strings.TrimLeft(tail, "/")
		last := rest == ""
		slash := last && more
		if !at.isDir() {
			return place{}, syscall.ENOTDIR
		}
		next, errno := s.step(at, name)
		if errno != 0 {
			return place{}, errno
		}
		if name == "." || name == ".." {
			if last {
				return place{name: name, node: next, slash: slash}, 0
			}
			at = next
			continue
		}
		if last && slash && how == create {
			return place{}, syscall.EISDIR
		}
		here := place{parent: at, name: name, node: next, slash: slash}
		if last && (next == nil || !next.isLink() || how == nameAlone || how == stay && !slash) {
			return here, 0
		}
		if next == nil {
			return place{}, syscall.ENOENT
		}
		if !next.isLink() {
			at = next
			continue
		}
		links++
		if links > maxLinks {
			return place{}, syscall.ELOOP
		}
		if m, ok := next.body.(magic); ok {
			_, to := m()
			if to == nil {
				return place{}, syscall.ENOENT
			}
			if last {
				return place{name: name, node: to, slash: slash}, 0
			}
			at = to
			continue
		}
		target := string(next.body.(symlink))
		if target[0] == '/' {
			at = s.root
		}
		switch {
		case !last:
			rest = target + "/" + rest
		case slash:
			rest = target + "/"
		default:
			rest = target
		}
		rest = strings.TrimLeft(rest, "/")
	}
	return place{node: at}, 0
}

// start returns the directory that a path starts from.
func (s *System) start(dirfd int, path string) (*inode, syscall.Errno) {
	if path[0] == '/' {
		return s.root, 0
	}
	if dirfd == atFDCWD {
		return s.cwd, 0
	}
	f, errno := s.file(dirfd)
	if errno == errNotOurs {
		return nil, syscall.ENOTDIR
	}
	if errno != 0 {
		return nil, errno
	}
	return f.node, 0
}

// step returns what a name means in a directory, nil when nothing. What is
// mounted hides the directory it is mounted on.
func (s *System) step(at *inode, name string) (*inode, syscall.Errno) {
	d := at.directory()
	switch name {
	case ".":
		return at, 0
	case "..":
		if d.parent == nil {
			return at, 0 // removed: Linux keeps the parent, which nobody can tell by its names
		}
		return d.parent, 0
	}
	if len(name) > maxName {
		return nil, syscall.ENAMETOOLONG
	}
	if errno := d.loaded(); errno != 0 {
		return nil, errno
	}
	next := d.lookup(name)
	if next != nil && next.isDir() {
		if root := next.directory().mounted; root != nil {
			return root, 0
		}
		if next.fs.volume == nil {
			next.directory().prepare() // so that its number of links is right
		}
	}
	return next, 0
}

// find is walk for a file that must be there.
func (s *System) find(dirfd int, path string, how final) (*inode, syscall.Errno) {
	p, errno := s.walk(dirfd, path, how)
	if errno != 0 {
		return nil, errno
	}
	if p.node == nil {
		return nil, syscall.ENOENT
	}
	if p.slash && !p.node.isDir() {
		return nil, syscall.ENOTDIR
	}
	return p.node, 0
}

// vacant is walk for a name that is to be made and must not be there.
func (s *System) vacant(dirfd int, path string, isDir bool) (place, syscall.Errno) {
	p, errno := s.walk(dirfd, path, nameAlone)
	switch {
	case errno != 0:
		return p, errno
	case p.parent == nil || p.node != nil:
		return p, syscall.EEXIST
	case p.slash && !isDir:
		return p, syscall.ENOENT
	}
	return p, p.writable()
}

// writable says whether names in the place's directory can be changed.
func (p *place) writable() syscall.Errno {
	d := p.parent.directory()
	switch {
	case d.parent == nil:
		return syscall.ENOENT // the directory was removed
	case p.parent.fs.readOnly:
		return syscall.EPERM
	}
	return 0
}

// pathOf returns the path of a directory, "" when it was removed.
func (s *System) pathOf(n *inode) string {
	path := ""
	for n != s.root {
		d := n.directory()
		if d.parent == nil {
			return ""
		}
		path = "/" + d.name + path
		n = d.parent
	}
	if path == "" {
		return "/"
	}
	return path
}
