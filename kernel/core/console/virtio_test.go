package console

import (
	"encoding/binary"
	"strings"
	"testing"
	"unsafe"
)

// line is a virtio device behind an I/O port, with the memory of its queue.
type line struct {
	descriptors, available, used, text []byte
	shown                              strings.Builder
	busy                               bool // takes nothing for now
	requests                           int
}

func address(b []byte) uintptr { return uintptr(unsafe.Pointer(unsafe.SliceData(b))) }

func newLine(t *testing.T) (*line, *VirtioQueue) {
	l := &line{make([]byte, 64), make([]byte, 64), make([]byte, 64), make([]byte, textSize), strings.Builder{}, false, 0}
	old := out16
	t.Cleanup(func() { out16 = old })
	out16 = func(port, number uint16) {
		if port != 0x7001 || number != 1 {
			t.Errorf("port %#x, queue %d", port, number)
		}
		l.requests++
		l.take()
	}
	return l, &VirtioQueue{
		Descriptors: address(l.descriptors), Available: address(l.available), Used: address(l.used), Entries: 4,
		Text: address(l.text), TextPhysical: 0x5000, Notify: 0x7001, NotifyWidth: 2, Number: 1,
	}
}

// take is the device's side.
func (l *line) take() {
	if l.busy {
		return
	}
	n := binary.LittleEndian.Uint32(l.descriptors[descriptorLen:])
	if binary.LittleEndian.Uint64(l.descriptors) != 0x5000 || binary.LittleEndian.Uint16(l.descriptors[descriptorFlags:]) != 0 {
		l.shown.WriteString("a bad descriptor")
	}
	l.shown.Write(l.text[:n])
	copy(l.used[2:4], l.available[2:4])
}

func (v *virtio) print(text string) {
	for _, c := range []byte(text) {
		v.put(c)
	}
	v.flush()
}

// What was printed before the device is there comes first, and all of it comes,
// in one request each time.
func TestVirtio(t *testing.T) {
	l, q := newLine(t)
	var v virtio
	v.print("early\n")
	v.attach(q)
	v.print("late\n")
	long := strings.Repeat("0123456789", 1000)
	v.print(long)
	for range 70000 { // the index wraps around
		v.print("x")
	}
	if want := "early\nlate\n" + long + strings.Repeat("x", 70000); l.shown.String() != want {
		t.Errorf("%d bytes are shown, not %d", l.shown.Len(), len(want))
	}
	if l.requests != 1+1+3+70000 {
		t.Errorf("%d requests", l.requests)
	}
}

// Of what is printed before there is a device, the first lines are kept.
func TestVirtioEarly(t *testing.T) {
	l, q := newLine(t)
	var v virtio
	v.print(strings.Repeat("a", textSize) + strings.Repeat("b", 100))
	v.attach(q)
	if got := l.shown.String(); got != strings.Repeat("a", textSize) {
		t.Errorf("%d bytes are shown", len(got))
	}
}

// A device that takes nothing loses lines, and gets others when it is back.
func TestVirtioStuck(t *testing.T) {
	l, q := newLine(t)
	var v virtio
	v.attach(q)
	l.busy = true
	v.print("kept\n")
	v.print("lost\n")
	if l.busy = false; l.shown.Len() != 0 {
		t.Errorf("shown %q", l.shown.String())
	}
	l.take()
	v.print("back\n")
	if got := l.shown.String(); got != "kept\nback\n" {
		t.Errorf("shown %q", got)
	}
	v.attach(nil)
	v.print("nowhere\n")
	if l.requests != 2 {
		t.Errorf("%d requests", l.requests)
	}
}
