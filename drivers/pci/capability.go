package pci

import "errors"

// ErrBadCapabilities is the error of a list that does not end, or that leaves
// its place.
var ErrBadCapabilities = errors.New("malformed list of capabilities")

// Capability IDs (PCI Code and ID Assignment 1.11, chapter 2).
const (
	CapabilityVendor = 0x09
	CapabilityMSIX   = 0x11
)

// Capability is one entry of the list: what it is, and where in the
// configuration space.
type Capability struct {
	ID     uint8
	Offset int
}

// Capabilities returns the device's list in its order.
func (d *Device) Capabilities() ([]Capability, error) {
	if d.Read16(regStatus)&statusCapable == 0 || d.header > headerBridge {
		return nil, nil
	}
	return walk(d.Read8)
}

// Capability returns the first entry with an ID; ok is false when there is none
// or the list is malformed.
func (d *Device) Capability(id uint8) (c Capability, ok bool) {
	all, _ := d.Capabilities()
	for _, c := range all {
		if c.ID == id {
			return c, true
		}
	}
	return Capability{}, false
}

// walk follows the list. Each entry lies on a multiple of four in the upper 192
// bytes, so a list that has more entries than fit there runs in a circle.
func walk(read8 func(off int) uint8) ([]Capability, error) {
	var all []Capability
	at := int(read8(regCapabilities) &^ 3)
	for at != 0 {
		if at < firstCapability || len(all) == maxCapabilities {
			return nil, ErrBadCapabilities
		}
		all = append(all, Capability{read8(at + capID), at})
		at = int(read8(at+capNext) &^ 3)
	}
	return all, nil
}
