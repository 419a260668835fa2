package volume

import (
	"math/bits"
	"syscall"
)

// descriptor is a group's: a part of a block of the table of groups.
type descriptor struct {
	b  *block
	at int
}

func (d descriptor) get32(field int) uint32 { return get32(d.b.data, d.at+field) }

// add changes a counter of the group.
func (d descriptor) add(v *Volume, field, by int) {
	put16(d.b.data, d.at+field, get16(d.b.data, d.at+field)+uint16(by))
	v.change(d.b)
}

func (v *Volume) group(n uint32) (d descriptor, errno syscall.Errno) {
	perBlock := uint32(v.blockSize / groupSize)
	b, errno := v.block(v.firstData + 1 + n/perBlock)
	return descriptor{b, int(n%perBlock) * groupSize}, errno
}

// addSuper changes a counter of the superblock.
func (v *Volume) addSuper(field, by int) {
	put32(v.super, field, get32(v.super, field)+uint32(by))
	v.change(v.superHolder)
}

// setBit marks one thing as taken or free. It must not have been that before.
func (v *Volume) setBit(b *block, n uint32, taken bool) syscall.Errno {
	mask := byte(1) << (n % 8)
	if b.data[n/8]&mask != 0 == taken {
		return v.damaged("a block or an inode is taken twice")
	}
	b.data[n/8] ^= mask
	v.change(b)
	return 0
}

// zeroBit finds a zero in the first n bits of a bitmap, from a place on and
// then from the start, that ok agrees with.
func zeroBit(bitmap []byte, n, from uint32, ok func(uint32) bool) (uint32, bool) {
	for _, part := range [2][2]uint32{{from, n}, {0, from}} {
		for k := part[0]; k < part[1]; {
			if b := bitmap[k/8]; b>>(k%8) == 0xff>>(k%8) {
				k = (k/8 + 1) * 8
				continue
			} else if k += uint32(bits.TrailingZeros8(^(b >> (k % 8)))); k < part[1] && ok(k) {
				return k, true
			}
			k++
		}
	}
	return 0, false
}

// groupBlocks is how many blocks a group has: the last may have fewer.
func (v *Volume) groupBlocks(g uint32) uint32 {
	return min(v.perGroup, v.blocks-v.firstData-g*v.perGroup)
}

// allocate takes a block, near goal if it can.
//
// What the running transaction has given back is not free before it is
// committed: if it never is, the block belongs to the file it was in.
func (v *Volume) allocate(goal uint32) (uint32, syscall.Errno) {
	if !v.inRange(goal) {
		goal = v.firstData + 1
	}
	start := (goal - v.firstData) / v.perGroup
	from := (goal - v.firstData) % v.perGroup
	for k := range v.groups {
		g := (start + k) % v.groups
		first := v.firstData + g*v.perGroup
		d, errno := v.group(g)
		if errno != 0 {
			return 0, errno
		}
		if get16(d.b.data, d.at+groupFreeBlocks) == 0 {
			from = 0
			continue
		}
		bitmap, errno := v.block(d.get32(groupBlockBitmap))
		if errno != 0 {
			return 0, errno
		}
		usable := func(n uint32) bool { _, freed := v.freed[first+n]; return !freed && v.inRange(first+n) }
		n, ok := zeroBit(bitmap.data, v.groupBlocks(g), from, usable)
		if from = 0; !ok {
			continue
		}
		if errno := v.setBit(bitmap, n, true); errno != 0 {
			return 0, errno
		}
		d.add(v, groupFreeBlocks, -1)
		v.addSuper(superFreeBlocks, -1)
		return first + n, 0
	}
	return 0, syscall.ENOSPC
}

// free gives a block back.
func (v *Volume) free(number uint32, metadata bool) syscall.Errno {
	if !v.inRange(number) {
		return v.damaged("a block number outside the volume")
	}
	g, n := (number-v.firstData)/v.perGroup, (number-v.firstData)%v.perGroup
	d, errno := v.group(g)
	if errno != 0 {
		return errno
	}
	bitmap, errno := v.block(d.get32(groupBlockBitmap))
	if errno != 0 {
		return errno
	}
	if errno := v.setBit(bitmap, n, false); errno != 0 {
		return errno
	}
	d.add(v, groupFreeBlocks, 1)
	v.addSuper(superFreeBlocks, 1)
	v.freed[number] = struct{}{}
	v.freedMetadata = v.freedMetadata || metadata
	v.drop(number)
	return 0
}

// newInode takes an inode: for a file in the group of its directory, for a
// directory in the one with most that are free. Its content is zero.
func (v *Volume) newInode(above uint32, isDir bool) (i inode, errno syscall.Errno) {
	start := (above - 1) / v.inodesGroup
	if isDir {
		most := uint16(0)
		for g := range v.groups {
			d, errno := v.group(g)
			if errno != 0 {
				return i, errno
			}
			if free := get16(d.b.data, d.at+groupFreeInodes); free > most {
				start, most = g, free
			}
		}
	}
	for k := range v.groups {
		g := (start + k) % v.groups
		d, errno := v.group(g)
		if errno != 0 {
			return i, errno
		}
		if get16(d.b.data, d.at+groupFreeInodes) == 0 {
			continue
		}
		bitmap, errno := v.block(d.get32(groupInodeBitmap))
		if errno != 0 {
			return i, errno
		}
		usable := func(n uint32) bool { return g*v.inodesGroup+n+1 >= v.firstInode }
		n, ok := zeroBit(bitmap.data, v.inodesGroup, 0, usable)
		if !ok {
			continue
		}
		if i, errno = v.inode(g*v.inodesGroup + n + 1); errno != 0 {
			return i, errno
		}
		if errno := v.setBit(bitmap, n, true); errno != 0 {
			return i, errno
		}
		v.countInode(d, -1, isDir)
		generation := i.get32(inodeGeneration) + 1
		clear(i.b.data[i.at:][:v.geometry.inodeSize])
		i.put32(inodeGeneration, generation)
		if v.geometry.inodeSize >= minInodeSize+extraBytes {
			i.put16(inodeExtra, extraBytes)
		}
		i.changed()
		return i, 0
	}
	return i, syscall.ENOSPC
}

// countInode notes that an inode was taken (-1) or given back (1).
func (v *Volume) countInode(d descriptor, by int, isDir bool) {
	d.add(v, groupFreeInodes, by)
	v.addSuper(superFreeInodes, by)
	if isDir {
		d.add(v, groupDirectories, -by)
	}
}

// freeInode gives an inode back.
func (v *Volume) freeInode(i inode) syscall.Errno {
	g, n := (i.number-1)/v.inodesGroup, (i.number-1)%v.inodesGroup
	d, errno := v.group(g)
	if errno != 0 {
		return errno
	}
	bitmap, errno := v.block(d.get32(groupInodeBitmap))
	if errno != 0 {
		return errno
	}
	if errno := v.setBit(bitmap, n, false); errno != 0 {
		return errno
	}
	v.countInode(d, 1, i.isDir())
	i.put16(inodeLinks, 0)
	i.put32(inodeDtime, uint32(now().Unix()))
	i.changed()
	return 0
}
