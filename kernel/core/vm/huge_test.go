package vm

import "testing"

// hugeBlock maps n bytes with 2 MiB pages at base and writes to every page.
func hugeBlock(m *machine, n uintptr) {
	m.Helper()
	m.mmap(base, n, rw, MapFixed)
	m.Advise(base, n, AdviseHugePage)
	m.fill(base, base+n)
	if m.Stats().Huge != n/blockSize {
		m.Fatalf("%d 2 MiB pages, want %d", m.Stats().Huge, n/blockSize)
	}
}

// expect compares every page of base..base+n with what fill wrote; gone says
// which pages must read as zero when they are touched again.
func expect(m *machine, n uintptr, gone func(page uintptr) bool) {
	m.Helper()
	for page := uintptr(0); page < n/pageSize; page++ {
		if _, ok := m.Translate(base + page*pageSize); ok == gone(page) {
			m.Fatalf("page %d is there: %v", page, ok)
		}
	}
	m.Touch(base, n, Write)
	for page := uintptr(0); page < n/pageSize; page++ {
		addr := base + page*pageSize
		want := byte(addr>>12) | 1
		if gone(page) {
			want = 0
		}
		if got := m.page(addr)[0]; got != want {
			m.Fatalf("page %d has %d, want %d", page, got, want)
		}
	}
}

func TestPartOfHugePage(t *testing.T) {
	for _, c := range []struct {
		name       string
		start, end uintptr // pages
		huge       uintptr // of four
	}{
		{"the first page", 0, 1, 3},
		{"the last page", 511, 512, 3},
		{"the middle", 100, 300, 3},
		{"across two", 500, 530, 2},
		{"one whole", 512, 1024, 3},
		{"one whole and parts", 500, 1030, 1},
		{"all", 0, 2048, 0},
	} {
		drop := func(m *machine) {
			m.Advise(base+c.start*pageSize, (c.end-c.start)*pageSize, AdviseDontNeed)
		}
		unmap := func(m *machine) {
			m.munmap(base+c.start*pageSize, (c.end-c.start)*pageSize)
		}
		for i, remove := range []func(*machine){drop, unmap} {
			m := newMachine(t, 24*mib, everything)
			hugeBlock(m, 4*blockSize)
			m.checkTLB()
			remove(m)
			m.checkTLB()
			if got := m.Stats().Huge; got != c.huge {
				t.Errorf("%s: %d huge pages left, want %d", c.name, got, c.huge)
			}
			if got := m.Stats().Resident; got != 2048-(c.end-c.start) {
				t.Errorf("%s: %d pages resident", c.name, got)
			}
			if i == 1 {
				m.mmap(base+c.start*pageSize, (c.end-c.start)*pageSize, rw, MapFixed)
			}
			expect(m, 4*blockSize, func(page uintptr) bool { return page >= c.start && page < c.end })
			m.munmap(base, 4*blockSize)
			m.checkTLB()
			m.checkEmpty()
		}
	}
}

// TestDropWithoutMemory: giving back a part of a 2 MiB page needs a page table,
// which must be there even when no frame is.
func TestDropWithoutMemory(t *testing.T) {
	m := newMachine(t, 16*mib, everything)
	hugeBlock(m, 2*blockSize)
	for {
		if _, ok := m.frames.Alloc(0); !ok {
			break
		}
	}
	if errno := m.Advise(base+pageSize, pageSize, AdviseDontNeed); errno != OK || m.frames.Available() != 1 {
		t.Errorf("Advise = errno %d, %d frames free, want 1", errno, m.frames.Available())
	}
	if errno := m.Protect(base+blockSize+pageSize, pageSize, ProtRead); errno != OK {
		t.Errorf("Protect = errno %d", errno)
	}
	expect(m, 2*blockSize, func(page uintptr) bool { return page == 1 })
}

func TestProtectHugePage(t *testing.T) {
	m := newMachine(t, 16*mib, everything)
	hugeBlock(m, 2*blockSize)
	m.checkTLB()
	m.Protect(base, blockSize, ProtRead)
	m.checkTLB()
	if m.Stats().Huge != 2 || m.Fault(base, Write) != Protection || m.accessible(base, Write) != 0 || m.accessible(base, Read) != blockSize {
		t.Error("a whole 2 MiB page was not protected as one")
	}
	m.Protect(base+pageSize, blockSize, ProtNone)
	m.checkTLB()
	for addr, want := range map[uintptr]bool{
		base: true, base + pageSize: false, base + blockSize - 1: false, base + blockSize: false, base + blockSize + pageSize: true,
	} {
		if got := m.Touch(addr, 1, Read); got != want {
			t.Errorf("Touch(%#x) = %v", addr, got)
		}
	}
	m.Protect(base, 2*blockSize, rw)
	m.checkTLB()
	expect(m, 2*blockSize, func(uintptr) bool { return false })
	// Whole 2 MiB pages under PROT_NONE keep their contents too.
	m = newMachine(t, 16*mib, everything)
	hugeBlock(m, 2*blockSize)
	m.Protect(base, 2*blockSize, ProtNone)
	if m.Touch(base, 1, Read) || m.Stats().Huge != 2 {
		t.Error("PROT_NONE does not hold")
	}
	m.Advise(base+3*pageSize, pageSize, AdviseDontNeed)
	m.Protect(base, 2*blockSize, rw)
	expect(m, 2*blockSize, func(page uintptr) bool { return page == 3 })
}

// TestNoThrashing: Go's heap gives back and takes small pieces all the time.
// The block must not be copied together each time.
func TestNoThrashing(t *testing.T) {
	m := newMachine(t, 16*mib, everything)
	hugeBlock(m, blockSize)
	for range 50 {
		m.Advise(base+64*pageSize, 16*pageSize, AdviseDontNeed)
		m.Touch(base+64*pageSize, 16*pageSize, Write)
	}
	if stats := m.Stats(); stats.Collapses != 0 || stats.Splits != 1 {
		t.Errorf("%d collapses, %d splits", stats.Collapses, stats.Splits)
	}
}

func TestCollapseAdvice(t *testing.T) {
	m := newMachine(t, 24*mib, everything)
	m.mmap(base, 3*blockSize, rw, MapFixed)
	m.Touch(base+pageSize, 1, Write)
	m.page(base + pageSize)[0] = 42
	m.Touch(base+blockSize+9*pageSize, 1, Write)
	if errno := m.Advise(base+pageSize, 3*blockSize-pageSize, AdviseCollapse); errno != OK || m.Stats().Huge != 1 {
		t.Errorf("Advise = errno %d, %d huge pages, want the second block alone", errno, m.Stats().Huge)
	}
	if errno := m.Advise(base, 3*blockSize, AdviseCollapse); errno != OK || m.Stats().Huge != 2 || m.page(base + pageSize)[0] != 42 {
		t.Errorf("Advise = errno %d, %d huge pages", errno, m.Stats().Huge)
	}
	m.mmap(base+8*blockSize, blockSize, rw, MapFixed)
	m.Touch(base+8*blockSize, 1, Write)
	m.Advise(base+8*blockSize, blockSize, AdviseNoHugePage)
	if errno := m.Advise(base+8*blockSize, blockSize, AdviseCollapse); errno != EINVAL {
		t.Errorf("Advise against its own region = errno %d", errno)
	}
}

// TestReclaim fills memory with 2 MiB pages that are used in part; small pages
// must still be found for everything else.
func TestReclaim(t *testing.T) {
	m := newMachine(t, 16*mib, everything)
	m.mmap(base, 10*mib, rw, MapFixed)
	m.Advise(base, 10*mib, AdviseHugePage)
	for block := uintptr(base); block < base+10*mib; block += blockSize {
		m.Touch(block+5*pageSize, 8, Write)
		m.page(block + 5*pageSize)[4095] = 9
	}
	if m.Stats().Huge != 5 {
		t.Fatalf("%d huge pages, want 5", m.Stats().Huge)
	}
	m.checkTLB()
	other := m.mmap(0, 14*mib, rw, 0)
	m.Advise(other, 14*mib, AdviseNoHugePage)
	m.fill(other, other+14*mib)
	m.checkTLB()
	for block := uintptr(base); block < base+10*mib; block += blockSize {
		if m.page(block + 5*pageSize)[4095] != 9 {
			t.Errorf("%#x has lost its content", block)
		}
	}
	stats := m.Stats()
	if stats.Reclaimed == 0 || stats.Resident < 14*mib/pageSize+5 {
		t.Errorf("%+v", stats)
	}
	m.munmap(userStart, userEnd-userStart)
	m.checkEmpty()
}

// TestReclaimEmpty gives back a 2 MiB page in which nothing was ever written.
func TestReclaimEmpty(t *testing.T) {
	m := newMachine(t, 16*mib, everything)
	m.mmap(base, blockSize, rw, MapFixed)
	m.Advise(base, blockSize, AdviseHugePage)
	m.Fault(base, Read)
	if !m.Reclaim() || m.Stats().Resident != 0 || m.Stats().Tables != 1 {
		t.Errorf("%+v after Reclaim", m.Stats())
	}
	if m.Reclaim() {
		t.Error("Reclaim found something in an empty space")
	}
	m.munmap(base, blockSize)
	m.checkEmpty()
}

// TestReclaimGoesOn: the next search does not begin with the pages that the last
// one found in use.
func TestReclaimGoesOn(t *testing.T) {
	m := newMachine(t, 24*mib, everything)
	hugeBlock(m, blockSize)
	m.mmap(base+blockSize, 3*blockSize, rw, MapFixed)
	m.Advise(base+blockSize, 3*blockSize, AdvisePopulateWrite)
	for i, want := range []uintptr{base + 2*blockSize, base + 3*blockSize, base + 4*blockSize} {
		ok := m.Reclaim()
		if _, cached := m.tlb[base]; i > 0 && !cached {
			t.Error("the first page was searched again")
		}
		m.checkTLB()
		if !ok || m.Stats().Reclaimed != uintptr(i+1)*blockPages || m.reclaimStart != want {
			t.Errorf("search %d: %d pages reclaimed, the next begins at %#x, want %#x", i, m.Stats().Reclaimed, m.reclaimStart, want)
		}
	}
	m.page(base)[0], m.page(base + pageSize)[0] = 0, 0
	if !m.Reclaim() || m.Stats().Huge != 0 {
		t.Error("the search does not come round")
	}
}

// TestHugeWithoutTables: a 2 MiB page also needs three frames for tables, one of
// them in reserve. Without them nothing is taken.
func TestHugeWithoutTables(t *testing.T) {
	for spare := range uintptr(4) {
		m := newMachine(t, 8*mib, everything)
		m.mmap(base, blockSize, rw, MapFixed)
		block, _ := m.frames.Alloc(blockOrder)
		var single []uintptr
		for {
			phys, ok := m.frames.Alloc(0)
			if !ok {
				break
			}
			single = append(single, phys)
		}
		m.free(block, blockOrder)
		for _, phys := range single[:spare] {
			m.free(phys, 0)
		}
		var p path
		level := m.walk(base, &p)
		if ok := m.makeHuge(base, &p, level, rw); ok != (spare == 3) {
			t.Errorf("makeHuge with %d frames = %v", spare, ok)
		}
		if free := m.frames.Available(); spare < 3 && free != blockPages+spare || spare == 3 && free != 0 {
			t.Errorf("%d frames are free after makeHuge with %d", free, spare)
		}
		m.leaves(func(uintptr, entry, bool) {}) // no empty table is left
	}
}

// TestReclaimKeepsTouched: a handler touches two buffers; the second takes the
// last memory, and the first holds only zeros.
func TestReclaimKeepsTouched(t *testing.T) {
	m := newMachine(t, 8*mib, everything)
	m.mmap(base, blockSize, rw, MapFixed)
	m.Advise(base, blockSize, AdviseHugePage)
	m.mmap(base+mib*16, mib, rw, MapFixed)
	if !m.Touch(base+pageSize-1, 2, Write) {
		t.Fatal("Touch failed")
	}
	for {
		if _, ok := m.frames.Alloc(0); !ok {
			break
		}
	}
	if !m.Touch(base+mib*16, 8, Write) || m.Stats().Reclaimed == 0 {
		t.Fatalf("Touch did not reclaim: %+v", m.Stats())
	}
	m.page(base)
	m.page(base + pageSize)
	if _, ok := m.Translate(base + 2*pageSize); ok {
		t.Error("a page of zeros that nobody touched is still there")
	}
}
