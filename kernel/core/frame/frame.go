// Package frame hands out the machine's physical memory: a binary buddy
// allocator of 4 KiB frames in blocks of order 0 (4 KiB) to 18 (1 GiB).
//
// Blocks are taken lowest address first, which keeps the upper memory whole for
// 2 MiB pages. All bookkeeping lies in metadata of its own, a byte and two bits
// a frame, taken from the memory at Init; a free frame is never read or
// written, so memory that is not mapped yet can be added, and a hypervisor does
// not have to back what nobody uses. Frames come dirty; the user clears them.
//
// Context: kernel (no Go allocation, no Go pointers kept), memory lock held:
// the lock that guards an Allocator is its owner's, taken before any other lock
// that this package could need, for it needs none. The zero Allocator has no
// memory and refuses everything.
//
// Specification: Knuth, The Art of Computer Programming, volume 1, 2.5 (the
// buddy system).
package frame

import (
	"math/bits"

	"eggcup/kernel/core/raw"
)

// Size is the size of a frame in bytes.
const Size = 4096

// MaxOrder is the order of the largest block, 1 GiB.
const MaxOrder = 18

// MaxMemory is the end of the physical memory that can be managed (4 TiB).
const MaxMemory = 1 << 42

const sizeShift = 12

// Allocator is the state of the buddy system.
type Allocator struct {
	offset    uintptr // physical address p is readable at offset+p
	limit     uintptr // frame numbers are below it
	orders    uintptr // virtual address of a byte a frame: order+1 where an allocated block begins, else 0
	free      [MaxOrder + 1]bitset
	nonempty  uint // bit n: order n has a free block
	total     uintptr
	available uintptr
	managed   Ranges
}

// MetadataSize returns the bytes of metadata for memory that ends at top.
func MetadataSize(top uintptr) uintptr {
	limit := min(top, MaxMemory) >> sizeShift
	size := (limit + 7) &^ 7
	var b bitset
	for order := uint(0); order <= MaxOrder; order++ {
		size = b.layout(limit>>order, size)
	}
	return (size + Size - 1) &^ (Size - 1)
}

// Init takes charge of the memory. Physical address p must be readable at
// offset+p for all memory below reach; the metadata is placed there. It returns
// false when no range has room for the metadata. The caller's set stays as it
// is; frame 0 is never used, so that 0 can mean none.
//
// Context: boot.
func (a *Allocator) Init(offset uintptr, memory *Ranges, reach uintptr) bool {
	*a = Allocator{offset: offset, limit: min(memory.Top(), MaxMemory) >> sizeShift}
	usable := *memory
	usable.Remove(0, Size)
	usable.Remove(MaxMemory, ^uintptr(0))
	size := MetadataSize(memory.Top())
	for i := 0; i < usable.count; i++ {
		r := usable.entries[i]
		if r.Start >= reach || min(r.End, reach)-r.Start < size {
			continue
		}
		a.layout(r.Start, size)
		usable.Remove(r.Start, r.Start+size)
		for j := 0; j < usable.count; j++ {
			a.AddRange(usable.entries[j].Start, usable.entries[j].End)
		}
		return true
	}
	a.limit = 0
	return false
}

func (a *Allocator) layout(phys, size uintptr) {
	raw.Clear(a.offset+phys, size)
	a.orders = a.offset + phys
	addr := a.orders + (a.limit+7)&^7
	for order := uint(0); order <= MaxOrder; order++ {
		addr = a.free[order].layout(a.limit>>order, addr)
	}
}

// Offset returns the distance from a physical address to where it is readable.
func (a *Allocator) Offset() uintptr { return a.offset }

// SetOffset moves the view of physical memory: the boot code starts with what
// it has mapped and changes to the direct map once that stands.
func (a *Allocator) SetOffset(offset uintptr) {
	delta := offset - a.offset
	a.offset = offset
	a.orders += delta
	for order := range a.free {
		a.free[order].move(delta)
	}
}

// Total returns the number of frames in charge, free or not, the metadata's not
// counted.
func (a *Allocator) Total() uintptr { return a.total }

// Available returns the number of free frames.
func (a *Allocator) Available() uintptr { return a.available }

// AddRange puts the whole frames of start..end to use. It returns false and
// changes nothing when they are beyond what Init made metadata for, overlap
// memory that is managed already, or the set of ranges is full.
func (a *Allocator) AddRange(start, end uintptr) bool {
	if start+Size-1 < start {
		return false
	}
	start, end = (start+Size-1)&^(Size-1), end&^(Size-1)
	if start >= end {
		return true
	}
	if start < Size || end>>sizeShift > a.limit || a.managed.Overlaps(start, end) || !a.managed.Add(start, end) {
		return false
	}
	a.total += (end - start) >> sizeShift
	a.available += (end - start) >> sizeShift
	for i, n := start>>sizeShift, end>>sizeShift; i < n; {
		order := min(uint(bits.TrailingZeros64(uint64(i))), MaxOrder)
		for i+1<<order > n {
			order--
		}
		a.release(i, order)
		i += 1 << order
	}
	return true
}

// Alloc returns the physical address of a free block of 1<<order frames,
// aligned to its size, with whatever was in it before.
func (a *Allocator) Alloc(order uint) (phys uintptr, ok bool) {
	if order > MaxOrder || a.nonempty>>order == 0 {
		return 0, false
	}
	from := order + uint(bits.TrailingZeros64(uint64(a.nonempty>>order)))
	block, _ := a.free[from].first()
	a.remove(block, from)
	for from > order {
		from--
		block *= 2
		a.insert(block+1, from)
	}
	a.available -= 1 << order
	raw.Store8(a.orders+block<<order, uint8(order)+1)
	return block << (order + sizeShift), true
}

// Free takes back a block that Alloc gave out with the same order. It returns
// false, and changes nothing, when no such block is out: freed twice, freed in
// part, or never allocated. That is a bug of the caller.
func (a *Allocator) Free(phys uintptr, order uint) bool {
	if !a.Owns(phys, order) {
		return false
	}
	i := phys >> sizeShift
	raw.Store8(a.orders+i, 0)
	a.available += 1 << order
	a.release(i, order)
	return true
}

// Split turns an allocated block into single frames that are freed one by one.
// It returns false when no such block is out.
func (a *Allocator) Split(phys uintptr, order uint) bool {
	if !a.Owns(phys, order) {
		return false
	}
	heads := raw.Bytes(a.orders+phys>>sizeShift, 1<<order)
	for i := range heads {
		heads[i] = 1
	}
	return true
}

// Owns reports whether phys is an allocated block of this order.
func (a *Allocator) Owns(phys uintptr, order uint) bool {
	i := phys >> sizeShift
	return phys&(Size-1) == 0 && i < a.limit && order <= MaxOrder && raw.Load8(a.orders+i) == uint8(order)+1
}

// release makes block, which begins at frame i, free and joins it with its
// buddies as long as they are free too.
func (a *Allocator) release(i uintptr, order uint) {
	block := i >> order
	for order < MaxOrder && a.free[order].has(block^1) {
		a.remove(block^1, order)
		block >>= 1
		order++
	}
	a.insert(block, order)
}

func (a *Allocator) insert(block uintptr, order uint) {
	a.free[order].set(block)
	a.nonempty |= 1 << order
}

func (a *Allocator) remove(block uintptr, order uint) {
	a.free[order].unset(block)
	if a.free[order].empty() {
		a.nonempty &^= 1 << order
	}
}
