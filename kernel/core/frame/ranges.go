package frame

// MaxRanges is how many separate pieces of memory the kernel keeps track of.
// Firmware maps have about ten entries; the rest is room for what is cut out.
const MaxRanges = 128

// Range is a piece of physical memory, from Start up to but not including End.
type Range struct{ Start, End uintptr }

// Ranges is a sorted set of physical memory, made of whole frames. The boot
// code adds what the firmware calls usable and then removes what is in use
// (the kernel image, the boot information) or reserved; entries may overlap
// and come in any order. The zero value is empty.
type Ranges struct {
	entries [MaxRanges]Range
	count   int
}

// Len returns the number of ranges.
func (r *Ranges) Len() int { return r.count }

// At returns range i, in address order.
func (r *Ranges) At(i int) Range { return r.entries[i] }

// Top returns the end of the highest range.
func (r *Ranges) Top() uintptr {
	if r.count == 0 {
		return 0
	}
	return r.entries[r.count-1].End
}

// Size returns the number of bytes in the set.
func (r *Ranges) Size() uintptr {
	size := uintptr(0)
	for i := 0; i < r.count; i++ {
		size += r.entries[i].End - r.entries[i].Start
	}
	return size
}

// Overlaps reports whether any byte of start..end is in the set.
func (r *Ranges) Overlaps(start, end uintptr) bool {
	for i := 0; i < r.count; i++ {
		if r.entries[i].Start < end && start < r.entries[i].End {
			return true
		}
	}
	return false
}

// Add puts the whole frames of start..end into the set. It returns false when
// the set has no room; the memory is then not used.
func (r *Ranges) Add(start, end uintptr) bool {
	if start+Size-1 < start {
		return true // the last, partial frame of the address space
	}
	start, end = (start+Size-1)&^(Size-1), end&^(Size-1)
	if start >= end {
		return true
	}
	first := 0
	for first < r.count && r.entries[first].End < start {
		first++
	}
	last := first // the entries first..last touch the new range and melt into it
	for last < r.count && r.entries[last].Start <= end {
		start = min(start, r.entries[last].Start)
		end = max(end, r.entries[last].End)
		last++
	}
	if first == last {
		if r.count == MaxRanges {
			return false
		}
		copy(r.entries[first+1:], r.entries[first:r.count])
		r.count++
	} else {
		copy(r.entries[first+1:], r.entries[last:r.count])
		r.count -= last - first - 1
	}
	r.entries[first] = Range{start, end}
	return true
}

// Remove takes every frame that start..end touches out of the set. When a hole
// cannot be recorded for lack of room, the smaller of the two sides goes with
// it: memory is lost, never handed out wrongly.
func (r *Ranges) Remove(start, end uintptr) {
	if start >= end {
		return
	}
	start &^= Size - 1
	if end+Size-1 < end {
		end = ^uintptr(Size - 1)
	} else {
		end = (end + Size - 1) &^ (Size - 1)
	}
	for i := 0; i < r.count; {
		e := r.entries[i]
		left, right := Range{e.Start, min(e.End, start)}, Range{max(e.Start, end), e.End}
		keepLeft, keepRight := left.Start < left.End, right.Start < right.End
		if keepLeft && keepRight && r.count == MaxRanges {
			keepLeft = left.End-left.Start >= right.End-right.Start
			keepRight = !keepLeft
		}
		switch {
		case keepLeft && keepRight:
			copy(r.entries[i+1:], r.entries[i:r.count])
			r.count++
			r.entries[i], r.entries[i+1] = left, right
			i += 2
		case keepLeft:
			r.entries[i] = left
			i++
		case keepRight:
			r.entries[i] = right
			i++
		default:
			copy(r.entries[i:], r.entries[i+1:r.count])
			r.count--
		}
	}
}
