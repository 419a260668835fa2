// Package pci finds the devices on the PCI buses and gives their drivers what
// the firmware has set up: registers, capabilities, interrupts.
//
// The firmware assigns addresses and interrupt lines. Nothing is assigned here,
// and a device without an address is its driver's error. INTx interrupts arrive
// at the line that the firmware wrote into the interrupt line register: the
// ACPI tables' routing, which takes an interpreter, is not read. Both chipsets
// of QEMU deliver there, and so do most; MSI-X needs none of this and comes
// first.
//
// Specifications: PCI Local Bus 3.0; PCI-to-PCI Bridge Architecture 1.2; PCI
// Express Base 5.0, 7.2.2 (ECAM); PCI Firmware 3.3, 4.1.2 (MCFG).
//
// Context: goroutine.
//
// Try it: qemu-system-x86_64 -machine q35 (or pc) -kernel kernel.elf, with
// LOG_LEVEL_DEBUG=y.
package pci

import (
	"sync"
	"sync/atomic"

	"eggcup/kernel/core/acpi"
	"eggcup/kernel/klog"
	"eggcup/kernel/unit"
)

var (
	mu sync.Mutex
	// found are the functions of all buses, by address. Guarded by mu.
	found []*Device

	started atomic.Bool
)

// Init looks for the machine's buses and for what is on them.
func Init() error {
	if !started.CompareAndSwap(false, true) {
		return nil
	}
	var io access
	if p := new(ports); p.present() {
		io = p
	}
	way := choose(findECAM(&acpi.Machine), io)
	if way == nil {
		return unit.Absent("no PCI bus")
	}
	all := scan(way)
	for _, d := range all {
		klog.Debug("pci", d.String())
	}
	if len(all) == 0 {
		return unit.Absent("no PCI devices")
	}
	mu.Lock()
	defer mu.Unlock()
	found = all
	return nil
}

// Devices returns what is on the buses.
func Devices() []*Device {
	mu.Lock()
	defer mu.Unlock()
	return append([]*Device(nil), found...)
}

// Device is one function of a device.
type Device struct {
	Address             Address
	Vendor, Product     uint16
	Class, Subclass     uint8
	Interface, Revision uint8
	// Subsystem is what the maker of the board calls it, which virtio's
	// transitional devices use for their type.
	SubsystemVendor, Subsystem uint16

	header uint8
	config access

	mu    sync.Mutex // serializes changes of the command register; guards what follows
	sized bool
	bars  [deviceBARs]barWord
}

// String returns the address, the identity and the class.
func (d *Device) String() string {
	return d.Address.String() + " " + hex4(d.Vendor) + ":" + hex4(d.Product) +
		" class " + hex4(uint16(d.Class)<<8|uint16(d.Subclass))
}

func hex4(v uint16) string {
	const digits = "0123456789abcdef"
	return string([]byte{digits[v>>12], digits[v>>8&15], digits[v>>4&15], digits[v&15]})
}

// Read8 reads a register of the configuration space.
func (d *Device) Read8(off int) uint8 { return uint8(d.config.read(d.Address, off, 1)) }

// Read16 reads a register of the configuration space.
func (d *Device) Read16(off int) uint16 { return uint16(d.config.read(d.Address, off, 2)) }

// Read32 reads a register of the configuration space.
func (d *Device) Read32(off int) uint32 { return d.config.read(d.Address, off, 4) }

func (d *Device) write16(off int, v uint16) { d.config.write(d.Address, off, 2, uint32(v)) }

// Enable lets the device answer at its addresses and use memory.
func (d *Device) Enable() { d.command(commandIO|commandMemory|commandMaster, 0) }

// Disable keeps the device from using memory and from interrupting: what a
// driver does with a device that it gives up.
func (d *Device) Disable() { d.command(commandNoINTx, commandMaster) }

func (d *Device) command(set, clear uint16) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.write16(regCommand, d.Read16(regCommand)&^clear|set)
}
