package volume

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// The superblock: where it is on the disk, and the fields in it.
const (
	superOffset = 1024
	superSize   = 1024
	superMagic  = 0xef53

	superInodes        = 0
	superBlocks        = 4
	superReserved      = 8
	superFreeBlocks    = 12
	superFreeInodes    = 16
	superFirstData     = 20
	superLogBlock      = 24
	superPerGroup      = 32
	superInodesGroup   = 40
	superMountTime     = 44
	superMountCount    = 52
	superMagicAt       = 56
	superState         = 58
	superRevision      = 76
	superFirstInode    = 84
	superInodeSize     = 88
	superCompatible    = 92
	superIncompatible  = 96
	superReadOnly      = 100
	superJournalInode  = 224
	superJournalDevice = 228
	superOrphan        = 232

	stateErrors = 2
)

// Features that decide whether a volume can be used. What is compatible may be
// unknown.
const (
	hasJournal = 0x4 // compatible

	fileTypes     = 0x2 // incompatible
	needsRecovery = 0x4

	sparseSuper = 0x1 // read-only compatible
	largeFiles  = 0x2
	extraSize   = 0x40
)

// featureNames has the features of ext4 that make a volume one that this
// package cannot use.
var featureNames = []struct {
	field int
	bit   uint32
	name  string
}{
	{superIncompatible, 0x8, "journal_dev"}, {superIncompatible, 0x10, "meta_bg"}, {superIncompatible, 0x40, "extent"},
	{superIncompatible, 0x80, "64bit"}, {superIncompatible, 0x200, "flex_bg"}, {superIncompatible, 0x8000, "inline_data"},
	{superIncompatible, 0x10000, "encrypt"}, {superIncompatible, 0x20000, "casefold"}, {superReadOnly, 0x8, "huge_file"},
	{superReadOnly, 0x10, "uninit_bg"}, {superReadOnly, 0x20, "dir_nlink"}, {superReadOnly, 0x100, "quota"},
	{superReadOnly, 0x400, "metadata_csum"}, {superReadOnly, 0x10000, "orphan_present"},
}

// Fields of a group descriptor.
const (
	groupSize        = 32
	groupBlockBitmap = 0
	groupInodeBitmap = 4
	groupInodeTable  = 8
	groupFreeBlocks  = 12
	groupFreeInodes  = 14
	groupDirectories = 16
)

const (
	rootInode    = 2
	minBlockSize = 1024
	maxBlockSize = 4096
	minInodeSize = 128
)

// geometry is the measures of a volume.
type geometry struct {
	blockSize   int
	blocks      uint32
	firstData   uint32
	perGroup    uint32 // blocks
	groups      uint32
	inodes      uint32
	inodesGroup uint32
	inodeSize   int
	firstInode  uint32
	journal     uint32 // inode
	types       bool   // directory entries have a type
	large       bool   // files may be larger than 2 GiB
}

func get16(b []byte, at int) uint16    { return binary.LittleEndian.Uint16(b[at:]) }
func get32(b []byte, at int) uint32    { return binary.LittleEndian.Uint32(b[at:]) }
func put16(b []byte, at int, v uint16) { binary.LittleEndian.PutUint16(b[at:], v) }
func put32(b []byte, at int, v uint32) { binary.LittleEndian.PutUint32(b[at:], v) }

// readGeometry takes the measures from a superblock and refuses those that
// cannot be, or that fit on no disk of size bytes.
func readGeometry(super []byte, size int64) (g geometry, err error) {
	if get16(super, superMagicAt) != superMagic {
		return g, fmt.Errorf("no ext3 file system on it: make one with mke2fs -t ext3 FILE SIZE")
	}
	if unknown := unknownFeatures(super); unknown != "" {
		return g, fmt.Errorf("it has features that ext3 has not (%s): make it with mke2fs -t ext3", unknown)
	}
	if get32(super, superCompatible)&hasJournal == 0 || get32(super, superJournalInode) == 0 {
		return g, fmt.Errorf("it has no journal: add one with tune2fs -j")
	}
	logBlock := get32(super, superLogBlock)
	if logBlock > 2 {
		return g, fmt.Errorf("impossible block size")
	}
	g = geometry{
		blockSize: minBlockSize << logBlock, blocks: get32(super, superBlocks), firstData: get32(super, superFirstData),
		perGroup: get32(super, superPerGroup), inodes: get32(super, superInodes),
		inodesGroup: get32(super, superInodesGroup), inodeSize: int(get16(super, superInodeSize)),
		firstInode: get32(super, superFirstInode), journal: get32(super, superJournalInode),
		types: get32(super, superIncompatible)&fileTypes != 0, large: get32(super, superReadOnly)&largeFiles != 0,
	}
	if get32(super, superRevision) == 0 {
		g.inodeSize, g.firstInode = minInodeSize, 11
	}
	bits := uint32(g.blockSize) * 8
	wantFirst := uint32(0)
	if g.blockSize == minBlockSize {
		wantFirst = 1
	}
	switch {
	case g.firstData != wantFirst || g.blocks <= g.firstData+1 || g.perGroup == 0 || g.perGroup > bits ||
		g.inodesGroup == 0 || g.inodesGroup > bits || g.inodeSize < minInodeSize || g.inodeSize > g.blockSize ||
		g.inodeSize&(g.inodeSize-1) != 0 || g.firstInode <= rootInode:
		return g, fmt.Errorf("the superblock is damaged: run e2fsck on it")
	case int64(g.blocks)*int64(g.blockSize) > size:
		return g, fmt.Errorf("the file system is larger than the disk: %d MiB, %d MiB",
			int64(g.blocks)*int64(g.blockSize)>>20, size>>20)
	}
	g.groups = (g.blocks - g.firstData + g.perGroup - 1) / g.perGroup
	if uint64(g.groups)*uint64(g.inodesGroup) != uint64(g.inodes) {
		return g, fmt.Errorf("the superblock is damaged: run e2fsck on it")
	}
	return g, nil
}

func unknownFeatures(super []byte) string {
	known := map[int]uint32{
		superIncompatible: fileTypes | needsRecovery,
		superReadOnly:     sparseSuper | largeFiles | extraSize,
	}
	var names []string
	for _, field := range []int{superIncompatible, superReadOnly} {
		left := get32(super, field) &^ known[field]
		for _, f := range featureNames {
			if f.field == field && left&f.bit != 0 {
				names, left = append(names, f.name), left&^f.bit
			}
		}
		if left != 0 {
			names = append(names, fmt.Sprintf("%#x", left))
		}
	}
	return strings.Join(names, ", ")
}
