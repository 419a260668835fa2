package hook

import (
	"syscall"
	"unsafe"

	"eggcup/kernel/descriptor"
)

// maxVector is how many pieces readv(2) takes (UIO_MAXIOV).
const maxVector = 1024

// checkVector checks the lengths of the pieces that readv(2) and its like take.
func checkVector(p *syscall.Iovec, n int) syscall.Errno {
	switch {
	case n < 0 || n > maxVector:
		return syscall.EINVAL
	case n > 0 && p == nil:
		return syscall.EFAULT
	}
	total := 0
	for _, piece := range unsafe.Slice(p, n) {
		length := int(piece.Len)
		total += length
		if length < 0 || total < 0 {
			return syscall.EINVAL
		}
		if piece.Base == nil && length > 0 {
			return syscall.EFAULT
		}
	}
	return 0
}

// vector answers readv and writev: a socket takes the pieces as one message,
// files and what else there is are the file layer's matter.
func vector(trap uintptr, a Arguments) (uintptr, syscall.Errno) {
	r, errno := transferPieces(trap, a)
	if errno == syscall.EPIPE && trap == syscall.SYS_WRITEV {
		brokenPipe()
	}
	return r, errno
}

func transferPieces(trap uintptr, a Arguments) (uintptr, syscall.Errno) {
	fd, p, n := a.number(1), a.pointer(2), a.number(3)
	if a.node != nil {
		if s, ok := a.node.File.(VectorSocket); ok {
			if errno := checkVector((*syscall.Iovec)(p), n); errno != 0 {
				return failed, errno
			}
			if trap == syscall.SYS_WRITEV {
				return outcome(s.WriteVector((*syscall.Iovec)(p), n))
			}
			return outcome(s.ReadVector((*syscall.Iovec)(p), n))
		}
	}
	if layer := files.Load(); layer != nil {
		return (*layer).Call(trap, p, nil, uintptr(fd), 0, uintptr(n), 0, 0, 0)
	}
	return pieces(a.node, trap == syscall.SYS_WRITEV, (*syscall.Iovec)(p), n)
}

// pieces reads or writes piece by piece until one does not go through whole.
func pieces(node *descriptor.Node, write bool, p *syscall.Iovec, n int) (uintptr, syscall.Errno) {
	if errno := checkVector(p, n); errno != 0 {
		return failed, errno
	}
	done := 0
	for i := range n {
		// Read anew in each round: the stack that p may point into moves.
		piece := (*syscall.Iovec)(unsafe.Add(unsafe.Pointer(p), uintptr(i)*unsafe.Sizeof(*p)))
		length := int(piece.Len)
		var count int
		var errno syscall.Errno
		if write {
			count, errno = node.File.Write(unsafe.Pointer(piece.Base), length)
		} else {
			count, errno = node.File.Read(unsafe.Pointer(piece.Base), length)
		}
		if errno != 0 {
			if done > 0 {
				return uintptr(done), 0
			}
			return failed, errno
		}
		done += count
		if count < length {
			break
		}
	}
	return uintptr(done), 0
}

// VectorSocket is a Socket that takes the pieces of readv and writev at once.
type VectorSocket interface {
	ReadVector(p *syscall.Iovec, n int) (int, syscall.Errno)
	WriteVector(p *syscall.Iovec, n int) (int, syscall.Errno)
}
