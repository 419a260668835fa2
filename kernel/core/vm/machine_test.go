package vm

import (
	"os"
	"sync"
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
	tlb    *tlb
}

// tlb stands for the processor's. Everything that was present is in it until it
// is invalidated, so that a missing flush shows.
type tlb struct {
	flushes, invalidations int
}

var (
	theTLB *tlb
	theBug testing.TB
	once   sync.Once
)

func TestMain(m *testing.M) {
	InvalidatePage = func(addr uintptr) { theTLB.invalidations++ }
	FlushAll = func() { theTLB.flushes++ }
	Bug = func(what string, value uintptr) {
		theBug.Helper()
		theBug.Fatalf("Bug: %s %#x", what, value)
	}
	os.Exit(m.Run())
}

// everything are the options of a modern processor.
var everything = Options{HugePages: true, Gigabyte: true, NoExecute: true}

// newMachine returns an empty address space on size bytes of dirty memory.
func newMachine(t testing.TB, size uintptr, options Options) *machine {
	t.Helper()
	memory, err := syscall.Mmap(-1, 0, int(size), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Munmap(memory) })
	m := &machine{TB: t, tlb: &tlb{}}
	theTLB, theBug = m.tlb, t
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

// bytes returns n bytes of the program's memory, within one page and present.
func (m *machine) bytes(addr, n uintptr) []byte {
	m.Helper()
	phys, ok := m.Translate(addr)
	if !ok {
		m.Fatalf("%#x is not present", addr)
	}
	return raw.Bytes(m.frames.Offset()+phys, n)
}
