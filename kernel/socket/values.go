package socket

import (
	"encoding/binary"
	"syscall"
	"time"
	"unsafe"
)

// StoreName answers with an address as getsockname(2) does: what fits is
// written, length gets the whole size.
//
//go:noinline
func StoreName(to unsafe.Pointer, length *uint32, name []byte) syscall.Errno {
	if to == nil || length == nil {
		return 0
	}
	room := int(int32(*length))
	if room < 0 {
		return syscall.EINVAL
	}
	copy(Bytes(to, room), name)
	*length = uint32(len(name))
	return 0
}

// StoreOption answers with a value as getsockopt(2) does: what fits is written,
// length gets its size.
//
//go:noinline
func StoreOption(to unsafe.Pointer, length *uint32, value []byte) syscall.Errno {
	n := copy(Bytes(to, int(int32(*length))), value)
	*length = uint32(n)
	return 0
}

// StoreInt answers getsockopt(2) with an int.
func StoreInt(to unsafe.Pointer, length *uint32, value int) syscall.Errno {
	var b [4]byte
	binary.NativeEndian.PutUint32(b[:], uint32(value))
	return StoreOption(to, length, b[:])
}

// LoadInt reads the int that setsockopt(2) was given.
func LoadInt(p unsafe.Pointer, length int) (int, syscall.Errno) {
	if length < 4 {
		return 0, syscall.EINVAL
	}
	return int(*(*int32)(p)), 0
}

// Options of socket(7) that package syscall does not name.
const (
	SoProtocol  = 38
	SoDomain    = 39
	timevalSize = 16
)

// SetOption sets an option of SOL_SOCKET that is Base's own; ok says whether it
// is one.
func (b *Base) SetOption(name int, p unsafe.Pointer, length int) (errno syscall.Errno, ok bool) {
	switch name {
	case syscall.SO_RCVTIMEO:
		return setTimeout(&b.receiveTimeout, p, length), true
	case syscall.SO_SNDTIMEO:
		return setTimeout(&b.sendTimeout, p, length), true
	}
	return 0, false
}

// Option answers for an option of SOL_SOCKET that is Base's own.
func (b *Base) Option(name int, to unsafe.Pointer, length *uint32) (errno syscall.Errno, ok bool) {
	var timeout int64
	switch name {
	case syscall.SO_RCVTIMEO:
		timeout = b.receiveTimeout.Load()
	case syscall.SO_SNDTIMEO:
		timeout = b.sendTimeout.Load()
	default:
		return 0, false
	}
	var value [timevalSize]byte
	binary.NativeEndian.PutUint64(value[:], uint64(timeout/int64(time.Second)))
	binary.NativeEndian.PutUint64(value[8:], uint64(timeout%int64(time.Second)/1000))
	return StoreOption(to, length, value[:]), true
}

func setTimeout(timeout interface{ Store(int64) }, p unsafe.Pointer, length int) syscall.Errno {
	if length < timevalSize {
		return syscall.EINVAL
	}
	value := *(*syscall.Timeval)(p)
	if value.Usec < 0 || value.Usec >= 1e6 {
		return syscall.EDOM
	}
	const longest = 1 << 33 // seconds that a Duration holds
	if value.Sec < 0 {
		value = syscall.Timeval{}
	}
	timeout.Store(min(value.Sec, longest)*int64(time.Second) + value.Usec*1000)
	return 0
}

// Boolean is the value of an option that is on or off.
func Boolean(on bool) int {
	if on {
		return 1
	}
	return 0
}
