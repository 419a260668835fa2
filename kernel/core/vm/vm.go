// Package vm is the kernel's one address space: 4-level page tables, the list
// of what the program has mapped, and the page faults that fill it.
//
// The lower half belongs to the program, as under Linux: nothing in page 0, the
// kernel image identity-mapped low, everything else anonymous memory that mmap,
// munmap, mprotect and madvise arrange and that gets its frames when it is
// touched. The upper half holds the direct map: physical address p at offset+p,
// RAM cached and never executable, device registers added uncached on demand.
// All of it runs in ring 0, so no page carries the user bit, and protection
// rests on CR0.WP and EFER.NXE being on.
//
// Resident memory is never reserved: a mapping costs nothing but its entry in
// the region list. huge.go explains when 2 MiB pages are used.
//
// Context: kernel (no Go allocation; no pointer into the Go heap is kept),
// memory lock held. That one lock is the caller's and guards the Space and its
// frame.Allocator together; nothing here takes another. It is held across
// InvalidatePage and FlushAll, so that code which makes other CPUs flush must
// not wait for a CPU that spins for the memory lock with interrupts off. What
// Touch has made present stays so while the lock is held and nothing is unmapped
// or advised away.
//
// Specification: Intel SDM volume 3, chapter 5 (paging); mmap(2), munmap(2),
// mprotect(2), madvise(2), mincore(2) of the Linux man-pages.
package vm

import (
	"eggcup/kernel/core/frame"
	"eggcup/kernel/core/raw"
	"eggcup/kernel/core/x86"
)

// An Errno is a Linux error number; 0 is success.
type Errno uintptr

// Error numbers of the memory calls.
const (
	OK     Errno = 0
	EPERM  Errno = 1
	ENOMEM Errno = 12
	EACCES Errno = 13
	EEXIST Errno = 17
	ENODEV Errno = 19
	EINVAL Errno = 22
)

// Prot says what a page may be used for, in the bits of mmap(2).
type Prot uint32

// Memory protections. As the processor has it, every page that can be written
// or executed can be read.
const (
	ProtNone  Prot = 0
	ProtRead  Prot = 1
	ProtWrite Prot = 2
	ProtExec  Prot = 4

	protMask = ProtRead | ProtWrite | ProtExec
)

// Options are the properties of the processor and the wishes of the
// configuration.
type Options struct {
	HugePages bool // use 2 MiB pages for the program's memory
	Gigabyte  bool // CPUID 80000001h EDX bit 26: 1 GiB pages, used for the direct map
	NoExecute bool // EFER.NXE is on
}

// pageSize is the size of the smallest page; blockSize that of a 2 MiB page,
// which is blockPages of them.
const (
	pageSize   = frame.Size
	blockSize  = 2 << 20
	blockPages = blockSize / pageSize
	blockOrder = 9
)

// The program's addresses are those of Linux: 47 bits but the last page, and
// not page 0.
const (
	userStart = pageSize
	userEnd   = 1<<47 - pageSize
)

// InvalidatePage drops the TLB entries of the page at addr, of whatever size;
// FlushAll drops those of every page of the lower half. They are variables for
// the tests on the host and for what SMP has to add.
var (
	InvalidatePage = x86.InvalidatePage
	FlushAll       = reloadCR3
)

// Bug is told of damage that only a kernel bug can do, such as a frame freed
// twice. The boot code sets it to one that reports; it need not return.
var Bug = stop

func reloadCR3() { x86.WriteCR3(x86.ReadCR3()) }

func stop(what string, value uintptr) { x86.Stop() }

// Stats counts what an address space is made of and what it has done.
type Stats struct {
	Resident  uintptr // 4 KiB pages of memory the program has, those in 2 MiB pages counted too
	Huge      uintptr // 2 MiB pages among them
	Tables    uintptr // frames in page tables, the spare ones of 2 MiB pages counted too
	Regions   uintptr // entries in the region list
	Faults    uintptr // faults that mapped memory
	Collapses uintptr // blocks of small pages made one 2 MiB page
	Splits    uintptr // 2 MiB pages made small pages
	Reclaimed uintptr // untouched small pages taken back from 2 MiB pages
}

// Space is an address space.
type Space struct {
	frames  *frame.Allocator
	offset  uintptr // virtual address of the direct map
	root    uintptr // physical address of the top page table
	options Options

	list     regionList
	mmapNext uintptr // mmap looks for room below it first

	spareTables  uintptr // page tables held back for splits: see huge.go
	reclaimStart uintptr // where the next search for untouched pages begins
	held         heldRanges
	retired      retiredPages
	stats        Stats
}

// Init makes an empty address space. Frames come from frames, through which
// page tables are also reached; offset is where the direct map will be in the
// new space. It returns false when memory does not even suffice for that.
//
// Context: boot.
func (s *Space) Init(frames *frame.Allocator, offset uintptr, options Options) bool {
	*s = Space{frames: frames, offset: offset, options: options, mmapNext: mmapTop}
	root, ok := s.newTable()
	if !ok {
		return false
	}
	s.root = root
	return s.list.init(frames)
}

// Root returns the physical address of the top page table, for CR3.
func (s *Space) Root() uintptr { return s.root }

// Stats returns the counters.
func (s *Space) Stats() Stats {
	s.stats.Regions = uintptr(s.list.count)
	return s.stats
}

// Translate returns the physical address behind addr when a page is present
// there. A page of the program's memory may move to another frame at its next
// fault: only kernel memory may be given to a device this way.
func (s *Space) Translate(addr uintptr) (phys uintptr, ok bool) {
	e, size := s.leaf(addr)
	if !e.present() {
		return 0, false
	}
	return e.frame() + addr&(size-1), true
}

// at returns where a physical address is readable.
func (s *Space) at(phys uintptr) uintptr { return s.frames.Offset() + phys }

func (s *Space) clear(phys, size uintptr) { raw.Clear(s.at(phys), size) }

// free gives a block back to the allocator.
func (s *Space) free(phys uintptr, order uint) {
	if !s.frames.Free(phys, order) {
		Bug("vm: bad free of frame", phys)
	}
}
