package vfs

import (
	"sync"
	"sync/atomic"
	"syscall"

	"eggcup/kernel/core/clock"
)

// inode is a file, whatever its kind.
type inode struct {
	fs  *filesystem
	ino uint64

	mu                  sync.RWMutex // guards the rest, but what has owners of its own
	mode                uint32       // type and permissions
	uid, gid            uint32
	rdev                uint64
	nlink               uint32 // System.mu is held too to change it
	nameless            bool   // from O_TMPFILE: it may still get a name; System.mu guards it
	mtime, ctime, btime int64  // Unix time in nanoseconds
	atime               atomic.Int64
	body                any // *directory, content, symlink, magic, generated, console or nil; System.mu guards it for names

	// opens counts open files and mappings: what has no name any more lives
	// until they are gone.
	opens atomic.Int32
	locks locks
}

// content is what reads and writes of a file act on. The inode's lock is held.
type content interface {
	size() int64
	readAt(p []byte, off int64) (int, syscall.Errno)
	writeAt(p []byte, off int64) (int, syscall.Errno)
	truncate(size int64) syscall.Errno
	flush() syscall.Errno
	// blocks is the memory that the content takes, in units of 512 bytes.
	blocks() int64
}

type (
	// symlink is the target of a symbolic link.
	symlink string
	// magic is a link of /proc that leads to a file without naming it. The
	// text is what readlink(2) shows.
	magic func() (text string, to *inode)
	// generated is a file whose text is made when it is opened.
	generated func() []byte
	// console is the machine's terminal, which the kernel serves.
	console struct{}
	// descriptorFile stands for what a descriptor refers to that is not a file
	// of this package: opening it duplicates the descriptor.
	descriptorFile int
)

// now is the time of day, replaced by tests.
var now = clock.Walltime

// newInode returns a file of fs that has no name yet, or an error if fs has no
// room for it.
func (fs *filesystem) newInode(mode uint32, body any) (*inode, syscall.Errno) {
	if errno := fs.charge(inodeCost); errno != 0 {
		return nil, errno
	}
	return fs.inode(mode, body), 0
}

// makeInode is newInode for files that must be there whatever the limit.
func (fs *filesystem) makeInode(mode uint32, body any) *inode {
	fs.used.Add(inodeCost)
	return fs.inode(mode, body)
}

func (fs *filesystem) inode(mode uint32, body any) *inode {
	t := now()
	n := &inode{fs: fs, ino: fs.lastIno.Add(1), mode: mode, mtime: t, ctime: t, btime: t, body: body}
	n.atime.Store(t)
	return n
}

func (n *inode) kind() uint32 { return n.mode & syscall.S_IFMT }

func (n *inode) isDir() bool { return n.kind() == syscall.S_IFDIR }

func (n *inode) isLink() bool { return n.kind() == syscall.S_IFLNK }

func (n *inode) isRegular() bool { return n.kind() == syscall.S_IFREG }

// directory returns the body of a directory.
func (n *inode) directory() *directory { return n.body.(*directory) }

// changed notes a change of the attributes; n.mu is held.
func (n *inode) changed() {
	n.ctime = now()
	n.keep()
}

// keep tells the volume, if the file is on one, what has changed.
func (n *inode) keep() {
	if n.fs.volume != nil {
		n.fs.volume.Change(n.ino, n.kept())
	}
}

// modified notes a change of the content; n.mu is held.
func (n *inode) modified() {
	t := now()
	n.mtime, n.ctime = t, t
	n.keep()
}

// touched notes a change of a directory's names.
func (n *inode) touched() {
	n.mu.Lock()
	n.modified()
	n.mu.Unlock()
}

// store writes what was stored in mapped memory of a file on a disk.
func (n *inode) store() syscall.Errno {
	n.mu.Lock()
	defer n.mu.Unlock()
	if f, ok := n.body.(*volumeFile); ok && len(f.windows) > 0 {
		return f.store()
	}
	return 0
}

// accessed notes a read as Linux's relatime does: when the last one was before
// the last change, or a day ago.
func (n *inode) accessed() {
	const day = 24 * 3600 * 1e9
	n.mu.RLock()
	changed := max(n.mtime, n.ctime)
	n.mu.RUnlock()
	if t, last := now(), n.atime.Load(); last <= changed || t-last > day {
		n.atime.Store(t)
	}
}

// link changes the number of names. System.mu is held.
func (n *inode) link(by int32) {
	n.mu.Lock()
	n.nlink = uint32(int32(n.nlink) + by)
	n.changed()
	n.mu.Unlock()
	n.release()
}

// hold keeps the content of n while it is open.
func (n *inode) hold() { n.opens.Add(1) }

// drop ends hold.
func (n *inode) drop() {
	n.opens.Add(-1)
	n.release()
}

// release gives the room of n back when it has no name and nobody uses it.
func (n *inode) release() {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.nlink > 0 || n.opens.Load() > 0 || n.fs == nil {
		return
	}
	if d, ok := n.body.(*data); ok {
		d.discard()
	}
	if n.fs.volume != nil {
		n.fs.known.Delete(n.ino)
		n.fs.volume.Forget(n.ino)
	} else {
		n.fs.refund(inodeCost)
	}
	n.fs = gone
}

// textOf returns the target of a symbolic link.
func (n *inode) textOf() (string, bool) {
	switch body := n.body.(type) {
	case symlink:
		return string(body), true
	case magic:
		text, _ := body()
		return text, true
	}
	return "", false
}
