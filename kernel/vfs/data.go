package vfs

import "syscall"

// chunkSize is the unit of memory that a regular file takes. The pieces of a
// small file are smaller.
const (
	chunkSize  = 32 << 10
	smallChunk = 512
)

// data is the content of a regular file in memory: a sparse array of chunks
// over bytes of the image, which are never copied unless they are written.
//
// A chunk may be shorter than chunkSize; what is missing is zero. Where a
// window is (mmap.go), the mapped memory is the content.
type data struct {
	fs      *filesystem
	length  int64
	base    string // what the image holds; a chunk hides its part of it
	chunks  map[int64][]byte
	charged int64
	windows []*window
	memfd   bool // it can be sealed
	seals   int
}

func (d *data) size() int64 { return d.length }

func (d *data) blocks() int64 { return (d.charged + 511) / 512 }

func (d *data) flush() syscall.Errno { return 0 }

// stored returns the memory of chunk i, nil when there is none, and whether it
// hides the image's bytes.
func (d *data) stored(i int64) ([]byte, bool) {
	for _, w := range d.windows {
		if chunk := w.chunk(i); chunk != nil {
			return chunk, true
		}
	}
	chunk, ok := d.chunks[i]
	return chunk, ok
}

func (d *data) readAt(p []byte, off int64) (int, syscall.Errno) {
	if off >= d.length {
		return 0, 0
	}
	p = p[:min(int64(len(p)), d.length-off)]
	for done := 0; done < len(p); {
		i, at := (off+int64(done))/chunkSize, (off+int64(done))%chunkSize
		piece := p[done:min(len(p), done+int(chunkSize-at))]
		n := 0
		if chunk, ok := d.stored(i); ok {
			if at < int64(len(chunk)) {
				n = copy(piece, chunk[at:])
			}
		} else if from := i*chunkSize + at; from < int64(len(d.base)) {
			n = copy(piece, d.base[from:])
		}
		clear(piece[n:])
		done += len(piece)
	}
	return len(p), 0
}

func (d *data) writeAt(p []byte, off int64) (int, syscall.Errno) {
	if off > 1<<63-1-int64(len(p)) {
		return 0, syscall.EFBIG
	}
	if errno := d.sealed(true, max(d.length, off+int64(len(p)))); errno != 0 {
		return 0, errno
	}
	for done := 0; done < len(p); {
		i, at := (off+int64(done))/chunkSize, (off+int64(done))%chunkSize
		piece := p[done:min(len(p), done+int(chunkSize-at))]
		chunk, errno := d.room(i, at+int64(len(piece)))
		if errno != 0 {
			if done == 0 {
				return 0, errno
			}
			return done, 0
		}
		copy(chunk[at:], piece)
		done += len(piece)
		d.length = max(d.length, off+int64(done))
	}
	return len(p), 0
}

// room returns chunk i with at least n bytes, charging what it grows by.
func (d *data) room(i, n int64) ([]byte, syscall.Errno) {
	old, ok := d.stored(i)
	if int64(len(old)) >= n {
		return old, 0
	}
	image := ""
	if from := i * chunkSize; !ok && from < int64(len(d.base)) {
		image = d.base[from:min(int64(len(d.base)), from+chunkSize)]
	}
	size := int64(smallChunk)
	if i > 0 {
		size = blockSize
	}
	for size < max(n, int64(len(image))) {
		size *= 2
	}
	if errno := d.charge(size - int64(len(old))); errno != 0 {
		return nil, errno
	}
	chunk := make([]byte, size)
	copy(chunk, old)
	copy(chunk, image)
	d.keep(i, chunk)
	return chunk, 0
}

// keep makes chunk the memory of chunk i, for which its room was charged.
func (d *data) keep(i int64, chunk []byte) {
	if d.chunks == nil {
		d.chunks = map[int64][]byte{}
	}
	d.chunks[i] = chunk
}

// forget drops chunk i.
func (d *data) forget(i int64) {
	d.refund(int64(len(d.chunks[i])))
	delete(d.chunks, i)
}

func (d *data) charge(bytes int64) syscall.Errno {
	errno := d.fs.charge(bytes)
	if errno == 0 {
		d.charged += bytes
	}
	return errno
}

// overcharge takes room whether there is some or not.
func (d *data) overcharge(bytes int64) {
	d.fs.used.Add(bytes)
	d.charged += bytes
}

func (d *data) refund(bytes int64) {
	d.fs.refund(bytes)
	d.charged -= bytes
}

// truncate makes the file end at size. What lay behind it is zero if the file
// grows again.
func (d *data) truncate(size int64) syscall.Errno {
	if errno := d.sealed(false, size); errno != 0 {
		return errno
	}
	if size < d.length {
		d.base = d.base[:min(int64(len(d.base)), size)]
		d.clear(size, d.length)
	}
	d.length = size
	return 0
}

// clear makes the bytes from start to end zero, and gives back chunks that are
// wholly among them.
func (d *data) clear(start, end int64) {
	if (end-start)/chunkSize > int64(len(d.chunks)+len(d.windows)) {
		for i := range d.chunks { // a long hole: look at what is there
			d.clearChunk(i, start, end)
		}
		for _, w := range d.windows {
			for i := w.first; i < w.last(); i++ {
				d.clearChunk(i, start, end)
			}
		}
		return
	}
	for i := start / chunkSize; i*chunkSize < end; i++ {
		d.clearChunk(i, start, end)
	}
}

func (d *data) clearChunk(i, start, end int64) {
	chunk, ok := d.stored(i)
	if !ok {
		return
	}
	from, to := max(0, start-i*chunkSize), min(int64(len(chunk)), end-i*chunkSize)
	if from >= to {
		return
	}
	whole := from == 0 && to == int64(len(chunk)) && i*chunkSize >= int64(len(d.base))
	if whole && d.chunks[i] != nil { // not in a window
		d.forget(i)
		return
	}
	clear(chunk[from:to])
}

// discard gives all of the room back.
func (d *data) discard() {
	d.refund(d.charged)
	d.chunks, d.base, d.length = nil, "", 0
}

// allocate makes room for a range (fallocate), without changing the length.
func (d *data) allocate(off, n int64) syscall.Errno {
	if errno := d.sealed(false, max(d.length, off+n)); errno != 0 {
		return errno
	}
	for end := off + n; off < end; {
		i, at := off/chunkSize, off%chunkSize
		piece := min(chunkSize-at, end-off)
		if _, errno := d.room(i, at+piece); errno != 0 {
			return errno
		}
		off += piece
	}
	return 0
}

// punch makes a range zero, that of the image too.
func (d *data) punch(off, n int64) syscall.Errno {
	if errno := d.sealed(true, d.length); errno != 0 {
		return errno
	}
	end := min(off+n, d.length)
	for i := off / chunkSize; i*chunkSize < min(end, int64(len(d.base))); i++ {
		if _, errno := d.room(i, 1); errno != 0 {
			return errno
		}
	}
	if off < end {
		d.clear(off, end)
	}
	return 0
}
