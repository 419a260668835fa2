package vm

import (
	"os"
	"syscall"
	"testing"
	"unsafe"

	"eggcup/kernel/core/frame"
	"eggcup/kernel/core/raw"
)

// direct is where the tests' page tables have the direct map, as in the kernel.
const direct = 0xffff800000000000

// A machine is an address space over an arena of the host's memory.
type machine struct {
	testing.TB
	Space
	frames frame.Allocator
	total  uintptr // free frames of the empty space
	tlb    map[uintptr]translation
}

// A translation is what a processor's TLB knows of one small page.
type translation struct {
	leaf  entry // as if every page were small
	large bool
}

// current is the machine whose TLB the package's hooks reach.
var current *machine

func TestMain(m *testing.M) {
	InvalidatePage = func(addr uintptr) { current.invalidate(addr) }
	FlushAll = func() {
		for _, cached := range current.tlb {
			current.checkOwned(cached)
		}
		clear(current.tlb)
	}
	Bug = func(what string, value uintptr) {
		current.Helper()
		current.Fatalf("Bug: %s %#x", what, value)
	}
	os.Exit(m.Run())
}

// everything are the options of a modern processor.
var everything = Options{HugePages: true, Gigabyte: true, NoExecute: true}

// newMachine returns an empty address space on size bytes of memory that is
// full of garbage.
func newMachine(t testing.TB, size uintptr, options Options) *machine {
	t.Helper()
	memory, err := syscall.Mmap(-1, 0, int(size), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Munmap(memory) })
	for i := 0; i < len(memory); i += 512 {
		memory[i] = 0xa5
	}
	m := &machine{TB: t, tlb: map[uintptr]translation{}}
	current = m
	var ranges frame.Ranges
	ranges.Add(0, size)
	offset := uintptr(unsafe.Pointer(&memory[0]))
	if !m.frames.Init(offset, &ranges, size) || !m.Init(&m.frames, direct, options) {
		t.Fatal("no memory for an empty space")
	}
	m.total = m.frames.Available()
	return m
}

// mmap maps anonymous memory or fails the test.
func (m *machine) mmap(addr, length uintptr, prot Prot, flags MapFlags) uintptr {
	m.Helper()
	got, errno := m.Map(addr, length, prot, flags|MapPrivate|MapAnonymous)
	if errno != OK {
		m.Fatalf("Map(%#x, %#x, %d, %#x) = errno %d", addr, length, prot, flags, errno)
	}
	return got
}

// munmap unmaps or fails the test.
func (m *machine) munmap(addr, length uintptr) {
	m.Helper()
	if errno := m.Unmap(addr, length); errno != OK {
		m.Fatalf("Unmap(%#x, %#x) = errno %d", addr, length, errno)
	}
}

// page returns the page of the program's memory at addr, which is present.
func (m *machine) page(addr uintptr) []byte {
	m.Helper()
	phys, ok := m.Translate(addr)
	if !ok {
		m.Fatalf("%#x is not present", addr)
	}
	return raw.Bytes(m.frames.Offset()+phys, pageSize)
}

// fill touches the pages of start..end in order, expects zeros in them and
// writes to each.
func (m *machine) fill(start, end uintptr) {
	m.Helper()
	for addr := start; addr < end; addr += pageSize {
		if _, present := m.Translate(addr); !present {
			if result := m.Fault(addr, Write); result != Mapped {
				m.Fatalf("Fault(%#x) = %d", addr, result)
			}
		}
		page := m.page(addr)
		for i := 0; i < pageSize; i += 512 {
			if page[i] != 0 {
				m.Fatalf("%#x is not zero at %d", addr, i)
			}
		}
		page[0] = byte(addr>>12) | 1
	}
}

// leaves walks the page tables without the code under test, calls visit for
// every small page that has a frame, and checks the counts. It returns the
// number of tables.
func (m *machine) leaves(visit func(addr uintptr, leaf entry, large bool)) (tables uintptr) {
	m.Helper()
	var table func(phys, base uintptr, level uint) (used uintptr)
	table = func(phys, base uintptr, level uint) (used uintptr) {
		tables++
		for i := range uintptr(512) {
			e := entry(raw.Load(m.frames.Offset() + phys + i*8))
			if e == 0 {
				continue
			}
			used++
			addr := base + i<<(3+9*level)
			if level == 4 && i >= 256 {
				addr |= 0xffff << 48
			}
			switch {
			case level == 1:
				visit(addr, e, false)
			case e&entryLarge != 0:
				for j := uintptr(0); j < 1<<(9*level-9); j++ {
					visit(addr+j*pageSize, e&^entryLarge+entry(j*pageSize), true)
				}
			default:
				if e&0xfff != 0x23 {
					m.Fatalf("table entry %#x for %#x", e, addr)
				}
				count := uintptr(e >> 52)
				if got := table(uintptr(e)&0xffffffffff000, addr, level-1); got != count || got == 0 {
					m.Fatalf("table for %#x at level %d has %d entries, its count is %d", addr, level-1, got, count)
				}
			}
		}
		return used
	}
	table(m.Root(), 0, 4)
	return tables
}

// invalidate is INVLPG: it drops the page at addr, whole if it was large.
func (m *machine) invalidate(addr uintptr) {
	addr &^= pageSize - 1
	if cached, ok := m.tlb[addr]; ok {
		m.checkOwned(cached)
	}
	if !m.tlb[addr].large {
		delete(m.tlb, addr)
		return
	}
	block := addr &^ (blockSize - 1)
	for i := range uintptr(blockPages) {
		delete(m.tlb, block+i*pageSize)
	}
}

// checkOwned expects that a page which a processor can still reach through its
// TLB has not been given back yet.
func (m *machine) checkOwned(cached translation) {
	m.Helper()
	phys := cached.leaf.frame()
	if !m.frames.Owns(phys, 0) && !m.frames.Owns(phys&^(blockSize-1), blockOrder) {
		m.Fatalf("frame %#x was freed before the TLB was flushed", phys)
	}
}

// checkTLB fails the test when the TLB still allows what the page tables no
// longer do. Then it caches all that is present, as a processor may.
func (m *machine) checkTLB() {
	m.Helper()
	seen := 0
	m.leaves(func(addr uintptr, leaf entry, large bool) {
		if cached, ok := m.tlb[addr]; ok {
			seen++
			more := cached.leaf &^ leaf & (entryPresent | entryWrite)
			if cached.large != large || cached.leaf.frame() != leaf.frame() || more != 0 || leaf&^cached.leaf&entryNoExecute != 0 {
				m.Fatalf("the TLB has %#x for %#x, the tables %#x", cached.leaf, addr, leaf)
			}
		}
	})
	if seen != len(m.tlb) {
		m.Fatalf("the TLB has %d pages that are no longer there", len(m.tlb)-seen)
	}
	m.leaves(func(addr uintptr, leaf entry, large bool) {
		if leaf.present() && addr < direct {
			m.tlb[addr] = translation{leaf, large}
		}
	})
}

// checkEmpty expects that all memory has come back.
func (m *machine) checkEmpty() {
	m.Helper()
	stats := m.Stats()
	if stats.Resident != 0 || stats.Huge != 0 || stats.Tables != 1 || stats.Regions != 0 {
		m.Errorf("an empty space has %+v", stats)
	}
	// The region list does not shrink.
	if free := m.frames.Available() + 1<<m.list.order - 1; free != m.total {
		m.Errorf("%d frames are free, want %d", free, m.total)
	}
}

func uintptrOf(b []byte) uintptr { return uintptr(unsafe.Pointer(&b[0])) }
