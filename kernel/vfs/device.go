package vfs

import (
	"errors"
	"io"
	"syscall"
	"unsafe"

	"eggcup/kernel/blockdev"
	"eggcup/kernel/rawsys"
)

// stream is content without positions: lseek(2) does nothing.
type stream interface {
	content
	stream()
}

// endless is the part that all character devices share.
type endless struct{}

func (endless) stream()                      {}
func (endless) size() int64                  { return 0 }
func (endless) blocks() int64                { return 0 }
func (endless) truncate(int64) syscall.Errno { return syscall.EINVAL }
func (endless) flush() syscall.Errno         { return syscall.EINVAL }

func (endless) writeAt(p []byte, _ int64) (int, syscall.Errno) { return len(p), 0 }

type (
	nullDevice   struct{ endless }
	zeroDevice   struct{ endless }
	fullDevice   struct{ zeroDevice }
	randomDevice struct{ endless }
)

func (nullDevice) readAt([]byte, int64) (int, syscall.Errno) { return 0, 0 }

func (zeroDevice) readAt(p []byte, _ int64) (int, syscall.Errno) {
	clear(p)
	return len(p), 0
}

func (fullDevice) writeAt([]byte, int64) (int, syscall.Errno) { return 0, syscall.ENOSPC }

func (randomDevice) readAt(p []byte, _ int64) (int, syscall.Errno) {
	for done := 0; done < len(p); {
		n, errno := getrandom(p[done:])
		if errno != 0 {
			return done, errno
		}
		done += n
	}
	return len(p), 0
}

// blockFile is a disk as a file. The disk reads and writes whole sectors, from
// memory that does not move: everything goes through a buffer.
type blockFile struct{ disk blockdev.Device }

// blockBuffer is how much one request to a disk moves.
const blockBuffer = 64 << 10

func (b blockFile) size() int64 { return int64(b.disk.Sectors()) * int64(b.disk.SectorSize()) }

func (b blockFile) blocks() int64 { return 0 }

func (b blockFile) truncate(int64) syscall.Errno { return syscall.EINVAL }

func (b blockFile) flush() syscall.Errno { return errnoOf(b.disk.Flush()) }

func (b blockFile) readAt(p []byte, off int64) (int, syscall.Errno) {
	if off >= b.size() {
		return 0, 0
	}
	p = p[:min(int64(len(p)), b.size()-off)]
	return b.pieces(p, off, func(buffer, piece []byte, start, skip int64) syscall.Errno {
		if _, err := b.disk.ReadAt(buffer, start); err != nil {
			return errnoOf(err)
		}
		copy(piece, buffer[skip:])
		return 0
	})
}

func (b blockFile) writeAt(p []byte, off int64) (int, syscall.Errno) {
	if off >= b.size() {
		return 0, syscall.ENOSPC
	}
	p = p[:min(int64(len(p)), b.size()-off)]
	return b.pieces(p, off, func(buffer, piece []byte, start, skip int64) syscall.Errno {
		if len(piece) < len(buffer) { // sectors that change in part
			if _, err := b.disk.ReadAt(buffer, start); err != nil {
				return errnoOf(err)
			}
		}
		copy(buffer[skip:], piece)
		_, err := b.disk.WriteAt(buffer, start)
		return errnoOf(err)
	})
}

// pieces cuts a transfer into requests: each has a buffer of whole sectors for
// the offset start on the disk, and the part of p that lies skip bytes in it.
func (b blockFile) pieces(p []byte, off int64, request func(buffer, piece []byte, start, skip int64) syscall.Errno) (int, syscall.Errno) {
	sector := int64(b.disk.SectorSize())
	space := make([]byte, min(blockBuffer, (int64(len(p))+2*sector-1)&^(sector-1)))
	for done := 0; done < len(p); {
		start := (off + int64(done)) &^ (sector - 1)
		skip := off + int64(done) - start
		n := min(int64(len(p)-done), int64(len(space))-skip)
		buffer := space[:(skip+n+sector-1)&^(sector-1)]
		if errno := request(buffer, p[done:done+int(n)], start, skip); errno != 0 {
			if done > 0 {
				return done, 0
			}
			return 0, errno
		}
		done += int(n)
	}
	return len(p), 0
}

// errnoOf is the error of a disk as programs see it.
func errnoOf(err error) syscall.Errno {
	switch {
	case err == nil || err == io.EOF:
		return 0
	case errors.Is(err, blockdev.ErrReadOnly):
		return syscall.EPERM
	}
	return syscall.EIO
}

// getrandom fills part of p with random bytes.
func getrandom(p []byte) (int, syscall.Errno) {
	return passed(rawsys.Call(sysGetrandom, uintptr(unsafe.Pointer(unsafe.SliceData(p))), uintptr(len(p)), 0, 0, 0, 0))
}

// text is content that was made when the file was opened.
type text []byte

func (t text) size() int64 { return int64(len(t)) }

func (t text) blocks() int64 { return 0 }

func (t text) readAt(p []byte, off int64) (int, syscall.Errno) {
	if off >= int64(len(t)) {
		return 0, 0
	}
	return copy(p, t[off:]), 0
}

func (t text) writeAt([]byte, int64) (int, syscall.Errno) { return 0, syscall.EIO }

func (t text) truncate(int64) syscall.Errno { return syscall.EINVAL }

func (t text) flush() syscall.Errno { return 0 }
