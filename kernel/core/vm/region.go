package vm

import (
	"unsafe"

	"eggcup/kernel/core/frame"
	"eggcup/kernel/core/raw"
)

// A region is a piece of the lower half with one set of attributes. Regions do
// not overlap, and neighbours that could be one are one.
type region struct {
	start, end uintptr
	attributes
}

type attributes struct {
	prot  Prot
	flags regionFlags
}

type regionFlags uint32

const (
	regionSealed regionFlags = 1 << iota // the kernel image
	regionHuge                           // MADV_HUGEPAGE: a 2 MiB page at the first touch
	regionSmall                          // MADV_NOHUGEPAGE
)

const regionSize = unsafe.Sizeof(region{})

// regionList is a sorted array of regions in a block of frames that doubles
// when it is full: lookups are a binary search in memory that is close
// together, and there is no limit on the number of regions but memory.
type regionList struct {
	frames *frame.Allocator
	phys   uintptr
	order  uint
	count  int
	recent int // where the last lookup ended: the next is often there too
}

func (l *regionList) init(frames *frame.Allocator) bool {
	phys, ok := frames.Alloc(0)
	*l = regionList{frames: frames, phys: phys}
	return ok
}

func (l *regionList) capacity() int { return int(pageSize << l.order / regionSize) }

// at returns region i. The pointer holds until the list changes.
func (l *regionList) at(i int) *region {
	return (*region)(raw.Ptr(l.frames.Offset() + l.phys + uintptr(i)*regionSize))
}

func (l *regionList) all() []region { return unsafe.Slice(l.at(0), l.capacity()) }

// reserve makes room for n more regions.
func (l *regionList) reserve(n int) bool {
	if l.count+n <= l.capacity() {
		return true
	}
	phys, ok := l.frames.Alloc(l.order + 1)
	if !ok {
		return false
	}
	offset, size := l.frames.Offset(), uintptr(pageSize)<<l.order
	copy(raw.Bytes(offset+phys, size), raw.Bytes(offset+l.phys, size))
	if !l.frames.Free(l.phys, l.order) {
		Bug("vm: bad free of the region list", l.phys)
	}
	l.phys = phys
	l.order++
	return true
}

// search returns the index of the first region that ends after addr.
func (l *regionList) search(addr uintptr) int {
	if i := l.recent; i < l.count && addr < l.at(i).end && (i == 0 || addr >= l.at(i-1).end) {
		return i
	}
	low, high := 0, l.count
	for low < high {
		middle := int(uint(low+high) >> 1)
		if l.at(middle).end <= addr {
			low = middle + 1
		} else {
			high = middle
		}
	}
	l.recent = low
	return low
}

// find returns the region that addr lies in, or nil.
func (l *regionList) find(addr uintptr) *region {
	if i := l.search(addr); i < l.count && l.at(i).start <= addr {
		return l.at(i)
	}
	return nil
}

// overlaps reports whether any of start..end is mapped.
func (l *regionList) overlaps(start, end uintptr) bool {
	i := l.search(start)
	return i < l.count && l.at(i).start < end
}

// covered reports whether all of start..end is mapped.
func (l *regionList) covered(start, end uintptr) bool {
	for i := l.search(start); i < l.count && l.at(i).start <= start; i++ {
		if start = l.at(i).end; start >= end {
			return true
		}
	}
	return false
}

// sealed reports whether any of start..end belongs to the kernel image.
func (l *regionList) sealed(start, end uintptr) bool {
	for i := l.search(start); i < l.count && l.at(i).start < end; i++ {
		if l.at(i).flags&regionSealed != 0 {
			return true
		}
	}
	return false
}

// replace makes start..end one region with the attributes a, whatever it was
// before. It adds at most two regions to the list, for which there is room.
func (l *regionList) replace(start, end uintptr, a attributes) {
	first := l.search(start)
	if first > 0 && l.at(first-1).end == start && l.at(first-1).attributes == a {
		first--
		start = l.at(first).start
	}
	l.splice(first, region{start, end, a}, true)
}

// remove leaves nothing mapped in start..end. It adds at most one region to the
// list, for which there is room.
func (l *regionList) remove(start, end uintptr) {
	l.splice(l.search(start), region{start: start, end: end}, false)
}

// splice puts middle, if keep is set, in the place of everything between its
// ends. first is the index of the first region that can be concerned; what of
// the outer regions lies beyond middle stays.
func (l *regionList) splice(first int, middle region, keep bool) {
	var pieces [3]region
	n, last := 0, first
	if first < l.count {
		if left := *l.at(first); left.start < middle.start {
			left.end = middle.start
			if keep && left.attributes == middle.attributes {
				middle.start = left.start
			} else {
				pieces[0] = left
				n = 1
			}
		}
	}
	at := n
	if keep {
		n++
	}
	for last < l.count && l.at(last).start < middle.end {
		last++
	}
	if last > first {
		if right := *l.at(last - 1); right.end > middle.end {
			if keep && right.attributes == middle.attributes {
				middle.end = right.end
			} else {
				right.start = middle.end
				pieces[n] = right
				n++
			}
		}
	}
	if keep && last < l.count && l.at(last).start == middle.end && l.at(last).attributes == middle.attributes {
		middle.end = l.at(last).end
		last++
	}
	if keep {
		pieces[at] = middle
	}
	if n != last-first {
		all := l.all()
		copy(all[first+n:], all[last:l.count])
		l.count += n - (last - first)
	}
	for i := 0; i < n; i++ {
		*l.at(first + i) = pieces[i]
	}
	l.recent = first + at
}
