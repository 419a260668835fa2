package socket

import (
	"sync"
	"syscall"
	"unsafe"
)

// A system call's memory may be the caller's stack, which moves when it grows
// and which nothing in the heap may point to.

// stackBounds returns the limits of the goroutine's stack.
//
//go:noescape
func stackBounds() (low, high uintptr) // defined in memory_amd64.s

// Reserve makes room on the goroutine's stack for a call into the network stack. A
// stack is copied when it grows, frame by frame; a goroutine that serves a
// connection grows to 8 KiB by doubling twice, each time with more frames to copy.
// With this much it gets there in one step, and with no more it stays there below
// a server of net/http.
//
//go:noescape
func Reserve() // defined in memory_amd64.s

// OnStack reports whether p points into the caller's stack. Then it must not
// be stored in the heap, nor handed to what might.
func OnStack(p unsafe.Pointer) bool {
	low, high := stackBounds()
	return uintptr(p)-low < high-low
}

// BounceSize is the most that goes through a buffer of Borrow at once. It is
// more than a datagram of IP can have.
const BounceSize = 64 << 10

// bounces are buffers for calls whose memory is on the stack.
var bounces = sync.Pool{New: func() any { return new([BounceSize]byte) }}

// Borrow returns memory in the heap for n bytes, or for as many as go at once,
// and what gives it back.
func Borrow(n int) (b []byte, back *[BounceSize]byte) {
	back = bounces.Get().(*[BounceSize]byte)
	return back[:min(n, BounceSize)], back
}

// Return gives back what Borrow lent.
func Return(back *[BounceSize]byte) { bounces.Put(back) }

// Bytes returns the n bytes at p.
func Bytes(p unsafe.Pointer, n int) []byte { return unsafe.Slice((*byte)(p), n) }

// Size returns how many bytes the n pieces at p have. checked lengths: the hook
// refuses others.
func Size(p *syscall.Iovec, n int) (size int) {
	for i := range n {
		size += int(piece(p, i).Len)
	}
	return size
}

func piece(p *syscall.Iovec, i int) *syscall.Iovec {
	return (*syscall.Iovec)(unsafe.Add(unsafe.Pointer(p), uintptr(i)*unsafe.Sizeof(*p)))
}

// Gather copies what the n pieces at p hold, from the byte at offset on, to b.
//
//go:noinline
func Gather(b []byte, p *syscall.Iovec, n, offset int) (copied int) {
	for i := range n {
		v := piece(p, i)
		length := int(v.Len)
		if offset >= length {
			offset -= length
			continue
		}
		copied += copy(b[copied:], Bytes(unsafe.Pointer(v.Base), length)[offset:])
		offset = 0
	}
	return copied
}

// Scatter copies b to the n pieces at p, from the byte at offset on, and returns
// how much fitted.
//
//go:noinline
func Scatter(p *syscall.Iovec, n, offset int, b []byte) (copied int) {
	for i := range n {
		v := piece(p, i)
		length := int(v.Len)
		if offset >= length {
			offset -= length
			continue
		}
		copied += copy(Bytes(unsafe.Pointer(v.Base), length)[offset:], b[copied:])
		offset = 0
	}
	return copied
}
