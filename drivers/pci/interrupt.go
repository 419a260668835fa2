package pci

import (
	"errors"

	"eggcup/kernel/irq"
	"eggcup/kernel/mmio"
	"eggcup/kernel/unit"
)

var (
	errBadMSIX = errors.New("malformed MSI-X capability")
	errNoINTx  = errors.New("the device has no interrupt line")
)

// How interrupts are opened, replaced by the tests.
var (
	openLine    = irq.Open
	openMessage = irq.OpenMessage
)

// Interrupt is a device's way to say that it wants something.
type Interrupt struct {
	*irq.Line
	// Entry is the number of the MSI-X entry that the driver must tell its
	// device, -1 for INTx: then the device has to be asked whether it was it.
	Entry int
}

// OpenInterrupt gives the device one interrupt: MSI-X where it has that, else
// its line. Call it after Enable.
func (d *Device) OpenInterrupt() (*Interrupt, error) {
	line, err := d.openMSIX()
	if err == nil {
		return &Interrupt{line, 0}, nil
	}
	line, intxErr := d.OpenINTx()
	if intxErr == nil {
		return &Interrupt{line, -1}, nil
	}
	if c, ok := d.Capability(CapabilityMSIX); ok && c.Offset != 0 {
		return nil, unit.Wrap(d.Address.String()+": MSI-X", err)
	}
	return nil, unit.Wrap(d.Address.String()+": interrupt", intxErr)
}

// OpenINTx opens the line that the firmware has connected the device to.
func (d *Device) OpenINTx() (*irq.Line, error) {
	line := d.Read8(regLine)
	if d.Read8(regPin) == 0 || line == 0 || line == noLine {
		return nil, errNoINTx
	}
	d.command(0, commandNoINTx)
	return openLine(irq.ISA(int(line)))
}

// openMSIX makes entry 0 of the device's table interrupt, and no other.
func (d *Device) openMSIX() (*irq.Line, error) {
	c, ok := d.Capability(CapabilityMSIX)
	if !ok {
		return nil, errBadMSIX
	}
	table, entries, err := d.msixTable(c)
	if err != nil {
		return nil, err
	}
	line, message, err := openMessage()
	if err != nil {
		return nil, err
	}
	control := d.Read16(c.Offset + msixControl)
	d.write16(c.Offset+msixControl, control|msixEnable|msixMaskAll)
	for i := range entries {
		table.Write32(i*msixEntry+msixVector, msixVectorMasked)
	}
	table.Write32(msixAddressLow, uint32(message.Address))
	table.Write32(msixAddressHigh, uint32(message.Address>>32))
	table.Write32(msixData, message.Data)
	table.Write32(msixVector, 0)
	d.command(commandNoINTx, 0)
	d.write16(c.Offset+msixControl, control&^msixMaskAll|msixEnable)
	return line, nil
}

// msixTable maps the table, which must lie within its BAR.
func (d *Device) msixTable(c Capability) (table mmio.Registers, entries int, err error) {
	if c.Offset+msixLength > headerSpace {
		return nil, 0, errBadMSIX
	}
	entries = int(d.Read16(c.Offset+msixControl)&msixSize) + 1
	place := d.Read32(c.Offset + msixTable)
	registers, err := d.Map(int(place & msixBAR))
	if err != nil {
		return nil, 0, err
	}
	table, err = mmio.Window(registers, int(place&^msixBAR), entries*msixEntry)
	if err != nil {
		return nil, 0, errBadMSIX
	}
	return table, entries, nil
}
