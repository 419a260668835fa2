package volume

import "syscall"

// pieceSize is how much one operation moves: each leaves the volume as it may
// be, so that a transaction can end behind it.
const pieceSize = 256 << 10

// reach is how far the pointers of an inode lead.
func (v *Volume) reach() int64 {
	per := int64(v.perBlock())
	return (direct + per + per*per + per*per*per) * int64(v.blockSize)
}

// maxSize is the largest file that is made here: the inode counts what it takes
// in units of 512 bytes, in 32 bits, blocks of pointers included.
func (v *Volume) maxSize() int64 {
	const sectors = 1<<32 - 1
	size := min(v.reach(), sectors*512/int64(v.perBlock())*int64(v.perBlock()-2))
	if !v.large {
		size = min(size, 1<<31-1)
	}
	return size
}

// readAt fills p from a file; what lies in a hole is zero.
func (i inode) readAt(p []byte, off int64) (int, syscall.Errno) {
	v := i.v
	p = p[:max(0, min(int64(len(p)), i.size()-off))]
	size := int64(v.blockSize)
	for done := 0; done < len(p); {
		n, at := uint64(off+int64(done))/uint64(size), (off+int64(done))%size
		place, errno := i.place(n)
		if errno != 0 {
			return done, errno
		}
		rest := p[done:]
		switch {
		case place == 0:
			part := rest[:min(int64(len(rest)), size-at)]
			clear(part)
			done += len(part)
		case at == 0 && int64(len(rest)) >= 2*size && v.cache[place] == nil:
			run, errno := i.run(n, place, len(rest)/v.blockSize)
			if errno != 0 {
				return done, errno
			}
			buffer := make([]byte, run*v.blockSize) // p may lie in a stack
			if errno := v.read(buffer, place); errno != 0 {
				return done, errno
			}
			done += copy(rest, buffer)
		default:
			b, errno := v.block(place)
			if errno != 0 {
				return done, errno
			}
			done += copy(rest, b.data[at:])
		}
	}
	return len(p), 0
}

// run is how many blocks from n on lie side by side and are not cached, at most
// most.
func (i inode) run(n uint64, place uint32, most int) (int, syscall.Errno) {
	length := 1
	for length < min(most, pieceSize/i.v.blockSize) {
		next, errno := i.place(n + uint64(length))
		if errno != 0 {
			return 0, errno
		}
		if next != place+uint32(length) || i.v.cache[next] != nil {
			break
		}
		length++
	}
	return length, 0
}

// writeAt writes at most pieceSize bytes, to the disk at once, and makes the
// file longer if need be.
func (i inode) writeAt(p []byte, off int64) (done int, errno syscall.Errno) {
	v := i.v
	if off+int64(len(p)) > v.maxSize() {
		return 0, syscall.EFBIG
	}
	old := i.size()
	if off > old {
		if errno := i.clearTail(old); errno != 0 {
			return 0, errno
		}
	}
	out := writer{v: v}
	size := int64(v.blockSize)
	for done < len(p) && errno == 0 {
		at := (off + int64(done)) % size
		part := p[done:min(int64(len(p)), int64(done)+size-at)]
		var place uint32
		var isNew bool
		if place, isNew, errno = i.makePlace(uint64(off+int64(done)) / uint64(size)); errno != 0 {
			break
		}
		if int64(len(part)) == size {
			errno = out.add(place, part)
		} else {
			errno = out.addPart(place, part, int(at), i.keep(isNew, off+int64(done)-at, old))
		}
		if errno == 0 {
			done += len(part)
		}
	}
	if problem := out.flush(); problem != 0 {
		return 0, problem
	}
	if end := off + int64(done); done > 0 && end > old {
		i.setSize(end)
	}
	if done > 0 {
		errno = 0
	}
	return done, errno
}

// keep is how many bytes of the block that starts at start are the file's.
func (i inode) keep(isNew bool, start, size int64) int {
	if isNew {
		return 0
	}
	return int(max(0, min(size-start, int64(i.v.blockSize))))
}

// clearTail makes the rest of the file's last block zero, before the file
// becomes longer. What is there is what was cut off, or never written.
func (i inode) clearTail(size int64) syscall.Errno {
	at := int(size % int64(i.v.blockSize))
	if at == 0 {
		return 0
	}
	place, errno := i.place(uint64(size) / uint64(i.v.blockSize))
	if errno != 0 || place == 0 {
		return errno
	}
	out := writer{v: i.v}
	if errno := out.addPart(place, nil, at, at); errno != 0 {
		return errno
	}
	return out.flush()
}

// writer collects blocks that lie side by side into one request. It copies
// them: they may lie in a stack.
type writer struct {
	v     *Volume
	first uint32
	data  []byte
}

// add writes a whole block.
func (w *writer) add(place uint32, data []byte) syscall.Errno {
	if b := w.v.cache[place]; b != nil {
		copy(b.data, data)
	}
	if len(w.data) > 0 && place != w.first+uint32(len(w.data)/w.v.blockSize) {
		if errno := w.flush(); errno != 0 {
			return errno
		}
	}
	if len(w.data) == 0 {
		w.first = place
	}
	w.data = append(w.data, data...)
	return 0
}

// addPart changes a part of a block, of which the first keep bytes matter as
// they are on the disk; the others are zero.
func (w *writer) addPart(place uint32, part []byte, at, keep int) syscall.Errno {
	v := w.v
	b := v.cache[place]
	if b == nil {
		b = &block{number: place, data: make([]byte, v.blockSize)}
		if keep > 0 {
			if errno := v.read(b.data, place); errno != 0 {
				return errno
			}
		}
		v.cache[place] = b
	}
	clear(b.data[keep:])
	copy(b.data[at:], part)
	return w.add(place, b.data)
}

func (w *writer) flush() syscall.Errno {
	if len(w.data) == 0 {
		return 0
	}
	errno := w.v.write(w.data, w.first)
	w.data = w.data[:0]
	return errno
}

// shorten makes a file end at size, or at a size above that from which the
// caller goes on: it returns whether it is done.
func (i inode) shorten(size int64) (bool, syscall.Errno) {
	const step = 16384 // blocks, of eight groups at least
	v := i.v
	blockSize := int64(v.blockSize)
	last := (i.size() + blockSize - 1) / blockSize
	want := (size + blockSize - 1) / blockSize
	to := max(want, last-step)
	if errno := i.giveBack(uint64(to)); errno != 0 {
		return false, errno
	}
	if to > want {
		i.setSize(to * blockSize)
		return false, 0
	}
	i.setSize(size)
	return true, 0
}

// lengthen makes a file longer, by a hole.
func (i inode) lengthen(size int64) syscall.Errno {
	if size > i.v.maxSize() {
		return syscall.EFBIG
	}
	if errno := i.clearTail(i.size()); errno != 0 {
		return errno
	}
	i.setSize(size)
	return 0
}
