package virtio_test

import (
	"errors"
	"testing"

	"eggcup/drivers/virtio"
	"eggcup/drivers/virtio/virtiotest"
	"eggcup/kernel/dma/dmatest"
)

// Of the features wanted those are chosen that the device has, and the version.
func TestFeatures(t *testing.T) {
	fake := virtiotest.New(1<<3|1<<5|1<<40|virtio.FeatureEventIndex, 8)
	d := fake.Open(virtio.KindNet)
	features, err := d.Begin(1<<3 | 1<<4)
	if err != nil {
		t.Fatal(err)
	}
	if want := uint64(1<<3 | virtio.FeatureVersion1 | virtio.FeatureEventIndex); features != want || fake.Accepted != want {
		t.Errorf("features %#x, the device got %#x, want %#x", features, fake.Accepted, want)
	}
}

// A legacy device has 32 features and no version, and its ring is aligned to a
// page.
func TestLegacy(t *testing.T) {
	fake := virtiotest.New(1<<3|1<<40, 256)
	fake.IsLegacy = true
	d := fake.Open(virtio.KindNet)
	if features, err := d.Begin(1<<3 | 1<<40); err != nil || features != 1<<3 {
		t.Fatalf("features %#x, %v", features, err)
	}
	q, err := d.NewQueue(0, 16)
	if err != nil || q.Size() != 256 {
		t.Fatalf("a legacy device decides on the size: %d, %v", q.Size(), err)
	}
	if l := fake.Queue(t, 0).Layout(); l.Device%4096 != 0 || l.Driver != l.Descriptors+16*256 {
		t.Errorf("layout %+v", l)
	}
}

// A device that cannot be agreed with is told so.
func TestRefusal(t *testing.T) {
	old := virtiotest.New(0, 8)
	old.Offered = 0
	refusing := virtiotest.New(0, 8)
	refusing.RefuseFeatures = true
	for name, fake := range map[string]*virtiotest.Device{"no version 1": old, "features refused": refusing} {
		if _, err := fake.Open(virtio.KindNet).Begin(0); err == nil {
			t.Errorf("%s: no error", name)
		}
		if fake.Status()&virtiotest.StatusFailed == 0 {
			t.Errorf("%s: the device is not told", name)
		}
	}
}

// A reset that does not end is an error after a while.
func TestStuckReset(t *testing.T) {
	fake := virtiotest.New(0, 8)
	fake.SetStatus(1)
	fake.StuckReset = true
	if _, err := fake.Open(virtio.KindNet).Begin(0); !errors.Is(err, virtio.ErrReset) {
		t.Errorf("error %v", err)
	}
}

// Queue sizes that cannot be are errors.
func TestQueueSizes(t *testing.T) {
	for size, want := range map[int]error{
		0: virtio.ErrNoQueue, 3: virtio.ErrQueueSize, 100: virtio.ErrQueueSize, 65535: virtio.ErrQueueSize,
		65536: virtio.ErrQueueSize, -8: virtio.ErrQueueSize, 1: nil, 8: nil, 32768: nil,
	} {
		fake := virtiotest.New(0, size)
		d := fake.Open(virtio.KindNet)
		if _, err := d.Begin(0); err != nil {
			t.Fatal(err)
		}
		q, err := d.NewQueue(0, 64)
		if !errors.Is(err, want) {
			t.Errorf("size %d: %v, want %v", size, err, want)
		}
		if err == nil && q.Size() != min(size, 64) {
			t.Errorf("size %d became %d", size, q.Size())
		}
		if want != nil && fake.Status()&virtiotest.StatusFailed == 0 {
			t.Errorf("size %d: the device is not told", size)
		}
	}
}

// Without memory for a queue there is an error, and no leak is hidden by it.
func TestNoMemory(t *testing.T) {
	fake := virtiotest.New(0, 8)
	fake.Bus.Left = 0
	d := fake.Open(virtio.KindNet)
	if _, err := d.Begin(0); err != nil {
		t.Fatal(err)
	}
	if _, err := d.NewQueue(0, 8); !errors.Is(err, dmatest.ErrNoMemory) {
		t.Errorf("error %v", err)
	}
}

// A long word whose halves change is read again, though not for ever.
func TestConfig(t *testing.T) {
	fake := virtiotest.New(0, 8)
	d := fake.Open(virtio.KindBlock)
	for i := range fake.Space {
		fake.Space[i] = byte(i)
	}
	if v, err := d.Config64(8); v != 0x0f0e0d0c0b0a0908 || err != nil {
		t.Errorf("%#x, %v", v, err)
	}
	if d.Config8(3) != 3 || d.Config16(4) != 0x0504 || d.Config32(4) != 0x07060504 {
		t.Error("wrong bytes")
	}
	fake.Restless = true
	if _, err := d.Config64(8); err == nil {
		t.Error("a configuration that never stands still was read")
	}
}

// Close ends Wait and silences the device, once.
func TestClose(t *testing.T) {
	fake, d, _ := start(t, 0, 8)
	ended := make(chan error)
	go func() { ended <- d.Wait() }()
	for range 2 {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := <-ended; err == nil {
		t.Error("Wait returned without an error")
	}
	if fake.Status() != 0 || !fake.Line.Closed() {
		t.Errorf("status %#x, line closed %v", fake.Status(), fake.Line.Closed())
	}
	d.Free()
}
