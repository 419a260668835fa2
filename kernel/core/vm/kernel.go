package vm

// directEnd is the physical address behind the end of the direct map: it starts
// at the upper half's beginning and fills it.
const directEnd = 1 << 47

// MapDirect maps the whole pages of start..end of RAM into the direct map,
// writable and not executable, with the largest pages that fit. It returns
// false when there is no memory for the tables.
//
// Context: boot.
func (s *Space) MapDirect(start, end uintptr) bool {
	start, end = (start+pageSize-1)&^(pageSize-1), end&^(pageSize-1)
	if start >= end {
		return true
	}
	largest := uint(2)
	if s.options.Gigabyte {
		largest = 3
	}
	return end <= directEnd &&
		s.mapPhysical(s.offset+start, start, end-start, s.leafFlags(ProtRead|ProtWrite)|entryGlobal, largest)
}

// MapImage maps the pages that start..end touches at their own address, and
// seals them: the program's mmap, munmap, mprotect and madvise leave them
// alone. It is for the sections of the kernel image, text readable and
// executable, the rest without execution. EINVAL says that a page is mapped
// already or prot is both writable and executable.
//
// Context: boot.
func (s *Space) MapImage(start, end uintptr, prot Prot) Errno {
	start, end = start&^(pageSize-1), (end+pageSize-1)&^(pageSize-1)
	if start < userStart || start >= end || end > userEnd || writeExec(prot) || s.list.overlaps(start, end) {
		return EINVAL
	}
	if !s.list.reserve(2) {
		return ENOMEM
	}
	largest := uint(1)
	if s.options.HugePages {
		largest = 2
	}
	if !s.mapPhysical(start, start, end-start, s.leafFlags(prot)|entryGlobal, largest) {
		return ENOMEM
	}
	s.list.replace(start, end, attributes{prot: prot, flags: regionSealed})
	return OK
}

// MapMMIO makes the device registers at phys accessible, uncached, and returns
// their address in the direct map. Pages that are mapped already stay as they
// are, so it also serves for firmware tables, wherever they lie. It returns
// false when phys is out of the direct map's reach or memory is short.
func (s *Space) MapMMIO(phys, size uintptr) (virt uintptr, ok bool) {
	end := phys + size
	if size == 0 || end < phys || end > directEnd {
		return 0, false
	}
	first := phys &^ (pageSize - 1)
	end = (end + pageSize - 1) &^ (pageSize - 1)
	flags := s.leafFlags(ProtRead|ProtWrite) | entryGlobal | entryThrough | entryUncached
	if !s.mapPhysical(s.offset+first, first, end-first, flags, 2) {
		return 0, false
	}
	return s.offset + phys, true
}

// mapPhysical maps size bytes at virt to phys with pages up to the level
// largest, and passes over what is mapped already.
func (s *Space) mapPhysical(virt, phys, size uintptr, flags entry, largest uint) bool {
	var p path
	for size > 0 {
		level := s.walk(virt, &p)
		want := min(largest, level)
		for want > 1 && ((virt|phys)&(span(want)-1) != 0 || size < span(want)) {
			want--
		}
		step := span(want)
		if p[level].load() != 0 {
			step = min(after(virt, level)-virt, size)
		} else {
			if !s.extend(virt, &p, level, want) {
				s.flush()
				return false
			}
			e := entry(phys) | flags
			if want > 1 {
				e |= entryLarge
			}
			s.set(&p, want, e)
		}
		virt += step
		phys += step
		size -= step
	}
	return true
}

// leafFlags returns the entry bits of a page with this protection. Accessed and
// dirty are set from the start: nobody reads them, and setting them costs the
// processor a locked write.
func (s *Space) leafFlags(prot Prot) entry {
	e := entryAccessed | entryDirty
	if prot&protMask != 0 {
		e |= entryPresent
	}
	if prot&ProtWrite != 0 {
		e |= entryWrite
	}
	if prot&ProtExec == 0 && s.options.NoExecute {
		e |= entryNoExecute
	}
	return e
}

func writeExec(prot Prot) bool { return prot&(ProtWrite|ProtExec) == ProtWrite|ProtExec }
