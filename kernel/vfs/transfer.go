package vfs

import (
	"slices"
	"syscall"
	"unsafe"
)

// Flags of preadv2(2) and pwritev2(2).
const (
	rwfDsync  = 2
	rwfSync   = 4
	rwfNowait = 8
	rwfAppend = 0x10
	rwfHigh   = 1
)

// transferVector runs a transfer for each buffer of a vector until one is
// short. The buffers' addresses are pointers to the collector: they stay right
// when a stack moves.
func transferVector(vector []syscall.Iovec, transfer func(p unsafe.Pointer, n int) (int, syscall.Errno)) (int, syscall.Errno) {
	total := uint64(0)
	for i := range vector {
		if total += vector[i].Len; total > 1<<63-1 || vector[i].Len > 1<<63-1 {
			return -1, syscall.EINVAL
		}
	}
	done := 0
	for i := range vector {
		want := int(vector[i].Len)
		if want == 0 {
			continue
		}
		n, errno := transfer(unsafe.Pointer(vector[i].Base), want)
		if errno != 0 {
			if done > 0 {
				return done, 0
			}
			return -1, errno
		}
		done += n
		if n < want {
			break
		}
	}
	return done, 0
}

// empty reports whether a vector names no bytes at all.
func empty(vector []syscall.Iovec) bool {
	return !slices.ContainsFunc(vector, func(v syscall.Iovec) bool { return v.Len > 0 })
}

// transferAt answers pread64(2) and pwrite64(2).
func (f *File) transferAt(write bool, p unsafe.Pointer, n int, off int64) (int, syscall.Errno) {
	if off < 0 {
		return -1, syscall.EINVAL
	}
	b, errno := memory(p, n)
	if errno != 0 {
		return -1, errno
	}
	if write {
		// As on Linux, O_APPEND wins over the offset.
		n, _, errno := f.writeAt(b, off, f.append.Load())
		return n, errno
	}
	return f.readAt(b, off)
}

// callVector answers readv(2), preadv(2), preadv2(2) and their siblings.
func (f *File) callVector(number uintptr, p unsafe.Pointer, n int, off int64, flags uintptr) (int, syscall.Errno) {
	vector, errno := iovecs(p, n)
	if errno != 0 {
		return -1, errno
	}
	write := number == syscall.SYS_WRITEV || number == syscall.SYS_PWRITEV || number == sysPwritev2
	here := number == syscall.SYS_READV || number == syscall.SYS_WRITEV
	if number == sysPreadv2 || number == sysPwritev2 {
		if flags&^(rwfHigh|rwfDsync|rwfSync|rwfNowait|rwfAppend) != 0 {
			return -1, syscall.EOPNOTSUPP
		}
		here = off == -1
	} else {
		flags = 0
	}
	if errno := f.checkTransfer(write); errno != 0 && (errno != syscall.EISDIR || !empty(vector)) {
		return -1, errno
	}
	if !here && off < 0 {
		return -1, syscall.EINVAL
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	at := off
	if here {
		at = f.pos
	}
	done, errno := transferVector(vector, func(p unsafe.Pointer, n int) (int, syscall.Errno) {
		b, errno := memory(p, n)
		if errno != 0 {
			return -1, errno
		}
		if write {
			n, at, errno = f.writeAt(b, at, f.append.Load() || flags&rwfAppend != 0)
		} else if n, errno = f.readAt(b, at); errno == 0 {
			at += int64(n)
		}
		return n, errno
	})
	if here && done > 0 && !f.isStream() {
		f.pos = at
	}
	if errno == 0 && write && flags&(rwfDsync|rwfSync) != 0 {
		errno = f.sync(flags&rwfSync == 0)
	}
	return done, errno
}

func (f *File) checkTransfer(write bool) syscall.Errno {
	if write {
		return f.checkWritable()
	}
	return f.checkReadable()
}

// sync answers fsync(2), and with dataOnly fdatasync(2): what was written is on
// the medium.
func (f *File) sync(dataOnly bool) syscall.Errno {
	if volume := f.node.fs.volume; volume != nil {
		if errno := f.node.store(); errno != 0 {
			return errno
		}
		return volume.Sync(dataOnly)
	}
	if f.content == nil {
		return 0 // a directory
	}
	return f.content.flush() // no lock: a disk can be written meanwhile
}

// Requests of ioctl(2) that files know.
const (
	fioNRead   = 0x541b
	fioNBIO    = 0x5421
	blkGetSize = 0x80081272 // BLKGETSIZE64
	blkSSzGet  = 0x1268
	blkFlsBuf  = 0x1261
	blkROGet   = 0x125e
)

// ioctl answers ioctl(2): p is its argument.
func (f *File) ioctl(request uintptr, p unsafe.Pointer) (int, syscall.Errno) {
	if f.pathOnly {
		return -1, syscall.EBADF
	}
	if request == fioNBIO {
		return 0, 0
	}
	if disk, ok := f.content.(blockFile); ok {
		return disk.ioctl(request, p)
	}
	if request != fioNRead || !f.node.isRegular() || f.content == nil {
		return -1, syscall.ENOTTY
	}
	if p == nil {
		return -1, syscall.EFAULT
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.node.mu.RLock()
	defer f.node.mu.RUnlock()
	*(*int32)(p) = int32(f.content.size() - f.pos)
	return 0, 0
}

// ioctl tells the size of a disk.
func (b blockFile) ioctl(request uintptr, p unsafe.Pointer) (int, syscall.Errno) {
	if request == blkFlsBuf {
		return 0, b.flush()
	}
	if p == nil {
		return -1, syscall.EFAULT
	}
	switch request {
	case blkGetSize:
		*(*uint64)(p) = uint64(b.size())
	case blkSSzGet:
		*(*int32)(p) = int32(b.disk.SectorSize())
	case blkROGet:
		*(*int32)(p) = 0
		if b.disk.ReadOnly() {
			*(*int32)(p) = 1
		}
	default:
		return -1, syscall.ENOTTY
	}
	return 0, 0
}
