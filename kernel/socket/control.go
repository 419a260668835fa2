package socket

import (
	"encoding/binary"
	"syscall"
	"unsafe"
)

// headerSize is that of struct cmsghdr (cmsg(3)).
const headerSize = 16

// Control is a control message that sendmsg(2) was given.
type Control struct {
	Level, Type int
	Data        []byte // of the caller's memory: valid during the call
}

// EachControl calls f for each control message of m.
func EachControl(m *syscall.Msghdr, f func(Control) syscall.Errno) syscall.Errno {
	size := int(m.Controllen)
	if m.Control == nil || size == 0 {
		return 0
	}
	if size < 0 || size > 1<<20 {
		return syscall.ENOBUFS
	}
	b := Bytes(unsafe.Pointer(m.Control), size)
	for len(b) >= headerSize {
		length := binary.NativeEndian.Uint64(b)
		if length < headerSize || length > uint64(len(b)) {
			return syscall.EINVAL
		}
		c := Control{
			Level: int(int32(binary.NativeEndian.Uint32(b[8:]))),
			Type:  int(int32(binary.NativeEndian.Uint32(b[12:]))),
			Data:  b[headerSize:length],
		}
		if errno := f(c); errno != 0 {
			return errno
		}
		b = b[min(align(int(length)), len(b)):]
	}
	return 0
}

func align(n int) int { return (n + 7) &^ 7 }

// Answer collects the control messages of an answer to recvmsg(2).
type Answer struct {
	m     *syscall.Msghdr
	used  int
	room  int
	flags int
}

// NewAnswer makes an answer in the memory that m names.
func NewAnswer(m *syscall.Msghdr) Answer {
	a := Answer{m: m, room: int(m.Controllen)}
	if m.Control == nil || a.room < 0 {
		a.room = 0
	}
	return a
}

// Add appends a control message. What does not fit is cut off, and the flags of
// the answer say so.
func (a *Answer) Add(level, kind int, data []byte) (whole bool) {
	room := a.room - a.used
	if room < headerSize {
		a.flags |= syscall.MSG_CTRUNC
		return false
	}
	b := Bytes(unsafe.Pointer(a.m.Control), a.room)[a.used:]
	n := copy(b[headerSize:], data)
	binary.NativeEndian.PutUint64(b, uint64(headerSize+n))
	binary.NativeEndian.PutUint32(b[8:], uint32(level))
	binary.NativeEndian.PutUint32(b[12:], uint32(kind))
	if n < len(data) {
		a.flags |= syscall.MSG_CTRUNC
	}
	a.used += min(align(headerSize+n), room)
	return n == len(data)
}

// Room returns how many bytes of data another message may have.
func (a *Answer) Room() int { return max(a.room-a.used-headerSize, 0) }

// Cut says that control messages were left out.
func (a *Answer) Cut() { a.flags |= syscall.MSG_CTRUNC }

// Finish writes the answer's length and flags to the header.
func (a *Answer) Finish(flags int) {
	a.m.Controllen = uint64(a.used)
	a.m.Flags = int32(flags | a.flags)
}
