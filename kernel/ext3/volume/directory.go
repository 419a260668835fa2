package volume

import (
	"strings"
	"syscall"

	"eggcup/kernel/vfs"
)

// Fields of a directory entry, which is as long as the way to the next.
const (
	entryInode  = 0
	entryLength = 4
	entryName   = 6 // length of the name
	entryType   = 7
	entryHeader = 8
	maxName     = 255
)

// spot is where an entry is.
type spot struct {
	b      *block
	at     int
	before int // the entry before it in the block, -1 if it is the first
}

func (s spot) inode() uint32 { return get32(s.b.data, s.at+entryInode) }

func (s spot) length() int { return int(get16(s.b.data, s.at+entryLength)) }

func (s spot) name() string {
	return string(s.b.data[s.at+entryHeader:][:s.b.data[s.at+entryName]])
}

// used is how many of its bytes the entry needs.
func (s spot) used() int {
	if s.inode() == 0 {
		return 0
	}
	return needed(int(s.b.data[s.at+entryName]))
}

func needed(name int) int { return (entryHeader + name + 3) &^ 3 }

// sane says whether an entry can be one.
func (s spot) sane() bool {
	left := len(s.b.data) - s.at
	if left < entryHeader {
		return false
	}
	length := s.length()
	return length >= entryHeader && length%4 == 0 && length <= left &&
		entryHeader+int(s.b.data[s.at+entryName]) <= length
}

// entries calls visit with every entry, those that are empty too, until it
// returns true.
func (i inode) entries(visit func(s spot) bool) syscall.Errno {
	v := i.v
	if !i.isDir() || i.size()%int64(v.blockSize) != 0 || i.size() > int64(v.blocks)*int64(v.blockSize) {
		return v.damaged("a directory that cannot be one")
	}
	for n := range uint64(i.size()) / uint64(v.blockSize) {
		place, errno := i.place(n)
		if errno != 0 {
			return errno
		}
		if place == 0 {
			return v.damaged("a directory with a hole")
		}
		b, errno := v.block(place)
		if errno != 0 {
			return errno
		}
		before := -1
		for at := 0; at < v.blockSize; {
			s := spot{b, at, before}
			if !s.sane() {
				return v.damaged("a directory entry that cannot be one")
			}
			if visit(s) {
				return 0
			}
			before = at
			at += s.length()
		}
	}
	return 0
}

// list returns the entries of a directory but "." and "..".
func (i inode) list() (all []vfs.VolumeEntry, errno syscall.Errno) {
	bad := false
	errno = i.entries(func(s spot) bool {
		if s.inode() == 0 {
			return false
		}
		name := s.name()
		if name == "." || name == ".." {
			return false
		}
		bad = name == "" || strings.ContainsAny(name, "/\x00")
		all = append(all, vfs.VolumeEntry{Name: name, File: uint64(s.inode())})
		return bad
	})
	if errno == 0 && bad {
		errno = i.v.damaged("a name that cannot be one")
	}
	return all, errno
}

// find returns the entry of a name.
func (i inode) find(name string) (found spot, errno syscall.Errno) {
	errno = i.entries(func(s spot) bool {
		if s.inode() != 0 && s.name() == name {
			found = s
		}
		return found.b != nil
	})
	if errno == 0 && found.b == nil {
		errno = syscall.ENOENT
	}
	return found, errno
}

// child returns the entry of a name, and the file that it is of.
func (i inode) child(name string) (entry spot, file inode, errno syscall.Errno) {
	if entry, errno = i.find(name); errno == 0 {
		file, errno = i.v.inode(entry.inode())
	}
	return entry, file, errno
}

// put fills an entry.
func (v *Volume) put(b *block, at, length int, name string, to inode) {
	put32(b.data, at+entryInode, to.number)
	put16(b.data, at+entryLength, uint16(length))
	b.data[at+entryName] = byte(len(name))
	v.setType(b, at, to)
	copy(b.data[at+entryHeader:], name)
	v.change(b)
}

// typeOf is the type of a file as directories have it.
var typeOf = map[uint32]byte{
	syscall.S_IFREG: 1, syscall.S_IFDIR: 2, syscall.S_IFCHR: 3, syscall.S_IFBLK: 4,
	syscall.S_IFIFO: 5, syscall.S_IFSOCK: 6, syscall.S_IFLNK: 7,
}

func (v *Volume) setType(b *block, at int, to inode) {
	b.data[at+entryType] = 0
	if v.types {
		b.data[at+entryType] = typeOf[to.kind()]
	}
}

// add enters a name that is not there.
func (i inode) add(name string, to inode) syscall.Errno {
	if len(name) > maxName {
		return syscall.ENAMETOOLONG
	}
	var free spot
	errno := i.entries(func(s spot) bool {
		if s.length()-s.used() >= needed(len(name)) {
			free = s
		}
		return free.b != nil
	})
	if errno != 0 {
		return errno
	}
	if free.b == nil {
		if free, errno = i.grow(); errno != 0 {
			return errno
		}
	}
	at, length := free.at, free.length()
	if used := free.used(); used > 0 {
		put16(free.b.data, at+entryLength, uint16(used))
		at, length = at+used, length-used
	}
	i.v.put(free.b, at, length, name, to)
	i.modified()
	return 0
}

// grow adds a block to a directory, which is one empty entry.
func (i inode) grow() (s spot, errno syscall.Errno) {
	v := i.v
	place, _, errno := i.makePlace(uint64(i.size()) / uint64(v.blockSize))
	if errno != 0 {
		return s, errno
	}
	b := v.fresh(place)
	put16(b.data, entryLength, uint16(v.blockSize))
	v.change(b)
	i.setSize(i.size() + int64(v.blockSize))
	return spot{b, 0, -1}, 0
}

// remove takes an entry away: the one before it becomes longer.
func (i inode) remove(s spot) {
	if s.before >= 0 {
		before := spot{s.b, s.before, -1}
		put16(s.b.data, s.before+entryLength, uint16(before.length()+s.length()))
	} else {
		put32(s.b.data, s.at+entryInode, 0)
	}
	i.v.change(s.b)
	i.modified()
}

// point makes an entry mean another file.
func (i inode) point(s spot, to inode) {
	put32(s.b.data, s.at+entryInode, to.number)
	i.v.setType(s.b, s.at, to)
	i.v.change(s.b)
	i.modified()
}

// modified notes a change of the names. Linux may have made an index of the
// directory, which holds no longer: without its flag the blocks are read one
// after the other.
func (i inode) modified() {
	t := now().UnixNano()
	i.setTime(inodeMtime, inodeMtimeExtra, t)
	i.setTime(inodeCtime, inodeCtimeExtra, t)
	i.put32(inodeFlags, i.get32(inodeFlags)&^flagIndex)
	i.changed()
}
