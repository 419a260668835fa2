package vfs

import (
	"slices"
	"syscall"
)

// Limits of Linux.
const (
	maxName  = 255
	maxPath  = 4096 // with the NUL
	maxLinks = 40   // symbolic links in one path
)

// directory is the body of a directory. System.mu guards it.
//
// Every entry has a cookie, which getdents64(2) gives as d_off: a reader goes
// on after the last one it saw, whatever came and went meanwhile.
type directory struct {
	parent  *inode // itself for the root; nil once removed
	name    string // in the parent
	mounted *inode // the root of what is mounted here

	names  map[string]*entry
	order  []*entry // by cookie; node is nil where an entry was removed
	dead   int      // how many those are
	cookie int64    // of the last entry

	// fill adds the entries when they are wanted for the first time, refresh
	// those that are new every time.
	fill, refresh func()
	// load is fill for a disk, which may fail; it is tried again then.
	load func() syscall.Errno
	// live replaces entries by what is there at the moment.
	live func() []entry
}

// entry is a name in a directory.
type entry struct {
	name   string
	node   *inode
	cookie int64
}

// firstCookie leaves two for "." and "..".
const firstCookie = 3

func newDirectory(parent *inode, name string) *directory {
	return &directory{parent: parent, name: name, cookie: firstCookie - 1}
}

// loaded makes the entries of a disk's directory known.
func (d *directory) loaded() syscall.Errno {
	load := d.load
	if load == nil {
		return 0
	}
	d.load = nil // it adds names itself
	errno := load()
	if errno != 0 {
		d.load = load
	}
	return errno
}

// prepare makes the entries complete.
func (d *directory) prepare() {
	if fill := d.fill; fill != nil {
		d.fill = nil
		fill()
	}
	if refresh := d.refresh; refresh != nil {
		d.refresh = nil // it looks names up itself
		refresh()
		d.refresh = refresh
	}
}

// lookup returns the file of a name, or nil.
func (d *directory) lookup(name string) *inode {
	d.prepare()
	if d.live != nil {
		for _, e := range d.live() {
			if e.name == name {
				return e.node
			}
		}
	}
	if e := d.names[name]; e != nil {
		return e.node
	}
	return nil
}

// empty reports whether there are no entries.
func (d *directory) empty() bool {
	d.prepare()
	return len(d.names) == 0 && d.live == nil
}

// add enters a name that is not there. The number of links is the caller's.
func (d *directory) add(name string, n *inode) {
	d.prepare()
	if d.names == nil {
		d.names = map[string]*entry{}
	}
	d.cookie++
	e := &entry{name, n, d.cookie}
	d.names[name] = e
	d.order = append(d.order, e)
}

// remove takes a name away.
func (d *directory) remove(name string) {
	e := d.names[name]
	delete(d.names, name)
	e.node = nil
	d.dead++
	if d.dead > 16 && d.dead > len(d.order)/2 {
		d.order = slices.DeleteFunc(d.order, func(e *entry) bool { return e.node == nil })
		d.dead = 0
	}
}

// replace makes a name that is there mean another file.
func (d *directory) replace(name string, n *inode) { d.names[name].node = n }

// after returns the entries that follow a cookie.
func (d *directory) after(cookie int64) []*entry {
	d.prepare()
	if d.live != nil {
		return d.afterLive(cookie)
	}
	i, _ := slices.BinarySearchFunc(d.order, cookie+1, func(e *entry, want int64) int { return int(e.cookie - want) })
	return d.order[i:]
}

// afterLive is after for a directory that changes by itself: what is there at
// the moment gets cookies by its place.
func (d *directory) afterLive(cookie int64) (entries []*entry) {
	for _, e := range d.order {
		if e.node != nil {
			entries = append(entries, &entry{name: e.name, node: e.node})
		}
	}
	for _, e := range d.live() {
		entries = append(entries, &entry{name: e.name, node: e.node})
	}
	for i, e := range entries {
		e.cookie = firstCookie + int64(i)
	}
	return entries[min(max(0, cookie-firstCookie+1), int64(len(entries))):]
}

// direntHeader is the size of struct linux_dirent64 before the name.
const direntHeader = 19

// put writes an entry at the start of b and returns its size; 0 when it does
// not fit.
func (e *entry) put(b []byte) int {
	size := (direntHeader + len(e.name) + 1 + 7) &^ 7
	if size > len(b) {
		return 0
	}
	put64(b, e.node.ino)
	put64(b[8:], uint64(e.cookie))
	b[16], b[17] = byte(size), byte(size>>8)
	b[18] = byte(e.node.mode >> 12)
	clear(b[direntHeader:size])
	copy(b[direntHeader:], e.name)
	return size
}

func put64(b []byte, v uint64) {
	for i := range 8 {
		b[i] = byte(v >> (8 * i))
	}
}

// list writes entries after a cookie into b, as getdents64(2) does, and
// returns how much it wrote and the last cookie.
func (n *inode) list(b []byte, cookie int64) (size int, last int64, errno syscall.Errno) {
	d := n.directory()
	if d.parent == nil {
		return 0, cookie, syscall.ENOENT
	}
	if errno := d.loaded(); errno != 0 {
		return 0, cookie, errno
	}
	last = cookie
	emit := func(e *entry) bool {
		k := e.put(b[size:])
		if k > 0 {
			size, last = size+k, e.cookie
		}
		return k > 0
	}
	dots := [2]entry{{".", n, 1}, {"..", d.parent, 2}}
	for i := range dots {
		if dots[i].cookie > cookie && !emit(&dots[i]) {
			return full(size, last)
		}
	}
	for _, e := range d.after(last) {
		if e.node != nil && !emit(e) {
			return full(size, last)
		}
	}
	return size, last, 0
}

// full is the answer when the next entry does not fit: an error if there was
// none before it.
func full(size int, last int64) (int, int64, syscall.Errno) {
	if size == 0 {
		return 0, last, syscall.EINVAL
	}
	return size, last, 0
}
