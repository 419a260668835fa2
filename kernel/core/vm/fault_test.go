package vm

import "testing"

func TestSmoke(t *testing.T) {
	m := newMachine(t, 64<<20, everything)
	a := m.mmap(0, 8<<20, ProtRead|ProtWrite, 0)
	for i := uintptr(0); i < 8<<20; i += pageSize {
		if !m.Touch(a+i, 8, Write) {
			t.Fatal("touch", i)
		}
		if m.bytes(a+i, 8)[0] != 0 {
			t.Fatal("dirty")
		}
		m.bytes(a+i, 8)[0] = 1
	}
	t.Logf("%+v", m.Stats())
	m.Advise(a+4096, 8192, AdviseDontNeed)
	t.Logf("%+v", m.Stats())
	m.Unmap(a, 8<<20)
	t.Logf("%+v", m.Stats())
	if m.frames.Available() != m.total {
		t.Fatal("lost", m.frames.Available(), m.total)
	}
}

func BenchmarkMapUnmap(b *testing.B) {
	m := newMachine(b, 64<<20, everything)
	m.mmap(0xc000000000, 64<<20, ProtRead|ProtWrite, 0)
	m.mmap(0, 1<<20, ProtRead, 0)
	for b.Loop() {
		a, _ := m.Map(0, 65536, ProtRead|ProtWrite, MapPrivate|MapAnonymous)
		m.Unmap(a, 65536)
	}
}
