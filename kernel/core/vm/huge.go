package vm

import "eggcup/kernel/core/raw"

// 2 MiB pages make first touch cheap where memory is used densely (one fault
// and one long clear for 512 pages) and the TLB reach far. Where it is used
// sparsely, as by Go's runtime at start, they would clear and occupy 512 times
// what is needed. So:
//
//   - A block of 2 MiB becomes one page when a fault would bring it to
//     denseBlock small pages: a program that fills memory gets there within
//     seven faults, and at the first fault of the next block, for window sees
//     the full block before it. What was there is copied.
//   - MADV_HUGEPAGE makes it one at the first touch, MADV_NOHUGEPAGE never.
//   - Only while a quarter of all memory stays free. A 16 MiB machine thus
//     starts with small pages for most, and the density rule keeps the rest
//     from filling it.
//   - Should memory run out all the same, reclaim splits 2 MiB pages and takes
//     back the small ones in them that hold only zeros: a 2 MiB page never
//     costs the program memory that it needs.
//
// Beside every 2 MiB page a frame is set aside for the page table that it needs
// when it is split, so that giving memory back never needs memory.

// denseBlock is the number of small pages in use that makes a block dense, an
// eighth of it. It is not more than maxWindow, so that one fault can cross it.
const denseBlock = 64

// plenty reports whether pages more can be used for speed alone.
func (s *Space) plenty(pages uintptr) bool {
	return s.frames.Available() >= pages+s.frames.Total()/4
}

// fits reports whether a 2 MiB page at block lies in the region and may be used
// there.
func (s *Space) fits(r *region, block uintptr) bool {
	return s.options.HugePages && r.flags&(regionSmall|regionSealed) == 0 && r.prot != ProtNone &&
		block >= r.start && block+blockSize <= r.end
}

// wantsHuge decides whether a fault at addr, which is about to map some pages,
// makes the block one page instead. A block that was dense before, and lost
// pages to MADV_DONTNEED, is not copied together again until it has been
// sparse: Go's heap gives back and takes small pieces all the time.
func (s *Space) wantsHuge(addr uintptr, p *path, level uint, r *region, pages uintptr) bool {
	if !s.fits(r, addr&^(blockSize-1)) || !s.plenty(blockPages) {
		return false
	}
	used := uintptr(0)
	if level == 1 {
		used = p[2].load().count()
	}
	return r.flags&regionHuge != 0 || used < denseBlock && used+pages >= denseBlock
}

// makeHuge maps a 2 MiB page at block, where p leads at level, with the contents
// of the small pages that are there, or zeros. It returns false, with nothing
// changed, when memory does not allow it.
func (s *Space) makeHuge(block uintptr, p *path, level uint, prot Prot) bool {
	phys, ok := s.frames.Alloc(blockOrder)
	if !ok {
		return false
	}
	leaf := entry(phys) | s.leafFlags(prot) | entryLarge
	if level == 1 {
		s.collapse(p, leaf)
		return true
	}
	spare, ok := s.frames.Alloc(0)
	if !ok || !s.extend(block, p, level, 2) {
		if ok {
			s.free(spare, 0)
		}
		s.free(phys, blockOrder)
		s.flush()
		return false
	}
	s.stats.Tables++
	s.putSpare(spare)
	s.clear(phys, blockSize)
	s.set(p, 2, leaf)
	s.stats.Resident += blockPages
	s.stats.Huge++
	return true
}

// collapse moves the small pages under p into the 2 MiB page leaf. The block is
// not mapped meanwhile, so that no other CPU writes to a page that is copied
// already.
func (s *Space) collapse(p *path, leaf entry) {
	table := p[2].load()
	p[2].store(0)
	FlushAll()
	entries, to := slot(s.at(table.frame())), s.at(leaf.frame())
	for i := uintptr(0); i < blockPages; {
		if e := entries.next(i).load(); e != 0 {
			copy(raw.Bytes(to+i*pageSize, pageSize), raw.Bytes(s.at(e.frame()), pageSize))
			s.free(e.frame(), 0)
			i++
			continue
		}
		gap := i
		for i < blockPages && entries.next(i).load() == 0 {
			i++
		}
		raw.Clear(to+gap*pageSize, (i-gap)*pageSize)
	}
	p[2].store(leaf)
	s.putSpare(table.frame())
	s.stats.Resident += blockPages - table.count()
	s.stats.Huge++
	s.stats.Collapses++
}

// split turns the 2 MiB page at addr, where p leads at level 2, into small pages
// in the same frames.
func (s *Space) split(addr uintptr, p *path) {
	leaf := p[2].load()
	if !s.frames.Split(leaf.frame(), blockOrder) {
		Bug("vm: bad split of frame", leaf.frame())
	}
	table := s.takeSpare()
	entries := slot(s.at(table))
	for i := uintptr(0); i < blockPages; i++ {
		entries.next(i).store(leaf&^entryLarge + entry(i*pageSize))
	}
	p[2].store(entry(table) | tableFlags | blockPages*countOne)
	s.retire(addr, 0, 0)
	s.stats.Huge--
	s.stats.Splits++
}

// The tables set aside are a list, each frame holding the address of the next.

func (s *Space) putSpare(table uintptr) {
	raw.Store(s.at(table), s.spareTables)
	s.spareTables = table
}

func (s *Space) takeSpare() uintptr {
	table := s.spareTables
	if table == 0 {
		Bug("vm: no spare table", 0)
	}
	s.spareTables = raw.Load(s.at(table))
	return table
}

// reclaimTarget is the number of frames that one search for untouched pages is
// content with.
const reclaimTarget = 256

// reclaim looks for small pages of zeros in 2 MiB pages and frees them. It
// returns false when there are none. It begins where the last search ended, as
// the pages before are in use.
func (s *Space) reclaim() bool {
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

// thin splits the 2 MiB page at block, unless it is in use throughout, and frees
// its pages of zeros. The block is not mapped meanwhile.
func (s *Space) thin(block uintptr, p *path) {
	leaf := p[2].load()
	p[2].store(0)
	InvalidatePage(block)
	zeros := uintptr(0)
	for i := uintptr(0); i < blockPages && zeros == 0; i++ {
		if s.isZero(leaf.frame() + i*pageSize) {
			zeros++
		}
	}
	p[2].store(leaf)
	if zeros == 0 {
		return
	}
	s.split(block, p)
	table := p[2].load()
	p[2].store(table &^ entryPresent)
	s.flush()
	entries := slot(s.at(table.frame()))
	for i := uintptr(0); i < blockPages; i++ {
		if phys := entries.next(i).load().frame(); s.isZero(phys) {
			entries.next(i).store(0)
			s.free(phys, 0)
			table -= countOne
		}
	}
	freed := blockPages - table.count()
	s.stats.Resident -= freed
	s.stats.Reclaimed += freed
	p[2].store(table)
	p[1] = entries
	s.prune(block, p, 1)
}

func (s *Space) isZero(phys uintptr) bool {
	for addr, end := s.at(phys), s.at(phys)+pageSize; addr < end; addr += 8 {
		if raw.Load(addr) != 0 {
			return false
		}
	}
	return true
}
