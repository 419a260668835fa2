package vm

// Access is what an instruction or the kernel wants to do with memory.
type Access uint8

// Kinds of access.
const (
	Read Access = iota
	Write
	Execute
)

// FaultAccess decodes the error code of a page fault (SDM volume 3, 5.7).
func FaultAccess(code uintptr) Access {
	switch {
	case code&0x10 != 0:
		return Execute
	case code&2 != 0:
		return Write
	}
	return Read
}

// permits says whether memory with protection p allows the access; what can be
// written or executed can be read.
func (p Prot) permits(access Access) bool {
	switch access {
	case Write:
		return p&ProtWrite != 0
	case Execute:
		return p&ProtExec != 0
	}
	return p != ProtNone
}

// weakest returns an access that memory with protection p allows.
func weakest(p Prot) Access {
	if p&ProtWrite != 0 {
		return Write
	}
	return Read
}

// Result is what became of a page fault.
type Result uint8

// Results of Fault.
const (
	Mapped      Result = iota // memory is there now
	Spurious                  // it was there already: the TLB was behind
	BadAddress                // nothing is mapped there: SIGSEGV, SEGV_MAPERR
	Protection                // it may not be used so: SIGSEGV, SEGV_ACCERR
	OutOfMemory               // no frame is left
)

// Fault handles a page fault at addr. Memory appears zeroed.
func (s *Space) Fault(addr uintptr, access Access) Result {
	result := s.fault(addr, access)
	if result == OutOfMemory && s.Reclaim() {
		result = s.fault(addr, access)
	}
	if result == Mapped {
		s.stats.Faults++
	}
	return result
}

func (s *Space) fault(addr uintptr, access Access) Result {
	r := s.list.find(addr)
	if r == nil {
		return BadAddress
	}
	if !r.prot.permits(access) {
		return Protection
	}
	var p path
	level := s.walk(addr, &p)
	if p[level].load() != 0 {
		InvalidatePage(addr)
		return Spurious
	}
	addr &^= pageSize - 1
	pages := s.window(addr, &p, level, r)
	if s.wantsHuge(addr, &p, level, r, pages) && s.makeHuge(addr&^(blockSize-1), &p, level, r.prot) {
		return Mapped
	}
	if !s.extend(addr, &p, level, 1) {
		s.flush()
		return OutOfMemory
	}
	return s.mapSmall(addr, &p, pages, s.leafFlags(r.prot))
}

// maxWindow is the most small pages that one fault maps.
const maxWindow = 64

// window returns how many small pages to map for a fault at addr: as many as
// are present just before it. A program that fills memory in order therefore
// takes a fault for 1, 1, 2, 4 ... maxWindow pages, each costing a trap less,
// while one that touches a page here and there pays for that page alone. At no
// time is more than half of what a run has mapped unasked for. After a 2 MiB page
// the answer is the whole block, which wantsHuge takes as it is and mapSmall
// cuts to maxWindow.
func (s *Space) window(addr uintptr, p *path, level uint, r *region) uintptr {
	if addr == r.start || !s.plenty(maxWindow) {
		return 1
	}
	run := uintptr(0)
	if i := index(addr, 1); i == 0 {
		// The page before lies under another table.
		var before path
		if last := s.walk(addr-pageSize, &before); last == 1 {
			run = runBefore(before[1].next(1), blockPages)
		} else if before[last].load() != 0 {
			run = blockPages
		}
	} else if level == 1 {
		run = runBefore(p[1], i)
	}
	return max(1, min(run, (r.end-addr)/pageSize))
}

// runBefore counts the used entries just before p, which has limit entries
// before it in its table, up to maxWindow.
func runBefore(p slot, limit uintptr) uintptr {
	n := uintptr(0)
	for limit = min(limit, maxWindow); n < limit; n++ {
		p -= 8
		if p.load() == 0 {
			break
		}
	}
	return n
}

// mapSmall maps up to pages small pages from addr on, as far as table and
// memory go and nothing is mapped yet. p leads to the slot of the first.
func (s *Space) mapSmall(addr uintptr, p *path, pages uintptr, flags entry) Result {
	mapped := uintptr(0)
	pages = min(pages, maxWindow, blockPages-index(addr, 1))
	for entries := p[1]; mapped < pages && entries.load() == 0; mapped++ {
		phys, ok := s.frames.Alloc(0)
		if !ok {
			break
		}
		s.clear(phys, pageSize)
		entries.store(entry(phys) | flags)
		entries = entries.next(1)
	}
	p[2].store(p[2].load() + entry(mapped)*countOne)
	s.stats.Resident += mapped
	if mapped == 0 {
		s.prune(addr, p, 1)
		s.flush()
		return OutOfMemory
	}
	return Mapped
}

// Touch makes the n bytes at addr present before the kernel reads or writes
// them, because a page fault inside a handler would overwrite the thread's
// frame. It accepts all that is mapped for this access, the kernel image and
// the direct map too, and returns false when a byte is not (EFAULT) or memory
// is out.
func (s *Space) Touch(addr, n uintptr, access Access) bool {
	if n == 0 {
		return true
	}
	last := addr + n - 1
	if last < addr {
		return false
	}
	s.held.add(addr, last)
	return s.makePresent(addr, last, access)
}

// makePresent faults in what is missing of addr..last.
func (s *Space) makePresent(addr, last uintptr, access Access) bool {
	for {
		size := s.accessible(addr, access)
		if size == 0 {
			if s.Fault(addr, access) != Mapped {
				return false
			}
			size = pageSize
		}
		next := addr&^(size-1) + size
		if next == 0 || next > last {
			return true
		}
		addr = next
	}
}

// accessible returns the size of the page at addr if it is present and allows
// the access, else 0.
func (s *Space) accessible(addr uintptr, access Access) uintptr {
	if sign := int64(addr) >> 47; sign != 0 && sign != -1 {
		return 0 // not canonical
	}
	e, size := s.leaf(addr)
	switch {
	case !e.present(), access == Write && e&entryWrite == 0, access == Execute && e&entryNoExecute != 0:
		return 0
	}
	return size
}
