package vm

import (
	"math/rand/v2"
	"testing"

	"eggcup/kernel/core/raw"
)

// check compares everything that can be seen of the space with the model.
func (m *model) check() {
	m.Helper()
	m.checkRegions()
	frames := map[uintptr]bool{}
	resident, huge := uintptr(0), uintptr(0)
	present := [windowPages]bool{}
	tables := m.leaves(func(addr uintptr, leaf entry, large bool) {
		if addr < windowStart || addr >= windowEnd {
			m.failf("%#x is mapped", addr)
		}
		i := int((addr - windowStart) / pageSize)
		page := m.pages[i]
		if !page.mapped || leaf&^entryFrame != m.leafFlags(page.prot) {
			m.failf("page %d is %+v, its entry %#x", i, page, leaf)
		}
		if frames[leaf.frame()] {
			m.failf("frame %#x is mapped twice", leaf.frame())
		}
		frames[leaf.frame()] = true
		present[i] = true
		if raw.Load8(m.frames.Offset()+leaf.frame()) != page.value {
			m.failf("page %d has lost its content", i)
		}
		resident++
		if large {
			huge++
		}
	})
	for i, page := range m.pages {
		if page.value != 0 && !present[i] {
			m.failf("page %d is gone with its content", i)
		}
	}
	stats := m.Stats()
	spare := huge / blockPages
	if stats.Resident != resident || stats.Huge*blockPages != huge || stats.Tables != tables+spare {
		m.failf("%+v, but %d pages, %d of them huge, %d tables, %d spare", stats, resident, huge, tables, spare)
	}
	used := resident + stats.Tables + 1<<m.list.order
	if m.frames.Available()+used != m.frames.Total() {
		m.failf("%d frames free, %d used of %d", m.frames.Available(), used, m.frames.Total())
	}
	m.checkTLB()
}

// checkRegions compares the region list with the runs of equal pages.
func (m *model) checkRegions() {
	m.Helper()
	at := 0
	for i := 0; i < windowPages; {
		if !m.pages[i].mapped {
			i++
			continue
		}
		same := func(j int) bool {
			return j < windowPages && m.pages[j].mapped && m.pages[j].prot == m.pages[i].prot && m.pages[j].flags == m.pages[i].flags
		}
		end := i
		for same(end) {
			end++
		}
		want := region{address(i), address(end), attributes{m.pages[i].prot, m.pages[i].flags}}
		if at >= m.list.count || *m.list.at(at) != want {
			m.failf("region %d of %d is not %#x", at, m.list.count, want)
		}
		at++
		i = end
	}
	if at != m.list.count {
		m.failf("%d regions, want %d", m.list.count, at)
	}
}

func TestRandomOperations(t *testing.T) {
	for _, c := range []struct {
		name    string
		memory  uintptr
		options Options
	}{
		{"ample", 96 << 20, everything},
		{"tight", 14 << 20, everything},
		{"short", 2 << 20, everything},
		{"small pages", 48 << 20, Options{NoExecute: true}},
		{"no NX", 48 << 20, Options{HugePages: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(uint64(c.memory), 7))
			m := newModel(t, c.memory, c.options)
			for step := range 12000 {
				if step%400 == 0 {
					m.doMap(0, windowPages, 0x60) // back to memory that can be dense
					m.doHuge(0, windowPages, 0)
				}
				m.do(operation{byte(random.Uint32()), uint16(random.Uint32()), uint16(random.Uint32()), byte(random.Uint32())})
				if step%8 == 0 {
					m.check()
				}
			}
			t.Logf("%+v", m.Stats())
			m.munmap(windowStart, windowEnd-windowStart)
			m.checkTLB()
			m.checkEmpty()
		})
	}
}

// FuzzOperations runs six bytes an operation, after one that chooses the machine
// and whether the window is mapped at first.
func FuzzOperations(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x00\xff\xff\x03\x8c\x00\x00\xff\xff\x01\x06\x10\x02\x03\x00\x00"))
	f.Add([]byte("\x01\x80\x00\x00\xff\xff\x03\x09\x20\x00\x20\x00\x01\x84\x10\x02\x03\x00\x01\x8b\x00\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) == 0 {
			return
		}
		memory := uintptr(12 << 20)
		if data[0]&1 != 0 {
			memory = 5 << 20
		}
		m := newModel(t, memory, everything)
		if data[0]&2 != 0 {
			m.doMap(0, windowPages, 0x60)
		}
		for data = data[1:]; len(data) >= 6 && m.step < 64; data = data[6:] {
			m.do(operation{data[0], uint16(data[1]) | uint16(data[2])<<8, uint16(data[3]) | uint16(data[4])<<8, data[5]})
			m.check()
		}
		m.munmap(windowStart, windowEnd-windowStart)
		m.checkTLB()
		m.checkEmpty()
	})
}
