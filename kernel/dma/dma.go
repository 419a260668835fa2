// Package dma gives drivers memory that their devices reach: whole pages in one
// physical piece, outside the Go heap, with a known physical address. There is
// no IOMMU: a device that is given a wrong address writes there.
//
// A driver takes its memory through an Allocator, so that its tests on the host
// can give it ordinary memory (package dmatest).
//
// Context: goroutine. The processor's caches are coherent with devices on
// x86-64 (SDM volume 3, 12.3.1), so nothing is ever flushed. Of words that a
// device writes or reads at any time, the driver uses the atomic access here:
// it keeps the compiler and the processor from moving it.
package dma

import (
	"encoding/binary"
	"errors"
	"math/bits"
	"sync/atomic"
	"unsafe"

	"eggcup/kernel/core/memory"
	"eggcup/kernel/core/raw"
	"eggcup/kernel/rawsys"
)

// PageSize is what memory is aligned to.
const PageSize = 4096

// MaxSize is the largest piece.
const MaxSize = 4 << 20

// ErrSize is the error for a size of no bytes or of more than MaxSize.
var ErrSize = errors.New("bad size of device memory")

// Memory is one piece of memory for a device.
type Memory struct {
	bytes    []byte
	physical uint64
	order    uint
}

// Allocator returns zeroed memory of at least size bytes.
type Allocator func(size int) (*Memory, error)

// Alloc is the machine's Allocator.
func Alloc(size int) (*Memory, error) {
	if size <= 0 || size > MaxSize {
		return nil, ErrSize
	}
	order := uint(bits.Len(uint(size-1) / PageSize))
	phys, errno := rawsys.Call(rawsys.DMAAlloc, uintptr(order), 0, 0, 0, 0, 0)
	if errno != 0 {
		return nil, errno
	}
	return &Memory{raw.Bytes(memory.DirectMap+phys, PageSize<<order), uint64(phys), order}, nil
}

// Free gives memory back. The device must not use it any more.
func (m *Memory) Free() {
	if m.bytes == nil {
		return
	}
	rawsys.Call(rawsys.DMAFree, uintptr(m.physical), uintptr(m.order), 0, 0, 0, 0)
	m.bytes = nil
}

// Wrap makes Memory of ordinary memory that a test's device finds at a physical
// address of the test's making. bytes is aligned to eight.
func Wrap(bytes []byte, physical uint64) *Memory {
	return &Memory{bytes: bytes, physical: physical}
}

// Bytes returns the memory.
func (m *Memory) Bytes() []byte { return m.bytes }

// Physical returns the address that a device knows it by.
func (m *Memory) Physical() uint64 { return m.physical }

// Load32 reads the aligned little-endian word at an offset atomically; what is
// read after it is at least as new.
func (m *Memory) Load32(off int) uint32 { return atomic.LoadUint32(m.word(off)) }

// Store32 writes the aligned little-endian word at an offset atomically; the
// device sees everything written before it, and what is read after it was not
// read before.
func (m *Memory) Store32(off int, v uint32) { atomic.StoreUint32(m.word(off), v) }

func (m *Memory) word(off int) *uint32 {
	return (*uint32)(unsafe.Pointer(&m.bytes[off : off+4][0]))
}

// Get16, Get32 and Get64 read a little-endian word that the device leaves alone
// meanwhile.
func (m *Memory) Get16(off int) uint16 { return binary.LittleEndian.Uint16(m.bytes[off:]) }

// Get32 is explained at Get16.
func (m *Memory) Get32(off int) uint32 { return binary.LittleEndian.Uint32(m.bytes[off:]) }

// Get64 is explained at Get16.
func (m *Memory) Get64(off int) uint64 { return binary.LittleEndian.Uint64(m.bytes[off:]) }

// Put16, Put32 and Put64 write a little-endian word before the device is told
// of it.
func (m *Memory) Put16(off int, v uint16) { binary.LittleEndian.PutUint16(m.bytes[off:], v) }

// Put32 is explained at Put16.
func (m *Memory) Put32(off int, v uint32) { binary.LittleEndian.PutUint32(m.bytes[off:], v) }

// Put64 is explained at Put16.
func (m *Memory) Put64(off int, v uint64) { binary.LittleEndian.PutUint64(m.bytes[off:], v) }
