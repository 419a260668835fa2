package pci

import (
	"encoding/binary"
	"errors"
	"slices"
	"testing"

	"eggcup/kernel/core/acpi"
	"eggcup/kernel/irq"
	"eggcup/kernel/mmio"
	"eggcup/kernel/mmio/mmiotest"
)

// machine is a fake configuration space: functions by address, with base
// address registers that answer with their size.
type machine map[Address]*function

type function struct {
	space [4096]byte
	sizes [6]uint32 // bits of each base address register that can be written
}

func (m machine) read(a Address, off, width int) uint32 {
	f := m[a]
	if f == nil || off < 0 || off+width > len(f.space) {
		return ^uint32(0) >> (32 - 8*width)
	}
	var b [4]byte
	copy(b[:width], f.space[off:])
	return binary.LittleEndian.Uint32(b[:])
}

func (m machine) write(a Address, off, width int, v uint32) {
	f := m[a]
	if f == nil || off < 0 || off+width > len(f.space) {
		return
	}
	if i := (off - regBAR0) / 4; off >= regBAR0 && i < len(f.sizes) && width == 4 {
		keep := binary.LittleEndian.Uint32(f.space[off:]) &^ f.sizes[i]
		v = v&f.sizes[i] | keep
	}
	var b [4]byte
	binary.LittleEndian.PutUint32(b[:], v)
	copy(f.space[off:off+width], b[:])
}

// add puts a function into the machine.
func (m machine) add(a Address, vendor, product uint16) *function {
	f := new(function)
	f.put16(regVendor, vendor)
	f.put16(regDevice, product)
	m[a] = f
	return f
}

func (f *function) put16(off int, v uint16) { binary.LittleEndian.PutUint16(f.space[off:], v) }
func (f *function) put32(off int, v uint32) { binary.LittleEndian.PutUint32(f.space[off:], v) }

// bar sets a base address register and the bits of it that can be written.
func (f *function) bar(n int, value, writable uint32) {
	f.put32(regBAR0+4*n, value)
	f.sizes[n] = writable
}

// device returns the one function of a machine as a Device.
func (m machine) device(t *testing.T) *Device {
	t.Helper()
	all := scan(m)
	if len(all) != 1 {
		t.Fatalf("%d devices", len(all))
	}
	return all[0]
}

// A scan finds all functions of devices that have several, and follows
// bridges; one that leads back or to itself is followed once.
func TestScan(t *testing.T) {
	m := machine{}
	m.add(Address{0, 0, 0}, 0x8086, 0x1237)
	m.add(Address{0, 1, 0}, 0x8086, 0x7000).space[regHeaderType] = headerMultiple
	m.add(Address{0, 1, 3}, 0x8086, 0x7113)
	m.add(Address{0, 2, 0}, 0x1af4, 0x1000)
	m.add(Address{0, 2, 5}, 0x1af4, 0x1001) // function 0 says that there is only one
	m.add(Address{0, 3, 1}, 0x1af4, 0x1002) // no function 0
	bridge := m.add(Address{0, 4, 0}, 0x1b36, 0x000c)
	bridge.space[regHeaderType], bridge.space[regSecondary] = headerBridge, 7
	loop := m.add(Address{7, 0, 0}, 0x1b36, 0x000c)
	loop.space[regHeaderType], loop.space[regSecondary] = headerBridge, 0
	self := m.add(Address{7, 1, 0}, 0x1b36, 0x000c)
	self.space[regHeaderType], self.space[regSecondary] = headerBridge, 7
	m.add(Address{7, 2, 0}, 0x8086, 0x10d3)
	var got []string
	for _, d := range scan(m) {
		got = append(got, d.Address.String())
	}
	want := []string{"00:00.0", "00:01.0", "00:01.3", "00:02.0", "00:04.0", "07:00.0", "07:01.0", "07:02.0"}
	if !slices.Equal(got, want) {
		t.Errorf("found %v, want %v", got, want)
	}
}

// A device's identity comes from its header.
func TestIdentity(t *testing.T) {
	m := machine{}
	f := m.add(Address{0, 31, 7}, 0x1af4, 0x1041)
	m.add(Address{0, 31, 0}, 0x1af4, 0x1041).space[regHeaderType] = headerMultiple
	copy(f.space[regRevision:], []byte{1, 2, 0, 2})
	f.put16(regSubVendor, 0x1234)
	f.put16(regSubsystem, 0x5678)
	d := scan(m)[1]
	if d.String() != "00:1f.7 1af4:1041 class 0200" || d.Revision != 1 || d.Interface != 2 ||
		d.SubsystemVendor != 0x1234 || d.Subsystem != 0x5678 {
		t.Errorf("%v %+v", d, d)
	}
}

// Base address registers of every kind tell address and size, and are as they
// were afterwards; malformed ones are errors.
func TestBAR(t *testing.T) {
	for name, c := range map[string]struct {
		set  func(f *function)
		n    int
		want BAR
		err  error
	}{
		"32 bits":   {func(f *function) { f.bar(0, 0xfebc0000, 0xfffe0000) }, 0, BAR{false, 0xfebc0000, 0x20000}, nil},
		"prefetch":  {func(f *function) { f.bar(0, 0xfebc0008, 0xfffe0000) }, 0, BAR{false, 0xfebc0000, 0x20000}, nil},
		"64 bits":   {func(f *function) { f.bar(2, 0x000c, 0xffffc000); f.bar(3, 8, ^uint32(0)) }, 2, BAR{false, 8 << 32, 0x4000}, nil},
		"over 4 GB": {func(f *function) { f.bar(0, 0x0004, 0); f.bar(1, 0x10, 0xfffffff8) }, 0, BAR{false, 0x10 << 32, 8 << 32}, nil},
		"ports":     {func(f *function) { f.bar(1, 0xc041, 0xffffffe0) }, 1, BAR{true, 0xc040, 32}, nil},
		"16 bits":   {func(f *function) { f.bar(1, 0xc041, 0x0000ffe0) }, 1, BAR{true, 0xc040, 32}, nil},

		"not there":          {func(f *function) {}, 0, BAR{}, ErrNoBAR},
		"negative":           {func(f *function) {}, -1, BAR{}, ErrNoBAR},
		"seventh":            {func(f *function) {}, 6, BAR{}, ErrNoBAR},
		"of a bridge":        {func(f *function) { f.space[regHeaderType] = headerBridge; f.bar(2, 0x1000, 0xfffff000) }, 2, BAR{}, ErrNoBAR},
		"unknown header":     {func(f *function) { f.space[regHeaderType] = 5; f.bar(0, 0x1000, 0xfffff000) }, 0, BAR{}, ErrNoBAR},
		"not assigned":       {func(f *function) { f.bar(0, 0, 0xfffff000) }, 0, BAR{}, ErrNotAssigned},
		"64 bits at the end": {func(f *function) { f.bar(5, 0x1004, 0xfffff000) }, 5, BAR{}, ErrBadBAR},
		"reserved type":      {func(f *function) { f.bar(0, 0x1006, 0xfffff000) }, 0, BAR{}, ErrBadBAR},
		"holes in the size":  {func(f *function) { f.bar(0, 0xf0000000, 0xff0ff000) }, 0, BAR{}, ErrBadBAR},
		"stuck bits":         {func(f *function) { f.bar(0, 0x00010000, 0xffe00000) }, 0, BAR{}, ErrBadBAR},
	} {
		m := machine{}
		f := m.add(Address{0, 3, 0}, 0x8086, 0x100e)
		f.put16(regCommand, commandIO|commandMemory|commandMaster)
		c.set(f)
		before := f.space
		got, err := m.device(t).BAR(c.n)
		if got != c.want || !errors.Is(err, c.err) {
			t.Errorf("%s: %+v, %v; want %+v, %v", name, got, err, c.want, c.err)
		}
		if f.space != before {
			t.Errorf("%s: the registers changed", name)
		}
	}
}

// Registers that are too large to be mapped are not.
func TestMapLarge(t *testing.T) {
	m := machine{}
	f := m.add(Address{0, 3, 0}, 0x8086, 0x100e)
	f.bar(0, 0x0004, 0)
	f.bar(1, 0x10, 0xfffffff8)
	old := mapRegisters
	t.Cleanup(func() { mapRegisters = old })
	mapRegisters = func(uint64, int) (mmio.Registers, error) { t.Error("mapped"); return nil, nil }
	if _, err := m.device(t).Map(0); !errors.Is(err, errBeyondDirect) {
		t.Errorf("error %v", err)
	}
}

// The list of capabilities is followed to its end.
func TestCapabilities(t *testing.T) {
	m := machine{}
	f := m.add(Address{0, 3, 0}, 0x1af4, 0x1041)
	f.put16(regStatus, statusCapable)
	f.space[regCapabilities] = 0x43 // the low bits are reserved
	copy(f.space[0x40:], []byte{CapabilityVendor, 0xfc})
	copy(f.space[0xfc:], []byte{CapabilityMSIX, 0x50})
	copy(f.space[0x50:], []byte{0x05, 0})
	d := m.device(t)
	got, err := d.Capabilities()
	want := []Capability{{CapabilityVendor, 0x40}, {CapabilityMSIX, 0xfc}, {5, 0x50}}
	if !slices.Equal(got, want) || err != nil {
		t.Errorf("%v, %v", got, err)
	}
	if c, ok := d.Capability(5); !ok || c.Offset != 0x50 {
		t.Errorf("%v, %v", c, ok)
	}
	if _, ok := d.Capability(6); ok {
		t.Error("found what is not there")
	}
	f.put16(regStatus, 0)
	if got, err := d.Capabilities(); got != nil || err != nil {
		t.Errorf("a device without capabilities has %v, %v", got, err)
	}
}

// A list that runs in a circle or leaves its place is an error.
func TestBadCapabilities(t *testing.T) {
	for name, set := range map[string]func(f *function){
		"to itself":       func(f *function) { f.space[0x41] = 0x40 },
		"in a circle":     func(f *function) { f.space[0x41] = 0x80; f.space[0x81] = 0x40 },
		"into the header": func(f *function) { f.space[0x41] = 0x10 },
		"starts there":    func(f *function) { f.space[regCapabilities] = 0x3c },
	} {
		m := machine{}
		f := m.add(Address{0, 3, 0}, 0x1af4, 0x1041)
		f.put16(regStatus, statusCapable)
		f.space[regCapabilities] = 0x40
		set(f)
		if got, err := m.device(t).Capabilities(); !errors.Is(err, ErrBadCapabilities) || got != nil {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

// FuzzCapabilities walks whatever a configuration space has: it ends, and what
// it finds is where capabilities may be.
func FuzzCapabilities(f *testing.F) {
	loop := make([]byte, headerSpace)
	loop[regCapabilities], loop[0x41] = 0x40, 0x40
	f.Add(loop)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, space []byte) {
		read8 := func(off int) uint8 {
			if off < 0 || off >= headerSpace {
				t.Fatalf("read of %#x", off)
			}
			if off >= len(space) {
				return 0xff
			}
			return space[off]
		}
		all, err := walk(read8)
		if err != nil && all != nil {
			t.Fatal("an error and a list")
		}
		seen := map[int]bool{}
		for _, c := range all {
			if c.Offset < firstCapability || c.Offset%4 != 0 || c.Offset > headerSpace-4 || seen[c.Offset] {
				t.Fatalf("capability at %#x", c.Offset)
			}
			seen[c.Offset] = true
		}
	})
}

// msix returns a machine whose device has an MSI-X table of four entries at
// offset 0x800 of BAR 1, and the BAR.
func msix(t *testing.T) (machine, *function, mmiotest.RAM) {
	m := machine{}
	f := m.add(Address{0, 3, 0}, 0x1af4, 0x1041)
	f.put16(regStatus, statusCapable)
	f.space[regCapabilities] = 0x40
	f.space[0x40] = CapabilityMSIX
	f.put16(0x40+msixControl, 3)
	f.put32(0x40+msixTable, 0x800|1)
	f.bar(1, 0xfebd0000, 0xfffff000)
	f.space[regLine], f.space[regPin] = 11, 1
	table := make(mmiotest.RAM, 0x1000)
	oldMap, oldLine, oldMessage := mapRegisters, openLine, openMessage
	t.Cleanup(func() { mapRegisters, openLine, openMessage = oldMap, oldLine, oldMessage })
	mapRegisters = func(physical uint64, size int) (mmio.Registers, error) {
		if physical != 0xfebd0000 || size != 0x1000 {
			t.Errorf("mapped %d bytes at %#x", size, physical)
		}
		return table, nil
	}
	openMessage = func() (*irq.Line, irq.Message, error) {
		return new(irq.Line), irq.Message{Address: 0x1_fee01000, Data: 0x70}, nil
	}
	openLine = func(gsi int) (*irq.Line, error) {
		if gsi != 11 {
			t.Errorf("opened line %d", gsi)
		}
		return new(irq.Line), nil
	}
	return m, f, table
}

// MSI-X gets the first entry of the table; the others stay masked, and the line
// is off.
func TestMSIX(t *testing.T) {
	m, f, table := msix(t)
	interrupt, err := m.device(t).OpenInterrupt()
	if err != nil || interrupt.Entry != 0 {
		t.Fatalf("%+v, %v", interrupt, err)
	}
	for off, want := range map[int]uint32{0: 0xfee01000, 4: 1, 8: 0x70, 12: 0, 16 + 12: 1, 32 + 12: 1, 48 + 12: 1} {
		if got := table.Read32(0x800 + off); got != want {
			t.Errorf("table at %d: %#x, want %#x", off, got, want)
		}
	}
	if control := m.read(Address{0, 3, 0}, 0x40+msixControl, 2); control != 3|msixEnable {
		t.Errorf("control %#x", control)
	}
	if f.space[regCommand+1]&(commandNoINTx>>8) == 0 {
		t.Error("INTx is still on")
	}
}

// Without MSI-X, or with one that cannot be, the device interrupts by its line;
// without that it is an error.
func TestINTx(t *testing.T) {
	for name, spoil := range map[string]func(f *function){
		"no MSI-X":          func(f *function) { f.space[0x40] = 0x05 },
		"table too long":    func(f *function) { f.put16(0x40+msixControl, msixSize) },
		"table outside":     func(f *function) { f.put32(0x40+msixTable, 0xff8|1) },
		"offset huge":       func(f *function) { f.put32(0x40+msixTable, 0xfffffff8|1) },
		"reserved BAR":      func(f *function) { f.put32(0x40+msixTable, 7) },
		"no such BAR":       func(f *function) { f.put32(0x40+msixTable, 2) },
		"over the end":      func(f *function) { f.space[regCapabilities] = 0xfc; f.space[0xfc] = CapabilityMSIX },
		"no vectors":        func(f *function) { openMessage = noMessage },
		"capabilities loop": func(f *function) { f.space[0x41] = 0x40 },
	} {
		m, f, _ := msix(t)
		f.put16(regCommand, commandNoINTx)
		spoil(f)
		interrupt, err := m.device(t).OpenInterrupt()
		if err != nil || interrupt.Entry != -1 {
			t.Errorf("%s: %+v, %v", name, interrupt, err)
		}
		if f.space[regCommand+1]&(commandNoINTx>>8) != 0 {
			t.Errorf("%s: INTx is off", name)
		}
		f.space[regPin] = 0
		if _, err := m.device(t).OpenInterrupt(); err == nil {
			t.Errorf("%s: a device without any interrupt has one", name)
		}
	}
}

func noMessage() (*irq.Line, irq.Message, error) {
	return nil, irq.Message{}, errors.New("all vectors are in use")
}

// ECAM puts each function 4 KiB behind the one before, from its first bus on.
func TestECAM(t *testing.T) {
	ram := make(mmiotest.RAM, 2*ecamBus)
	old := mapRegisters
	t.Cleanup(func() { mapRegisters = old })
	mapRegisters = func(physical uint64, size int) (mmio.Registers, error) {
		if physical != 0xb0000000+4*ecamBus || size != len(ram) {
			t.Errorf("mapped %d bytes at %#x", size, physical)
		}
		return ram, nil
	}
	e := findECAM(&acpi.Tables{MCFG: 0xb0000000, MCFGFirstBus: 4, MCFGLastBus: 5})
	a := Address{5, 3, 2}
	const at = ecamBus + 3<<15 + 2<<12
	e.write(a, 0x10, 4, 0x11223344)
	e.write(a, 0x14, 2, 0x5566)
	e.write(a, 0x16, 1, 0x77)
	if ram.Read32(at+0x10) != 0x11223344 || e.read(a, 0x14, 4) != 0x00775566 || e.read(a, 0x16, 1) != 0x77 || e.read(a, 0x12, 2) != 0x1122 {
		t.Errorf("% x", ram[at:at+32])
	}
	for _, outside := range []Address{{3, 31, 7}, {6, 0, 0}} {
		e.write(outside, 0, 4, 0)
		if e.read(outside, 0, 4) != ^uint32(0) {
			t.Errorf("%v is there", outside)
		}
	}
	if e.read(a, 4096, 1) != 0xff || e.read(a, -1, 1) != 0xff {
		t.Error("registers outside of a function")
	}
	mapRegisters = func(uint64, int) (mmio.Registers, error) { return nil, mmio.ErrRange }
	if findECAM(&acpi.Tables{MCFG: 0xb0000000, MCFGLastBus: 5}) != nil {
		t.Error("a space that cannot be mapped")
	}
	if findECAM(&acpi.Tables{MCFG: 1, MCFGFirstBus: 9, MCFGLastBus: 5}) != nil || findECAM(&acpi.Tables{}) != nil {
		t.Error("a space that is none")
	}
}

// ECAM comes first if it shows what the ports show.
func TestChoose(t *testing.T) {
	express, io, other := machine{}, machine{}, machine{}
	express.add(Address{0, 0, 0}, 1, 2)
	io.add(Address{0, 0, 0}, 1, 2)
	other.add(Address{0, 9, 0}, 1, 2)
	for name, c := range map[string]struct{ express, io, want access }{
		"both": {express, io, express}, "different": {other, io, io}, "no ports": {express, nil, express},
		"no ECAM": {nil, io, io}, "neither": {nil, nil, nil},
	} {
		got := choose(c.express, c.io)
		if (got == nil) != (c.want == nil) || got != nil && !same(got, c.want) {
			t.Errorf("%s: the wrong one", name)
		}
	}
}

// same compares two machines by a mark.
func same(a, b access) bool {
	m, n := a.(machine), b.(machine)
	m[Address{255, 0, 0}] = new(function)
	defer delete(m, Address{255, 0, 0})
	return n[Address{255, 0, 0}] != nil
}

// Enable and Disable change what they are for.
func TestCommand(t *testing.T) {
	m := machine{}
	f := m.add(Address{0, 3, 0}, 1, 2)
	f.put16(regCommand, 0x100)
	d := m.device(t)
	if d.Enable(); d.Read16(regCommand) != 0x107 {
		t.Errorf("command %#x", d.Read16(regCommand))
	}
	if d.Disable(); d.Read16(regCommand) != 0x503 {
		t.Errorf("command %#x", d.Read16(regCommand))
	}
}
