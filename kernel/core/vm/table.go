package vm

import "eggcup/kernel/core/raw"

// entry is an entry of a page table (SDM volume 3, 5.5.4). An entry that is not
// zero and not present is a leaf under PROT_NONE: it keeps its frame.
//
// Bits 52..61 of an entry that points to a table are free for software; they
// count the non-zero entries of that table, so that an empty table and a
// densely used one are known without reading it.
type entry uintptr

const (
	entryPresent   entry = 1 << 0
	entryWrite     entry = 1 << 1
	entryThrough   entry = 1 << 3 // PWT
	entryUncached  entry = 1 << 4 // PCD; with PWT this is UC in the PAT's reset state
	entryAccessed  entry = 1 << 5
	entryDirty     entry = 1 << 6
	entryLarge     entry = 1 << 7 // PS, in levels 2 and 3
	entryGlobal    entry = 1 << 8 // the kernel's own: kept over a CR3 reload
	entryNoExecute entry = 1 << 63
	entryFrame     entry = 1<<52 - pageSize
	entryCount     entry = 0x3ff << countShift

	countShift = 52
	countOne   = entry(1) << countShift

	// tableFlags allow everything; the leaf decides.
	tableFlags = entryPresent | entryWrite | entryAccessed
)

func (e entry) present() bool  { return e&entryPresent != 0 }
func (e entry) frame() uintptr { return uintptr(e & entryFrame) }
func (e entry) count() uintptr { return uintptr(e&entryCount) >> countShift }

// table reports whether e, in level 2 or higher, points to a table.
func (e entry) table() bool { return e&(entryPresent|entryLarge) == entryPresent }

// slot is the address of an entry.
type slot uintptr

func (p slot) load() entry         { return entry(raw.Load(uintptr(p))) }
func (p slot) store(e entry)       { raw.Store(uintptr(p), uintptr(e)) }
func (p slot) next(n uintptr) slot { return p + slot(n*8) }

// path holds the slots on the way to an address: path[4] in the top table down
// to path[1] in the last one. Those below the end of a walk are stale.
type path [5]slot

// span returns the bytes that one entry of a level covers.
func span(level uint) uintptr { return 1 << (3 + 9*level) }

// index returns the number of addr's entry in its table of a level.
func index(addr uintptr, level uint) uintptr { return addr >> (3 + 9*level) & 511 }

// after returns the first address that the level's entry for addr does not
// cover.
func after(addr uintptr, level uint) uintptr { return addr&^(span(level)-1) + span(level) }

func (s *Space) slot(table, addr uintptr, level uint) slot {
	return slot(s.at(table)).next(index(addr, level))
}

// walk fills p down to the level where addr's leaf is or could be, and returns
// that level.
func (s *Space) walk(addr uintptr, p *path) uint {
	table := s.root
	for level := uint(4); ; level-- {
		p[level] = s.slot(table, addr, level)
		e := p[level].load()
		if level == 1 || !e.table() {
			return level
		}
		table = e.frame()
	}
}

// leaf returns the entry that maps addr, or one that is not present, and the
// bytes that it covers.
func (s *Space) leaf(addr uintptr) (entry, uintptr) {
	table := s.root
	for level := uint(4); ; level-- {
		e := s.slot(table, addr, level).load()
		if level == 1 || !e.table() {
			return e, span(level)
		}
		table = e.frame()
	}
}

// set stores e in p[level] and keeps the count of the table it lies in.
func (s *Space) set(p *path, level uint, e entry) {
	old := p[level].load()
	p[level].store(e)
	if level == 4 || (old == 0) == (e == 0) {
		return
	}
	if e != 0 {
		p[level+1].store(p[level+1].load() + countOne)
	} else {
		p[level+1].store(p[level+1].load() - countOne)
	}
}

// extend adds tables below p[level], which is empty, until p[to] is a slot. It
// returns false, with the tables as they were, when there is no memory.
func (s *Space) extend(addr uintptr, p *path, level, to uint) bool {
	for level > to {
		table, ok := s.newTable()
		if !ok {
			s.prune(addr, p, level)
			return false
		}
		s.set(p, level, entry(table)|tableFlags)
		level--
		p[level] = s.slot(table, addr, level)
	}
	return true
}

// prune takes away the table that p[level] lies in when that is empty, and then
// those above it.
func (s *Space) prune(addr uintptr, p *path, level uint) {
	for ; level < 4; level++ {
		parent := p[level+1].load()
		if parent.count() != 0 {
			return
		}
		s.set(p, level+1, 0)
		s.stats.Tables--
		s.retire(addr, parent.frame(), 0)
	}
}

func (s *Space) newTable() (phys uintptr, ok bool) {
	if phys, ok = s.frames.Alloc(0); ok {
		s.clear(phys, pageSize)
		s.stats.Tables++
	}
	return phys, ok
}

// retiredPages collects pages whose entries have changed, so that the TLB is
// flushed once for many and no frame is used again before that.
type retiredPages struct {
	count int
	pages [64]retiredPage
}

type retiredPage struct {
	addr  uintptr // to invalidate
	block uintptr // physical address and order of what to free after it, or 0
}

// flushLimit is the number of pages from which on one flush of everything costs
// less than dropping them one by one.
const flushLimit = 32

// retire notes that the entry for addr has changed and that, if phys is not 0,
// the block it used becomes free. flush makes both happen.
func (s *Space) retire(addr, phys uintptr, order uint) {
	r := &s.retired
	if r.count == len(r.pages) {
		s.flush()
	}
	r.pages[r.count] = retiredPage{addr, phys | uintptr(order)}
	r.count++
}

func (s *Space) flush() {
	r := &s.retired
	if r.count > flushLimit {
		FlushAll()
	} else {
		for i := 0; i < r.count; i++ {
			InvalidatePage(r.pages[i].addr)
		}
	}
	for i := 0; i < r.count; i++ {
		if block := r.pages[i].block; block != 0 {
			s.free(block&^(pageSize-1), uint(block&(pageSize-1)))
		}
	}
	r.count = 0
}
