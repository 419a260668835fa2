package vfs

import (
	"syscall"

	"eggcup/kernel/vfs/rootfs"
)

// addArchive lets a directory have what is in a directory of the image's
// archive. Files of the image cost an inode when their directory is first
// looked at; their content stays where it is.
func (s *System) addArchive(n *inode, from rootfs.Directory) {
	n.directory().fill = func() {
		for _, e := range from.Entries() {
			s.addArchived(n, e)
		}
	}
}

// directoryOf returns a directory of an archive, an empty one if it has none of
// that name: what is mounted there would hide it.
func directoryOf(archive rootfs.Directory, name string) rootfs.Directory {
	for _, e := range archive.Entries() {
		if e.Name == name && e.Mode&syscall.S_IFMT == syscall.S_IFDIR {
			return e.Table
		}
	}
	return rootfs.Directory{}
}

func (s *System) addArchived(above *inode, e rootfs.Entry) {
	var body any
	switch e.Mode & syscall.S_IFMT {
	case syscall.S_IFDIR:
		body = newDirectory(above, e.Name)
	case syscall.S_IFREG:
		body = &data{fs: above.fs, base: e.Content, length: int64(len(e.Content))}
	case syscall.S_IFLNK:
		if e.Content == "" || len(e.Content) >= maxPath {
			return
		}
		body = symlink(e.Content)
	default:
		return
	}
	n := s.make(above, e.Name, e.Mode, body)
	if n.body != body {
		return
	}
	n.mtime, n.ctime, n.btime = e.Mtime, e.Mtime, e.Mtime
	n.atime.Store(e.Mtime)
	if n.isDir() {
		s.addArchive(n, e.Table)
	}
}
