package frame

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestRanges(t *testing.T) {
	const page = Size
	for _, c := range []struct {
		name  string
		build func(r *Ranges)
		want  []Range
	}{
		{"empty", func(r *Ranges) {}, nil},
		{"rounds inwards", func(r *Ranges) { r.Add(1, 3*page+1) }, []Range{{page, 3 * page}}},
		{"less than a frame", func(r *Ranges) { r.Add(1, 2*page-1) }, nil},
		{"sorts", func(r *Ranges) { r.Add(8*page, 9*page); r.Add(0, page) }, []Range{{0, page}, {8 * page, 9 * page}}},
		{"joins neighbours", func(r *Ranges) { r.Add(0, page); r.Add(2*page, 3*page); r.Add(page, 2*page) }, []Range{{0, 3 * page}}},
		{"joins overlaps", func(r *Ranges) { r.Add(0, 4*page); r.Add(2*page, 6*page) }, []Range{{0, 6 * page}}},
		{"contains", func(r *Ranges) { r.Add(0, 9*page); r.Add(2*page, 3*page) }, []Range{{0, 9 * page}}},
		{"hole rounds outwards", func(r *Ranges) { r.Add(0, 9*page); r.Remove(3*page-1, 3*page+1) }, []Range{{0, 2 * page}, {4 * page, 9 * page}}},
		{"removes the start", func(r *Ranges) { r.Add(page, 4*page); r.Remove(0, 2*page) }, []Range{{2 * page, 4 * page}}},
		{"removes the end", func(r *Ranges) { r.Add(page, 4*page); r.Remove(3*page, ^uintptr(0)) }, []Range{{page, 3 * page}}},
		{"removes several", func(r *Ranges) {
			r.Add(0, 2*page)
			r.Add(3*page, 4*page)
			r.Add(5*page, 7*page)
			r.Remove(page, 6*page)
		}, []Range{{0, page}, {6 * page, 7 * page}}},
		{"removes nothing", func(r *Ranges) { r.Add(0, page); r.Remove(page, page); r.Remove(5*page, 4*page) }, []Range{{0, page}}},
		{"end of the address space", func(r *Ranges) { r.Add(^uintptr(0)-2*page, ^uintptr(0)) }, []Range{{^uintptr(0) - 2*page + 1, ^uintptr(0) - page + 1}}},
	} {
		var r Ranges
		c.build(&r)
		if got := r.entries[:r.Len()]; !slices.Equal(got, c.want) {
			t.Errorf("%s: %#x, want %#x", c.name, got, c.want)
		}
	}
}

func TestRangesFull(t *testing.T) {
	var r Ranges
	for i := range uintptr(MaxRanges) {
		if !r.Add(i*16*Size, i*16*Size+8*Size) {
			t.Fatalf("Add %d failed", i)
		}
	}
	if r.Add(9*Size, 10*Size) {
		t.Error("Add succeeded in a full set")
	}
	if !r.Add(8*Size, 9*Size) {
		t.Error("Add of a neighbour failed in a full set")
	}
	size := r.Size()
	r.Remove(2*Size, 3*Size)
	if r.Len() != MaxRanges || r.Overlaps(0, 3*Size) || !r.Overlaps(3*Size, 9*Size) || r.Size() != size-3*Size {
		t.Errorf("a hole in a full set left %#x, %d bytes less", r.At(0), size-r.Size())
	}
	r.Remove(22*Size, 23*Size)
	if r.Len() != MaxRanges || !r.Overlaps(21*Size, 22*Size) || r.Overlaps(22*Size, 32*Size) || r.Size() != size-5*Size {
		t.Errorf("a second hole left %#x, %d bytes less", r.At(1), size-r.Size())
	}
}

// TestRangesRandom compares the set with a flag for every frame.
func TestRangesRandom(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		var r Ranges
		var want [64]bool
		for range 20 {
			start := uintptr(random.Uint64N(64 * Size))
			end := min(start+uintptr(random.Uint64N(20*Size)), 64*Size)
			add := random.IntN(2) == 0
			if add {
				r.Add(start, end)
			} else {
				r.Remove(start, end)
			}
			for i := range uintptr(64) {
				switch from, to := i*Size, (i+1)*Size; {
				case add && from >= start && to <= end:
					want[i] = true
				case !add && start < end && from < end && start < to:
					want[i] = false
				}
			}
		}
		frames := uintptr(0)
		for i, in := range want {
			if got := r.Overlaps(uintptr(i)*Size, uintptr(i+1)*Size); got != in {
				t.Fatalf("frame %d: in the set %v, want %v (%#x)", i, got, in, r.entries[:r.Len()])
			}
			if in {
				frames++
			}
		}
		if r.Size() != frames*Size {
			t.Fatalf("Size() = %#x, want %d frames", r.Size(), frames)
		}
		for i := 1; i < r.Len(); i++ {
			if r.At(i).Start <= r.At(i-1).End {
				t.Fatalf("ranges %d and %d touch: %#x", i-1, i, r.entries[:r.Len()])
			}
		}
	}
}
