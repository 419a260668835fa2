package vm

// MapFlags are the flags of mmap(2). Those not listed have no meaning for
// anonymous memory, or none here, and are ignored as Linux ignores them.
type MapFlags uint32

// Flags of Map.
const (
	MapShared         MapFlags = 0x01 // nobody to share with: as private
	MapPrivate        MapFlags = 0x02
	MapFixed          MapFlags = 0x10
	MapAnonymous      MapFlags = 0x20
	Map32Bit          MapFlags = 0x40
	MapGrowsDown      MapFlags = 0x100
	MapLocked         MapFlags = 0x2000
	MapPopulate       MapFlags = 0x8000
	MapHugeTLB        MapFlags = 0x40000
	MapFixedNoReplace MapFlags = 0x100000

	mapTypeMask MapFlags = 0x0f
)

// mmapTop is where mmap without a hint starts, downwards, well above the Go
// heap's usual places. map32Top is the same for MAP_32BIT.
const (
	mmapTop  = 0x7f0000000000
	map32Top = 0x80000000
)

// Map is mmap(2) for anonymous memory. Nothing is allocated until it is
// touched, unless MapPopulate asks for it. It differs from Linux in what it
// refuses: memory both writable and executable (EACCES), the kernel image and
// page 0 (EPERM), files (ENODEV) and stacks that grow (EINVAL); the pool of
// MAP_HUGETLB is always empty (ENOMEM).
func (s *Space) Map(addr, length uintptr, prot Prot, flags MapFlags) (uintptr, Errno) {
	kind := flags & mapTypeMask
	prot &= protMask
	switch {
	case length == 0, kind != MapPrivate && kind != MapShared, flags&MapGrowsDown != 0:
		return 0, EINVAL
	case flags&MapAnonymous == 0:
		return 0, ENODEV
	case writeExec(prot):
		return 0, EACCES
	case length > userEnd, flags&MapHugeTLB != 0:
		return 0, ENOMEM
	}
	length = (length + pageSize - 1) &^ (pageSize - 1)
	addr, errno := s.place(addr, length, flags)
	if errno != OK {
		return 0, errno
	}
	if !s.reserveRegions(2) {
		return 0, ENOMEM
	}
	end := addr + length
	if s.list.overlaps(addr, end) {
		s.drop(addr, end)
	}
	s.list.replace(addr, end, attributes{prot: prot})
	if flags&(MapPopulate|MapLocked) != 0 && prot != ProtNone {
		s.populate(addr, end, weakest(prot))
	}
	return addr, OK
}

// place decides where a mapping of length bytes goes.
func (s *Space) place(addr, length uintptr, flags MapFlags) (uintptr, Errno) {
	if flags&(MapFixed|MapFixedNoReplace) != 0 {
		switch {
		case addr&(pageSize-1) != 0:
			return 0, EINVAL
		case addr > userEnd || length > userEnd-addr:
			return 0, ENOMEM
		case addr < userStart:
			return 0, EPERM
		case flags&MapFixedNoReplace != 0 && s.list.overlaps(addr, addr+length):
			return 0, EEXIST
		case s.list.sealed(addr, addr+length):
			return 0, EPERM
		}
		return addr, OK
	}
	addr &^= pageSize - 1
	if addr >= userStart && addr < userEnd && length <= userEnd-addr && !s.list.overlaps(addr, addr+length) {
		return addr, OK
	}
	if flags&Map32Bit != 0 {
		if addr, ok := s.gapBelow(map32Top, length); ok {
			return addr, OK
		}
		return 0, ENOMEM
	}
	addr, ok := s.gapBelow(s.mmapNext, length)
	if !ok {
		// The way down is full: use what has been unmapped above, then what
		// lies over the usual place.
		if addr, ok = s.gapBelow(mmapTop, length); !ok {
			if addr, ok = s.gapBelow(userEnd, length); !ok {
				return 0, ENOMEM
			}
		}
		return addr, OK
	}
	s.mmapNext = addr
	return addr, OK
}

// gapBelow returns the highest place under top where length bytes are free; one
// on a 2 MiB boundary when they hold such a page.
func (s *Space) gapBelow(top, length uintptr) (uintptr, bool) {
	align := uintptr(pageSize)
	if length >= blockSize {
		align = blockSize
	}
	// i is the number of regions that begin below top.
	i := s.list.search(top - 1)
	if i < s.list.count && s.list.at(i).start < top {
		i++
	}
	for ; top >= length+userStart; i-- {
		start := (top - length) &^ (align - 1)
		if start < userStart {
			return 0, false
		}
		if i == 0 || s.list.at(i-1).end <= start {
			return start, true
		}
		top = s.list.at(i - 1).start
	}
	return 0, false
}

// Unmap is munmap(2).
func (s *Space) Unmap(addr, length uintptr) Errno {
	if addr&(pageSize-1) != 0 || length == 0 || addr > userEnd || length > userEnd-addr {
		return EINVAL
	}
	end := (addr + length + pageSize - 1) &^ (pageSize - 1)
	if !s.list.overlaps(addr, end) {
		return OK
	}
	if s.list.sealed(addr, end) {
		return EPERM
	}
	if !s.reserveRegions(1) {
		return ENOMEM
	}
	s.drop(addr, end)
	s.list.remove(addr, end)
	if addr <= s.mmapNext && s.mmapNext < end {
		s.mmapNext = mmapTop
		if i := s.list.search(end); i < s.list.count {
			s.mmapNext = min(s.list.at(i).start, mmapTop)
		}
	}
	return OK
}

// Protect is mprotect(2). Unlike Linux it changes nothing when a part of the
// range is not mapped (ENOMEM); it refuses memory both writable and executable
// (EACCES) and the kernel image (EPERM).
func (s *Space) Protect(addr, length uintptr, prot Prot) Errno {
	const semaphore = 8 // PROT_SEM, which every page supports
	if addr&(pageSize-1) != 0 || prot&^(protMask|semaphore) != 0 {
		return EINVAL
	}
	prot &= protMask
	if length == 0 {
		return OK
	}
	if addr > userEnd || length > userEnd-addr {
		return ENOMEM
	}
	end := (addr + length + pageSize - 1) &^ (pageSize - 1)
	switch {
	case !s.list.covered(addr, end):
		return ENOMEM
	case s.list.sealed(addr, end):
		return EPERM
	case writeExec(prot):
		return EACCES
	case !s.reserveRegions(2):
		return ENOMEM
	}
	for addr < end {
		r := s.list.find(addr)
		next := min(end, r.end)
		if a := r.attributes; a.prot != prot {
			a.prot = prot
			s.list.replace(addr, next, a)
			s.reprotect(addr, next, prot)
		}
		addr = next
	}
	return OK
}

// reserveRegions makes room in the region list, if need be with memory taken
// back from 2 MiB pages.
func (s *Space) reserveRegions(n int) bool {
	return s.list.reserve(n) || s.Reclaim() && s.list.reserve(n)
}

// Resident is mincore(2): byte i of vec says whether page i of the range is in
// memory. vec has a byte for every page.
func (s *Space) Resident(addr, length uintptr, vec []byte) Errno {
	if addr&(pageSize-1) != 0 {
		return EINVAL
	}
	if addr > userEnd || length > userEnd-addr {
		return ENOMEM
	}
	if length == 0 {
		return OK
	}
	end := (addr + length + pageSize - 1) &^ (pageSize - 1)
	if !s.list.covered(addr, end) {
		return ENOMEM
	}
	for i := range vec {
		if addr >= end {
			break
		}
		vec[i] = 0
		if e, _ := s.leaf(addr); e != 0 {
			vec[i] = 1
		}
		addr += pageSize
	}
	return OK
}
