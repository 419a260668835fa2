package vfs

import (
	"sync"
	"sync/atomic"
	"syscall"
)

// filesystem is one mounted tree, and the room that its files share.
type filesystem struct {
	name   string // as /proc/mounts has it
	magic  int64  // statfs(2)
	device uint64 // st_dev
	limit  int64  // bytes that its files may take
	// readOnly says that names cannot be changed, as in /proc.
	readOnly bool
	// volume is where the files are, nil when they are in memory. Their number
	// is the inode's; known has those that were looked at.
	volume Volume
	known  sync.Map // of uint64, *inode

	used    atomic.Int64
	lastIno atomic.Uint64
}

// The types of file systems as statfs(2) tells them.
const (
	magicTmpfs = 0x01021994
	magicProc  = 0x9fa0
	magicSysfs = 0x62656572
)

// inodeCost is what a file takes beside its content, so that empty files
// cannot fill the memory either.
const inodeCost = 512

// blockSize is st_blksize and the unit of statfs(2).
const blockSize = 4096

// gone is where files are whose room has been given back.
var gone = &filesystem{name: "gone", limit: 1 << 62}

// charge takes room, or says that there is none.
func (fs *filesystem) charge(bytes int64) syscall.Errno {
	if fs.used.Add(bytes) > fs.limit {
		fs.used.Add(-bytes)
		return syscall.ENOSPC
	}
	return 0
}

// refund gives room back.
func (fs *filesystem) refund(bytes int64) { fs.used.Add(-bytes) }

// status returns what statfs(2) tells.
func (fs *filesystem) status() syscall.Statfs_t {
	if fs.volume != nil {
		to := fs.volume.Status()
		to.Fsid = syscall.Fsid{X__val: [2]int32{int32(fs.device), 0}}
		return to
	}
	to := syscall.Statfs_t{
		Type: fs.magic, Bsize: blockSize, Frsize: blockSize, Namelen: maxName,
		Blocks: uint64(fs.limit / blockSize),
		Files:  uint64(fs.limit / inodeCost),
		Fsid:   syscall.Fsid{X__val: [2]int32{int32(fs.device), 0}},
	}
	if free := fs.limit - fs.used.Load(); free > 0 {
		to.Bfree, to.Ffree = uint64(free/blockSize), uint64(free/inodeCost)
		to.Bavail = to.Bfree
	}
	return to
}
