package pci

import (
	"sync"

	"eggcup/kernel/core/acpi"
	"eggcup/kernel/core/x86"
	"eggcup/kernel/klog"
	"eggcup/kernel/mmio"
)

// Address is where a function is: its bus, its device and its number there.
type Address struct{ Bus, Device, Function uint8 }

// String returns the address as lspci prints it: "00:1f.2".
//
//go:noinline
func (a Address) String() string {
	const digits = "0123456789abcdef"
	return string([]byte{
		digits[a.Bus>>4], digits[a.Bus&15], ':', digits[a.Device>>4], digits[a.Device&15], '.', digits[a.Function&7],
	})
}

// number returns the address as the hardware counts: 8, 5 and 3 bits.
func (a Address) number() uint32 {
	return uint32(a.Bus)<<8 | uint32(a.Device)<<3 | uint32(a.Function)
}

// access is a way to the configuration space; a fake in the tests. width is 1,
// 2 or 4 bytes and the offset a multiple of it. What is not there reads as ones.
type access interface {
	read(a Address, off, width int) uint32
	write(a Address, off, width int, v uint32)
}

// ports is the way through two I/O ports, which every PC has.
type ports struct {
	mu sync.Mutex // holds the address port's content from its setting to its use
}

func (p *ports) selectRegister(a Address, off int) (data uint16) {
	x86.Out32(portAddress, addressEnable|a.number()<<8|uint32(off&0xfc))
	return portData + uint16(off&3)
}

func (p *ports) read(a Address, off, width int) uint32 {
	if off < 0 || off+width > headerSpace {
		return ^uint32(0)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	data := p.selectRegister(a, off)
	switch width {
	case 1:
		return uint32(x86.In8(data))
	case 2:
		return uint32(x86.In16(data))
	}
	return x86.In32(data)
}

func (p *ports) write(a Address, off, width int, v uint32) {
	if off < 0 || off+width > headerSpace {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	data := p.selectRegister(a, off)
	switch width {
	case 1:
		x86.Out8(data, uint8(v))
	case 2:
		x86.Out16(data, uint16(v))
	default:
		x86.Out32(data, v)
	}
}

// present reports whether the machine has the ports.
func (p *ports) present() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	const probe = addressEnable | 0xff<<8
	old := x86.In32(portAddress)
	x86.Out32(portAddress, probe)
	answer := x86.In32(portAddress)
	x86.Out32(portAddress, old)
	return answer == probe
}

// ecam is the configuration space in memory.
type ecam struct {
	registers mmio.Registers
	first     uint8 // its first bus
	last      uint8
}

// at returns the offset of a register, or -1 for a bus that is elsewhere.
func (e *ecam) at(a Address, off, width int) int {
	if a.Bus < e.first || a.Bus > e.last || off < 0 || off+width > ecamFunction {
		return -1
	}
	return int(a.number()-uint32(e.first)<<8)*ecamFunction + off
}

func (e *ecam) read(a Address, off, width int) uint32 {
	switch at := e.at(a, off, width); width {
	case 1:
		return uint32(e.registers.Read8(at))
	case 2:
		return uint32(e.registers.Read16(at))
	default:
		return e.registers.Read32(at)
	}
}

func (e *ecam) write(a Address, off, width int, v uint32) {
	switch at := e.at(a, off, width); width {
	case 1:
		e.registers.Write8(at, uint8(v))
	case 2:
		e.registers.Write16(at, uint16(v))
	default:
		e.registers.Write32(at, v)
	}
}

// mapRegisters is replaced by the tests.
var mapRegisters = mmio.Map

// findECAM returns the configuration space that the ACPI tables tell of, or nil.
// MCFG's address is that of bus 0, whatever the first bus is (PCI Firmware 3.3,
// 4.1.2).
func findECAM(t *acpi.Tables) access {
	if t.MCFG == 0 || t.MCFGLastBus < t.MCFGFirstBus {
		return nil
	}
	start := uint64(t.MCFG) + uint64(t.MCFGFirstBus)*ecamBus
	size := (int(t.MCFGLastBus-t.MCFGFirstBus) + 1) * ecamBus
	registers, err := mapRegisters(start, size)
	if err != nil {
		klog.Warn("pci", "the ACPI tables' configuration space at ", klog.Hex(start), ": ", err.Error())
		return nil
	}
	return &ecam{registers, t.MCFGFirstBus, t.MCFGLastBus}
}

// choose returns the better of two ways that leads to the same devices; either
// may be nil. Tables that are wrong must not cost the devices.
func choose(express, io access) access {
	if express == nil || io == nil {
		if express != nil {
			return express
		}
		return io
	}
	for device := range uint8(devices) {
		a := Address{Device: device}
		if express.read(a, regVendor, 4) != io.read(a, regVendor, 4) {
			klog.Warn("pci", "the ACPI tables' configuration space is none: using ports")
			return io
		}
	}
	return express
}
