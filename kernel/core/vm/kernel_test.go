package vm

import (
	"testing"
)

// kernelLeaves returns the page tables' view of physical memory behind the
// direct map: the entry bits of every small page there.
func kernelLeaves(m *machine) map[uintptr]entry {
	m.Helper()
	found := map[uintptr]entry{}
	m.leaves(func(addr uintptr, leaf entry, large bool) {
		if addr < direct {
			return
		}
		if leaf.frame() != addr-direct {
			m.Fatalf("%#x is mapped to %#x", addr, leaf.frame())
		}
		found[leaf.frame()] = leaf &^ entryFrame
	})
	return found
}

func TestMapDirect(t *testing.T) {
	const cached = entryPresent | entryWrite | entryNoExecute | entryGlobal | entryAccessed | entryDirty
	for _, c := range []struct {
		name       string
		start, end uintptr
		gigabyte   bool
		tables     uintptr // beside the top one
	}{
		{"a page", 0x5000, 0x6000, false, 3},
		{"odd bounds", 0x5001, 0x7fff, false, 3},
		{"less than a page", 0x5001, 0x6fff, false, 0},
		{"nothing", 0x5000, 0x5000, false, 0},
		{"2 MiB", 0x200000, 0x400000, false, 2},
		{"around 2 MiB", 0x1ff000, 0x401000, false, 4},
		{"without 1 GiB pages", 1 << 30, 2 << 30, false, 2},
		{"with 1 GiB pages", 1 << 30, 2 << 30, true, 1},
		{"around 1 GiB", 1<<30 - 0x201000, 2<<30 + 0x1000, true, 5},
	} {
		m := newMachine(t, 4*mib, Options{Gigabyte: c.gigabyte, NoExecute: true})
		if !m.MapDirect(c.start, c.end) {
			t.Errorf("%s: MapDirect failed", c.name)
		}
		found := kernelLeaves(m)
		pages := uintptr(0)
		for page := (c.start + 0xfff) &^ 0xfff; page+0x1000 <= c.end; page += 0x1000 {
			pages++
			if found[page] != cached {
				t.Fatalf("%s: page %#x has %#x", c.name, page, found[page])
			}
		}
		if uintptr(len(found)) != pages || m.Stats().Tables != c.tables+1 {
			t.Errorf("%s: %d pages with %d tables, want %d with %d", c.name, len(found), m.Stats().Tables-1, pages, c.tables)
		}
	}
}

func TestMapDirectOf64GiB(t *testing.T) {
	m := newMachine(t, 4*mib, Options{NoExecute: true})
	if !m.MapDirect(0, 3<<30) || !m.MapDirect(4<<30, 65<<30) {
		t.Fatal("MapDirect failed")
	}
	for _, phys := range []uintptr{0, 3<<30 - 1, 4 << 30, 65<<30 - 1} {
		if got, ok := m.Translate(direct + phys); !ok || got != phys {
			t.Errorf("Translate(%#x) = %#x, %v", direct+phys, got, ok)
		}
	}
	for _, phys := range []uintptr{3 << 30, 4<<30 - 1, 65 << 30} {
		if got, ok := m.Translate(direct + phys); ok {
			t.Errorf("Translate(%#x) = %#x", direct+phys, got)
		}
	}
	if m.MapDirect(1<<47-0x1000, 1<<47+0x1000) {
		t.Error("MapDirect beyond the upper half succeeded")
	}
}

func TestMapDirectWithoutMemory(t *testing.T) {
	m := newMachine(t, 0x8000, Options{NoExecute: true})
	if m.MapDirect(0x1000, 1<<40) {
		t.Error("MapDirect of 1 TiB succeeded in 32 KiB")
	}
	m.leaves(func(uintptr, entry, bool) {}) // no empty table is left
}

func TestMapImage(t *testing.T) {
	m := newMachine(t, 4*mib, everything)
	image(m)
	for _, c := range []struct {
		addr                 uintptr
		read, write, execute bool
	}{
		{0, false, false, false},
		{0x100fff, false, false, false},
		{0x101000, true, false, true},
		{0x17ffff, true, false, true},
		{0x180000, true, false, false},
		{0x1c0000, true, true, false},
		{0x1f0fff, true, true, false},
		{0x1f1000, false, false, false},
	} {
		if phys, ok := m.Translate(c.addr); ok != c.read || ok && phys != c.addr {
			t.Errorf("Translate(%#x) = %#x, %v", c.addr, phys, ok)
		}
		for access, want := range []bool{c.read, c.write, c.execute} {
			if m.Touch(c.addr, 1, Access(access)) != want {
				t.Errorf("Touch(%#x, 1, %d) = %v", c.addr, access, !want)
			}
		}
	}
	if m.Touch(0x17fff0, 0x20, Execute) || !m.Touch(0x17fff0, 0x20, Read) || m.Touch(0x1bfff0, 0x20, Write) {
		t.Error("Touch across sections does not look at both")
	}
	if result := m.Fault(0x101000, Write); result != Protection {
		t.Errorf("a write to text is %d", result)
	}
	if result := m.Fault(0x1c0000, Execute); result != Protection {
		t.Errorf("a jump into data is %d", result)
	}
	for _, bad := range []struct {
		start, end uintptr
		prot       Prot
	}{{0, 0x1000, ProtRead}, {0x1f0900, 0x200000, rw}, {0x300000, 0x301000, rw | ProtExec}, {0x300000, 0x300000, rw}, {userEnd, userEnd + 1, rw}} {
		if errno := m.MapImage(bad.start, bad.end, bad.prot); errno != EINVAL {
			t.Errorf("MapImage(%#x, %#x, %d) = errno %d", bad.start, bad.end, bad.prot, errno)
		}
	}
	if m.Stats().Resident != 0 {
		t.Errorf("the image counts as %d pages of the program", m.Stats().Resident)
	}
}

// TestLargeImage expects 2 MiB pages where text covers them, and that neither
// reclaiming nor a program's call can take them apart.
func TestLargeImage(t *testing.T) {
	m := newMachine(t, 16*mib, everything)
	if errno := m.MapImage(0x101000, 0x900000, ProtRead|ProtExec); errno != OK {
		t.Fatal("MapImage: errno", errno)
	}
	if _, size := m.leaf(0x200000); size != blockSize {
		t.Errorf("text at 2 MiB is in pages of %d", size)
	}
	clear(m.page(0x200000)[:])
	if m.Reclaim() {
		t.Error("Reclaim took the image for the program's memory")
	}
	if _, size := m.leaf(0x200000); size != blockSize {
		t.Errorf("Reclaim split the image")
	}
}

func TestMapMMIO(t *testing.T) {
	m := newMachine(t, 4*mib, everything)
	const uncached = entryPresent | entryWrite | entryNoExecute | entryGlobal | entryAccessed | entryDirty | entryThrough | entryUncached
	m.MapDirect(0x100000, 0x400000)
	virt, ok := m.MapMMIO(0xfee00020, 4)
	if !ok || virt != direct+0xfee00020 {
		t.Fatalf("MapMMIO = %#x, %v", virt, ok)
	}
	if _, ok := m.MapMMIO(0xfebff800, 0x1000); !ok {
		t.Fatal("MapMMIO over a page boundary failed")
	}
	if again, ok := m.MapMMIO(0xfee00000, 0x1000); !ok || again != direct+0xfee00000 {
		t.Errorf("MapMMIO of what is mapped = %#x, %v", again, ok)
	}
	if virt, ok := m.MapMMIO(0x3ff800, 0x1000); !ok || virt != direct+0x3ff800 {
		t.Errorf("MapMMIO across the end of RAM = %#x, %v", virt, ok)
	}
	if _, ok := m.MapMMIO(0x40000000, 0x40000000); !ok {
		t.Error("MapMMIO of 1 GiB failed")
	}
	found := kernelLeaves(m)
	for phys, want := range map[uintptr]entry{
		0xfee00000: uncached, 0xfebff000: uncached, 0xfec00000: uncached, 0x400000: uncached, 0x7ffff000: uncached,
		0x3ff000:   uncached &^ (entryThrough | entryUncached),
		0xfee01000: 0, 0xfebfe000: 0, 0x401000: 0, 0x80000000: 0,
	} {
		if found[phys] != want {
			t.Errorf("%#x has %#x, want %#x", phys, found[phys], want)
		}
	}
	for _, bad := range [][2]uintptr{{0xfee00000, 0}, {1 << 47, 0x1000}, {1<<47 - 0x1000, 0x1001}, {^uintptr(0), 2}} {
		if virt, ok := m.MapMMIO(bad[0], bad[1]); ok {
			t.Errorf("MapMMIO(%#x, %#x) = %#x", bad[0], bad[1], virt)
		}
	}
	if !m.Touch(direct+0x3ffff0, 0x20, Write) || m.Touch(direct+0x400ff0, 0x20, Read) {
		t.Error("Touch does not accept exactly what the direct map has")
	}
}
