package virtio

import (
	"encoding/binary"
	"errors"
	"testing"

	"eggcup/drivers/pci"
	"eggcup/kernel/core/acpi"
	"eggcup/kernel/mmio"
	"eggcup/kernel/mmio/mmiotest"
)

// registers is RAM in which some registers are selected by another one.
type registers struct {
	mmiotest.RAM
	banks    map[int]int             // register -> the one that selects it
	selected map[[2]int]uint32       // (register, selection) -> value
	written  func(off int, v uint32) // after every write
}

func (r *registers) Read32(off int) uint32 {
	if by, ok := r.banks[off]; ok {
		return r.selected[[2]int{off, int(r.RAM.Read32(by))}]
	}
	return r.RAM.Read32(off)
}

func (r *registers) Write32(off int, v uint32) {
	r.RAM.Write32(off, v)
	if by, ok := r.banks[off]; ok {
		r.selected[[2]int{off, int(r.RAM.Read32(by))}] = v
	}
	if r.written != nil {
		r.written(off, v)
	}
}

var layout = Layout{Size: 64, Descriptors: 0x1_2345_6000, Driver: 0x1_2345_6400, Device: 0x1_2345_7000}

// The memory-mapped transport writes where the standard says.
func TestMapped(t *testing.T) {
	r := &registers{
		RAM:      make(mmiotest.RAM, 512),
		banks:    map[int]int{mmioFeatures: mmioFeatureSelect, mmioDriverFeatures: mmioDriverSelect},
		selected: map[[2]int]uint32{{mmioFeatures, 0}: 0x11, {mmioFeatures, 1}: 0x22},
	}
	m := &mapped{registers: r}
	if got := m.Features(); got != 0x22_0000_0011 {
		t.Errorf("features %#x", got)
	}
	m.SetFeatures(0x33_0000_0044)
	if r.selected[[2]int{mmioDriverFeatures, 0}] != 0x44 || r.selected[[2]int{mmioDriverFeatures, 1}] != 0x33 {
		t.Errorf("driver features %v", r.selected)
	}
	r.RAM.Write32(mmioQueueSizeMax, 128)
	if m.QueueSize(3) != 128 || r.RAM.Read32(mmioQueueSelect) != 3 {
		t.Error("queue size")
	}
	if err := m.SetQueue(2, layout); err != nil {
		t.Fatal(err)
	}
	for off, want := range map[int]uint32{
		mmioQueueSelect: 2, mmioQueueSize: 64, mmioQueueReady: 1,
		mmioDescriptors: 0x23456000, mmioDescriptors + 4: 1, mmioDriver: 0x23456400, mmioDriver + 4: 1,
		mmioDevice: 0x23457000, mmioDevice + 4: 1,
	} {
		if got := r.RAM.Read32(off); got != want {
			t.Errorf("register %#x is %#x, want %#x", off, got, want)
		}
	}
	r.RAM.Write32(mmioInterrupt, 3)
	if !m.Interrupted() || r.RAM.Read32(mmioInterruptAck) != 3 {
		t.Error("the interrupt is not taken back")
	}
	r.RAM.Write32(mmioInterrupt, 0)
	if m.Interrupted() {
		t.Error("an interrupt without a reason")
	}
	r.RAM[mmioConfig+5] = 0x99
	if m.Config(5, 1) != 0x99 {
		t.Error("configuration")
	}
	m.Notify(7)
	if r.RAM.Read32(mmioQueueNotify) != 7 {
		t.Error("notification")
	}
}

// A legacy memory-mapped device is told of pages.
func TestMappedLegacy(t *testing.T) {
	r := make(mmiotest.RAM, 512)
	m := &mapped{registers: r, legacy: true}
	m.SetFeatures(1)
	if r.Read32(mmioPageSize) != 4096 {
		t.Error("page size")
	}
	if err := m.SetQueue(1, layout); err != nil {
		t.Fatal(err)
	}
	if r.Read32(mmioQueuePage) != 0x123456 || r.Read32(mmioQueueAlign) != 4096 || r.Read32(mmioQueueReady) != 0 {
		t.Errorf("page %#x, alignment %d", r.Read32(mmioQueuePage), r.Read32(mmioQueueAlign))
	}
	if err := m.SetQueue(1, Layout{Descriptors: 1 << 44}); !errors.Is(err, errAddress) {
		t.Errorf("a queue out of reach: %v", err)
	}
}

// space is a configuration space.
type space [256]byte

func (s *space) Read8(off int) uint8   { return s[off] }
func (s *space) Read32(off int) uint32 { return binary.LittleEndian.Uint32(s[off:]) }

// structure adds a vendor capability.
func (s *space) structure(at int, kind, bar uint8, offset, length uint32) pci.Capability {
	s[at+capabilityType], s[at+capabilityBAR] = kind, bar
	binary.LittleEndian.PutUint32(s[at+capabilityOffset:], offset)
	binary.LittleEndian.PutUint32(s[at+capabilityLength:], length)
	return pci.Capability{ID: pci.CapabilityVendor, Offset: at}
}

// device returns the structures of a sound modern device in a BAR of 16 KiB.
func device() (*space, []pci.Capability, mmiotest.RAM, func(int) (mmio.Registers, error)) {
	s := new(space)
	bar := make(mmiotest.RAM, 0x4000)
	all := []pci.Capability{
		s.structure(0x40, typeCommon, 4, 0, 0x1000), s.structure(0x54, typeISR, 4, 0x1000, 0x1000),
		s.structure(0x68, typeDevice, 4, 0x2000, 0x1000), s.structure(0x7c, typeNotify, 4, 0x3000, 0x1000),
	}
	binary.LittleEndian.PutUint32(s[0x7c+capabilityMultiplier:], 4)
	return s, all, bar, func(n int) (mmio.Registers, error) {
		if n != 4 {
			return nil, pci.ErrNoBAR
		}
		return bar, nil
	}
}

// The modern PCI transport finds its structures and writes where the standard
// says.
func TestModern(t *testing.T) {
	s, all, bar, mapBAR := device()
	p, err := structures(all, s, mapBAR)
	if err != nil {
		t.Fatal(err)
	}
	m := &modern{parts: p, vector: 5}
	bar.Write16(commonQueueSize, 256)
	bar.Write16(commonQueueNotify, 3)
	if m.QueueSize(1) != 256 || bar.Read16(commonQueueSelect) != 1 {
		t.Error("queue size")
	}
	if err := m.SetQueue(1, layout); err != nil {
		t.Fatal(err)
	}
	if bar.Read16(commonQueueVector) != 5 || bar.Read16(commonConfigVector) != noVector || bar.Read16(commonQueueEnable) != 1 {
		t.Error("vectors or enable")
	}
	for off, want := range map[int]uint32{
		commonQueueDescriptors: 0x23456000, commonQueueDescriptors + 4: 1, commonQueueDriver: 0x23456400, commonQueueDevice: 0x23457000,
	} {
		if got := bar.Read32(off); got != want {
			t.Errorf("register %d is %#x, want %#x", off, got, want)
		}
	}
	m.Notify(1)
	if bar.Read16(0x3000+12) != 1 {
		t.Error("notified at the wrong place")
	}
	if !m.Interrupted() {
		t.Error("a message needs no reason")
	}
	m.vector = noVector
	if m.Interrupted() {
		t.Error("a line without a reason")
	}
	if bar.Write8(0x1000, 1); !m.Interrupted() {
		t.Error("the reason is not seen")
	}
	if bar.Write32(0x2000+8, 0x1234); m.Config(8, 2) != 0x1234 {
		t.Error("configuration")
	}
}

// Structures that lie outside their BAR, or are missing, are errors; of two
// the first that can be used counts.
func TestStructures(t *testing.T) {
	for name, spoil := range map[string]func(s *space){
		"no such BAR":         func(s *space) { s[0x40+capabilityBAR] = 2 },
		"reserved BAR":        func(s *space) { s[0x40+capabilityBAR] = 200 },
		"beyond the BAR":      func(s *space) { s.structure(0x40, typeCommon, 4, 0x3fff, 0x1000) },
		"offset overflows":    func(s *space) { s.structure(0x40, typeCommon, 4, 0xfffffff0, 0x1000) },
		"length overflows":    func(s *space) { s.structure(0x40, typeCommon, 4, 0, 0xffffffff) },
		"too short":           func(s *space) { s.structure(0x40, typeCommon, 4, 0, commonSize-1) },
		"no common structure": func(s *space) { s[0x40+capabilityType] = 99 },
		"no notifications":    func(s *space) { s[0x7c+capabilityType] = 0 },
		"no ISR":              func(s *space) { s[0x54+capabilityType] = 5 },
	} {
		s, all, _, mapBAR := device()
		spoil(s)
		if _, err := structures(all, s, mapBAR); !errors.Is(err, errNoStructure) {
			t.Errorf("%s: %v", name, err)
		}
	}
	s, all, _, mapBAR := device()
	bad := s.structure(0xa0, typeCommon, 3, 0, 0x1000)
	if _, err := structures(append([]pci.Capability{bad}, all...), s, mapBAR); err != nil {
		t.Errorf("a structure in an unknown place hides the good one: %v", err)
	}
	cut := pci.Capability{ID: pci.CapabilityVendor, Offset: 0xf4}
	if _, err := structures([]pci.Capability{cut}, s, mapBAR); !errors.Is(err, errNoStructure) {
		t.Errorf("a capability over the end: %v", err)
	}
}

// A place to notify outside of its structure is an error.
func TestNotifyPlace(t *testing.T) {
	s, all, bar, mapBAR := device()
	binary.LittleEndian.PutUint32(s[0x7c+capabilityMultiplier:], 0xffffffff)
	p, err := structures(all, s, mapBAR)
	if err != nil {
		t.Fatal(err)
	}
	bar.Write16(commonQueueNotify, 0xffff)
	if err := (&modern{parts: p, vector: noVector}).SetQueue(0, layout); !errors.Is(err, errNoStructure) {
		t.Errorf("error %v", err)
	}
}

// sticky is RAM in which one register does not take what is written.
type sticky struct {
	mmiotest.RAM
	at int
	v  uint16
}

func (s sticky) Read16(off int) uint16 {
	if off == s.at {
		return s.v
	}
	return s.RAM.Read16(off)
}

// The legacy PCI transport has its own registers, and its configuration moves
// with MSI-X.
func TestLegacyPCI(t *testing.T) {
	ram := make(mmiotest.RAM, 64)
	l := &legacy{registers: ram, vector: noVector}
	ram.Write16(legacyQueueSize, 128)
	if l.QueueSize(1) != 128 || ram.Read16(legacyQueueSelect) != 1 {
		t.Error("queue size")
	}
	if err := l.SetQueue(1, layout); err != nil || ram.Read32(legacyQueueAddress) != 0x123456 {
		t.Errorf("queue at %#x, %v", ram.Read32(legacyQueueAddress), err)
	}
	if err := l.SetQueue(1, Layout{Descriptors: 1 << 44}); !errors.Is(err, errAddress) {
		t.Errorf("a queue out of reach: %v", err)
	}
	ram[20], ram[24] = 1, 2
	if l.Config(0, 1) != 1 {
		t.Error("configuration without MSI-X")
	}
	if l.vector = 0; l.Config(0, 1) != 2 {
		t.Error("configuration with MSI-X")
	}
	l.registers = sticky{ram, legacyQueueVector, noVector}
	if err := l.SetQueue(1, layout); !errors.Is(err, errNoVector) {
		t.Errorf("a device that takes no vector: %v", err)
	}
}

// The windows of a microvm depend on its I/O APICs, and a PC has none.
func TestMicroVM(t *testing.T) {
	reduced := acpi.Tables{Present: true, NumIOAPICs: 2}
	reduced.Sleep.Control.Address = 0xfea00200
	one := reduced
	one.NumIOAPICs = 1
	for name, c := range map[string]struct {
		t           acpi.Tables
		count, line int
	}{
		"two":       {reduced, 24, 24},
		"one":       {one, 8, 16},
		"no tables": {acpi.Tables{}, 8, 5},
		"a PC":      {acpi.Tables{Present: true}, 0, 0},
	} {
		got := microvm(&c.t)
		if len(got) != c.count {
			t.Errorf("%s: %d windows, want %d", name, len(got), c.count)
			continue
		}
		if c.count > 0 && (got[1].address != 0xfeb00200 || got[1].gsi != c.line+1) {
			t.Errorf("%s: second window %+v", name, got[1])
		}
	}
}

// Words of a command line tell of devices as Linux has it; what is malformed
// is left out.
func TestCommandLine(t *testing.T) {
	got := parsePlaces("quiet virtio_mmio.device=512@0xfeb00e00:12 A=b virtio_mmio.device=4K@0xd0000000:5:1 " +
		"virtio_mmio.device= virtio_mmio.device=@: virtio_mmio.device=4K@x:5 virtio_mmio.device=512@0x1000 " +
		"virtio_mmio.device=99999999999@0:5 virtio_mmio.device=2M@0:5 virtio_mmio.device=-1@0:5 virtio_mmio.device=1@0:-5 " +
		"virtio_mmio.device=1M@0x2000:0x10 -- x")
	want := []place{{0xfeb00e00, 512, 12}, {0xd0000000, 4096, 5}, {0x2000, 1 << 20, 16}}
	if len(got) != len(want) {
		t.Fatalf("%+v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("device %d: %+v, want %+v", i, got[i], want[i])
		}
	}
}

// Only a device that says so is one.
func TestNewMMIO(t *testing.T) {
	old := mapRegisters
	t.Cleanup(func() { mapRegisters = old })
	for name, c := range map[string]struct {
		magic, version, id uint32
		size               int
		found, failed      bool
	}{
		"modern":          {mmioMagicValue, 2, 1, 512, true, false},
		"legacy":          {mmioMagicValue, 1, 1, 512, true, false},
		"nothing plugged": {mmioMagicValue, 1, 0, 512, false, false},
		"other registers": {0xffffffff, 0xffffffff, 0xffffffff, 512, false, false},
		"version 3":       {mmioMagicValue, 3, 1, 512, false, true},
		"too small":       {mmioMagicValue, 2, 1, 64, false, false},
	} {
		r := make(mmiotest.RAM, c.size)
		r.Write32(mmioMagic, c.magic)
		r.Write32(mmioVersion, c.version)
		r.Write32(mmioDeviceID, c.id)
		mapRegisters = func(uint64, int) (mmio.Registers, error) { return r, nil }
		d, err := newMMIO(place{0x1000, c.size, 5})
		if (d != nil) != c.found || (err != nil) != c.failed {
			t.Errorf("%s: %v, %v", name, d, err)
		}
	}
}
