package volume

import (
	"syscall"

	"eggcup/kernel/vfs"
)

// Create implements vfs.Volume.
func (v *Volume) Create(above uint64, name string, a vfs.Attributes, target string) (uint64, syscall.Errno) {
	parent, errno := v.of(above)
	defer v.mu.Unlock()
	if errno != 0 {
		return 0, errno
	}
	isDir := a.Mode&syscall.S_IFMT == syscall.S_IFDIR
	if isDir && parent.links() >= maxLinks {
		return 0, syscall.EMLINK
	}
	if len(target) >= v.blockSize {
		return 0, syscall.ENAMETOOLONG
	}
	i, errno := v.newInode(parent.number, isDir)
	if errno != 0 {
		return 0, errno
	}
	i.set(a)
	i.setTime(inodeBirth, inodeBirthExtra, a.Btime)
	i.put16(inodeLinks, 1)
	errno = i.fill(parent, a, target)
	if errno == 0 {
		errno = parent.add(name, i)
	}
	if errno != 0 {
		i.giveUp()
		return 0, errno
	}
	if isDir {
		i.put16(inodeLinks, 2)
		errno = parent.link(1)
	}
	return uint64(i.number), errno
}

// fill gives a new file its content.
func (i inode) fill(parent inode, a vfs.Attributes, target string) syscall.Errno {
	switch i.kind() {
	case syscall.S_IFDIR:
		s, errno := i.grow()
		if errno != 0 {
			return errno
		}
		i.v.put(s.b, 0, needed(1), ".", i)
		i.v.put(s.b, needed(1), i.v.blockSize-needed(1), "..", parent)
	case syscall.S_IFLNK:
		if len(target) < pointerBytes {
			copy(i.b.data[i.at+inodePointers:][:pointerBytes], target)
		} else {
			place, _, errno := i.makePlace(0)
			if errno != 0 {
				return errno
			}
			b := i.v.fresh(place)
			copy(b.data, target)
			i.v.change(b)
		}
		i.setSize(int64(len(target)))
	case syscall.S_IFCHR, syscall.S_IFBLK:
		if major, minor := a.Rdev>>8&0xfff, a.Rdev&0xff|a.Rdev>>12&^0xff; major < 256 && minor < 256 {
			i.put32(inodePointers, uint32(a.Rdev))
		} else {
			i.put32(inodePointers+4, uint32(a.Rdev))
		}
	}
	return 0
}

// giveUp takes back an inode that has got no name.
func (i inode) giveUp() {
	if i.isDir() || i.kind() == syscall.S_IFLNK && !i.isShort() {
		i.giveBack(0) // an error has made the volume fail
	}
	i.v.freeInode(i)
}

// Link implements vfs.Volume.
func (v *Volume) Link(above uint64, name string, number uint64) syscall.Errno {
	parent, errno := v.of(above)
	defer v.mu.Unlock()
	if errno != 0 {
		return errno
	}
	i, errno := v.inode(uint32(number))
	switch {
	case errno != 0:
		return errno
	case i.links() >= maxLinks:
		return syscall.EMLINK
	}
	if errno := parent.add(name, i); errno != 0 {
		return errno
	}
	return i.link(1)
}

// Unlink implements vfs.Volume.
func (v *Volume) Unlink(above uint64, name string) syscall.Errno {
	parent, errno := v.of(above)
	defer v.mu.Unlock()
	if errno != 0 {
		return errno
	}
	entry, i, errno := parent.child(name)
	if errno != 0 {
		return errno
	}
	parent.remove(entry)
	return i.lost(parent)
}

// lost notes that a file has one name less, in a directory.
func (i inode) lost(parent inode) syscall.Errno {
	if i.isDir() {
		if errno := parent.link(-1); errno != 0 {
			return errno
		}
		i.put16(inodeLinks, 0)
	} else if errno := i.link(-1); errno != 0 {
		return errno
	}
	if i.links() > 0 {
		return 0
	}
	// If the machine stops before the file is not in use any more, the next
	// mount finds it in this list.
	i.put32(inodeDtime, get32(i.v.super, superOrphan))
	i.changed()
	i.v.setOrphan(i.number)
	i.v.orphans = append([]uint32{i.number}, i.v.orphans...)
	return 0
}

func (v *Volume) setOrphan(number uint32) {
	put32(v.super, superOrphan, number)
	v.change(v.superHolder)
}

// Forget implements vfs.Volume.
func (v *Volume) Forget(number uint64) {
	if errno := v.begin(); errno == 0 {
		v.forget(uint32(number)) // an error has made the volume fail
	}
	v.mu.Unlock()
}

// forget deletes a file without a name. v.mu is held; transactions may end in
// between, with the file as long as it is then.
func (v *Volume) forget(number uint32) syscall.Errno {
	i, errno := v.inode(number)
	if errno != 0 {
		return errno
	}
	if i.kind() == syscall.S_IFREG || i.isDir() || i.kind() == syscall.S_IFLNK && !i.isShort() {
		for done := false; !done; {
			if done, errno = i.shorten(0); errno != 0 {
				return errno
			}
			if len(v.running) >= v.capacity()/2 {
				if errno := v.commit(); errno != 0 {
					return errno
				}
			}
		}
	}
	if errno := i.dropAttributes(); errno != 0 {
		return errno
	}
	if errno := v.removeOrphan(i); errno != 0 {
		return errno
	}
	return v.freeInode(i)
}

// dropAttributes gives back the block of extended attributes, which files may
// share.
func (i inode) dropAttributes() syscall.Errno {
	const references = 4
	place := i.get32(inodeAttributes)
	if place == 0 {
		return 0
	}
	b, errno := i.v.block(place)
	if errno != 0 {
		return errno
	}
	i.put32(inodeAttributes, 0)
	i.changed()
	if n := get32(b.data, references); n > 1 {
		put32(b.data, references, n-1)
		i.v.change(b)
		return 0
	}
	return i.v.free(place, true)
}

// removeOrphan takes a file out of the list of those without a name.
func (v *Volume) removeOrphan(i inode) syscall.Errno {
	next := i.get32(inodeDtime)
	for k, number := range v.orphans {
		if number != i.number {
			continue
		}
		v.orphans = append(v.orphans[:k:k], v.orphans[k+1:]...)
		if k == 0 {
			v.setOrphan(next)
			return 0
		}
		before, errno := v.inode(v.orphans[k-1])
		if errno == 0 {
			before.put32(inodeDtime, next)
			before.changed()
		}
		return errno
	}
	return v.damaged("a file without a name that is not listed")
}

// both is of for two directories.
func (v *Volume) both(one, other uint64) (a, b inode, errno syscall.Errno) {
	if a, errno = v.of(one); errno == 0 {
		b, errno = v.inode(uint32(other))
	}
	return a, b, errno
}

// Rename implements vfs.Volume.
func (v *Volume) Rename(oldDir uint64, old string, newDir uint64, name string) syscall.Errno {
	from, to, errno := v.both(oldDir, newDir)
	defer v.mu.Unlock()
	if errno != 0 {
		return errno
	}
	source, i, errno := from.child(old)
	if errno != 0 {
		return errno
	}
	switch target, errno := to.find(name); errno {
	case 0:
		replaced, errno := v.inode(target.inode())
		if errno != 0 {
			return errno
		}
		to.point(target, i)
		if errno := replaced.lost(to); errno != 0 {
			return errno
		}
	case syscall.ENOENT:
		if i.isDir() && oldDir != newDir && to.links() >= maxLinks {
			return syscall.EMLINK
		}
		if errno := to.add(name, i); errno != 0 {
			return errno
		}
		if source, errno = from.find(old); errno != 0 { // add may have moved it
			return errno
		}
	default:
		return errno
	}
	from.remove(source)
	return i.moved(from, to)
}

// moved notes that a file is in another directory now.
func (i inode) moved(from, to inode) syscall.Errno {
	i.setTime(inodeCtime, inodeCtimeExtra, now().UnixNano())
	i.changed()
	if !i.isDir() || from.number == to.number {
		return 0
	}
	up, errno := i.find("..")
	if errno != 0 {
		return i.v.damaged("a directory without ..")
	}
	i.point(up, to)
	if errno := from.link(-1); errno != 0 {
		return errno
	}
	return to.link(1)
}

// Exchange implements vfs.Volume.
func (v *Volume) Exchange(oneDir uint64, one string, otherDir uint64, other string) syscall.Errno {
	a, b, errno := v.both(oneDir, otherDir)
	defer v.mu.Unlock()
	if errno != 0 {
		return errno
	}
	first, x, errno := a.child(one)
	if errno != 0 {
		return errno
	}
	second, y, errno := b.child(other)
	if errno != 0 {
		return errno
	}
	a.point(first, y)
	b.point(second, x)
	if errno := x.moved(a, b); errno != 0 {
		return errno
	}
	return y.moved(b, a)
}
