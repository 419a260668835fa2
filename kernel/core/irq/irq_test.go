package irq

import (
	"testing"
	"unsafe"

	"eggcup/kernel/core/file"
	"eggcup/kernel/core/pool"
	"eggcup/kernel/core/thread"
)

var keep [][]byte

func newPage() uintptr {
	page := make([]byte, 2*pool.PageSize)
	keep = append(keep, page)
	return (uintptr(unsafe.Pointer(&page[0])) + pool.PageSize - 1) &^ (pool.PageSize - 1)
}

// controllers is the state of fake interrupt controllers.
type controllers struct {
	vector [Lines]uint8
	masked [Lines]bool
	eois   int
	id     uint32
}

func install(t *testing.T) (*controllers, *thread.CPU) {
	pool.Page = newPage
	attached = [Vectors]*file.File{}
	c := &controllers{id: 5}
	for i := range c.masked {
		c.masked[i] = true
	}
	oldHas, oldRoute, oldMask, oldUnmask, oldFired, oldEOI, oldID := hasGSI, route, mask, unmask, fired, eoi, apicID
	t.Cleanup(func() {
		hasGSI, route, mask, unmask, fired, eoi, apicID = oldHas, oldRoute, oldMask, oldUnmask, oldFired, oldEOI, oldID
	})
	hasGSI = func(gsi int) bool { return gsi < 24 }
	route = func(gsi int, vector uint8) bool { c.vector[gsi], c.masked[gsi] = vector, false; return true }
	mask = func(gsi int) { c.masked[gsi] = true }
	unmask = func(gsi int) { c.masked[gsi] = false }
	fired = func(gsi int) { c.masked[gsi] = true; c.eois++ } // as for a level-triggered line
	eoi = func() { c.eois++ }
	apicID = func() uint32 { return c.id }
	cpu := &thread.CPU{}
	ist1 := new(uintptr)
	cpu.Init(thread.Prepare(newPage(), 0, 0), uintptr(unsafe.Pointer(ist1)), func() int64 { return 0 }, func(int64) {})
	return c, cpu
}

// Only lines that a controller has are valid.
func TestValid(t *testing.T) {
	install(t)
	for gsi, want := range map[int]bool{-1: false, 0: true, 23: true, 24: false, Lines: false} {
		if Valid(gsi) != want {
			t.Errorf("line %d: %v", gsi, !want)
		}
	}
}

// An interrupt counts in the file and masks the line until its driver asks for
// more.
func TestLine(t *testing.T) {
	c, cpu := install(t)
	f := file.New(file.Interrupt, 0)
	Attach(11, f)
	if c.vector[11] != FirstVector+11 || c.masked[11] {
		t.Fatalf("vector %d, masked %v", c.vector[11], c.masked[11])
	}
	Handle(cpu, FirstVector+11)
	if f.Count != 1 || !c.masked[11] || c.eois != 1 {
		t.Errorf("count %d, masked %v, %d EOIs", f.Count, c.masked[11], c.eois)
	}
	if Enable(f); c.masked[11] {
		t.Error("still masked")
	}
	Detach(f)
	if !c.masked[11] || attached[11] != nil {
		t.Error("the line without a file is not masked")
	}
	Enable(f)
	Detach(f)
	if Handle(cpu, FirstVector+11); f.Count != 1 {
		t.Error("a detached file counts")
	}
}

// A shared line tells everybody and waits for everybody, also when one goes.
func TestShared(t *testing.T) {
	c, cpu := install(t)
	files := [3]*file.File{}
	for i := range files {
		files[i] = file.New(file.Interrupt, 0)
		Attach(10, files[i])
	}
	Handle(cpu, FirstVector+10)
	for i, f := range files {
		if f.Count != 1 {
			t.Errorf("file %d counted %d", i, f.Count)
		}
	}
	Enable(files[0])
	Enable(files[2])
	if !c.masked[10] {
		t.Error("unmasked before the second driver was done")
	}
	if Enable(files[1]); c.masked[10] {
		t.Error("masked when all drivers are done")
	}
	Handle(cpu, FirstVector+10)
	Enable(files[0])
	Enable(files[1])
	if Detach(files[2]); c.masked[10] {
		t.Error("the line waits for a driver that is gone")
	}
	Detach(files[1])
	Detach(files[0])
	if !c.masked[10] || attached[10] != nil {
		t.Error("the line without a file is not masked")
	}
}

// Messages get vectors of their own, as many as there are, and them back.
func TestMessages(t *testing.T) {
	c, cpu := install(t)
	var files [Messages]*file.File
	seen := map[uint8]bool{}
	for i := range files {
		files[i] = file.New(file.Interrupt, 0)
		vector, destination, ok := AttachMessage(files[i])
		if !ok || vector < FirstVector+Lines || seen[vector] || destination != 5 {
			t.Fatalf("message %d: vector %d for %d, %v", i, vector, destination, ok)
		}
		seen[vector] = true
	}
	more := file.New(file.Interrupt, 0)
	if _, _, ok := AttachMessage(more); ok {
		t.Error("more messages than vectors")
	}
	Detach(more)
	Handle(cpu, FirstVector+Lines+7)
	if files[7].Count != 1 || files[6].Count != 0 || c.eois != 1 {
		t.Errorf("counts %d and %d, %d EOIs", files[6].Count, files[7].Count, c.eois)
	}
	Enable(files[7])
	Detach(files[7])
	if vector, _, ok := AttachMessage(more); !ok || vector != FirstVector+Lines+7 {
		t.Errorf("vector %d, %v", vector, ok)
	}
	Detach(more)
	c.id = 300
	if _, _, ok := AttachMessage(more); ok {
		t.Error("a message to an APIC that it cannot name")
	}
}
