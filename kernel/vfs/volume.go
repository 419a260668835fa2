package vfs

import (
	"bytes"
	"errors"
	"strings"
	"syscall"

	"eggcup/kernel/pipe"
)

// Volume is a file system on a disk. Its files have numbers; names, links and
// open files are this package's matter, which calls it with sound arguments:
// what is removed is there and empty, what is made is not.
//
// Its methods may be called by several goroutines, with any lock of this
// package held.
type Volume interface {
	// Type is the name of the format, for /proc/mounts.
	Type() string
	Root() uint64
	Status() syscall.Statfs_t

	Attributes(file uint64) (Attributes, syscall.Errno)
	// Change sets mode, owners and times. An error is told by the next Sync.
	Change(file uint64, a Attributes)
	// Entries lists a directory, without "." and "..".
	Entries(directory uint64) ([]VolumeEntry, syscall.Errno)
	// Target is the text of a symbolic link.
	Target(file uint64) (string, syscall.Errno)

	// Create makes a file with a name; target is that of a symbolic link.
	Create(directory uint64, name string, a Attributes, target string) (uint64, syscall.Errno)
	Link(directory uint64, name string, file uint64) syscall.Errno
	Unlink(directory uint64, name string) syscall.Errno
	// Rename replaces what has the new name, if anything has.
	Rename(oldDirectory uint64, old string, directory uint64, name string) syscall.Errno
	Exchange(oneDirectory uint64, one string, otherDirectory uint64, other string) syscall.Errno
	// Forget says that a file without a name is not in use any more.
	Forget(file uint64)

	ReadAt(file uint64, p []byte, off int64) (int, syscall.Errno)
	WriteAt(file uint64, p []byte, off int64) (int, syscall.Errno)
	Truncate(file uint64, size int64) syscall.Errno
	// Sync makes everything survive a loss of power; with dataOnly, all but the
	// times of files.
	Sync(dataOnly bool) syscall.Errno
}

// Attributes are what a volume keeps of a file. Times are nanoseconds since
// 1970, Blocks is in units of 512 bytes.
type Attributes struct {
	Mode, UID, GID, Links      uint32
	Rdev                       uint64
	Size, Blocks               int64
	Atime, Mtime, Ctime, Btime int64
}

// VolumeEntry is a name in a directory of a volume.
type VolumeEntry struct {
	Name string
	File uint64
}

// the is the machine's files.
var the *System

// Mount shows a volume at an absolute path, whose directories are made where
// there are none. What was there before is hidden.
func Mount(path string, volume Volume) error { return the.mountVolume(path, volume) }

func (s *System) mountVolume(path string, volume Volume) error {
	attributes, errno := volume.Attributes(volume.Root())
	if errno != 0 {
		return errno
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	names := strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
	if !strings.HasPrefix(path, "/") || len(names) == 0 {
		return errors.New("the path of a mount starts with a slash and names a directory")
	}
	above, at := s.root, s.root
	for _, name := range names {
		above = at
		next, errno := s.step(at, name)
		if errno == 0 && next == nil {
			s.makeDirectory(at, name, 0o755)
			next, errno = s.step(at, name)
		}
		switch {
		case errno != 0:
			return errno
		case !next.isDir() || name == "." || name == "..":
			return syscall.ENOTDIR
		}
		at = next
	}
	name := names[len(names)-1]
	fs := &filesystem{name: volume.Type(), device: uint64(len(s.mounts) + 1), limit: s.root.fs.limit, volume: volume}
	top := fs.fromVolume(above, name, volume.Root(), attributes)
	above.directory().lookup(name).directory().mounted = top
	s.mounts = append(s.mounts, mountPoint{"/" + strings.Join(names, "/"), fs})
	return nil
}

// fromVolume returns the file of a number. One with several names is the same
// every time.
func (fs *filesystem) fromVolume(above *inode, name string, number uint64, a Attributes) *inode {
	if known, ok := fs.known.Load(number); ok {
		return known.(*inode)
	}
	n := &inode{
		fs: fs, ino: number, mode: a.Mode, uid: a.UID, gid: a.GID, rdev: a.Rdev, nlink: a.Links,
		mtime: a.Mtime, ctime: a.Ctime, btime: a.Btime,
	}
	n.atime.Store(a.Atime)
	switch n.kind() {
	case syscall.S_IFDIR:
		d := newDirectory(above, name)
		d.load = func() syscall.Errno { return n.loadEntries(d) }
		n.body = d
	case syscall.S_IFREG:
		n.body = &volumeFile{fs: fs, number: number, length: a.Size}
	case syscall.S_IFIFO:
		n.body = pipe.NewFIFO(n.status, n.drop)
	}
	fs.known.Store(number, n)
	return n
}

// loadEntries fills a directory when it is looked at for the first time.
func (n *inode) loadEntries(d *directory) syscall.Errno {
	volume := n.fs.volume
	entries, errno := volume.Entries(n.ino)
	if errno != 0 {
		return errno
	}
	children := make([]*inode, len(entries))
	for i, e := range entries {
		a, errno := volume.Attributes(e.File)
		if errno != 0 {
			return errno
		}
		_, again := n.fs.known.Load(e.File)
		child := n.fs.fromVolume(n, e.Name, e.File, a)
		if child.isDir() && again {
			return syscall.EIO // two names of one directory: the volume is damaged
		}
		if child.isLink() && child.body == nil {
			text, errno := volume.Target(e.File)
			if errno != 0 {
				return errno
			}
			child.body = symlink(text)
		}
		children[i] = child
	}
	for i, e := range entries {
		d.add(e.Name, children[i])
	}
	return 0
}

// create makes a file with a name in a directory of a volume.
func (fs *filesystem) create(above *inode, name string, n *inode) (*inode, syscall.Errno) {
	target, _ := n.body.(symlink)
	a := n.kept()
	number, errno := fs.volume.Create(above.ino, name, a, string(target))
	if errno != 0 {
		return nil, errno
	}
	fs.known.Delete(number)
	a.Links = 0 // the caller counts
	made := fs.fromVolume(above, name, number, a)
	switch body := made.body.(type) {
	case nil:
		made.body = n.body
	case *directory:
		body.load = nil // it is empty
	}
	return made, 0
}

// kept is what a volume keeps of a file. n.mu is held, or nobody else has n.
func (n *inode) kept() Attributes {
	return Attributes{
		Mode: n.mode, UID: n.uid, GID: n.gid, Rdev: n.rdev,
		Atime: n.atime.Load(), Mtime: n.mtime, Ctime: n.ctime, Btime: n.btime,
	}
}

// volumeFile is the content of a regular file of a volume.
type volumeFile struct {
	fs      *filesystem
	number  uint64
	length  int64
	windows []*window
}

func (f *volumeFile) size() int64 { return f.length }

func (f *volumeFile) blocks() int64 {
	a, _ := f.fs.volume.Attributes(f.number)
	return a.Blocks
}

func (f *volumeFile) flush() syscall.Errno { return f.fs.volume.Sync(false) }

func (f *volumeFile) readAt(p []byte, off int64) (int, syscall.Errno) {
	if off >= f.length {
		return 0, 0
	}
	p = p[:min(int64(len(p)), f.length-off)]
	n, errno := f.fs.volume.ReadAt(f.number, p, off)
	for _, w := range f.windows { // the program may have stored something there
		w.get(p[:n], off)
	}
	return n, errno
}

func (f *volumeFile) writeAt(p []byte, off int64) (int, syscall.Errno) {
	if off > 1<<63-1-int64(len(p)) {
		return 0, syscall.EFBIG
	}
	n, errno := f.fs.volume.WriteAt(f.number, p, off)
	f.length = max(f.length, off+int64(n))
	for _, w := range f.windows {
		w.put(p[:n], off)
	}
	return n, errno
}

func (f *volumeFile) truncate(size int64) syscall.Errno {
	if errno := f.fs.volume.Truncate(f.number, size); errno != 0 {
		return errno
	}
	for _, w := range f.windows {
		if size < f.length {
			w.clear(size)
		}
	}
	f.length = size
	return 0
}

// put copies what was written to a file into the window.
func (w *window) put(p []byte, off int64) {
	memory, piece := w.overlap(p, off)
	copy(memory, piece)
}

// get copies what is in the window over what was read from a file.
func (w *window) get(p []byte, off int64) {
	memory, piece := w.overlap(p, off)
	copy(piece, memory)
}

// overlap returns the memory of the window that p, which is at off in the file,
// has a part in common with, and that part.
func (w *window) overlap(p []byte, off int64) (memory, piece []byte) {
	start := w.first * chunkSize
	from, to := max(off, start), min(off+int64(len(p)), start+int64(len(w.memory)))
	if from >= to {
		return nil, nil
	}
	return w.memory[from-start : to-start], p[from-off : to-off]
}

// store writes to the file what the program has stored in mapped memory: where
// that differs from the disk. The inode's lock is held.
func (f *volumeFile) store() syscall.Errno {
	old := make([]byte, chunkSize)
	for _, w := range f.windows {
		for i := w.first; i < w.last() && i*chunkSize < f.length; i++ {
			memory := w.chunk(i)[:min(chunkSize, f.length-i*chunkSize)]
			n, errno := f.fs.volume.ReadAt(f.number, old[:len(memory)], i*chunkSize)
			if errno != 0 {
				return errno
			}
			for at := 0; at < n; at += blockSize {
				piece := memory[at:min(at+blockSize, n)]
				if bytes.Equal(piece, old[at:at+len(piece)]) {
					continue
				}
				if _, errno := f.fs.volume.WriteAt(f.number, piece, i*chunkSize+int64(at)); errno != 0 {
					return errno
				}
			}
		}
	}
	return 0
}

// clear makes the window zero behind the end of a file that became shorter.
func (w *window) clear(size int64) {
	at := max(0, size-w.first*chunkSize)
	if at < int64(len(w.memory)) {
		clear(w.memory[at:])
	}
}

// openWindow returns a window that has the chunks from first to last. What the
// file has there is read now: a page cannot be read when it is touched.
func (f *volumeFile) openWindow(first, last int64) (*window, syscall.Errno) {
	if w, errno := findWindow(f.windows, first, last); w != nil || errno != 0 {
		return w, errno
	}
	used := max(0, min(f.length, last*chunkSize)-first*chunkSize)
	if errno := f.fs.charge(used); errno != 0 {
		return nil, syscall.ENOMEM
	}
	w, errno := newWindow(first, last, used)
	if errno == 0 {
		_, errno = f.readAt(w.memory[:used], first*chunkSize)
		if errno != 0 {
			w.unmap()
		}
	}
	if errno != 0 {
		f.fs.refund(used)
		return nil, errno
	}
	f.windows = append(f.windows, w)
	return w, 0
}

func (f *volumeFile) closeWindow(w *window) {
	f.store() // an error is told by the next fsync(2): the disk has failed
	f.windows = withoutWindow(f.windows, w)
	f.fs.refund(w.charged)
	w.unmap()
}
