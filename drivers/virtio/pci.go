package virtio

import (
	"errors"

	"eggcup/drivers/pci"
	"eggcup/kernel/dma"
	"eggcup/kernel/klog"
	"eggcup/kernel/mmio"
)

var (
	errNoStructure = errors.New("the device lacks one of its structures")
	errNoVector    = errors.New("the device takes no interrupt vector")
	errAddress     = errors.New("the queue is out of the device's reach")
)

// findPCI returns the devices on the PCI buses; what is wrong with one is its
// own line in the log.
func findPCI() []*Device {
	var all []*Device
	for _, function := range pci.Devices() {
		if function.Vendor != pciVendor || function.Product < pciFirst || function.Product > pciLast {
			continue
		}
		d, err := newPCI(function)
		if err != nil {
			klog.Error("virtio", function.Address.String(), ": ", err.Error())
			continue
		}
		all = append(all, d)
	}
	return all
}

// newPCI returns the device at a PCI function, by the modern interface if it
// has that.
func newPCI(function *pci.Device) (*Device, error) {
	kind := uint32(function.Product) - pciFirstModern
	transitional := function.Product < pciFirstModern
	if transitional {
		kind = uint32(function.Subsystem)
	}
	capabilities, err := function.Capabilities()
	if err != nil {
		return nil, err
	}
	parts, err := structures(capabilities, function, function.Map)
	if err != nil && !transitional {
		return nil, err
	}
	var t Transport
	var vector *uint16
	if err == nil {
		m := &modern{parts: parts, vector: noVector}
		t, vector = m, &m.vector
	} else {
		registers, err := function.Map(0)
		if err != nil {
			return nil, err
		}
		l := &legacy{registers: registers, vector: noVector}
		t, vector = l, &l.vector
	}
	function.Enable()
	open := func() (Line, error) {
		interrupt, err := function.OpenInterrupt()
		if err != nil {
			return nil, err
		}
		if interrupt.Entry >= 0 {
			*vector = uint16(interrupt.Entry)
		}
		return interrupt, nil
	}
	return NewDevice(function.Address.String(), kind, t, dma.Alloc, open), nil
}

// parts are the structures of a modern device.
type parts struct {
	common, notify, isr, config mmio.Registers
	multiplier                  uint32
}

// reader reads the configuration space.
type reader interface {
	Read8(off int) uint8
	Read32(off int) uint32
}

// structures finds the structures that the vendor's capabilities tell of. Of
// each type the first counts that can be used (virtio 1.2, 4.1.4).
func structures(all []pci.Capability, space reader, mapBAR func(n int) (mmio.Registers, error)) (parts, error) {
	var p parts
	bars := map[int]mmio.Registers{}
	for _, c := range all {
		if c.ID != pci.CapabilityVendor || c.Offset+capabilityNotifyEnd > 256 {
			continue
		}
		to := p.place(space.Read8(c.Offset + capabilityType))
		if to == nil || *to != nil {
			continue
		}
		n := int(space.Read8(c.Offset + capabilityBAR))
		if bars[n] == nil {
			registers, err := mapBAR(n)
			if err != nil {
				continue
			}
			bars[n] = registers
		}
		offset, length := space.Read32(c.Offset+capabilityOffset), space.Read32(c.Offset+capabilityLength)
		part, err := mmio.Window(bars[n], int(offset), int(length))
		if err != nil {
			continue
		}
		*to = part
		if to == &p.notify {
			p.multiplier = space.Read32(c.Offset + capabilityMultiplier)
		}
	}
	if p.common == nil || p.common.Size() < commonSize || p.notify == nil || p.isr == nil {
		return parts{}, errNoStructure
	}
	return p, nil
}

// place returns where a structure of a type belongs, nil for the others.
func (p *parts) place(kind uint8) *mmio.Registers {
	switch kind {
	case typeCommon:
		return &p.common
	case typeNotify:
		return &p.notify
	case typeISR:
		return &p.isr
	case typeDevice:
		return &p.config
	}
	return nil
}

// modern is the transport of virtio 1 over PCI.
type modern struct {
	parts
	vector uint16 // MSI-X entry of all queues
	queues []int  // where to notify, by queue
}

func (m *modern) Legacy() bool { return false }

func (m *modern) Features() uint64 {
	m.common.Write32(commonFeatureSelect, 0)
	low := m.common.Read32(commonFeature)
	m.common.Write32(commonFeatureSelect, 1)
	return uint64(low) | uint64(m.common.Read32(commonFeature))<<32
}

func (m *modern) SetFeatures(features uint64) {
	m.common.Write32(commonDriverFeatureSelect, 0)
	m.common.Write32(commonDriverFeature, uint32(features))
	m.common.Write32(commonDriverFeatureSelect, 1)
	m.common.Write32(commonDriverFeature, uint32(features>>32))
}

func (m *modern) Status() uint8     { return m.common.Read8(commonStatus) }
func (m *modern) SetStatus(v uint8) { m.common.Write8(commonStatus, v) }

func (m *modern) QueueSize(queue int) int {
	m.common.Write16(commonQueueSelect, uint16(queue))
	return int(m.common.Read16(commonQueueSize))
}

func (m *modern) SetQueue(queue int, l Layout) error {
	m.common.Write16(commonConfigVector, noVector)
	m.common.Write16(commonQueueSelect, uint16(queue))
	m.common.Write16(commonQueueSize, uint16(l.Size))
	m.common.Write16(commonQueueVector, m.vector)
	if m.vector != noVector && m.common.Read16(commonQueueVector) != m.vector {
		return errNoVector
	}
	write64(m.common, commonQueueDescriptors, l.Descriptors)
	write64(m.common, commonQueueDriver, l.Driver)
	write64(m.common, commonQueueDevice, l.Device)
	at := int(m.common.Read16(commonQueueNotify)) * int(m.multiplier)
	if at > m.notify.Size()-2 {
		return errNoStructure
	}
	for len(m.queues) <= queue {
		m.queues = append(m.queues, -1)
	}
	m.queues[queue] = at
	m.common.Write16(commonQueueEnable, 1)
	return nil
}

// write64 writes a long word in two halves, as virtio 1.2, 4.1.3.1 allows.
func write64(r mmio.Registers, off int, v uint64) {
	r.Write32(off, uint32(v))
	r.Write32(off+4, uint32(v>>32))
}

func (m *modern) Notify(queue int) { m.notify.Write16(m.queues[queue], uint16(queue)) }

func (m *modern) Bell(queue int) (uintptr, int) { return mmio.Place(m.notify, m.queues[queue]), 2 }

func (m *modern) Interrupted() bool { return m.vector != noVector || m.isr.Read8(0) != 0 }

func (m *modern) Config(off, width int) uint32 {
	if m.config == nil {
		return 0
	}
	return readWidth(m.config, off, width)
}

func readWidth(r mmio.Registers, off, width int) uint32 {
	switch width {
	case 1:
		return uint32(r.Read8(off))
	case 2:
		return uint32(r.Read16(off))
	}
	return r.Read32(off)
}

func (m *modern) Generation() uint32 { return uint32(m.common.Read8(commonGeneration)) }

// legacy is the transport of virtio 0.9 over PCI.
type legacy struct {
	registers mmio.Registers
	vector    uint16
}

func (l *legacy) Legacy() bool     { return true }
func (l *legacy) Features() uint64 { return uint64(l.registers.Read32(legacyFeatures)) }
func (l *legacy) SetFeatures(features uint64) {
	l.registers.Write32(legacyDriverFeatures, uint32(features))
}
func (l *legacy) Status() uint8     { return l.registers.Read8(legacyStatus) }
func (l *legacy) SetStatus(v uint8) { l.registers.Write8(legacyStatus, v) }
func (l *legacy) Notify(queue int)  { l.registers.Write16(legacyQueueNotify, uint16(queue)) }
func (l *legacy) Bell(int) (uintptr, int) {
	return mmio.Place(l.registers, legacyQueueNotify), 2
}
func (l *legacy) Interrupted() bool  { return l.vector != noVector || l.registers.Read8(legacyISR) != 0 }
func (l *legacy) Generation() uint32 { return 0 }

func (l *legacy) QueueSize(queue int) int {
	l.registers.Write16(legacyQueueSelect, uint16(queue))
	return int(l.registers.Read16(legacyQueueSize))
}

func (l *legacy) SetQueue(queue int, layout Layout) error {
	l.registers.Write16(legacyQueueSelect, uint16(queue))
	if l.vector != noVector {
		l.registers.Write16(legacyQueueVector, l.vector)
		if l.registers.Read16(legacyQueueVector) != l.vector {
			return errNoVector
		}
	}
	page := layout.Descriptors >> legacyPageShift
	if page != uint64(uint32(page)) {
		return errAddress
	}
	l.registers.Write32(legacyQueueAddress, uint32(page))
	return nil
}

func (l *legacy) Config(off, width int) uint32 {
	if l.vector != noVector {
		return readWidth(l.registers, legacyConfigMSIX+off, width)
	}
	return readWidth(l.registers, legacyConfig+off, width)
}
