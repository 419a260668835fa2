package mmio

import (
	"errors"
	"testing"

	"eggcup/kernel/mmio/mmiotest"
)

// A window reaches its own part of the registers and nothing beyond.
func TestWindow(t *testing.T) {
	ram := make(mmiotest.RAM, 32)
	w, err := Window(ram, 8, 8)
	if err != nil || w.Size() != 8 {
		t.Fatal(w, err)
	}
	w.Write32(4, 0x11223344)
	w.Write16(2, 0x5566)
	w.Write8(0, 0x77)
	if ram.Read32(12) != 0x11223344 || ram.Read16(10) != 0x5566 || ram.Read8(8) != 0x77 {
		t.Errorf("% x", ram)
	}
	if w.Read32(4) != 0x11223344 || w.Read16(2) != 0x5566 || w.Read8(0) != 0x77 {
		t.Error("words do not come back")
	}
	before := string(ram)
	for _, off := range []int{-1, 5, 8, 1 << 40} {
		w.Write32(off, 0)
		if w.Read32(off) != ^uint32(0) {
			t.Errorf("offset %d is inside", off)
		}
	}
	w.Write16(7, 0)
	w.Write8(8, 0)
	if string(ram) != before || w.Read16(7) != ^uint16(0) || w.Read8(-1) != ^uint8(0) {
		t.Error("the window reaches beyond its end")
	}
}

// Windows outside the registers do not exist.
func TestWindowRange(t *testing.T) {
	ram := make(mmiotest.RAM, 32)
	for _, c := range [][2]int{{-1, 1}, {33, 0}, {32, 1}, {0, 33}, {1, 32}, {1, 1<<63 - 1}, {0, -1}} {
		if _, err := Window(ram, c[0], c[1]); !errors.Is(err, ErrRange) {
			t.Errorf("window of %d at %d: %v", c[1], c[0], err)
		}
	}
}

// The ends of the address spaces hold before the machine is asked.
func TestRange(t *testing.T) {
	for _, c := range [][2]int{{-1, 8}, {0xfff9, 8}, {0x10000, 1}, {0x100, 0}} {
		if _, err := Ports(c[0], c[1]); !errors.Is(err, ErrRange) {
			t.Errorf("%d ports at %#x: %v", c[1], c[0], err)
		}
	}
	if _, err := Map(^uint64(0)-10, 100); !errors.Is(err, ErrRange) {
		t.Error(err)
	}
	p, err := Ports(0xfff8, 8)
	if err != nil || p.Size() != 8 || p.Read32(5) != ^uint32(0) {
		t.Error(p, err)
	}
}
