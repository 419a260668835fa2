// Package dmatest is memory for the devices that tests make up: ordinary memory
// with physical addresses that mean nothing else, so that a fake device finds
// what a driver gave it, and a wrong address is noticed.
package dmatest

import (
	"errors"
	"sync"
	"unsafe"

	"eggcup/kernel/dma"
)

// firstPhysical is far from any real address, and from 0.
const firstPhysical = 0x1_0000_0000

// ErrNoMemory is what a Bus without memory gives.
var ErrNoMemory = errors.New("no memory")

// Bus is what a fake device sees: all memory that was allocated.
type Bus struct {
	// Left is how many more allocations succeed; negative: all.
	Left int

	mu     sync.Mutex
	pieces []*dma.Memory
	next   uint64
}

// New returns a Bus without memory.
func New() *Bus { return &Bus{Left: -1, next: firstPhysical} }

// Alloc is the dma.Allocator of drivers under test.
func (b *Bus) Alloc(size int) (*dma.Memory, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if size <= 0 || size > dma.MaxSize {
		return nil, dma.ErrSize
	}
	if b.Left == 0 {
		return nil, ErrNoMemory
	}
	b.Left--
	whole := (size + dma.PageSize - 1) &^ (dma.PageSize - 1)
	words := make([]uint64, whole/8) // aligned to eight
	bytes := unsafe.Slice((*byte)(unsafe.Pointer(&words[0])), whole)
	m := dma.Wrap(bytes, b.next)
	b.pieces = append(b.pieces, m)
	b.next += uint64(whole) + dma.PageSize // a gap, so that an overrun hits nothing
	return m, nil
}

// Find returns the memory at a physical address and the offset there, or nil
// when the n bytes are not all inside one piece.
func (b *Bus) Find(physical uint64, n int) (m *dma.Memory, off int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range b.pieces {
		if physical < m.Physical() {
			continue
		}
		off := physical - m.Physical()
		if size := uint64(len(m.Bytes())); off <= size && uint64(n) <= size-off {
			return m, int(off)
		}
	}
	return nil, 0
}

// Bytes returns n bytes at a physical address, or nil.
func (b *Bus) Bytes(physical uint64, n int) []byte {
	m, off := b.Find(physical, n)
	if m == nil {
		return nil
	}
	return m.Bytes()[off : off+n]
}
