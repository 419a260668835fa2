package vga

import (
	"errors"
	"strings"
	"testing"

	"eggcup/kernel/unit"
)

// adapter is a fake VGA adapter.
type adapter struct {
	present  bool
	index    map[uint16]uint8
	crtc     map[uint8]uint8
	graphics map[uint8]uint8
}

func (a *adapter) in(port uint16) uint8 {
	switch {
	case !a.present:
		return 0xff
	case port == crtcData:
		return a.crtc[a.index[crtcIndex]]
	case port == graphicsData:
		return a.graphics[a.index[graphicsIndex]]
	}
	return a.index[port]
}

func (a *adapter) out(port uint16, v uint8) {
	switch port {
	case crtcData:
		a.crtc[a.index[crtcIndex]] = v
	case graphicsData:
		a.graphics[a.index[graphicsIndex]] = v
	default:
		a.index[port] = v
	}
}

// install puts an adapter under the driver; attached counts what was shown.
func install(t *testing.T, present bool, misc uint8) (a *adapter, attached *int) {
	a = &adapter{present, map[uint16]uint8{graphicsIndex: 5}, map[uint8]uint8{crtcCursorLow: 77}, map[uint8]uint8{graphicsMisc: misc}}
	attached = new(int)
	oldIn, oldOut, oldAttach := in8, out8, attach
	t.Cleanup(func() { in8, out8, attach = oldIn, oldOut, oldAttach; started.Store(false) })
	in8, out8 = a.in, a.out
	attach = func() error { *attached++; return nil }
	return a, attached
}

// TestInit attaches an adapter in text mode once and leaves its registers as
// they were.
func TestInit(t *testing.T) {
	a, attached := install(t, true, miscMapText)
	for range 2 {
		if err := Init(); err != nil {
			t.Fatal(err)
		}
	}
	if *attached != 1 {
		t.Errorf("attached %d times", *attached)
	}
	if a.crtc[crtcCursorLow] != 77 || a.index[graphicsIndex] != 5 {
		t.Errorf("cursor %d, graphics index %d after the probe", a.crtc[crtcCursorLow], a.index[graphicsIndex])
	}
}

// TestAbsent skips a machine without adapter, one whose firmware says so, and a
// screen in a graphics mode.
func TestAbsent(t *testing.T) {
	for name, c := range map[string]struct {
		present, denied bool
		misc            uint8
		why             string
	}{
		"no adapter":    {false, false, miscMapText, "no VGA adapter"},
		"firmware":      {true, true, miscMapText, "no VGA adapter"},
		"graphics mode": {true, false, miscMapText | miscGraphics, "the screen is not in text mode"},
		"monochrome":    {true, false, 2 << 2, "the screen is not in text mode"},
	} {
		install(t, c.present, c.misc)
		err := detect(c.denied)
		if !errors.Is(err, unit.ErrAbsent) || err.Error() != c.why {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// TestAttachFails wraps what the kernel says.
func TestAttachFails(t *testing.T) {
	install(t, true, miscMapText)
	attach = func() error { return errors.New("no memory") }
	if err := Init(); err == nil || !strings.HasPrefix(err.Error(), "vga: map frame buffer: ") {
		t.Errorf("error %v", err)
	}
}
