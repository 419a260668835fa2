// Package ext3 is a file system on a disk, in the format of Linux's ext3: what
// is in it outlasts the machine, however it ends.
//
// What is written to a file goes to the disk at once, and what says where it is
// - inodes, directories, bitmaps - into a transaction. A transaction is written
// to the journal, becomes valid by one block, and is written in its places
// later; a mount does that for what a stopped machine has left. Between, the
// order is kept by flushes, so that the disk may have a cache that loses what
// was not flushed. It is the journal mode "ordered" of Linux. A transaction ends
// by fsync(2) and its like, five seconds after its first change, when it is
// large, and when the program ends.
//
// Files take inodes and pointers to blocks as in ext2: extents and checksums are
// ext4's. An index that Linux made of a large directory is given up when the
// directory changes. A file's mapping has its memory: it is read when it is
// mapped.
//
// A damaged volume gives errors, not panics: numbers are checked before they are
// used, and what cannot be ends the use of the volume with a line in the log.
//
// There is no library that does this: docs/adr/0021-ext3-on-a-disk.md.
//
// Specifications: Documentation/filesystems/ext4 of Linux (inodes, directories,
// journal), D. Poirier: The Second Extended File System.
//
// Context: goroutine.
//
// Try it: mke2fs -t ext3 disk.img 64M; eggcup set BLOCK=y VFS=y EXT3=y;
// eggcup run examples/kvstore -- -drive file=disk.img,format=raw,if=virtio
package ext3

import (
	"errors"
	"sync/atomic"

	"eggcup/kernel/atexit"
	"eggcup/kernel/blockdev"
	"eggcup/kernel/config"
	"eggcup/kernel/ext3/volume"
	"eggcup/kernel/unit"
	"eggcup/kernel/vfs"
)

var started atomic.Bool

// Init mounts the configured disk.
func Init() error {
	if !started.CompareAndSwap(false, true) {
		return nil
	}
	for _, disk := range blockdev.Devices() {
		if disk.Name() != config.Ext3Device {
			continue
		}
		v, err := volume.Mount(disk)
		if err == nil {
			if err = vfs.Mount(config.Ext3Mount, v); err == nil {
				atexit.Do(func() { v.Close() })
				return nil
			}
			v.Close()
		}
		return unit.Wrap("ext3: /dev/"+disk.Name(), err)
	}
	if len(blockdev.Devices()) == 0 {
		return unit.Absent("no disk")
	}
	return errors.New("ext3: no disk has the name " + config.Ext3Device)
}
