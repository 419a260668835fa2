package pci

import (
	"errors"

	"eggcup/kernel/mmio"
	"eggcup/kernel/unit"
)

// The errors of base address registers.
var (
	ErrNoBAR        = errors.New("there is no such base address register")
	ErrBadBAR       = errors.New("malformed base address register")
	ErrNotAssigned  = errors.New("the firmware has assigned no address")
	errBeyondDirect = errors.New("registers larger than supported")
)

// BAR is a range of registers.
type BAR struct {
	IO      bool
	Address uint64
	Size    uint64
}

// largestBAR is more than any device's registers: a mapping costs page tables.
const largestBAR = 1 << 30

// BAR returns the range behind base address register n. The device does not
// answer while the size is asked for, so a driver asks before it starts it.
func (d *Device) BAR(n int) (BAR, error) {
	count := deviceBARs
	switch d.header {
	case headerBridge:
		count = bridgeBARs
	case headerDevice:
	default:
		count = 0
	}
	if n < 0 || n >= count {
		return BAR{}, ErrNoBAR
	}
	off := regBAR0 + 4*n
	low := d.Read32(off)
	if low&barIO != 0 {
		size := ^(d.size(off, low) & barIOMask) + 1
		// The upper half may be left out (PCI Local Bus 3.0, 6.2.5.1).
		return checked(BAR{IO: true, Address: uint64(low & barIOMask), Size: uint64(size & (bridgeIOLimit - 1))})
	}
	mask := uint64(d.size(off, low)&barMemoryMask) | 0xffffffff<<32
	b := BAR{Address: uint64(low & barMemoryMask)}
	switch low & barType {
	case barType32:
		if uint32(mask) == 0 {
			return BAR{}, ErrNoBAR
		}
	case barType64:
		if n+1 >= count {
			return BAR{}, ErrBadBAR
		}
		high := d.Read32(off + 4)
		mask = mask&0xffffffff | uint64(d.size(off+4, high))<<32
		b.Address |= uint64(high) << 32
	default:
		return BAR{}, ErrBadBAR
	}
	b.Size = -mask
	return checked(b)
}

// size returns what a base address register holds of all ones, and puts the old
// value back.
func (d *Device) size(off int, old uint32) uint32 {
	d.mu.Lock()
	defer d.mu.Unlock()
	command := d.Read16(regCommand)
	d.write16(regCommand, command&^(commandIO|commandMemory))
	d.config.write(d.Address, off, 4, ^uint32(0))
	ones := d.Read32(off)
	d.config.write(d.Address, off, 4, old)
	d.write16(regCommand, command)
	return ones
}

// checked refuses what no device may have.
func checked(b BAR) (BAR, error) {
	switch {
	case b.Size == 0:
		return BAR{}, ErrNoBAR
	case b.Size&(b.Size-1) != 0:
		return BAR{}, ErrBadBAR
	case b.Address == 0:
		return BAR{}, ErrNotAssigned
	case b.Address&(b.Size-1) != 0, b.Address+b.Size < b.Address, b.IO && b.Address+b.Size > bridgeIOLimit:
		return BAR{}, ErrBadBAR
	}
	return b, nil
}

// mapPorts is replaced by the tests.
var mapPorts = mmio.Ports

// Map returns the registers behind base address register n, in memory or I/O.
func (d *Device) Map(n int) (mmio.Registers, error) {
	registers, err := d.mapBAR(n)
	if err != nil {
		return nil, unit.Wrap(d.Address.String()+": BAR "+string(rune('0'+n&7)), err)
	}
	return registers, nil
}

func (d *Device) mapBAR(n int) (mmio.Registers, error) {
	b, err := d.BAR(n)
	if err != nil {
		return nil, err
	}
	if b.IO {
		return mapPorts(int(b.Address), int(b.Size))
	}
	if b.Size > largestBAR {
		return nil, errBeyondDirect
	}
	return mapRegisters(b.Address, int(b.Size))
}
