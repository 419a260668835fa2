package vm

import "eggcup/kernel/core/raw"

// reclaimTarget is the number of frames that one search for untouched pages is
// content with.
const reclaimTarget = 256

// Reclaim frees small pages of zeros in 2 MiB pages: they read the same when
// they are gone. Fault and the calls do it themselves when memory is out; it is
// for the kernel's own allocations. It returns false when there are none.
func (s *Space) Reclaim() bool {
	// It begins where the last search ended, as the pages before are in use.
	before := s.stats.Reclaimed
	from := s.reclaimStart
	s.reclaimStart = s.reclaimRange(from, userEnd, before+reclaimTarget)
	if s.stats.Reclaimed < before+reclaimTarget {
		s.reclaimStart = s.reclaimRange(0, from, before+reclaimTarget)
	}
	s.flush()
	return s.stats.Reclaimed > before
}

// reclaimRange searches start..end until target pages have been reclaimed in
// all, and returns where it stopped.
func (s *Space) reclaimRange(start, end, target uintptr) uintptr {
	var p path
	for start < end && s.stats.Reclaimed < target {
		level := s.walk(start, &p)
		if e := p[level].load(); level == 2 && e != 0 && e&entryGlobal == 0 {
			s.thin(start&^(blockSize-1), &p)
		}
		start = after(start, max(level, 2))
	}
	return start
}

// thin frees the pages of zeros in the 2 MiB page at block, where p leads at
// level 2. The block is not mapped meanwhile, so that no other CPU writes to a
// page that has been judged. A page that is used throughout stays whole.
func (s *Space) thin(block uintptr, p *path) {
	leaf := p[2].load()
	p[2].store(0)
	InvalidatePage(block)
	var table entry
	for i := uintptr(0); i < blockPages; i++ {
		phys := leaf.frame() + i*pageSize
		if !s.isZero(phys) || s.held.has(block+i*pageSize) {
			continue
		}
		if table == 0 {
			table = s.smallPages(leaf)
		}
		slot(s.at(table.frame())).next(i).store(0)
		s.free(phys, 0)
		table -= countOne
		s.stats.Resident--
		s.stats.Reclaimed++
	}
	if table == 0 {
		table = leaf
	}
	p[2].store(table)
	if table != leaf {
		s.prune(block, p, 1)
	}
}

func (s *Space) isZero(phys uintptr) bool {
	for addr, end := s.at(phys), s.at(phys)+pageSize; addr < end; addr += 8 {
		if raw.Load(addr) != 0 {
			return false
		}
	}
	return true
}

// heldRanges remembers what Touch was last asked for. A handler that touches
// two buffers and then uses both must not lose the first, because it holds
// zeros, while the second takes the last of the memory. No handler uses more
// buffers at a time than there is room for.
type heldRanges struct {
	next   int
	ranges [16]struct{ first, last uintptr }
}

func (h *heldRanges) add(first, last uintptr) {
	r := &h.ranges[h.next&(len(h.ranges)-1)]
	r.first, r.last = first, last
	h.next++
}

// has reports whether the page at addr is among them.
func (h *heldRanges) has(addr uintptr) bool {
	for i := range h.ranges {
		if h.ranges[i].first < addr+pageSize && h.ranges[i].last >= addr {
			return true
		}
	}
	return false
}
