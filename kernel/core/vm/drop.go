package vm

// drop gives back all memory in start..end, and the page tables that are empty
// then. It cannot fail: a 2 MiB page that is dropped in part splits into the
// table that was set aside for it.
func (s *Space) drop(start, end uintptr) {
	var p path
	for addr := start; addr < end; {
		level := s.walk(addr, &p)
		if level == 1 {
			next := min(end, after(addr, 2))
			s.dropTable(addr, next, &p)
			addr = next
			continue
		}
		next := after(addr, level)
		if e := p[level].load(); e != 0 {
			if addr&(blockSize-1) != 0 || next > end {
				s.split(&p)
				continue
			}
			s.dropHuge(addr, &p)
		}
		addr = next
	}
	s.flush()
}

// dropTable drops the small pages in start..end, which share the table that p
// leads to.
func (s *Space) dropTable(start, end uintptr, p *path) {
	dropped := uintptr(0)
	entries := p[1]
	for addr := start; addr < end; addr += pageSize {
		if e := entries.load(); e != 0 {
			entries.store(0)
			s.retire(addr, e.frame(), 0)
			dropped++
		}
		entries = entries.next(1)
	}
	s.stats.Resident -= dropped
	p[2].store(p[2].load() - entry(dropped)*countOne)
	s.prune(start, p, 1)
}

func (s *Space) dropHuge(addr uintptr, p *path) {
	phys := p[2].load().frame()
	s.set(p, 2, 0)
	s.retire(addr, phys, blockOrder)
	s.free(s.takeSpare(), 0)
	s.stats.Tables--
	s.stats.Resident -= blockPages
	s.stats.Huge--
	s.prune(addr, p, 2)
}

// reprotect changes the protection of the memory that is there in start..end.
func (s *Space) reprotect(start, end uintptr, prot Prot) {
	var p path
	flags := s.leafFlags(prot)
	for addr := start; addr < end; {
		level := s.walk(addr, &p)
		next := after(addr, level)
		switch e := p[level].load(); {
		case e == 0:
		case level == 1:
			p[1].store(entry(e.frame()) | flags)
			s.retire(addr, 0, 0)
		case addr&(blockSize-1) != 0 || next > end:
			s.split(&p)
			continue
		default:
			p[2].store(entry(e.frame()) | flags | entryLarge)
			s.retire(addr, 0, 0)
		}
		addr = next
	}
	s.flush()
}
