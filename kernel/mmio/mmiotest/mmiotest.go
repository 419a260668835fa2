// Package mmiotest helps tests to make up devices.
package mmiotest

import "encoding/binary"

// RAM is registers that keep what is written.
type RAM []byte

// Size implements mmio.Registers.
func (m RAM) Size() int { return len(m) }

// part returns n bytes at an offset, or nil outside.
func (m RAM) part(off, n int) []byte {
	if off < 0 || off > len(m)-n {
		return nil
	}
	return m[off : off+n]
}

// Read8 implements mmio.Registers.
func (m RAM) Read8(off int) uint8 {
	if b := m.part(off, 1); b != nil {
		return b[0]
	}
	return ^uint8(0)
}

// Read16 implements mmio.Registers.
func (m RAM) Read16(off int) uint16 {
	if b := m.part(off, 2); b != nil {
		return binary.LittleEndian.Uint16(b)
	}
	return ^uint16(0)
}

// Read32 implements mmio.Registers.
func (m RAM) Read32(off int) uint32 {
	if b := m.part(off, 4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return ^uint32(0)
}

// Write8 implements mmio.Registers.
func (m RAM) Write8(off int, v uint8) {
	if b := m.part(off, 1); b != nil {
		b[0] = v
	}
}

// Write16 implements mmio.Registers.
func (m RAM) Write16(off int, v uint16) {
	if b := m.part(off, 2); b != nil {
		binary.LittleEndian.PutUint16(b, v)
	}
}

// Write32 implements mmio.Registers.
func (m RAM) Write32(off int, v uint32) {
	if b := m.part(off, 4); b != nil {
		binary.LittleEndian.PutUint32(b, v)
	}
}
