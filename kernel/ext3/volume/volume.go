// Package volume reads and writes the format of ext3: see package ext3, which
// mounts it.
//
// Context: goroutine. Volume.mu is taken after every lock of package vfs.
package volume

import (
	"errors"
	"fmt"
	"sync"
	"syscall"
	"time"
	"weak"

	"eggcup/kernel/blockdev"
	"eggcup/kernel/vfs"
)

// Volume is a mounted file system. It implements vfs.Volume.
type Volume struct {
	geometry
	disk blockdev.Device

	mu            sync.Mutex // guards the rest; taken last
	cache         map[uint32]*block
	superBlock    uint32 // the block that has the superblock
	superHolder   *block
	super         []byte // in superHolder
	journal       journal
	running       []*block            // changed since the last commit
	urgent        bool                // running has more than times of files
	freed         map[uint32]struct{} // blocks given back since then
	freedMetadata bool
	pending       []*block // in the log, not in their places
	failed        bool
	timer         *time.Timer
	orphans       []uint32 // files without a name that are in use, the last one first
}

// commitEvery is how long a change may wait for its commit.
const commitEvery = 5 * time.Second

// Mount opens the file system on a disk. What the log has after the machine
// stopped is done first.
func Mount(disk blockdev.Device) (*Volume, error) {
	if disk.ReadOnly() {
		return nil, errors.New("the disk is read-only")
	}
	size := int64(disk.Sectors()) * int64(disk.SectorSize())
	head := make([]byte, maxBlockSize)
	if size < int64(len(head)) {
		return nil, errors.New("the disk is too small for a file system")
	}
	if _, err := disk.ReadAt(head, 0); err != nil {
		return nil, err
	}
	g, err := readGeometry(head[superOffset:][:superSize], size)
	if err != nil {
		return nil, err
	}
	if disk.SectorSize() > g.blockSize {
		return nil, fmt.Errorf("its blocks are smaller than the disk's sectors: make it with mke2fs -t ext3 -b %d", disk.SectorSize())
	}
	v := &Volume{geometry: g, disk: disk, cache: map[uint32]*block{}, freed: map[uint32]struct{}{}}
	v.superBlock = uint32(superOffset / g.blockSize)
	v.mu.Lock()
	defer v.mu.Unlock()
	if err := v.open(); err != nil {
		v.failed = true // what it has changed already is not committed
		return nil, err
	}
	return v, nil
}

// open recovers the volume and makes it ready for changes. v.mu is held.
func (v *Volume) open() error {
	if err := v.openJournal(); err != nil {
		return err
	}
	if err := v.recover(); err != nil {
		return err
	}
	if errno := v.loadSuper(); errno != 0 {
		return errors.New("the superblock cannot be read")
	}
	g, err := readGeometry(v.super, int64(v.disk.Sectors())*int64(v.disk.SectorSize()))
	if err != nil {
		return err
	}
	if g != v.geometry {
		return errJournal
	}
	if get16(v.super, superState)&stateErrors != 0 {
		return errors.New("it is marked as damaged: run e2fsck on it")
	}
	put32(v.super, superIncompatible, get32(v.super, superIncompatible)|needsRecovery)
	put32(v.super, superMountTime, uint32(now().Unix()))
	put16(v.super, superMountCount, get16(v.super, superMountCount)+1)
	if v.write(v.superHolder.data, v.superBlock) != 0 || v.flush() != 0 || v.writeJournalSuper(v.journal.first) != 0 {
		return syscall.EIO
	}
	root, errno := v.inode(rootInode)
	if errno != 0 || !root.isDir() {
		return errors.New("it has no root directory: run e2fsck on it")
	}
	return v.deleteOrphans()
}

func (v *Volume) loadSuper() syscall.Errno {
	b, errno := v.block(v.superBlock)
	if errno != 0 {
		return errno
	}
	v.superHolder, v.super = b, b.data[superOffset%v.blockSize:][:superSize]
	return 0
}

// deleteOrphans ends what a stopped machine has left: files without a name.
func (v *Volume) deleteOrphans() error {
	for range v.inodes {
		number := get32(v.super, superOrphan)
		if number == 0 {
			return nil
		}
		i, errno := v.inode(number)
		if errno != 0 {
			return errno
		}
		if i.links() > 0 { // Linux was about to shorten it
			next := i.get32(inodeDtime)
			if done, errno := i.shorten(i.size()); errno != 0 || !done {
				return errno
			}
			i.put32(inodeDtime, 0)
			put32(v.super, superOrphan, next)
			v.change(v.superHolder)
			continue
		}
		v.orphans = []uint32{number}
		if errno := v.forget(number); errno != 0 {
			return errno
		}
	}
	return damage("the list of files without a name")
}

// Close commits everything and leaves the volume as if it had never been
// mounted.
func (v *Volume) Close() syscall.Errno {
	v.mu.Lock()
	defer v.mu.Unlock()
	if errno := v.commit(); errno != 0 {
		return errno
	}
	if errno := v.checkpoint(); errno != 0 {
		return errno
	}
	put32(v.super, superIncompatible, get32(v.super, superIncompatible)&^needsRecovery)
	if errno := v.write(v.superHolder.data, v.superBlock); errno != 0 {
		return errno
	}
	errno := v.writeJournalSuper(0)
	v.failed = true // whoever still writes is told
	return errno
}

// schedule commits in some time what nobody asks to commit.
//
// Whoever uses the volume has it in memory. The timer must not: it would keep a
// volume that was closed or refused, and stopping it is not enough, since Go
// forgets a stopped timer only later.
func (v *Volume) schedule() {
	if v.timer != nil {
		v.timer.Reset(commitEvery)
		return
	}
	self := weak.Make(v)
	v.timer = time.AfterFunc(commitEvery, func() {
		if v := self.Value(); v != nil {
			v.Sync(false)
		}
	})
}

// begin starts an operation: v.mu is held until it ends. Here a transaction may
// end, since the volume is as it may be.
func (v *Volume) begin() syscall.Errno {
	v.mu.Lock()
	if v.failed {
		return syscall.EIO
	}
	v.evict()
	const room = 2 * pieceSize / minBlockSize
	scarce := len(v.freed) > 0 && int(get32(v.super, superFreeBlocks))-len(v.freed) < room
	if len(v.running) >= v.capacity()/2 || scarce {
		return v.commit()
	}
	return 0
}

// of starts an operation on a file.
func (v *Volume) of(number uint64) (i inode, errno syscall.Errno) {
	if errno = v.begin(); errno != 0 {
		return i, errno
	}
	return v.inode(uint32(number))
}

// Type implements vfs.Volume.
func (v *Volume) Type() string { return "ext3" }

// Root implements vfs.Volume.
func (v *Volume) Root() uint64 { return rootInode }

// Attributes implements vfs.Volume.
func (v *Volume) Attributes(number uint64) (a vfs.Attributes, errno syscall.Errno) {
	i, errno := v.of(number)
	defer v.mu.Unlock()
	if errno != 0 {
		return a, errno
	}
	if i.links() == 0 {
		return a, v.damaged("a name of a file that was deleted")
	}
	return i.attributes(), 0
}

func (i inode) attributes() vfs.Attributes {
	return vfs.Attributes{
		Mode: i.mode(), Links: uint32(i.links()), Rdev: i.device(),
		UID:  uint32(i.get16(inodeUID)) | uint32(i.get16(inodeUIDHigh))<<16,
		GID:  uint32(i.get16(inodeGID)) | uint32(i.get16(inodeGIDHigh))<<16,
		Size: i.size(), Blocks: int64(i.get32(inodeSectors)),
		Atime: i.time(inodeAtime, inodeAtimeExtra), Mtime: i.time(inodeMtime, inodeMtimeExtra),
		Ctime: i.time(inodeCtime, inodeCtimeExtra), Btime: i.time(inodeBirth, inodeBirthExtra),
	}
}

// device returns the number of a device file, which Linux keeps in one of two
// ways.
func (i inode) device() uint64 {
	if i.kind() != syscall.S_IFCHR && i.kind() != syscall.S_IFBLK {
		return 0
	}
	if old := i.get32(inodePointers); old != 0 {
		return uint64(old)
	}
	return uint64(i.get32(inodePointers + 4))
}

// set changes what programs may change of a file.
func (i inode) set(a vfs.Attributes) {
	i.put16(inodeMode, uint16(a.Mode))
	i.put16(inodeUID, uint16(a.UID))
	i.put16(inodeUIDHigh, uint16(a.UID>>16))
	i.put16(inodeGID, uint16(a.GID))
	i.put16(inodeGIDHigh, uint16(a.GID>>16))
	i.setTime(inodeAtime, inodeAtimeExtra, a.Atime)
	i.setTime(inodeMtime, inodeMtimeExtra, a.Mtime)
	i.setTime(inodeCtime, inodeCtimeExtra, a.Ctime)
}

// Change implements vfs.Volume.
func (v *Volume) Change(number uint64, a vfs.Attributes) {
	i, errno := v.of(number)
	defer v.mu.Unlock()
	if errno != 0 {
		return // the next sync tells
	}
	old := i.attributes()
	i.set(a)
	if old.Mode != a.Mode || old.UID != a.UID || old.GID != a.GID {
		v.change(i.b)
	} else {
		v.changeLater(i.b)
	}
}

// Entries implements vfs.Volume.
func (v *Volume) Entries(number uint64) ([]vfs.VolumeEntry, syscall.Errno) {
	i, errno := v.of(number)
	defer v.mu.Unlock()
	if errno != 0 {
		return nil, errno
	}
	return i.list()
}

// Target implements vfs.Volume.
func (v *Volume) Target(number uint64) (string, syscall.Errno) {
	i, errno := v.of(number)
	defer v.mu.Unlock()
	if errno != 0 {
		return "", errno
	}
	size := i.size()
	if size <= 0 || size >= int64(v.blockSize) {
		return "", v.damaged("a symbolic link that cannot be one")
	}
	if i.isShort() {
		return string(i.b.data[i.at+inodePointers:][:size]), 0
	}
	text := make([]byte, size)
	_, errno = i.readAt(text, 0)
	return string(text), errno
}

// isShort reports whether a symbolic link is kept in the inode itself.
func (i inode) isShort() bool {
	own := uint32(0)
	if i.get32(inodeAttributes) != 0 {
		own = uint32(i.v.blockSize / 512)
	}
	return i.get32(inodeSectors) == own && i.size() < pointerBytes
}

// Status implements vfs.Volume.
func (v *Volume) Status() syscall.Statfs_t {
	v.mu.Lock()
	defer v.mu.Unlock()
	free := get32(v.super, superFreeBlocks)
	return syscall.Statfs_t{
		Type: superMagic, Bsize: int64(v.blockSize), Frsize: int64(v.blockSize), Namelen: maxName,
		Blocks: uint64(v.blocks), Bfree: uint64(free), Bavail: uint64(max(free, get32(v.super, superReserved)) - get32(v.super, superReserved)),
		Files: uint64(v.inodes), Ffree: uint64(get32(v.super, superFreeInodes)),
	}
}

// ReadAt implements vfs.Volume.
func (v *Volume) ReadAt(number uint64, p []byte, off int64) (int, syscall.Errno) {
	for done := 0; ; {
		i, errno := v.of(number)
		n := 0
		if errno == 0 {
			n, errno = i.readAt(p[done:min(len(p), done+pieceSize)], off+int64(done))
		}
		v.mu.Unlock()
		done += n
		if errno != 0 || n == 0 || done == len(p) {
			return done, errno
		}
	}
}

// WriteAt implements vfs.Volume.
func (v *Volume) WriteAt(number uint64, p []byte, off int64) (int, syscall.Errno) {
	for done := 0; ; {
		i, errno := v.of(number)
		n := 0
		if errno == 0 {
			n, errno = i.writeAt(p[done:min(len(p), done+pieceSize)], off+int64(done))
		}
		v.mu.Unlock()
		done += n
		if errno != 0 || done == len(p) {
			if done > 0 {
				errno = 0
			}
			return done, errno
		}
	}
}

// Truncate implements vfs.Volume.
func (v *Volume) Truncate(number uint64, size int64) syscall.Errno {
	for {
		i, errno := v.of(number)
		done := true
		switch {
		case errno != 0:
		case size > i.size():
			errno = i.lengthen(size)
		default:
			done, errno = i.shorten(size)
		}
		v.mu.Unlock()
		if errno != 0 || done {
			return errno
		}
	}
}

// Sync implements vfs.Volume. With dataOnly, times of files may be lost.
func (v *Volume) Sync(dataOnly bool) syscall.Errno {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch {
	case v.failed:
		return syscall.EIO
	case dataOnly && !v.urgent:
		return v.flush()
	}
	return v.commit()
}
