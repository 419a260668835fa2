package vm

// Advice of madvise(2).
const (
	AdviseNormal         = 0
	AdviseRandom         = 1
	AdviseSequential     = 2
	AdviseWillNeed       = 3
	AdviseDontNeed       = 4
	AdviseFree           = 8
	AdviseDontFork       = 10
	AdviseDoFork         = 11
	AdviseMergeable      = 12
	AdviseUnmergeable    = 13
	AdviseHugePage       = 14
	AdviseNoHugePage     = 15
	AdviseDontDump       = 16
	AdviseDoDump         = 17
	AdviseWipeOnFork     = 18
	AdviseKeepOnFork     = 19
	AdviseCold           = 20
	AdvisePageOut        = 21
	AdvisePopulateRead   = 22
	AdvisePopulateWrite  = 23
	AdviseDontNeedLocked = 24
	AdviseCollapse       = 25
)

// Advise is madvise(2). DONTNEED and FREE give the memory back at once: the
// next touch reads zeros, which Go's heap relies on. Advice without meaning in
// one address space without swap is accepted and ignored, unknown advice is
// EINVAL. As under Linux, a hole in the range is skipped and reported with
// ENOMEM at the end.
func (s *Space) Advise(addr, length uintptr, advice int) Errno {
	if addr&(pageSize-1) != 0 || !knownAdvice(advice) {
		return EINVAL
	}
	if length == 0 {
		return OK
	}
	if length > userEnd {
		return EINVAL
	}
	if addr > userEnd || length > userEnd-addr {
		return ENOMEM
	}
	end := (addr + length + pageSize - 1) &^ (pageSize - 1)
	result := OK
	if !s.list.covered(addr, end) {
		result = ENOMEM
	}
	switch advice {
	case AdviseDontNeed, AdviseDontNeedLocked, AdviseFree:
		if s.list.sealed(addr, end) {
			return EPERM
		}
		s.drop(addr, end)
	case AdviseHugePage, AdviseNoHugePage:
		if s.list.sealed(addr, end) {
			return EINVAL
		}
		if !s.reserveRegions(2) {
			return ENOMEM
		}
		s.setHuge(addr, end, advice)
	case AdvisePopulateRead, AdvisePopulateWrite:
		access := Read
		if advice == AdvisePopulateWrite {
			access = Write
		}
		if result == OK {
			result = s.populate(addr, end, access)
		}
	case AdviseCollapse:
		return s.collapseRange(addr, end, result)
	}
	return result
}

func knownAdvice(advice int) bool {
	switch advice {
	case AdviseNormal, AdviseRandom, AdviseSequential, AdviseWillNeed, AdviseDontNeed, AdviseFree,
		AdviseDontFork, AdviseDoFork, AdviseMergeable, AdviseUnmergeable, AdviseHugePage, AdviseNoHugePage,
		AdviseDontDump, AdviseDoDump, AdviseWipeOnFork, AdviseKeepOnFork, AdviseCold, AdvisePageOut, AdvisePopulateRead, AdvisePopulateWrite,
		AdviseDontNeedLocked, AdviseCollapse:
		return true
	}
	return false
}

// setHuge marks the mapped parts of start..end. Memory that has 2 MiB pages
// already keeps them.
func (s *Space) setHuge(start, end uintptr, advice int) {
	for start < end {
		i := s.list.search(start)
		if i == s.list.count || s.list.at(i).start >= end {
			return
		}
		r := s.list.at(i)
		start = max(start, r.start)
		next := min(end, r.end)
		a := r.attributes
		a.flags &^= regionHuge | regionSmall
		if advice == AdviseHugePage {
			a.flags |= regionHuge
		} else {
			a.flags |= regionSmall
		}
		s.list.replace(start, next, a)
		start = next
	}
}

// populate makes all of start..end present, or returns the reason why not.
func (s *Space) populate(start, end uintptr, access Access) Errno {
	if s.makePresent(start, end-1, access) {
		return OK
	}
	for start < end {
		r := s.list.find(start)
		if r == nil || !r.prot.permits(access) {
			return EINVAL
		}
		start = r.end
	}
	return ENOMEM
}

// collapseRange makes a 2 MiB page of every aligned block in the range that has
// memory at all. The answer is EINVAL where one could not be made.
func (s *Space) collapseRange(start, end uintptr, result Errno) Errno {
	var p path
	for block := (start + blockSize - 1) &^ (blockSize - 1); block+blockSize <= end; block += blockSize {
		r := s.list.find(block)
		if s.walk(block, &p) != 1 || r == nil {
			continue
		}
		if !s.fits(r, block) || !s.makeHuge(block, &p, 1, r.prot) {
			result = EINVAL
		}
	}
	return result
}
