package volume

import (
	"syscall"
	"time"
)

// Fields of an inode.
const (
	inodeMode       = 0
	inodeUID        = 2
	inodeSize       = 4
	inodeAtime      = 8
	inodeCtime      = 12
	inodeMtime      = 16
	inodeDtime      = 20
	inodeGID        = 24
	inodeLinks      = 26
	inodeSectors    = 28 // of 512 bytes
	inodeFlags      = 32
	inodePointers   = 40
	inodeGeneration = 100
	inodeAttributes = 104 // block of extended attributes
	inodeSizeHigh   = 108
	inodeUIDHigh    = 120
	inodeGIDHigh    = 122
	inodeExtra      = 128 // size of what follows
	inodeCtimeExtra = 132
	inodeMtimeExtra = 136
	inodeAtimeExtra = 140
	inodeBirth      = 144
	inodeBirthExtra = 148

	extraBytes   = 28
	flagIndex    = 0x1000
	flagExtents  = 0x80000
	pointers     = 15
	direct       = 12
	pointerBytes = 4 * pointers
)

// inode is a file: a part of a block of the inode table.
type inode struct {
	v      *Volume
	number uint32
	b      *block
	at     int // in b.data
}

// inode returns a file by its number.
func (v *Volume) inode(number uint32) (i inode, errno syscall.Errno) {
	if number == 0 || number > v.inodes {
		return i, v.damaged("an inode number outside the volume")
	}
	group, index := (number-1)/v.inodesGroup, (number-1)%v.inodesGroup
	d, errno := v.group(group)
	if errno != 0 {
		return i, errno
	}
	perBlock := uint32(v.blockSize / v.geometry.inodeSize)
	b, errno := v.block(d.get32(groupInodeTable) + index/perBlock)
	if errno != 0 {
		return i, errno
	}
	i = inode{v, number, b, int(index%perBlock) * v.geometry.inodeSize}
	if size := i.size(); size < 0 || size > v.reach() {
		return i, v.damaged("a file of impossible size")
	}
	return i, 0
}

func (i inode) get16(field int) uint16 { return get16(i.b.data, i.at+field) }
func (i inode) get32(field int) uint32 { return get32(i.b.data, i.at+field) }

// put16 and put32 change a field; the caller says when the transaction has it.
func (i inode) put16(field int, x uint16) { put16(i.b.data, i.at+field, x) }
func (i inode) put32(field int, x uint32) { put32(i.b.data, i.at+field, x) }

func (i inode) changed() { i.v.change(i.b) }

func (i inode) mode() uint32 { return uint32(i.get16(inodeMode)) }

func (i inode) kind() uint32 { return i.mode() & syscall.S_IFMT }

func (i inode) isDir() bool { return i.kind() == syscall.S_IFDIR }

func (i inode) size() int64 {
	size := int64(i.get32(inodeSize))
	if i.kind() == syscall.S_IFREG {
		size |= int64(i.get32(inodeSizeHigh)) << 32
	}
	return size
}

func (i inode) setSize(size int64) {
	i.put32(inodeSize, uint32(size))
	if i.kind() == syscall.S_IFREG {
		i.put32(inodeSizeHigh, uint32(size>>32))
	}
	i.changed()
}

func (i inode) links() uint16 { return i.get16(inodeLinks) }

// link changes the number of names. It must not wrap, whatever it was.
func (i inode) link(by int) syscall.Errno {
	links := int(i.links()) + by
	if links < 0 {
		return i.v.damaged("a file with more names than it knows of")
	}
	i.put16(inodeLinks, uint16(links))
	i.put32(inodeCtime, uint32(now().Unix()))
	i.changed()
	return 0
}

// maxLinks is the most names of a file, those of its folders included.
const maxLinks = 32000

// count adds to the memory that the file takes.
func (i inode) count(blocks int) {
	i.put32(inodeSectors, uint32(int64(i.get32(inodeSectors))+int64(blocks*(i.v.blockSize/512))))
	i.changed()
}

// hasExtra reports whether the inode has the fields behind the first 128 bytes.
func (i inode) hasExtra() bool {
	return i.v.geometry.inodeSize >= minInodeSize+extraBytes && i.get16(inodeExtra) >= extraBytes-4
}

// time returns a time in nanoseconds; extra has the part below a second.
func (i inode) time(field, extra int) int64 {
	if field >= minInodeSize && !i.hasExtra() {
		return 0
	}
	t := int64(int32(i.get32(field))) * 1e9
	if i.hasExtra() {
		t += int64(i.get32(extra)&3)<<32*1e9 + int64(i.get32(extra)>>2)%1e9
	}
	return t
}

func (i inode) setTime(field, extra int, t int64) {
	if field >= minInodeSize && !i.hasExtra() {
		return
	}
	seconds, nanoseconds := t/1e9, t%1e9
	if nanoseconds < 0 {
		seconds, nanoseconds = seconds-1, nanoseconds+1e9
	}
	if !i.hasExtra() {
		seconds = max(-1<<31, min(seconds, 1<<31-1))
	}
	i.put32(field, uint32(seconds))
	if i.hasExtra() {
		epoch := (seconds - int64(int32(seconds))) >> 32
		i.put32(extra, uint32(epoch&3)|uint32(nanoseconds)<<2)
	}
}

// now is the time of day, replaced by tests.
var now = time.Now

// perBlock is how many block numbers a block of them has.
func (v *Volume) perBlock() uint64 { return uint64(v.blockSize / 4) }

// way returns how a block of a file is found: the pointer in the inode, and the
// places in the blocks of pointers behind it.
func (v *Volume) way(n uint64) (first int, rest [3]int, depth int, ok bool) {
	if n < direct {
		return int(n), rest, 0, true
	}
	n -= direct
	per := v.perBlock()
	span := per
	for depth = 1; depth <= 3; depth++ {
		if n < span {
			for k := depth - 1; k >= 0; k-- {
				rest[k] = int(n % per)
				n /= per
			}
			return direct + depth - 1, rest, depth, true
		}
		n -= span
		span *= per
	}
	return 0, rest, 0, false
}

// place returns where block n of a file is; 0 is a hole.
func (i inode) place(n uint64) (uint32, syscall.Errno) {
	if i.get32(inodeFlags)&flagExtents != 0 {
		return 0, i.v.damaged("a file with extents")
	}
	first, rest, depth, ok := i.v.way(n)
	if !ok {
		return 0, 0
	}
	place := i.get32(inodePointers + 4*first)
	for k := 0; k < depth && place != 0; k++ {
		b, errno := i.v.block(place)
		if errno != 0 {
			return 0, errno
		}
		place = get32(b.data, 4*rest[k])
	}
	if place != 0 && !i.v.inRange(place) {
		return 0, i.v.damaged("a block number outside the volume")
	}
	return place, 0
}

// makePlace is place for a block that is to be written: where there is a hole
// it takes a block, whose content is whatever was there.
func (i inode) makePlace(n uint64) (place uint32, isNew bool, errno syscall.Errno) {
	v := i.v
	if place, errno = i.place(n); errno != 0 || place != 0 {
		return place, false, errno
	}
	first, rest, depth, ok := v.way(n)
	if !ok {
		return 0, false, syscall.EFBIG
	}
	b, at := i.b, i.at+inodePointers+4*first
	for k := 0; k < depth; k++ {
		next := get32(b.data, at)
		if next == 0 {
			if next, errno = v.allocate(i.goal(b, at)); errno != 0 {
				return 0, false, errno
			}
			v.change(v.fresh(next))
			put32(b.data, at, next)
			v.change(b)
			i.count(1)
		}
		if b, errno = v.block(next); errno != 0 {
			return 0, false, errno
		}
		at = 4 * rest[k]
	}
	if place, errno = v.allocate(i.goal(b, at)); errno != 0 {
		return 0, false, errno
	}
	put32(b.data, at, place)
	v.change(b)
	i.count(1)
	return place, true, 0
}

// goal is a good place for the block whose number goes to b at at: behind the
// one before it, else near the inode.
func (i inode) goal(b *block, at int) uint32 {
	start := 0
	if b == i.b {
		start = i.at + inodePointers
	}
	if at > start {
		if before := get32(b.data, at-4); i.v.inRange(before) {
			return before + 1
		}
	}
	if b != i.b {
		return b.number + 1
	}
	return i.v.firstData + (i.number-1)/i.v.inodesGroup*i.v.perGroup
}

// giveBack frees the blocks of a file from block n on.
func (i inode) giveBack(n uint64) syscall.Errno {
	v := i.v
	for k := n; k < direct; k++ {
		if errno := i.giveBackAt(inodePointers+4*int(k), 0, 0); errno != 0 {
			return errno
		}
	}
	base, span := uint64(direct), v.perBlock()
	for depth := 1; depth <= 3; depth++ {
		if n < base+span {
			at := inodePointers + 4*(direct+depth-1)
			if errno := i.giveBackAt(at, depth, max(n, base)-base); errno != 0 {
				return errno
			}
		}
		base += span
		span *= v.perBlock()
	}
	return 0
}

// giveBackAt frees what is behind a pointer of the inode, from a block on.
func (i inode) giveBackAt(at, depth int, from uint64) syscall.Errno {
	place := i.get32(at)
	if place == 0 {
		return 0
	}
	if errno := i.prune(place, depth, from); errno != 0 {
		return errno
	}
	if from == 0 {
		i.put32(at, 0)
		i.changed()
	}
	return 0
}

// prune frees the blocks from block from on in the tree of depth levels of
// pointers whose top is at place, the top too if all of it goes.
func (i inode) prune(place uint32, depth int, from uint64) syscall.Errno {
	v := i.v
	if depth > 0 {
		b, errno := v.block(place)
		if errno != 0 {
			return errno
		}
		unit := uint64(1)
		for range depth - 1 {
			unit *= v.perBlock()
		}
		for k := from / unit; k < v.perBlock(); k++ {
			below := get32(b.data, 4*int(k))
			if below == 0 {
				continue
			}
			rest := uint64(0)
			if k == from/unit {
				rest = from % unit
			}
			if errno := i.prune(below, depth-1, rest); errno != 0 {
				return errno
			}
			if rest == 0 && from > 0 {
				put32(b.data, 4*int(k), 0)
				v.change(b)
			}
		}
	}
	if from > 0 {
		return 0
	}
	i.count(-1)
	return v.free(place, depth > 0 || i.kind() != syscall.S_IFREG)
}
