package virtio_rng

import (
	"errors"
	"testing"

	"eggcup/drivers/virtio"
	"eggcup/drivers/virtio/virtiotest"
	"eggcup/kernel/unit"
)

// capture replaces the kernel's generator.
func capture(t *testing.T) *[][seedSize / 8]uint64 {
	var seeds [][seedSize / 8]uint64
	old := add
	t.Cleanup(func() { add = old })
	add = func(seed *[seedSize / 8]uint64) { seeds = append(seeds, *seed) }
	return &seeds
}

// generous is a device that gives so many bytes at once.
func generous(portion int) *virtiotest.Device {
	fake := virtiotest.New(0, 8)
	value := byte(0)
	fake.Handle = func(q *virtiotest.Queue) {
		for r := q.Pop(); r != nil; r = q.Pop() {
			n := min(portion, len(r.Writable[0]))
			for i := range n {
				value++
				r.Writable[0][i] = value
			}
			q.Push(r.ID, n)
		}
		q.Sleep(true)
	}
	return fake
}

// All bytes of a seed come from the device, however many it gives at once, and
// the next seed has others.
func TestSeed(t *testing.T) {
	for _, portion := range []int{1, 5, 32, 100} {
		seeds := capture(t)
		s, err := open(generous(portion).Open(virtio.KindEntropy))
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := s.seed(); err != nil {
				t.Fatal(err)
			}
		}
		want := [4]uint64{0x0807060504030201, 0x100f0e0d0c0b0a09, 0x1817161514131211, 0x201f1e1d1c1b1a19}
		if len(*seeds) != 2 || (*seeds)[0] != want || (*seeds)[1][0] != 0x2827262524232221 {
			t.Errorf("portions of %d: seeds %x", portion, *seeds)
		}
		s.device.Close()
	}
}

// A device that gives nothing, lies about how much, or is gone is an error and
// seeds nothing.
func TestBadDevices(t *testing.T) {
	for name, c := range map[string]struct {
		handle func(fake *virtiotest.Device, q *virtiotest.Queue)
		want   error
	}{
		"nothing": {func(_ *virtiotest.Device, q *virtiotest.Queue) { q.Push(q.Pop().ID, 0) }, errEmpty},
		"more than asked for": {func(_ *virtiotest.Device, q *virtiotest.Queue) {
			q.Push(q.Pop().ID, 33)
		}, virtio.ErrRing},
		"gone": {func(fake *virtiotest.Device, q *virtiotest.Queue) { fake.Line.Close() }, nil},
	} {
		seeds := capture(t)
		fake := virtiotest.New(0, 8)
		fake.Handle = func(q *virtiotest.Queue) { c.handle(fake, q) }
		err := start([]*virtio.Device{fake.Open(virtio.KindEntropy)})
		if err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if len(*seeds) != 0 {
			t.Errorf("%s: the generator was seeded", name)
		}
		if fake.Status() != 0 {
			t.Errorf("%s: the device still runs", name)
		}
	}
}

// The second device serves if the first does not, and none at all is absence.
func TestStart(t *testing.T) {
	seeds := capture(t)
	bad := virtiotest.New(0, 3)
	if err := start([]*virtio.Device{bad.Open(virtio.KindEntropy), generous(32).Open(virtio.KindEntropy)}); err != nil {
		t.Error(err)
	}
	if len(*seeds) != 1 {
		t.Errorf("%d seeds", len(*seeds))
	}
	if err := start(nil); !errors.Is(err, unit.ErrAbsent) {
		t.Errorf("error %v", err)
	}
}
