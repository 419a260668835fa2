package pci

// scan returns the functions on bus 0 and on all buses behind bridges. A bridge
// that leads back to a bus, as a broken one may, is not followed twice.
func scan(way access) []*Device {
	s := scanner{way: way}
	s.bus(0)
	return s.found
}

type scanner struct {
	way   access
	seen  [buses]bool
	found []*Device
}

func (s *scanner) bus(bus uint8) {
	if s.seen[bus] {
		return
	}
	s.seen[bus] = true
	for device := range uint8(devices) {
		a := Address{Bus: bus, Device: device}
		if !s.function(a) {
			continue // a device has a function 0, or it is none
		}
		if s.way.read(a, regHeaderType, 1)&headerMultiple == 0 {
			continue
		}
		for a.Function = 1; a.Function < functions; a.Function++ {
			s.function(a)
		}
	}
}

// function takes a function over and follows it if it is a bridge; it reports
// whether there is one.
func (s *scanner) function(a Address) bool {
	vendor := uint16(s.way.read(a, regVendor, 2))
	if vendor == noVendor || vendor == 0 {
		return false
	}
	read8 := func(off int) uint8 { return uint8(s.way.read(a, off, 1)) }
	read16 := func(off int) uint16 { return uint16(s.way.read(a, off, 2)) }
	d := &Device{
		Address: a, Vendor: vendor, Product: read16(regDevice), Revision: read8(regRevision), Interface: read8(regInterface),
		Class: read8(regClass), Subclass: read8(regSubclass), header: read8(regHeaderType) & headerKind, config: s.way,
	}
	if d.header == headerDevice {
		d.SubsystemVendor, d.Subsystem = read16(regSubVendor), read16(regSubsystem)
	}
	s.found = append(s.found, d)
	if d.header == headerBridge {
		s.bus(read8(regSecondary))
	}
	return true
}
