package vm

import (
	"testing"

	"eggcup/kernel/core/raw"
)

// A model is the program's view of a window of the address space, page by page,
// in the simplest form. The window lies across a boundary of the top table's
// entries and begins and ends within 2 MiB blocks.
type model struct {
	*machine
	step  int
	pages [windowPages]modelPage
}

type modelPage struct {
	mapped bool
	prot   Prot
	flags  regionFlags
	value  byte // what the program wrote; 0 when nothing, or it is gone
}

const (
	windowPages = 4096 + 300
	windowStart = 0x108000000000 - 2200*pageSize
	windowEnd   = windowStart + windowPages*pageSize
)

func newModel(t testing.TB, memory uintptr, options Options) *model {
	return &model{machine: newMachine(t, memory, options)}
}

func address(i int) uintptr { return windowStart + uintptr(i)*pageSize }

// operation is one call; the numbers are taken modulo what makes sense. The
// upper half of kind chooses how much memory it is about.
type operation struct {
	kind         byte
	start, count uint16
	detail       byte
}

func (m *model) do(op operation) {
	m.Helper()
	m.step++
	i := int(op.start) % windowPages
	n := int(op.count)
	switch {
	case op.kind < 0xb0:
		n %= 40 // mostly small ranges
	case op.kind < 0xf0:
		n %= 1200 // across a block or two
	}
	n = min(n%windowPages+1, windowPages-i)
	switch op.kind % 16 {
	case 0, 1:
		m.doMap(i, n, op.detail)
	case 2:
		m.doMapHint(i, n, op.detail)
	case 3:
		m.doUnmap(i, n)
	case 4, 5:
		m.doProtect(i, n, op.detail)
	case 6, 7:
		m.doDrop(i, n, op.detail)
	case 8:
		m.doHuge(i, n, op.detail)
	case 9:
		m.doTouch(i, n, op.detail)
	case 10:
		m.doResident(i, n)
	case 11:
		if op.detail < 32 {
			m.Reclaim()
		}
	case 12:
		for j := i; j < i+n; j++ {
			m.doAccess(j, op.detail) // in order, as a program fills memory
		}
	default:
		m.doAccess(i, op.detail)
	}
}

// protOf favours what programs use most.
func protOf(detail byte) Prot {
	if detail >= 0x60 {
		return ProtRead | ProtWrite
	}
	return Prot(detail & 7)
}

func (m *model) failf(format string, args ...any) {
	m.Helper()
	m.Fatalf("step %d: "+format, append([]any{m.step}, args...)...)
}

// outOfMemory accepts ENOMEM where memory is really out.
func (m *model) outOfMemory(errno Errno) bool {
	return errno == ENOMEM && m.frames.Available() < 1<<(m.list.order+1)
}

func (m *model) all(i, n int) bool {
	for _, page := range m.pages[i : i+n] {
		if !page.mapped {
			return false
		}
	}
	return true
}

func (m *model) none(i, n int) bool {
	for _, page := range m.pages[i : i+n] {
		if page.mapped {
			return false
		}
	}
	return true
}

func (m *model) doMap(i, n int, detail byte) {
	m.Helper()
	prot, flags, want := protOf(detail), MapFixed|MapPrivate|MapAnonymous, OK
	if detail&8 != 0 {
		flags = MapFixedNoReplace | MapPrivate | MapAnonymous
		if !m.none(i, n) {
			want = EEXIST
		}
	}
	if writeExec(prot) {
		want = EACCES
	}
	addr, errno := m.Map(address(i), uintptr(n)*pageSize, prot, flags)
	if errno != want {
		if m.outOfMemory(errno) {
			return
		}
		m.failf("Map(%d, %d, %d) = errno %d, want %d", i, n, prot, errno, want)
	}
	if errno != OK {
		return
	}
	if addr != address(i) {
		m.failf("Map(%d, %d) = %#x", i, n, addr)
	}
	for j := range m.pages[i : i+n] {
		m.pages[i+j] = modelPage{mapped: true, prot: prot}
	}
}

// doMapHint maps without MAP_FIXED; what lands elsewhere is unmapped at once.
func (m *model) doMapHint(i, n int, detail byte) {
	m.Helper()
	length := uintptr(n) * pageSize
	addr, errno := m.Map(address(i), length, ProtRead|ProtWrite, MapPrivate|MapAnonymous)
	if errno != OK {
		if !m.outOfMemory(errno) {
			m.failf("Map(hint %d, %d) = errno %d", i, n, errno)
		}
		return
	}
	if m.none(i, n) != (addr == address(i)) {
		m.failf("Map(hint %d, %d) = %#x", i, n, addr)
	}
	if addr == address(i) {
		for j := range m.pages[i : i+n] {
			m.pages[i+j] = modelPage{mapped: true, prot: ProtRead | ProtWrite}
		}
		return
	}
	if addr < windowEnd && addr+length > windowStart {
		m.failf("Map(hint %d, %d) = %#x, in the window", i, n, addr)
	}
	if detail&1 != 0 {
		m.Fault(addr, Write)
	}
	if errno := m.Unmap(addr, length); errno != OK && !m.outOfMemory(errno) {
		m.failf("Unmap(%#x, %#x) = errno %d", addr, length, errno)
	}
}

func (m *model) doUnmap(i, n int) {
	m.Helper()
	if errno := m.Unmap(address(i), uintptr(n)*pageSize); errno != OK {
		if !m.outOfMemory(errno) {
			m.failf("Unmap(%d, %d) = errno %d", i, n, errno)
		}
		return
	}
	clear(m.pages[i : i+n])
}

func (m *model) doProtect(i, n int, detail byte) {
	m.Helper()
	prot, want := protOf(detail), OK
	switch {
	case !m.all(i, n):
		want = ENOMEM
	case writeExec(prot):
		want = EACCES
	}
	if errno := m.Protect(address(i), uintptr(n)*pageSize, prot); errno != want {
		if m.outOfMemory(errno) {
			return
		}
		m.failf("Protect(%d, %d, %d) = errno %d, want %d", i, n, prot, errno, want)
	} else if errno != OK {
		return
	}
	for j := range m.pages[i : i+n] {
		m.pages[i+j].prot = prot
	}
}

func (m *model) doDrop(i, n int, detail byte) {
	m.Helper()
	advice, want := AdviseDontNeed, OK
	if detail&1 != 0 {
		advice = AdviseFree
	}
	if !m.all(i, n) {
		want = ENOMEM
	}
	if errno := m.Advise(address(i), uintptr(n)*pageSize, advice); errno != want {
		m.failf("Advise(%d, %d, %d) = errno %d, want %d", i, n, advice, errno, want)
	}
	for j := range m.pages[i : i+n] {
		m.pages[i+j].value = 0
		if _, ok := m.Translate(address(i + j)); ok {
			m.failf("page %d is present after Advise(%d, %d, %d)", i+j, i, n, advice)
		}
	}
}

func (m *model) doHuge(i, n int, detail byte) {
	m.Helper()
	advice, flags, want := AdviseHugePage, regionHuge, OK
	switch detail % 4 {
	case 1:
		advice, flags = AdviseNoHugePage, regionSmall
	case 2:
		m.Advise(address(i), uintptr(n)*pageSize, AdviseCollapse)
		return
	}
	if !m.all(i, n) {
		want = ENOMEM
	}
	if errno := m.Advise(address(i), uintptr(n)*pageSize, advice); errno != want {
		if m.outOfMemory(errno) {
			return
		}
		m.failf("Advise(%d, %d, %d) = errno %d, want %d", i, n, advice, errno, want)
	}
	for j := range m.pages[i : i+n] {
		if m.pages[i+j].mapped {
			m.pages[i+j].flags = flags
		}
	}
}

// doAccess reads, writes or executes a page as a program does.
func (m *model) doAccess(i int, detail byte) {
	m.Helper()
	access := Access(detail % 3)
	page := &m.pages[i]
	if m.accessible(address(i), access) == 0 {
		want := Mapped
		switch {
		case !page.mapped:
			want = BadAddress
		case !page.prot.permits(access):
			want = Protection
		}
		switch result := m.Fault(address(i)+uintptr(detail), access); {
		case result == OutOfMemory && want == Mapped && m.frames.Available() < 4:
			return
		case result != want:
			m.failf("Fault(%d, %d) = %d, want %d", i, access, result, want)
		case result != Mapped:
			return
		}
	} else if access == Execute && !m.options.NoExecute {
		return
	} else if !page.mapped || !page.prot.permits(access) {
		m.failf("page %d with %+v allows access %d", i, *page, access)
	}
	if result := m.Fault(address(i), access); result != Spurious {
		m.failf("second Fault(%d, %d) = %d", i, access, result)
	}
	m.checkContent(i)
	if access == Write {
		page.value = detail
		m.page(address(i))[detail] = detail
		m.page(address(i))[0] = detail
		if detail != 0 {
			clear(m.page(address(i))[1:])
		}
	}
}

// checkContent compares a present page with what was written to it.
func (m *model) checkContent(i int) {
	m.Helper()
	content := m.page(address(i))
	if content[0] != m.pages[i].value {
		m.failf("page %d has %d, want %d", i, content[0], m.pages[i].value)
	}
	for at := uintptr(8); at < pageSize; at += 8 {
		if raw.Load64(uintptrOf(content)+at) != 0 {
			m.failf("page %d has %#x at %d", i, content[at], at)
		}
	}
}

func (m *model) doTouch(i, n int, detail byte) {
	m.Helper()
	access := Access(detail % 3)
	start := address(i) + uintptr(detail)*16
	length := uintptr(n)*pageSize - uintptr(detail)*16
	want := true
	for _, page := range m.pages[i : i+n] {
		want = want && page.mapped && page.prot.permits(access)
	}
	if access == Execute && !m.options.NoExecute {
		want = want || m.Touch(start, length, Read) // nothing stops it where a page is present
	}
	got := m.Touch(start, length, access)
	if got != want && (got || m.frames.Available() >= 4) {
		m.failf("Touch(%d, %d, %d) = %v, want %v", i, n, access, got, want)
	}
	if got {
		for j := i; j < i+n; j++ {
			m.checkContent(j)
		}
	}
}

func (m *model) doResident(i, n int) {
	m.Helper()
	want := OK
	if !m.all(i, n) {
		want = ENOMEM
	}
	vec := make([]byte, n+1)
	vec[n] = 77
	if errno := m.Resident(address(i), uintptr(n)*pageSize, vec); errno != want {
		m.failf("Resident(%d, %d) = errno %d, want %d", i, n, errno, want)
	} else if errno != OK {
		return
	}
	for j, in := range vec[:n] {
		if _, present := m.Translate(address(i + j)); m.pages[i+j].prot != ProtNone && present != (in == 1) {
			m.failf("Resident says %d of page %d", in, i+j)
		}
	}
	if vec[n] != 77 {
		m.failf("Resident(%d, %d) wrote too far", i, n)
	}
}
