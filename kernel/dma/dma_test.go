package dma_test

import (
	"errors"
	"testing"

	"eggcup/kernel/dma"
	"eggcup/kernel/dma/dmatest"
)

// Words keep their order and their place, however they are written.
func TestWords(t *testing.T) {
	m, err := dmatest.New().Alloc(100)
	if err != nil || len(m.Bytes()) != dma.PageSize {
		t.Fatalf("%d bytes, %v", len(m.Bytes()), err)
	}
	m.Put16(0, 0x1122)
	m.Put32(4, 0x33445566)
	m.Put64(8, 0x778899aabbccddee)
	m.Store32(16, 0x01020304)
	if m.Bytes()[0] != 0x22 || m.Bytes()[4] != 0x66 || m.Bytes()[8] != 0xee || m.Bytes()[16] != 4 {
		t.Errorf("not little-endian: % x", m.Bytes()[:20])
	}
	if m.Get16(0) != 0x1122 || m.Get32(4) != 0x33445566 || m.Get64(8) != 0x778899aabbccddee || m.Load32(16) != 0x01020304 {
		t.Error("words do not come back")
	}
}

// Sizes out of range are refused before the kernel is asked.
func TestSize(t *testing.T) {
	for _, size := range []int{-1, 0, dma.MaxSize + 1} {
		if _, err := dma.Alloc(size); !errors.Is(err, dma.ErrSize) {
			t.Errorf("size %d: %v", size, err)
		}
	}
}

// A bus finds what it gave out and nothing else.
func TestBus(t *testing.T) {
	bus := dmatest.New()
	a, _ := bus.Alloc(dma.PageSize)
	b, _ := bus.Alloc(2 * dma.PageSize)
	b.Bytes()[5] = 7
	if got := bus.Bytes(b.Physical()+5, 1); len(got) != 1 || got[0] != 7 {
		t.Errorf("found %v", got)
	}
	for physical, n := range map[uint64]int{0: 1, a.Physical() - 1: 1, a.Physical(): dma.PageSize + 1, b.Physical() + 2*dma.PageSize: 1, ^uint64(0): 2} {
		if bus.Bytes(physical, n) != nil {
			t.Errorf("%d bytes at %#x were found", n, physical)
		}
	}
	bus.Left = 0
	if _, err := bus.Alloc(1); !errors.Is(err, dmatest.ErrNoMemory) {
		t.Errorf("error %v", err)
	}
}
