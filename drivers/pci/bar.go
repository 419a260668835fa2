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

// BAR returns the range behind base address register n.
func (d *Device) BAR(n int) (BAR, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if n < 0 || n >= d.barCount() {
		return BAR{}, ErrNoBAR
	}
	if !d.sized {
		d.size()
		d.sized = true
	}
	low, mask := d.bars[n].value, d.bars[n].ones
	if low&barIO != 0 {
		// The upper half may be left out (PCI Local Bus 3.0, 6.2.5.1).
		size := -(mask & barIOMask) & (bridgeIOLimit - 1)
		return checked(BAR{IO: true, Address: uint64(low & barIOMask), Size: uint64(size)})
	}
	b := BAR{Address: uint64(low & barMemoryMask)}
	switch low & barType {
	case barType32:
		b.Size = uint64(-(mask & barMemoryMask))
	case barType64:
		if n+1 >= d.barCount() {
			return BAR{}, ErrBadBAR
		}
		high := d.bars[n+1]
		b.Address |= uint64(high.value) << 32
		b.Size = -(uint64(mask&barMemoryMask) | uint64(high.ones)<<32)
	default:
		return BAR{}, ErrBadBAR
	}
	return checked(b)
}

func (d *Device) barCount() int {
	switch d.header {
	case headerDevice:
		return deviceBARs
	case headerBridge:
		return bridgeBARs
	}
	return 0
}

// barWord is a base address register: its value, and what it holds of all ones.
type barWord struct{ value, ones uint32 }

// size reads all base address registers. The device must not answer meanwhile;
// switching that is slow in a virtual machine, so it is done once for all.
func (d *Device) size() {
	command := d.Read16(regCommand)
	d.write16(regCommand, command&^(commandIO|commandMemory))
	for i := range d.barCount() {
		off := regBAR0 + 4*i
		d.bars[i].value = d.Read32(off)
		d.config.write(d.Address, off, 4, ^uint32(0))
		d.bars[i].ones = d.Read32(off)
		d.config.write(d.Address, off, 4, d.bars[i].value)
	}
	d.write16(regCommand, command)
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
