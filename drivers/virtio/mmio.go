package virtio

import (
	"strconv"
	"strings"

	"eggcup/kernel/core/acpi"
	"eggcup/kernel/core/boot"
	"eggcup/kernel/dma"
	"eggcup/kernel/irq"
	"eggcup/kernel/klog"
	"eggcup/kernel/mmio"
)

// place is where a memory-mapped device may be.
type place struct {
	address uint64
	size    int
	gsi     int
}

// Windows of QEMU's microvm (hw/i386/microvm.c): with ACPI the interrupts are
// those of a second I/O APIC if there is one, else the upper ones of the first.
const (
	microvmBase       = 0xfeb00000
	microvmWindow     = 512
	microvmFew        = 8
	microvmMany       = 24
	microvmISALine    = 5
	microvmACPILine   = 16
	microvmSecondLine = 24
)

// microvm returns the windows, if this may be such a machine: its ACPI is the
// hardware-reduced kind, which no PC has, or switched off. On a PC there could
// be any device's registers at these addresses.
func microvm(t *acpi.Tables) []place {
	first, count := microvmISALine, microvmFew
	switch {
	case t.Present && t.Sleep.Control.Address == 0:
		return nil
	case t.Present && t.NumIOAPICs > 1:
		first, count = microvmSecondLine, microvmMany
	case t.Present:
		first = microvmACPILine
	}
	var all []place
	for i := range count {
		all = append(all, place{microvmBase + uint64(i)*microvmWindow, microvmWindow, first + i})
	}
	return all
}

// parameter is how the command line tells of a device.
const parameter = boot.DeviceParameter

// parsePlaces returns the devices that a command line tells of. What cannot be
// read is left out, and said.
func parsePlaces(commandLine string) []place {
	var all []place
	for word := range strings.FieldsSeq(commandLine) {
		text, ok := strings.CutPrefix(word, parameter)
		if !ok {
			continue
		}
		p, ok := parsePlace(text)
		if !ok {
			klog.Warn("virtio", "not understood: ", word)
			continue
		}
		all = append(all, p)
	}
	return all
}

// parsePlace reads SIZE@ADDRESS:IRQ, with an ID behind it that only Linux needs.
func parsePlace(text string) (place, bool) {
	size, rest, ok1 := strings.Cut(text, "@")
	address, rest, ok2 := strings.Cut(rest, ":")
	line, _, _ := strings.Cut(rest, ":")
	if !ok1 || !ok2 {
		return place{}, false
	}
	unit := 1
	switch {
	case strings.HasSuffix(size, "K"), strings.HasSuffix(size, "k"):
		unit, size = 1<<10, size[:len(size)-1]
	case strings.HasSuffix(size, "M"), strings.HasSuffix(size, "m"):
		unit, size = 1<<20, size[:len(size)-1]
	}
	const sizeBits, lineBits, largest = 20, 16, 1 << 20
	bytes, err1 := strconv.ParseUint(size, 0, sizeBits)
	at, err2 := strconv.ParseUint(address, 0, 64)
	gsi, err3 := strconv.ParseUint(line, 0, lineBits)
	if err1 != nil || err2 != nil || err3 != nil || bytes*uint64(unit) > largest {
		return place{}, false
	}
	return place{at, int(bytes) * unit, int(gsi)}, true
}

// mapRegisters is replaced by the tests.
var mapRegisters = mmio.Map

// findMMIO returns the memory-mapped devices.
func findMMIO() []*Device {
	told := parsePlaces(boot.CommandLine())
	seen := map[uint64]bool{}
	var all []*Device
	for _, p := range append(told, microvm(&acpi.Machine)...) {
		if seen[p.address] {
			continue
		}
		seen[p.address] = true
		d, err := newMMIO(p)
		if err != nil {
			klog.Error("virtio", klog.Hex(p.address), ": ", err.Error())
		} else if d != nil {
			all = append(all, d)
		}
	}
	return all
}

// newMMIO returns the device at a place, nil where there is none.
func newMMIO(p place) (*Device, error) {
	r, err := mapRegisters(p.address, p.size)
	if err != nil {
		return nil, err
	}
	kind := r.Read32(mmioDeviceID)
	if p.size < mmioConfig || r.Read32(mmioMagic) != mmioMagicValue || kind == 0 {
		return nil, nil
	}
	version := r.Read32(mmioVersion)
	if version != mmioVersionLegacy && version != mmioVersionModern {
		return nil, errOld
	}
	t := &mapped{registers: r, legacy: version == mmioVersionLegacy}
	open := func() (Line, error) { return irq.Open(p.gsi) }
	return NewDevice(klog.Hex(p.address), kind, t, dma.Alloc, open), nil
}

// mapped is the transport of memory-mapped devices.
type mapped struct {
	registers mmio.Registers
	legacy    bool
}

func (m *mapped) Legacy() bool { return m.legacy }

func (m *mapped) Features() uint64 {
	m.registers.Write32(mmioFeatureSelect, 0)
	low := m.registers.Read32(mmioFeatures)
	m.registers.Write32(mmioFeatureSelect, 1)
	return uint64(low) | uint64(m.registers.Read32(mmioFeatures))<<32
}

func (m *mapped) SetFeatures(features uint64) {
	m.registers.Write32(mmioDriverSelect, 0)
	m.registers.Write32(mmioDriverFeatures, uint32(features))
	m.registers.Write32(mmioDriverSelect, 1)
	m.registers.Write32(mmioDriverFeatures, uint32(features>>32))
	if m.legacy {
		m.registers.Write32(mmioPageSize, mmioPageBytes)
	}
}

func (m *mapped) Status() uint8     { return uint8(m.registers.Read32(mmioStatus)) }
func (m *mapped) SetStatus(v uint8) { m.registers.Write32(mmioStatus, uint32(v)) }

func (m *mapped) QueueSize(queue int) int {
	m.registers.Write32(mmioQueueSelect, uint32(queue))
	return int(m.registers.Read32(mmioQueueSizeMax))
}

func (m *mapped) SetQueue(queue int, l Layout) error {
	m.registers.Write32(mmioQueueSelect, uint32(queue))
	m.registers.Write32(mmioQueueSize, uint32(l.Size))
	if m.legacy {
		page := l.Descriptors / mmioPageBytes
		if page != uint64(uint32(page)) {
			return errAddress
		}
		m.registers.Write32(mmioQueueAlign, legacyAlignment)
		m.registers.Write32(mmioQueuePage, uint32(page))
		return nil
	}
	write64(m.registers, mmioDescriptors, l.Descriptors)
	write64(m.registers, mmioDriver, l.Driver)
	write64(m.registers, mmioDevice, l.Device)
	m.registers.Write32(mmioQueueReady, 1)
	return nil
}

func (m *mapped) Notify(queue int) { m.registers.Write32(mmioQueueNotify, uint32(queue)) }

func (m *mapped) Bell(int) (uintptr, int) { return mmio.Place(m.registers, mmioQueueNotify), 4 }

func (m *mapped) Interrupted() bool {
	what := m.registers.Read32(mmioInterrupt)
	m.registers.Write32(mmioInterruptAck, what)
	return what != 0
}

func (m *mapped) Config(off, width int) uint32 { return readWidth(m.registers, mmioConfig+off, width) }

func (m *mapped) Generation() uint32 {
	if m.legacy {
		return 0
	}
	return m.registers.Read32(mmioGeneration)
}
