package vm

import "eggcup/kernel/core/raw"

// 2 MiB pages make first touch cheap where memory is used densely (one fault
// and one long clear for 512 pages) and the TLB reach far. Where it is used
// sparsely, as by Go's runtime at start, they would clear and occupy 512 times
// what is needed. So:
//
//   - A block of 2 MiB becomes one page when a fault would bring it to
//     denseBlock small pages: a program that fills memory gets there at its
//     eighth fault, and at the first fault of the next block, for window sees
//     the 2 MiB page before it. What was there is copied.
//   - MADV_HUGEPAGE makes it one at the first touch, MADV_NOHUGEPAGE never.
//   - Only while a quarter of all memory stays free. A 16 MiB machine thus
//     starts with small pages for most, and the density rule keeps the rest
//     from filling it.
//   - Should memory run out all the same, Reclaim splits 2 MiB pages and takes
//     back the small ones in them that hold only zeros: a 2 MiB page never
//     costs the program memory that it needs.
//
// Beside every 2 MiB page a frame is set aside for the page table that it needs
// when it is split, so that giving memory back never needs memory.

// denseBlock is the number of small pages in use that makes a block dense, a
// quarter of it. "Hello, world" touches 160 pages, 93 of them in one block of its
// heap, and stays below.
const denseBlock = 128

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
	return used == 0 && r.flags&regionHuge != 0 || used < denseBlock && used+pages >= denseBlock
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

// split turns the 2 MiB page that p leads to at level 2 into small pages in the
// same frames. The TLB must not keep the large page beside them (SDM volume 3,
// 5.10.2.3): the caller goes on to change one of them and invalidates it, which
// drops the large page.
func (s *Space) split(p *path) { p[2].store(s.smallPages(p[2].load())) }

// smallPages returns the entry of a table that maps what the 2 MiB page leaf
// maps.
func (s *Space) smallPages(leaf entry) entry {
	if !s.frames.Split(leaf.frame(), blockOrder) {
		Bug("vm: bad split of frame", leaf.frame())
	}
	table := s.takeSpare()
	entries := slot(s.at(table))
	for i := uintptr(0); i < blockPages; i++ {
		entries.next(i).store(leaf&^entryLarge + entry(i*pageSize))
	}
	s.stats.Huge--
	s.stats.Splits++
	return entry(table) | tableFlags | blockPages*countOne
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
