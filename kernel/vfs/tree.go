package vfs

import (
	"strings"
	"syscall"

	"eggcup/kernel/vfs/rootfs"
)

const mib = 1 << 20

// newSystem makes the tree: the root with what the image brings and /etc, and
// what is mounted in it. Files may take half of the memory, those in /tmp no
// more than tmp bytes.
func newSystem(k kernel, memory, tmp int64) *System {
	s := &System{kernel: k}
	half := memory / 2
	root := &filesystem{name: "rootfs", magic: magicTmpfs, device: 1, limit: half}
	s.root = root.newRoot(nil, "")
	s.root.directory().parent = s.root
	s.mounts = []mountPoint{{"/", root}}
	s.cwd = s.root
	s.cwd.hold()
	s.addArchive(s.root, rootfs.Root())
	for _, name := range [...]string{"dev", "etc", "proc", "root", "run", "sys", "tmp", "var"} {
		s.makeDirectory(s.root, name, 0o755)
	}
	s.makeDirectory(s.root.directory().lookup("var"), "tmp", 0o1777)
	s.make(s.root, programPath[1:], syscall.S_IFREG|0o555, program{})
	s.fillEtc(s.root.directory().lookup("etc"))
	temporary := s.mount("tmp", &filesystem{name: "tmpfs", magic: magicTmpfs, device: 2, limit: min(tmp, half)})
	temporary.mode |= 0o1777
	s.addArchive(temporary, directoryOf(rootfs.Root(), "tmp"))
	s.fillDev(s.mount("dev", &filesystem{name: "devtmpfs", magic: magicTmpfs, device: 3, limit: 1 * mib}))
	s.fillProc(s.mount("proc", &filesystem{name: "proc", magic: magicProc, device: 4, limit: 1 * mib, readOnly: true}))
	s.fillSys(s.mount("sys", &filesystem{name: "sysfs", magic: magicSysfs, device: 5, limit: 1 * mib, readOnly: true}))
	return s
}

// newRoot makes the root directory of a file system.
func (fs *filesystem) newRoot(parent *inode, name string) *inode {
	n := fs.makeInode(syscall.S_IFDIR|0o755, newDirectory(parent, name))
	n.nlink = 2
	return n
}

// mount puts a file system on a directory of the root.
func (s *System) mount(name string, fs *filesystem) *inode {
	below := s.root.directory().lookup(name)
	top := fs.newRoot(s.root, name)
	below.directory().mounted = top
	s.mounts = append(s.mounts, mountPoint{"/" + name, fs})
	return top
}

// make adds a file to a directory, unless the image has brought one of that
// name.
func (s *System) make(above *inode, name string, mode uint32, body any) *inode {
	if n := above.directory().lookup(name); n != nil {
		return n
	}
	n := above.fs.makeInode(mode, body)
	above.directory().add(name, n)
	n.nlink = 1
	if n.isDir() {
		n.nlink = 2
		above.nlink++
	}
	return n
}

func (s *System) makeDirectory(above *inode, name string, mode uint32) *inode {
	return s.make(above, name, syscall.S_IFDIR|mode, newDirectory(above, name))
}

// makeText adds a file whose text is made when it is opened, below folders
// that are made too.
func (s *System) makeText(above *inode, path string, text func() []byte) {
	for {
		name, rest, more := strings.Cut(path, "/")
		if !more {
			break
		}
		above, path = s.makeDirectory(above, name, 0o555), rest
	}
	s.make(above, path, syscall.S_IFREG|0o444, generated(text))
}
