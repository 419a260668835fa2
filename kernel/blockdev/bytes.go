package blockdev

import (
	"io"
	"sync"
)

// Bytes is a disk that can be read and written at any offset, as a file can.
// What does not fill whole sectors is read first, changed and written back; such
// a write runs alone.
type Bytes struct {
	Device
	mu sync.RWMutex // exclusive for writes that share sectors with others
}

// NewBytes returns a view of a disk; all who write in parts of sectors use the
// same one.
func NewBytes(d Device) *Bytes { return &Bytes{Device: d} }

// Size returns the size of the disk in bytes.
func (b *Bytes) Size() int64 { return int64(b.Sectors()) * int64(b.SectorSize()) }

// spread returns the whole sectors that hold n bytes at an offset.
func (b *Bytes) spread(off int64, n int) (start, end int64) {
	mask := int64(b.SectorSize()) - 1
	return off &^ mask, (off + int64(n) + mask) &^ mask
}

// ReadAt implements io.ReaderAt.
func (b *Bytes) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, ErrRange
	}
	if off >= b.Size() {
		return 0, io.EOF
	}
	var short error
	if left := b.Size() - off; int64(len(p)) > left {
		p, short = p[:left], io.EOF
	}
	start, end := b.spread(off, len(p))
	if start == off && end-start == int64(len(p)) {
		n, err := b.Device.ReadAt(p, off)
		if err == nil {
			err = short
		}
		return n, err
	}
	sectors := make([]byte, end-start)
	if _, err := b.Device.ReadAt(sectors, start); err != nil {
		return 0, err
	}
	return copy(p, sectors[off-start:]), short
}

// WriteAt implements io.WriterAt. Nothing is written that does not fit.
func (b *Bytes) WriteAt(p []byte, off int64) (int, error) {
	if off < 0 || off > b.Size() || int64(len(p)) > b.Size()-off {
		return 0, ErrRange
	}
	if len(p) == 0 {
		return 0, nil
	}
	start, end := b.spread(off, len(p))
	if start == off && end-start == int64(len(p)) {
		b.mu.RLock()
		defer b.mu.RUnlock()
		return b.Device.WriteAt(p, off)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	size := int64(b.SectorSize())
	sectors := make([]byte, end-start)
	if _, err := b.Device.ReadAt(sectors[:size], start); err != nil {
		return 0, err
	}
	if end-start > size {
		if _, err := b.Device.ReadAt(sectors[end-start-size:], end-size); err != nil {
			return 0, err
		}
	}
	copy(sectors[off-start:], p)
	n, err := b.Device.WriteAt(sectors, start)
	return min(max(n-int(off-start), 0), len(p)), err
}
