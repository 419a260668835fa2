package apic

import "eggcup/kernel/core/acpi"

// ioapics are the I/O APICs, the first ioCount. Written at boot.
var (
	ioapics [acpi.MaxIOAPICs]ioapic
	ioCount int
)

// ioapic is one controller and the global system interrupts it serves.
type ioapic struct {
	base  uintptr // where its registers are mapped
	first int     // its first GSI
	lines int
	// An access costs microseconds where the controller is emulated, and a line is
	// masked and unmasked for every interrupt. So what was written is known here.
	selected uint32           // the register that the window shows
	low      [maxLines]uint32 // the low words of the redirection entries
}

// maxLines is how many redirection entries a controller has at most: the version
// register has eight bits for the last one's number (82093AA, 3.2.2).
const maxLines = 256

// MaskPIC gives the 8259s vectors that collide with nothing and masks them.
// Where there are none, the writes go nowhere.
//
// Context: boot.
func MaskPIC() {
	out8(picCommand1, picInit)
	out8(picCommand2, picInit)
	out8(picData1, PICVector)
	out8(picData2, PICVector+8)
	out8(picData1, 1<<picCascade)
	out8(picData2, picCascade)
	out8(picData1, pic8086)
	out8(picData2, pic8086)
	out8(picData1, picMaskAll)
	out8(picData2, picMaskAll)
}

// AddIOAPIC takes over the controller whose registers are mapped at base and
// masks its lines. firstGSI is the number of its first line.
//
// Context: boot.
func AddIOAPIC(base uintptr, firstGSI int) {
	if ioCount == len(ioapics) {
		return
	}
	c := &ioapics[ioCount]
	*c = ioapic{base: base, first: firstGSI, selected: none}
	c.lines = int(c.read(ioVersion)>>ioMaxEntry&0xff) + 1
	for line := 0; line < c.lines; line++ {
		c.writeLow(line, redirectMasked)
	}
	ioCount++
}

// GSI returns the global system interrupt of an ISA interrupt.
//
// Context: any, after boot.
func GSI(irq int) int {
	m := &acpi.Machine
	for i := 0; i < m.NumOverrides; i++ {
		if int(m.Overrides[i].IRQ) == irq {
			return int(m.Overrides[i].GSI)
		}
	}
	return irq
}

// HasGSI reports whether an I/O APIC serves a global system interrupt.
//
// Context: any, after boot.
func HasGSI(gsi int) bool {
	c, _ := find(gsi)
	return c != nil
}

// Level reports whether a global system interrupt is level-triggered. One that
// the firmware does not describe is edge-triggered and active high in the ISA
// range, level-triggered and active low (as PCI has it) above.
//
// Context: any, after boot.
func Level(gsi int) bool { return mode(gsi)&redirectLevel != 0 }

// Route sends a global system interrupt to the calling CPU at a vector and
// unmasks it. It reports false if no I/O APIC serves it.
func Route(gsi int, vector uint8) bool {
	c, line := find(gsi)
	if c == nil {
		return false
	}
	c.writeLow(line, redirectMasked)
	c.write(entry(line)+1, ID()<<redirectDest)
	c.writeLow(line, mode(gsi)|uint32(vector))
	return true
}

// Mask keeps a global system interrupt from being delivered.
func Mask(gsi int) { setMask(gsi, redirectMasked) }

// Unmask lets a routed interrupt be delivered again.
func Unmask(gsi int) { setMask(gsi, 0) }

// Fired ends the handling of a device's interrupt on the calling CPU. A
// level-triggered line is masked until its driver has served the device and
// unmasks it; an edge-triggered one stays open, because an edge that comes
// while its line is masked is lost.
func Fired(gsi int) {
	if Level(gsi) {
		Mask(gsi)
	}
	EOI()
}

func setMask(gsi int, bit uint32) {
	if c, line := find(gsi); c != nil {
		c.writeLow(line, c.low[line]&^redirectMasked|bit)
	}
}

// find returns the controller and line of a global system interrupt, or nil.
func find(gsi int) (*ioapic, int) {
	for i := 0; i < ioCount; i++ {
		c := &ioapics[i]
		if gsi >= c.first && gsi < c.first+c.lines {
			return c, gsi - c.first
		}
	}
	return nil, 0
}

// mode returns the polarity and trigger bits of a redirection entry.
func mode(gsi int) uint32 {
	const isaLines = 16
	m := &acpi.Machine
	for i := 0; i < m.NumOverrides; i++ {
		if o := &m.Overrides[i]; int(o.GSI) == gsi {
			bits := uint32(0)
			if o.Flags&flagPolarity == flagLow {
				bits |= redirectLow
			}
			if o.Flags&flagTrigger == flagLevel {
				bits |= redirectLevel
			}
			return bits
		}
	}
	if gsi < isaLines {
		return 0
	}
	return redirectLow | redirectLevel
}

// entry returns the index of the low word of a line's redirection entry.
func entry(line int) uint32 { return ioRedirect + 2*uint32(line) }

// none is no register of a controller.
const none = ^uint32(0)

func (c *ioapic) read(index uint32) uint32 {
	c.choose(index)
	return mmioRead(c.base + ioWindow)
}

func (c *ioapic) write(index, v uint32) {
	c.choose(index)
	mmioWrite(c.base+ioWindow, v)
}

// writeLow writes the low word of a line's redirection entry.
func (c *ioapic) writeLow(line int, v uint32) {
	c.low[line] = v
	c.write(entry(line), v)
}

// choose makes the window show a register.
func (c *ioapic) choose(index uint32) {
	if c.selected != index {
		c.selected = index
		mmioWrite(c.base+ioSelect, index)
	}
}
