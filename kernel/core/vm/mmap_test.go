package vm

import "testing"

const (
	private = MapPrivate | MapAnonymous
	rw      = ProtRead | ProtWrite
	mib     = 1 << 20
	base    = 0x200000000000 // a place that nothing else chooses
)

// image is a kernel image with its three kinds of sections at 1 MiB.
func image(m *machine) {
	m.Helper()
	for _, section := range []struct {
		start, end uintptr
		prot       Prot
	}{{0x101000, 0x180000, ProtRead | ProtExec}, {0x180000, 0x1c0000, ProtRead}, {0x1c0000, 0x1f0800, rw}} {
		if errno := m.MapImage(section.start, section.end, section.prot); errno != OK {
			m.Fatalf("MapImage(%#x) = errno %d", section.start, errno)
		}
	}
}

// TestMapErrors has the answers of Linux 6.18, but where Map says it differs.
func TestMapErrors(t *testing.T) {
	m := newMachine(t, 4*mib, everything)
	image(m)
	m.mmap(base, 0x10000, rw, MapFixedNoReplace)
	for _, c := range []struct {
		name         string
		addr, length uintptr
		prot         Prot
		flags        MapFlags
		want         Errno
	}{
		{"taken", base, 0x10000, rw, private | MapFixedNoReplace, EEXIST},
		{"taken at the end", base - 0x1000, 0x1001, rw, private | MapFixedNoReplace, EEXIST},
		{"taken by the image", 0x1f0000, 0x1000, rw, private | MapFixedNoReplace, EEXIST},
		{"odd and fixed", base + 1, 0x1000, rw, private | MapFixed, EINVAL},
		{"odd hint", base + 1, 0x1000, rw, private, OK},
		{"no length", base, 0, rw, private, EINVAL},
		{"neither shared nor private", base, 0x1000, rw, MapAnonymous, EINVAL},
		{"shared, validated", base, 0x1000, rw, MapAnonymous | 3, EINVAL},
		{"shared", 0, 0x1000, rw, MapAnonymous | MapShared, OK},
		{"file", 0, 0x1000, rw, MapPrivate, ENODEV},
		{"page 0", 0, 0x1000, rw, private | MapFixed, EPERM},
		{"page 1", 0x1000, 0x1000, rw, private | MapFixed, OK},
		{"image", 0x101000, 0x1000, rw, private | MapFixed, EPERM},
		{"into the image", 0x100000, 0x2000, rw, private | MapFixed, EPERM},
		{"last page", userEnd - 0x1000, 0x1000, rw, private | MapFixed, OK},
		{"after the last page", userEnd, 0x1000, rw, private | MapFixed, ENOMEM},
		{"over the end", userEnd - 0x1000, 0x1001, rw, private | MapFixed, ENOMEM},
		{"kernel half", direct, 0x1000, rw, private | MapFixed, ENOMEM},
		{"hint in the kernel half", direct, 0x1000, rw, private, OK},
		{"everything", 0, userEnd, ProtNone, private, ENOMEM},
		{"more than everything", 0, ^uintptr(0), ProtNone, private, ENOMEM},
		{"stack that grows", 0, 0x1000, rw, private | MapGrowsDown, EINVAL},
		{"huge page pool", 0, 0x200000, rw, private | MapHugeTLB, ENOMEM},
		{"unknown protection bits", 0, 0x1000, rw | 0x100, private, OK},
		{"writable and executable", 0, 0x1000, rw | ProtExec, private, EACCES},
		{"executable", 0, 0x1000, ProtRead | ProtExec, private, OK},
	} {
		if _, errno := m.Map(c.addr, c.length, c.prot, c.flags); errno != c.want {
			t.Errorf("%s: Map(%#x, %#x, %d, %#x) = errno %d, want %d", c.name, c.addr, c.length, c.prot, c.flags, errno, c.want)
		}
	}
}

// TestRangeErrors has the answers of Linux 6.18 for the calls on a range, but
// where the calls say they differ. All of base..base+0x10000 is mapped, nothing
// after it.
func TestRangeErrors(t *testing.T) {
	m := newMachine(t, 4*mib, everything)
	image(m)
	m.mmap(base, 0x10000, rw, MapFixed)
	m.mmap(base-mib, 0x10000, ProtRead, MapFixed)
	unmap := func(addr, length uintptr, _ int) Errno { return m.Unmap(addr, length) }
	protect := func(addr, length uintptr, prot int) Errno { return m.Protect(addr, length, Prot(prot)) }
	resident := func(addr, length uintptr, _ int) Errno { return m.Resident(addr, length, make([]byte, 16)) }
	for _, c := range []struct {
		name         string
		call         func(addr, length uintptr, detail int) Errno
		addr, length uintptr
		detail       int
		want         Errno
	}{
		{"unmap nothing", unmap, base, 0, 0, EINVAL},
		{"unmap odd", unmap, base + 1, 0x1000, 0, EINVAL},
		{"unmap a hole", unmap, base + mib, 0x1000, 0, OK},
		{"unmap the last page", unmap, userEnd - 0x1000, 0x1000, 0, OK},
		{"unmap beyond the end", unmap, userEnd, 0x1000, 0, EINVAL},
		{"unmap everything", unmap, base, 1 << 47, 0, EINVAL},
		{"unmap with overflow", unmap, base, ^uintptr(0), 0, EINVAL},
		{"unmap page 0", unmap, 0, 0x1000, 0, OK},
		{"unmap the image", unmap, 0x1f0000, 0x10000, 0, EPERM},

		{"protect nothing", protect, base, 0, 1, OK},
		{"protect odd", protect, base + 1, 0, 1, EINVAL},
		{"protect unknown bit", protect, base, 0x1000, 16, EINVAL},
		{"protect semaphore bit", protect, base, 0x1000, 8 | 3, OK},
		{"protect a hole", protect, base, 0x11000, 1, ENOMEM},
		{"protect beyond the end", protect, userEnd, 0x1000, 1, ENOMEM},
		{"protect with overflow", protect, base, ^uintptr(0), 1, ENOMEM},
		{"protect the image", protect, 0x101000, 0x1000, 3, EPERM},
		{"protect writable and executable", protect, base, 0x1000, 7, EACCES},

		{"advise nothing", m.Advise, base, 0, AdviseDontNeed, OK},
		{"advise nothing unknown", m.Advise, base, 0, 99, EINVAL},
		{"advise odd", m.Advise, base + 1, 0, AdviseDontNeed, EINVAL},
		{"advise a hole", m.Advise, base, 0x20000, AdviseDontNeed, ENOMEM},
		{"advise beyond the end", m.Advise, userEnd, 0x20000, AdviseDontNeed, ENOMEM},
		{"advise everything", m.Advise, base, 1 << 47, AdviseDontNeed, EINVAL},
		{"advise with overflow", m.Advise, base, ^uintptr(0), AdviseDontNeed, EINVAL},
		{"drop the image", m.Advise, 0x1c0000, 0x1000, AdviseDontNeed, EPERM},
		{"huge image", m.Advise, 0x1c0000, 0x1000, AdviseHugePage, EINVAL},
		{"remove", m.Advise, base, 0x1000, 9, EINVAL},
		{"poison", m.Advise, base, 0x1000, 100, EINVAL},
		{"normal", m.Advise, base, 0x1000, AdviseNormal, OK},
		{"do not fork", m.Advise, base, 0x1000, AdviseDontFork, OK},
		{"cold", m.Advise, base, 0x1000, AdviseCold, OK},
		{"populate", m.Advise, base, 0x3000, AdvisePopulateWrite, OK},
		{"populate a hole", m.Advise, base, 0x20000, AdvisePopulateRead, ENOMEM},
		{"populate to write what is read-only", m.Advise, base - mib, 0x1000, AdvisePopulateWrite, EINVAL},
		{"populate more than memory", m.Advise, base + 16*mib, 8 * mib, AdvisePopulateRead, ENOMEM},

		{"resident odd", resident, base + 1, 0x1000, 0, EINVAL},
		{"resident nothing", resident, base, 0, 0, OK},
		{"resident a hole", resident, base, 0x20000, 0, ENOMEM},
		{"resident beyond the end", resident, userEnd, 0x1000, 0, ENOMEM},
		{"resident", resident, base, 0x10000, 0, OK},
	} {
		if c.name == "populate more than memory" {
			m.mmap(c.addr, c.length, rw, MapFixed)
		}
		if errno := c.call(c.addr, c.length, c.detail); errno != c.want {
			t.Errorf("%s: errno %d, want %d", c.name, errno, c.want)
		}
	}
}

func TestPlaces(t *testing.T) {
	m := newMachine(t, 4*mib, everything)
	first := m.mmap(0, 0x10000, rw, 0)
	if first != mmapTop-0x10000 {
		t.Errorf("the first mapping is at %#x, want it to end at %#x", first, uintptr(mmapTop))
	}
	second := m.mmap(0, 0x3000, ProtRead, 0)
	if second != first-0x3000 {
		t.Errorf("the second mapping is at %#x, want it under %#x", second, first)
	}
	large := m.mmap(0, 5*mib, rw, 0)
	if large&(blockSize-1) != 0 || large+5*mib > second {
		t.Errorf("5 MiB are at %#x, want a 2 MiB boundary under %#x", large, second)
	}
	if hinted := m.mmap(0x12345, 0x1000, rw, 0); hinted != 0x12000 {
		t.Errorf("a free hint was answered with %#x", hinted)
	}
	if taken := m.mmap(first+0x1000, 0x1000, rw, 0); taken != large-0x1000 {
		t.Errorf("a taken hint was answered with %#x", taken)
	}
	if low := m.mmap(0, 0x10000, rw, Map32Bit); low+0x10000 > map32Top {
		t.Errorf("MAP_32BIT is at %#x", low)
	}
	m.munmap(large-0x1000, 5*mib+0x1000)
	if again := m.mmap(0, 0x1000, rw, 0); again != second-0x1000 {
		t.Errorf("the place of unmapped memory was not used again: %#x", again)
	}
}

func TestPlacesWhenFull(t *testing.T) {
	m := newMachine(t, 4*mib, everything)
	// Two holes: one page above the usual place, four inside what is mapped.
	m.mmap(userStart, mmapTop-userStart, ProtNone, MapFixed)
	m.mmap(mmapTop, userEnd-mmapTop, ProtRead, MapFixed)
	m.munmap(base, 0x4000)
	m.munmap(mmapTop+0x5000, 0x1000)
	for _, want := range []uintptr{base + 0x3000, base + 0x2000, base + 0x1000, base, base + 0x2000, mmapTop + 0x5000} {
		if addr := m.mmap(0, 0x1000, rw, 0); addr != want {
			t.Errorf("Map = %#x, want the hole at %#x", addr, want)
		} else if addr == base {
			m.munmap(base+0x2000, 0x1000)
		}
	}
	if _, errno := m.Map(0, 0x1000, rw, private); errno != ENOMEM {
		t.Errorf("Map in a full space = errno %d", errno)
	}
	if _, errno := m.Map(0, 0x1000, rw, private|Map32Bit); errno != ENOMEM {
		t.Errorf("Map with MAP_32BIT in a full space = errno %d", errno)
	}
}

// TestReservationsCostNothing reserves what Go's runtime does, and far more.
func TestReservationsCostNothing(t *testing.T) {
	m := newMachine(t, 4*mib, everything)
	for i := range uintptr(64) {
		m.mmap(0, 1<<40, ProtNone, 0)
		m.mmap(base+i*64*mib, 64*mib, ProtNone, 0)
	}
	if stats := m.Stats(); stats.Resident != 0 || stats.Tables != 1 || m.frames.Available() != m.total {
		t.Errorf("reservations took memory: %+v, %d frames", stats, m.total-m.frames.Available())
	}
	m.mmap(base+4*mib, 4*mib, rw, MapFixed)
	if m.Fault(base+4*mib-1, Write) != Protection || m.Fault(base+4*mib, Write) != Mapped || m.Fault(base+8*mib, Read) != Protection {
		t.Error("a part of a reservation cannot be used as mapped")
	}
	m.munmap(userStart, userEnd-userStart)
	m.checkEmpty()
}

func TestPopulate(t *testing.T) {
	m := newMachine(t, 16*mib, everything)
	addr := m.mmap(0, 3*mib, rw, MapPopulate)
	m.mmap(0, mib, ProtNone, MapPopulate)
	if stats := m.Stats(); stats.Resident != 3*mib/pageSize {
		t.Errorf("%d pages are resident, want %d", stats.Resident, 3*mib/pageSize)
	}
	before := m.Stats().Faults
	if m.Touch(addr, 3*mib, Write); m.Stats().Faults != before {
		t.Error("populated memory faulted")
	}
}

func TestResident(t *testing.T) {
	m := newMachine(t, 8*mib, everything)
	m.mmap(base, 0x8000, rw, MapFixed)
	m.Fault(base+0x2000, Write)
	m.Fault(base+0x5000, Write)
	m.Protect(base+0x5000, 0x1000, ProtNone)
	vec := []byte{9, 9, 9, 9, 9, 9, 9, 9, 9}
	if errno := m.Resident(base, 0x7001, vec); errno != OK || string(vec) != "\x00\x00\x01\x00\x00\x01\x00\x00\x09" {
		t.Errorf("Resident = errno %d, %v", errno, vec)
	}
}

// TestManyRegions makes the region list double several times.
func TestManyRegions(t *testing.T) {
	m := newMachine(t, 4*mib, everything)
	const n = 3000
	for i := range uintptr(n) {
		prot := Prot(1 + i%2)
		m.mmap(base+i*0x1000, 0x1000, prot, MapFixed)
	}
	if m.Stats().Regions != n {
		t.Fatalf("%d regions, want %d", m.Stats().Regions, n)
	}
	for i := range uintptr(n) {
		if r := m.list.find(base + i*0x1000 + 0xfff); r == nil || r.start != base+i*0x1000 || r.prot != Prot(1+i%2) {
			t.Fatalf("region %d is %+v", i, r)
		}
	}
	if errno := m.Protect(base, n*0x1000, ProtRead); errno != OK || m.Stats().Regions != 1 {
		t.Errorf("Protect = errno %d, %d regions left, want 1", errno, m.Stats().Regions)
	}
	m.munmap(base, n*0x1000)
	m.checkEmpty()
}

// TestRegionListWithoutMemory expects ENOMEM, and nothing changed, when the
// list cannot grow.
func TestRegionListWithoutMemory(t *testing.T) {
	m := newMachine(t, mib, everything)
	m.mmap(base, mib, rw, MapFixed)
	for {
		if _, ok := m.frames.Alloc(0); !ok {
			break
		}
	}
	i := uintptr(0)
	var errno Errno
	for errno == OK {
		errno = m.Protect(base+(2*i+1)*0x1000, 0x1000, ProtRead)
		i++
	}
	regions := m.Stats().Regions
	if errno != ENOMEM || regions != 2*i-1 {
		t.Fatalf("Protect = errno %d with %d regions after %d", errno, regions, i)
	}
	if _, errno := m.Map(0, 0x1000, rw, private); errno != ENOMEM {
		t.Errorf("Map = errno %d", errno)
	}
	if errno := m.Advise(base+0xc0000, 0x1000, AdviseNoHugePage); errno != ENOMEM || m.Stats().Regions != regions {
		t.Errorf("Advise = errno %d", errno)
	}
	m.munmap(base+0xc0000, 0x1000) // the last place in the list
	if errno := m.Unmap(base+0xd0000, 0x1000); errno != ENOMEM || m.Fault(base+0xd0000, Execute) != Protection {
		t.Errorf("Unmap = errno %d", errno)
	}
}
