package vm

import "testing"

func BenchmarkMapUnmap(b *testing.B) {
	m := newMachine(b, 64*mib, everything)
	m.mmap(0xc000000000, 64*mib, rw, 0)
	for b.Loop() {
		addr, _ := m.Map(0, 65536, rw, private)
		m.Unmap(addr, 65536)
	}
}

// BenchmarkMapUnmapAmongMany has 4000 regions above the place of the mapping.
func BenchmarkMapUnmapAmongMany(b *testing.B) {
	m := newMachine(b, 64*mib, everything)
	for i := range uintptr(4000) {
		m.mmap(0, 0x1000, Prot(i%2), 0)
	}
	for b.Loop() {
		addr, _ := m.Map(0, 65536, rw, private)
		m.Unmap(addr, 65536)
	}
}

// BenchmarkFault maps a page alone and drops it.
func BenchmarkFault(b *testing.B) {
	m := newMachine(b, 64*mib, everything)
	addr := m.mmap(0, mib, rw, 0)
	m.Fault(addr, Write)
	for b.Loop() {
		m.Fault(addr+7*pageSize, Write)
		m.Advise(addr+7*pageSize, pageSize, AdviseDontNeed)
	}
}

// BenchmarkFillMemory touches 64 MiB in order and reports bytes a second, as
// the guest's first_touch benchmark does without the cost of the traps.
func BenchmarkFillMemory(b *testing.B) {
	for _, c := range []struct {
		name   string
		advice int
	}{{"2MiB", AdviseNormal}, {"4KiB", AdviseNoHugePage}} {
		b.Run(c.name, func(b *testing.B) {
			m := newMachine(b, 128*mib, everything)
			addr := m.mmap(0, 64*mib, rw, 0)
			m.Advise(addr, 64*mib, c.advice)
			b.SetBytes(64 * mib)
			for b.Loop() {
				m.Touch(addr, 64*mib, Write)
				m.Advise(addr, 64*mib, AdviseDontNeed)
			}
		})
	}
}

func BenchmarkTouchPresent(b *testing.B) {
	m := newMachine(b, 8*mib, everything)
	addr := m.mmap(0, mib, rw, 0)
	for b.Loop() {
		m.Touch(addr+100, 64, Write)
	}
}
