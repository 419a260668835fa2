package mmio

import "eggcup/kernel/core/x86"

// portSpace is how many I/O ports there are.
const portSpace = 1 << 16

// ports is registers in the I/O space.
type ports struct {
	base uint16
	size int
}

// Ports returns the registers behind size I/O ports.
func Ports(base, size int) (Registers, error) {
	if base < 0 || size <= 0 || base >= portSpace || size > portSpace-base {
		return nil, ErrRange
	}
	return &ports{uint16(base), size}, nil
}

func (p *ports) Size() int { return p.size }

func (p *ports) Read8(off int) uint8 {
	if !fits(off, 1, p.size) {
		return ^uint8(0)
	}
	return x86.In8(p.base + uint16(off))
}

func (p *ports) Read16(off int) uint16 {
	if !fits(off, 2, p.size) {
		return ^uint16(0)
	}
	return x86.In16(p.base + uint16(off))
}

func (p *ports) Read32(off int) uint32 {
	if !fits(off, 4, p.size) {
		return ^uint32(0)
	}
	return x86.In32(p.base + uint16(off))
}

func (p *ports) Write8(off int, v uint8) {
	if fits(off, 1, p.size) {
		x86.Out8(p.base+uint16(off), v)
	}
}

func (p *ports) Write16(off int, v uint16) {
	if fits(off, 2, p.size) {
		x86.Out16(p.base+uint16(off), v)
	}
}

func (p *ports) Write32(off int, v uint32) {
	if fits(off, 4, p.size) {
		x86.Out32(p.base+uint16(off), v)
	}
}
