package vm

import (
	"math/rand/v2"
	"testing"
)

func TestFaultResults(t *testing.T) {
	m := newMachine(t, 8*mib, everything)
	m.mmap(base, 0x4000, rw, MapFixed)
	m.mmap(base+0x4000, 0x1000, ProtRead, MapFixed)
	m.mmap(base+0x5000, 0x1000, ProtRead|ProtExec, MapFixed)
	m.mmap(base+0x6000, 0x1000, ProtNone, MapFixed)
	m.mmap(base+0x7000, 0x1000, ProtWrite, MapFixed)
	for _, c := range []struct {
		name   string
		addr   uintptr
		access Access
		want   Result
	}{
		{"nil", 0, Read, BadAddress},
		{"nil with offset", 0xff8, Write, BadAddress},
		{"below", base - 1, Read, BadAddress},
		{"behind", base + 0x8000, Read, BadAddress},
		{"not canonical", 1 << 47, Read, BadAddress},
		{"kernel half", direct, Read, BadAddress},
		{"last address", ^uintptr(0), Read, BadAddress},
		{"execute data", base, Execute, Protection},
		{"write", base + 5, Write, Mapped},
		{"write again", base + 0xfff, Write, Spurious},
		{"read first", base + 0x3000, Read, Mapped},
		{"then write", base + 0x3000, Write, Spurious},
		{"write read-only", base + 0x4000, Write, Protection},
		{"read read-only", base + 0x4fff, Read, Mapped},
		{"write text", base + 0x5000, Write, Protection},
		{"execute text", base + 0x5000, Execute, Mapped},
		{"read nothing", base + 0x6000, Read, Protection},
		{"execute nothing", base + 0x6000, Execute, Protection},
		{"read write-only, which x86 cannot forbid", base + 0x7000, Read, Mapped},
	} {
		if got := m.Fault(c.addr, c.access); got != c.want {
			t.Errorf("%s: Fault(%#x, %d) = %d, want %d", c.name, c.addr, c.access, got, c.want)
		}
	}
}

func TestFaultAccess(t *testing.T) {
	for code, want := range map[uintptr]Access{0: Read, 1: Read, 2: Write, 3: Write, 0x10: Execute, 0x11: Execute} {
		if got := FaultAccess(code); got != want {
			t.Errorf("FaultAccess(%#x) = %d, want %d", code, got, want)
		}
	}
}

// TestDenseMemory is the reason for growing windows and 2 MiB pages: filling
// 64 MiB takes some forty faults instead of 16384.
func TestDenseMemory(t *testing.T) {
	for _, c := range []struct {
		name         string
		options      Options
		advice       int
		faults, huge uintptr
	}{
		{"2 MiB pages", everything, AdviseNormal, 39, 32},
		{"advised 2 MiB pages", everything, AdviseHugePage, 32, 32},
		{"advised against", everything, AdviseNoHugePage, 262, 0},
		{"configured without", Options{NoExecute: true}, AdviseHugePage, 262, 0},
	} {
		m := newMachine(t, 128*mib, c.options)
		addr := m.mmap(0, 64*mib, rw, 0)
		m.Advise(addr, 64*mib, c.advice)
		m.fill(addr, addr+64*mib)
		if stats := m.Stats(); stats.Faults != c.faults || stats.Huge != c.huge || stats.Resident != 64*mib/pageSize {
			t.Errorf("%s: %+v, want %d faults and %d huge pages", c.name, stats, c.faults, c.huge)
		}
		m.munmap(addr, 64*mib)
		m.checkEmpty()
	}
}

// TestSparseMemory is the other side: pages touched here and there cost no more
// than themselves.
func TestSparseMemory(t *testing.T) {
	m := newMachine(t, 64*mib, everything)
	addr := m.mmap(0, 40*mib, rw, 0)
	touched := map[uintptr]bool{}
	random := rand.New(rand.NewPCG(1, 1))
	for len(touched) < 300 {
		page := addr + uintptr(random.Uint64N(40*mib))&^(4*pageSize-1)
		touched[page] = true
		m.Touch(page, 8, Write)
	}
	if stats := m.Stats(); stats.Resident != 300 || stats.Huge != 0 {
		t.Errorf("%+v, want 300 pages", stats)
	}
}

// TestStridedMemory: a block that fills up in any order becomes a 2 MiB page.
func TestStridedMemory(t *testing.T) {
	m := newMachine(t, 32*mib, everything)
	addr := m.mmap(0, blockSize, rw, 0)
	for i := uintptr(1); i < blockPages; i += 4 {
		m.Touch(addr+(blockPages-i)*pageSize, 8, Write)
		m.page(addr + (blockPages-i)*pageSize)[0] = byte(i)
	}
	stats := m.Stats()
	if stats.Huge != 1 || stats.Collapses != 1 || stats.Faults != denseBlock {
		t.Errorf("%+v, want one 2 MiB page after %d faults", stats, denseBlock)
	}
	for i := uintptr(1); i < blockPages; i += 4 {
		if got := m.page(addr + (blockPages-i)*pageSize)[0]; got != byte(i) {
			t.Fatalf("page %d has %d after the collapse, want %d", blockPages-i, got, byte(i))
		}
	}
}

// TestWindowStops at what is mapped already, at the region's end and at the
// end of the table.
func TestWindowStops(t *testing.T) {
	m := newMachine(t, 32*mib, Options{NoExecute: true})
	block := m.mmap(base, 2*blockSize, rw, MapFixed)
	last := block + blockSize - 8*pageSize
	m.Touch(last-32*pageSize, 32*pageSize, Write)
	before := m.Stats().Resident
	m.Fault(last, Write)
	if got := m.Stats().Resident - before; got != 8 {
		t.Errorf("a window of 32 mapped %d pages, 8 before the end of the table", got)
	}
	m.munmap(block, 2*blockSize)
	m.mmap(block, 20*pageSize, rw, MapFixed)
	m.mmap(block+20*pageSize, blockSize, ProtRead, MapFixed)
	m.Touch(block, 16*pageSize, Write)
	before = m.Stats().Resident
	m.Fault(block+16*pageSize, Write)
	if got := m.Stats().Resident - before; got != 4 {
		t.Errorf("a window of 16 mapped %d pages, 4 before the end of the region", got)
	}
	m.munmap(block, blockSize)
	m.mmap(block, blockSize, rw, MapFixed)
	m.Fault(block+18*pageSize, Write)
	m.page(block + 18*pageSize)[0] = 7
	m.Touch(block, 16*pageSize, Write)
	m.Fault(block+16*pageSize, Write)
	if m.page(block + 18*pageSize)[0] != 7 {
		t.Error("a window replaced a page that was there")
	}
	m.munmap(block, blockSize)
	m.options.HugePages = true
	m.mmap(block, blockSize+200*pageSize, rw, MapFixed)
	m.Touch(block, blockSize, Write)
	before = m.Stats().Resident
	m.Fault(block+blockSize, Write)
	if got := m.Stats().Resident - before; got != maxWindow || m.Stats().Huge != 1 {
		t.Errorf("the window after a 2 MiB page mapped %d pages, want %d", got, maxWindow)
	}
}

// TestTightMemory has 16 MiB of which a quarter must stay free of 2 MiB pages.
func TestTightMemory(t *testing.T) {
	m := newMachine(t, 16*mib, everything)
	addr := m.mmap(0, 14*mib, rw, 0)
	m.fill(addr, addr+14*mib)
	stats := m.Stats()
	if stats.Huge == 0 || stats.Huge > 6 {
		t.Errorf("%+v, want 2 MiB pages for at most 12 MiB", stats)
	}
	if stats.Resident != 14*mib/pageSize {
		t.Errorf("%d pages are resident, want %d", stats.Resident, 14*mib/pageSize)
	}
}

// TestTightWindow: when memory is tight, a fault maps what was asked for.
func TestTightWindow(t *testing.T) {
	m := newMachine(t, 4*mib, Options{NoExecute: true})
	addr := m.mmap(0, 4*mib, rw, 0)
	for m.frames.Available() > m.frames.Total()/4 {
		m.Touch(addr, 1, Write)
		addr += pageSize
	}
	if _, ok := m.Translate(addr); ok {
		t.Fatal("the last window was not used up")
	}
	before := m.Stats().Resident
	m.Fault(addr, Write)
	if got := m.Stats().Resident - before; got != 1 {
		t.Errorf("%d pages were mapped, want 1", got)
	}
}

func TestOutOfMemory(t *testing.T) {
	m := newMachine(t, 4*mib, everything)
	addr := m.mmap(0, 64*mib, rw, 0)
	var result Result
	for page := addr; ; page += pageSize {
		if result = m.Fault(page, Write); result != Mapped && result != Spurious {
			break
		}
		m.page(page)[100] = 1
	}
	if result != OutOfMemory || m.frames.Available() != 0 {
		t.Errorf("Fault = %d with %d frames free", result, m.frames.Available())
	}
	if m.Touch(addr, 64*mib, Write) {
		t.Error("Touch of more than memory succeeded")
	}
	m.leaves(func(uintptr, entry, bool) {}) // no empty table is left
	m.Advise(addr, 64*mib, AdviseDontNeed)
	if result := m.Fault(addr+63*mib, Write); result != Mapped {
		t.Errorf("Fault after everything was dropped = %d", result)
	}
	m.munmap(addr, 64*mib)
	m.checkEmpty()
}

func TestTouch(t *testing.T) {
	m := newMachine(t, 16*mib, everything)
	m.mmap(base, 4*blockSize, rw, MapFixed)
	m.mmap(base+4*blockSize, pageSize, ProtRead, MapFixed)
	end := uintptr(base + 4*blockSize)
	for _, c := range []struct {
		name    string
		addr, n uintptr
		access  Access
		want    bool
	}{
		{"nothing at nil", 0, 0, Write, true},
		{"nil", 0, 1, Read, false},
		{"a byte", base + 0xfff, 1, Write, true},
		{"over a page boundary", base + 0x2fff, 2, Write, true},
		{"before the start", base - 1, 2, Read, false},
		{"across the end of what can be written", end - 8, 16, Write, false},
		{"across to what can be read", end - 8, 16, Read, true},
		{"past the end", end, pageSize + 1, Read, false},
		{"overflow", base, ^uintptr(0), Read, false},
		{"to the last byte of all", ^uintptr(0), 1, Read, false},
		{"not canonical", 1 << 62, 1, Read, false},
		{"all", base, 4 * blockSize, Write, true},
	} {
		if got := m.Touch(c.addr, c.n, c.access); got != c.want {
			t.Errorf("%s: Touch(%#x, %#x, %d) = %v", c.name, c.addr, c.n, c.access, got)
		}
		if c.want {
			for addr := c.addr; addr < c.addr+c.n; addr += pageSize {
				m.page(addr)
			}
		}
	}
}
