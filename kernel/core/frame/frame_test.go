package frame

import (
	"math/rand/v2"
	"syscall"
	"testing"
	"unsafe"

	"eggcup/kernel/core/raw"
)

// arena returns size bytes of zeroed memory outside the Go heap and the offset
// that makes its first byte physical address base.
func arena(t testing.TB, base, size uintptr) (offset uintptr) {
	t.Helper()
	memory, err := syscall.Mmap(-1, 0, int(size), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Munmap(memory) })
	return uintptr(unsafe.Pointer(&memory[0])) - base
}

func TestMachineOf16MiB(t *testing.T) {
	// The map of QEMU's pc with -m 16, and an image of 4 MiB at 1 MiB.
	var memory Ranges
	memory.Add(0, 0x9fc00)
	memory.Add(0x100000, 0xfe0000)
	memory.Remove(0x100000, 0x500000)
	var a Allocator
	if !a.Init(arena(t, 0, 16<<20), &memory, 16<<20) {
		t.Fatal("Init: no room for the metadata")
	}
	frames := memory.Size() / Size
	if metadata := frames - 1 - a.Total(); metadata > 2 {
		t.Errorf("metadata and frame 0 take %d frames, want at most 3", metadata+1)
	}
	if a.Available() != a.Total() {
		t.Errorf("Available() = %d, want all %d", a.Available(), a.Total())
	}
	seen := map[uintptr]bool{}
	for {
		phys, ok := a.Alloc(0)
		if !ok {
			break
		}
		if seen[phys] || phys == 0 || !memory.Overlaps(phys, phys+Size) {
			t.Fatalf("Alloc(0) = %#x: out twice, frame 0 or not memory", phys)
		}
		seen[phys] = true
	}
	if uintptr(len(seen)) != a.Total() || a.Available() != 0 {
		t.Errorf("%d frames came out of %d, Available() = %d", len(seen), a.Total(), a.Available())
	}
	for phys := range seen {
		if !a.Free(phys, 0) {
			t.Fatalf("Free(%#x) failed", phys)
		}
	}
	if _, ok := a.Alloc(10); !ok {
		t.Error("no block of 4 MiB after everything was freed: buddies were not joined")
	}
}

func TestMachineOf64GiB(t *testing.T) {
	// Free frames are never touched, so only the metadata has to exist.
	var memory Ranges
	memory.Add(0, 0x9fc00)
	memory.Add(0x100000, 0xbffdf000)
	memory.Add(0x100000000, 0x1040000000)
	memory.Remove(0x100000, 0x500000)
	const reach = 64 << 20
	var a Allocator
	if !a.Init(arena(t, 0, reach), &memory, reach) {
		t.Fatal("Init failed")
	}
	metadata := MetadataSize(memory.Top())
	if metadata > 24<<20 || a.Total()*Size != memory.Size()-metadata-Size {
		t.Errorf("%d frames with metadata of %d MiB", a.Total(), metadata>>20)
	}
	blocks := 0
	for {
		phys, ok := a.Alloc(MaxOrder)
		if !ok {
			break
		}
		if phys&(1<<30-1) != 0 {
			t.Fatalf("Alloc(18) = %#x, not aligned", phys)
		}
		blocks++
	}
	// 1..2 GiB below the PCI hole, 4..65 GiB above it.
	if blocks != 62 {
		t.Errorf("%d blocks of 1 GiB, want 62", blocks)
	}
}

func TestLowestFirst(t *testing.T) {
	var memory Ranges
	memory.Add(0x100000, 0x900000)
	var a Allocator
	a.Init(arena(t, 0, 16<<20), &memory, 16<<20)
	a.Alloc(9)
	first, _ := a.Alloc(0)
	second, _ := a.Alloc(0)
	if second != first+Size {
		t.Errorf("frames %#x and %#x, want neighbours", first, second)
	}
	a.Free(first, 0)
	if again, _ := a.Alloc(0); again != first {
		t.Errorf("Alloc(0) = %#x, want the lowest free frame %#x", again, first)
	}
}

func TestBadFree(t *testing.T) {
	var memory Ranges
	memory.Add(0, 8<<20)
	var a Allocator
	a.Init(arena(t, 0, 8<<20), &memory, 8<<20)
	block, _ := a.Alloc(3)
	single, _ := a.Alloc(0)
	a.Free(single, 0)
	available := a.Available()
	for _, c := range []struct {
		name  string
		phys  uintptr
		order uint
	}{
		{"twice", single, 0},
		{"other order", block, 0},
		{"larger order", block, 4},
		{"inside a block", block + Size, 0},
		{"not aligned", block + 8, 3},
		{"metadata", Size, 0},
		{"frame 0", 0, 0},
		{"never out", 4 << 20, 0},
		{"beyond memory", 8 << 20, 0},
		{"far beyond memory", ^uintptr(0) &^ (Size - 1), 0},
		{"no such order", block, MaxOrder + 1},
	} {
		if a.Free(c.phys, c.order) {
			t.Errorf("%s: Free(%#x, %d) succeeded", c.name, c.phys, c.order)
		}
		if a.Split(c.phys, c.order) {
			t.Errorf("%s: Split(%#x, %d) succeeded", c.name, c.phys, c.order)
		}
	}
	if a.Available() != available {
		t.Errorf("Available() went from %d to %d", available, a.Available())
	}
	if !a.Free(block, 3) {
		t.Error("a good Free failed")
	}
}

func TestSplit(t *testing.T) {
	var memory Ranges
	memory.Add(0, 8<<20)
	var a Allocator
	a.Init(arena(t, 0, 8<<20), &memory, 8<<20)
	available := a.Available()
	block, _ := a.Alloc(9)
	if !a.Split(block, 9) {
		t.Fatal("Split failed")
	}
	for i := range uintptr(512) {
		if !a.Free(block+i*Size, 0) {
			t.Fatalf("Free of part %d failed", i)
		}
	}
	if a.Available() != available {
		t.Errorf("Available() = %d, want %d", a.Available(), available)
	}
	if again, _ := a.Alloc(9); again != block {
		t.Errorf("Alloc(9) = %#x, want the joined block %#x", again, block)
	}
}

func TestAddRange(t *testing.T) {
	var memory Ranges
	memory.Add(0x100000, 0x200000)
	memory.Add(0x800000, 0x900000)
	var a Allocator
	a.Init(arena(t, 0, 16<<20), &memory, 16<<20)
	total := a.Total()
	for _, c := range []struct {
		name       string
		start, end uintptr
		want       bool
		frames     uintptr
	}{
		{"odd bounds", 0x300001, 0x302fff, true, 1},
		{"less than a frame", 0x400001, 0x401fff, true, 0},
		{"empty", 0x400000, 0x400000, true, 0},
		{"managed already", 0x180000, 0x280000, false, 0},
		{"added already", 0x301000, 0x302000, false, 0},
		{"frame 0", 0, 0x1000, false, 0},
		{"beyond the metadata", 0x900000, 0x901000, false, 0},
		{"end of the address space", ^uintptr(0) - 8, ^uintptr(0), false, 0},
		{"between", 0x400000, 0x800000, true, 0x400},
	} {
		before := a.Available()
		if got := a.AddRange(c.start, c.end); got != c.want || a.Available()-before != c.frames {
			t.Errorf("%s: AddRange(%#x, %#x) = %v and %d frames, want %v and %d",
				c.name, c.start, c.end, got, a.Available()-before, c.want, c.frames)
		}
	}
	if a.Total() != total+0x401 {
		t.Errorf("Total() = %#x, want %#x", a.Total(), total+0x401)
	}
}

func TestNoMemory(t *testing.T) {
	var zero Allocator
	if _, ok := zero.Alloc(0); ok || zero.Free(Size, 0) || zero.AddRange(Size, 2*Size) {
		t.Error("the zero Allocator gives or takes memory")
	}
	var memory Ranges
	memory.Add(0x10000000, 0x20000000)
	var a Allocator
	if a.Init(0, &memory, 0x10000000) {
		t.Error("Init succeeded without reachable memory")
	}
	if _, ok := a.Alloc(0); ok {
		t.Error("Alloc succeeded after a failed Init")
	}
	memory = Ranges{}
	if a.Init(0, &memory, 1<<30) {
		t.Error("Init succeeded without memory")
	}
}

func TestSetOffset(t *testing.T) {
	var memory Ranges
	memory.Add(0x100000, 0x300000)
	low := arena(t, 0x100000, 0x200000)
	var a Allocator
	a.Init(low, &memory, 0x300000)
	first, _ := a.Alloc(0)
	// A second view of the same memory is not to be had here: copy the metadata.
	high := arena(t, 0x100000, 0x200000)
	copy(raw.Bytes(high+0x100000, 0x200000), raw.Bytes(low+0x100000, 0x200000))
	a.SetOffset(high)
	raw.Clear(low+0x100000, 0x200000)
	if a.Offset() != high || !a.Free(first, 0) || a.Available() != a.Total() {
		t.Error("the state was lost with the old view")
	}
}

// TestRandom compares the allocator with a map of who owns each frame.
func TestRandom(t *testing.T) {
	const limit = 40 << 20
	for seed := range uint64(4) {
		random := rand.New(rand.NewPCG(seed, 1))
		var memory Ranges
		for range 12 {
			start := random.Uint64N(limit)
			memory.Add(uintptr(start), uintptr(start+random.Uint64N(8<<20)))
		}
		memory.Remove(limit, ^uintptr(0))
		var a Allocator
		if !a.Init(arena(t, 0, limit), &memory, limit) {
			t.Fatal("Init failed")
		}
		type block struct {
			phys  uintptr
			order uint
		}
		owned := make([]bool, limit/Size)
		var out []block
		free := a.Total()
		for step := range 20000 {
			if order := uint(random.ExpFloat64() * 2); random.IntN(100) < 55 && order <= 12 {
				phys, ok := a.Alloc(order)
				if !ok {
					if largestFree(&memory, owned, &a) > order {
						t.Fatalf("seed %d step %d: Alloc(%d) failed with a free block of order %d", seed, step, order, largestFree(&memory, owned, &a))
					}
					continue
				}
				if phys&(Size<<order-1) != 0 {
					t.Fatalf("seed %d step %d: Alloc(%d) = %#x, not aligned", seed, step, order, phys)
				}
				for i := range uintptr(1) << order {
					if n := phys/Size + i; owned[n] || !memory.Overlaps(n*Size, n*Size+Size) {
						t.Fatalf("seed %d step %d: frame %#x is owned or no memory", seed, step, n)
					}
					owned[phys/Size+i] = true
				}
				out = append(out, block{phys, order})
				free -= 1 << order
			} else if len(out) > 0 {
				i := random.IntN(len(out))
				b := out[i]
				out[i] = out[len(out)-1]
				out = out[:len(out)-1]
				if !a.Free(b.phys, b.order) {
					t.Fatalf("seed %d step %d: Free(%#x, %d) failed", seed, step, b.phys, b.order)
				}
				for i := range uintptr(1) << b.order {
					owned[b.phys/Size+i] = false
				}
				free += 1 << b.order
			}
			if a.Available() != free {
				t.Fatalf("seed %d step %d: Available() = %d, want %d", seed, step, a.Available(), free)
			}
		}
		for _, b := range out {
			a.Free(b.phys, b.order)
		}
		checkJoined(t, &a)
	}
}

// largestFree returns the largest order of which a free, aligned block exists,
// plus one; 0 when none does.
func largestFree(memory *Ranges, owned []bool, a *Allocator) uint {
	for order := uint(MaxOrder); ; order-- {
		for i := uintptr(0); i+1<<order <= uintptr(len(owned)); i += 1 << order {
			if isFree(i, order, owned, a) {
				return order + 1
			}
		}
		if order == 0 {
			return 0
		}
	}
}

func isFree(i uintptr, order uint, owned []bool, a *Allocator) bool {
	for n := i; n < i+1<<order; n++ {
		if owned[n] || !a.managed.Overlaps(n*Size, n*Size+Size) {
			return false
		}
	}
	return true
}

// checkJoined expects that no two free buddies are left apart, and that what is
// free adds up to everything.
func checkJoined(t *testing.T, a *Allocator) {
	t.Helper()
	frames := uintptr(0)
	for order := range a.free {
		b := &a.free[order]
		for i := range a.limit >> order {
			if !b.has(i) {
				continue
			}
			frames += 1 << order
			if order < MaxOrder && b.has(i^1) {
				t.Errorf("order %d: %#x and its buddy are both free", order, i)
			}
		}
		if (a.nonempty>>order&1 != 0) == b.empty() {
			t.Errorf("order %d: nonempty bit is wrong", order)
		}
	}
	if frames != a.Total() {
		t.Errorf("%d frames are free, want %d", frames, a.Total())
	}
}

func BenchmarkAllocFree(b *testing.B) {
	var memory Ranges
	memory.Add(0, 0x9f000)
	memory.Add(1<<20, 4<<30)
	var a Allocator
	a.Init(arena(b, 0, 16<<20), &memory, 16<<20)
	for b.Loop() {
		phys, _ := a.Alloc(0)
		a.Free(phys, 0)
	}
}
