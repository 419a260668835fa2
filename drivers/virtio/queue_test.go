package virtio_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"eggcup/drivers/virtio"
	"eggcup/drivers/virtio/virtiotest"
)

// start returns a device with one queue of a size that works.
func start(t testing.TB, features uint64, size int) (*virtiotest.Device, *virtio.Device, *virtio.Queue) {
	t.Helper()
	fake := virtiotest.New(features, size)
	d := fake.Open(virtio.KindEntropy)
	if _, err := d.Begin(0); err != nil {
		t.Fatal(err)
	}
	if err := d.Connect(); err != nil {
		t.Fatal(err)
	}
	q, err := d.NewQueue(0, size)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Start(); err != nil {
		t.Fatal(err)
	}
	return fake, d, q
}

// piece returns a buffer of n bytes that exists.
func piece(t testing.TB, d *virtio.Device, n int) virtio.Buffer {
	t.Helper()
	m, err := d.Alloc(n)
	if err != nil {
		t.Fatal(err)
	}
	return virtio.Buffer{Physical: m.Physical(), Length: uint32(n)}
}

var eventModes = map[string]uint64{"events": virtio.FeatureEventIndex, "flags": 0}

// Requests of any shape reach the device as they are and come back in any
// order, over many rounds of the ring and of its 16-bit indices.
func TestRoundTrips(t *testing.T) {
	for mode, features := range eventModes {
		t.Run(mode, func(t *testing.T) {
			for _, size := range []int{1, 2, 8, 64} {
				roundTrips(t, features, size)
			}
		})
	}
}

func roundTrips(t *testing.T, features uint64, size int) {
	fake, d, q := start(t, features, size)
	device := fake.Queue(t, 0)
	random := rand.New(rand.NewPCG(1, uint64(size)))
	buffer := piece(t, d, 100)
	pieces := map[uint16]int{}
	var inDevice []*virtiotest.Request
	done := 0
	for done < 70_000 {
		for random.IntN(3) > 0 {
			n := 1 + random.IntN(min(3, size))
			readable := random.IntN(n + 1)
			all := slices.Repeat([]virtio.Buffer{buffer}, n)
			head, err := q.Add(all[:readable], all[readable:])
			if errors.Is(err, virtio.ErrFull) {
				break
			}
			if err != nil || pieces[head] != 0 {
				t.Fatalf("request %d: %v", head, err)
			}
			pieces[head] = n<<8 | readable
		}
		q.Publish()
		for r := device.Pop(); r != nil; r = device.Pop() {
			if got := (len(r.Readable)+len(r.Writable))<<8 | len(r.Readable); got != pieces[r.ID] {
				t.Fatalf("request %d has %#x pieces, want %#x", r.ID, got, pieces[r.ID])
			}
			inDevice = append(inDevice, r)
		}
		random.Shuffle(len(inDevice), func(i, j int) { inDevice[i], inDevice[j] = inDevice[j], inDevice[i] })
		keep := random.IntN(len(inDevice) + 1)
		for _, r := range inDevice[keep:] {
			device.Push(r.ID, 100*len(r.Writable))
		}
		inDevice = inDevice[:keep]
		for {
			head, written, ok, err := q.Take()
			if err != nil {
				t.Fatal(err)
			}
			if !ok {
				break
			}
			if want := 100 * (pieces[head]>>8 - pieces[head]&0xff); int(written) != want {
				t.Fatalf("%d bytes written, want %d", written, want)
			}
			pieces[head] = 0
			done++
		}
		if q.UnderWay() != len(inDevice) {
			t.Fatalf("%d under way, the device has %d", q.UnderWay(), len(inDevice))
		}
	}
}

// The device is told only when it sleeps, and always then.
func TestNotification(t *testing.T) {
	for mode, features := range eventModes {
		t.Run(mode, func(t *testing.T) {
			fake, d, q := start(t, features, 8)
			device := fake.Queue(t, 0)
			buffer := []virtio.Buffer{piece(t, d, 8)}
			add := func() {
				t.Helper()
				if _, err := q.Add(buffer, nil); err != nil {
					t.Fatal(err)
				}
				q.Publish()
			}
			device.Sleep(true)
			add()
			if device.Notified != 1 {
				t.Fatalf("%d notifications of a sleeping device", device.Notified)
			}
			device.Pop()
			device.Sleep(false)
			add()
			q.Publish() // nothing new
			if device.Notified != 1 {
				t.Fatal("a device that is awake was told")
			}
			device.Pop()
			device.Sleep(true)
			for range 3 {
				if _, err := q.Add(buffer, nil); err != nil {
					t.Fatal(err)
				}
			}
			q.Publish()
			if device.Notified != 2 {
				t.Fatalf("%d notifications after three requests at once", device.Notified)
			}
		})
	}
}

// An interrupt comes when the driver listens, and Listen tells of what came
// before.
func TestListen(t *testing.T) {
	for mode, features := range eventModes {
		t.Run(mode, func(t *testing.T) {
			fake, d, q := start(t, features, 4)
			device := fake.Queue(t, 0)
			finish := func() {
				t.Helper()
				if _, err := q.Add([]virtio.Buffer{piece(t, d, 8)}, nil); err != nil {
					t.Fatal(err)
				}
				q.Publish()
				device.Push(device.Pop().ID, 0)
			}
			q.Ignore()
			finish()
			if fake.Line.Pending() {
				t.Error("an interrupt that nobody wants")
			}
			if !q.Listen() {
				t.Error("Listen does not tell of the finished request")
			}
			if _, _, ok, err := q.Take(); !ok || err != nil {
				t.Fatal(ok, err)
			}
			if q.Listen() {
				t.Error("Listen tells of a request that was taken")
			}
			finish()
			if !fake.Line.Pending() {
				t.Error("no interrupt although the driver listens")
			}
		})
	}
}

// A full queue says so and goes on when there is room.
func TestFull(t *testing.T) {
	fake, d, q := start(t, 0, 4)
	device := fake.Queue(t, 0)
	one := []virtio.Buffer{piece(t, d, 8)}
	three := slices.Repeat(one, 3)
	if _, err := q.Add(three, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := q.Add(one, one); !errors.Is(err, virtio.ErrFull) || q.Free() != 1 {
		t.Fatalf("%v, %d free", err, q.Free())
	}
	if _, err := q.Add(slices.Repeat(one, 5), nil); err == nil || errors.Is(err, virtio.ErrFull) {
		t.Fatalf("a request larger than the queue: %v", err)
	}
	if _, err := q.Add(nil, nil); err == nil {
		t.Fatal("a request without buffers")
	}
	q.Publish()
	device.Push(device.Pop().ID, 0)
	if _, _, ok, err := q.Take(); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if _, err := q.Add(one, three); err != nil {
		t.Fatal(err)
	}
}

// misdeeds are what a device may do wrong to the used ring when two requests of
// 8 bytes to write are under way, with heads 0 and 1.
var misdeeds = map[string]func(q *virtiotest.Queue){
	"index ahead of the requests": func(q *virtiotest.Queue) { q.SetIndex(3) },
	"index behind":                func(q *virtiotest.Queue) { q.SetIndex(0xffff) },
	"index far ahead":             func(q *virtiotest.Queue) { q.SetIndex(0x8000) },
	"no such descriptor":          func(q *virtiotest.Queue) { q.Entry(8, 0); q.SetIndex(1) },
	"descriptor number huge":      func(q *virtiotest.Queue) { q.Entry(0xffffffff, 0); q.SetIndex(1) },
	"number with high bits":       func(q *virtiotest.Queue) { q.Entry(0x10000, 0); q.SetIndex(1) },
	"descriptor not under way":    func(q *virtiotest.Queue) { q.Entry(5, 0); q.SetIndex(1) },
	"more bytes than there are":   func(q *virtiotest.Queue) { q.Entry(0, 9); q.SetIndex(1) },
	"number of bytes huge":        func(q *virtiotest.Queue) { q.Entry(0, 0xffffffff); q.SetIndex(1) },
	"the same twice": func(q *virtiotest.Queue) {
		q.Entry(1, 8)
		q.SetIndex(1)
		q.Entry(1, 8)
		q.SetIndex(2)
	},
}

// Whatever the device does wrong ends the queue with an error, and it stays so.
func TestMisdeeds(t *testing.T) {
	for name, misdeed := range misdeeds {
		t.Run(name, func(t *testing.T) {
			fake, d, q := start(t, 0, 8)
			buffer := []virtio.Buffer{piece(t, d, 8)}
			for range 2 {
				if _, err := q.Add(nil, buffer); err != nil {
					t.Fatal(err)
				}
			}
			q.Publish()
			misdeed(fake.Queue(t, 0))
			var err error
			for range 3 {
				if _, _, _, err = q.Take(); err != nil {
					break
				}
			}
			if !errors.Is(err, virtio.ErrRing) || !errors.Is(q.Broken(), virtio.ErrRing) {
				t.Fatalf("error %v", err)
			}
			if _, err := q.Add(nil, buffer); !errors.Is(err, virtio.ErrRing) {
				t.Errorf("a broken queue takes a request: %v", err)
			}
			q.Publish()
			if _, _, ok, err := q.Take(); ok || !errors.Is(err, virtio.ErrRing) {
				t.Errorf("a broken queue gives %v, %v", ok, err)
			}
		})
	}
}

// The device may scribble over the descriptors while it has them: the driver
// does not look there again.
func TestScribbledDescriptors(t *testing.T) {
	fake, d, q := start(t, 0, 8)
	device := fake.Queue(t, 0)
	buffers := slices.Repeat([]virtio.Buffer{piece(t, d, 8)}, 3)
	for range 1000 {
		if _, err := q.Add(buffers[:1], buffers[1:]); err != nil {
			t.Fatal(err)
		}
		q.Publish()
		id := device.Pop().ID
		table := fake.Bus.Bytes(device.Layout().Descriptors, 16*8)
		for i := range table {
			table[i] = 0xff
		}
		device.Push(id, 16)
		if _, _, ok, err := q.Take(); !ok || err != nil {
			t.Fatal(ok, err)
		}
		if q.Free() != 8 {
			t.Fatalf("%d descriptors are free", q.Free())
		}
	}
}

// FuzzUsedRing lets the device write what it likes into the used ring while
// requests come and go: the queue gives requests that are under way, each once,
// or breaks. It never panics or loops.
func FuzzUsedRing(f *testing.F) {
	f.Add([]byte{0, 0, 1, 0, 1, 0, 0, 8, 2, 3})
	f.Add([]byte{1, 1, 1, 2, 0xff, 0xff, 3, 0, 0})
	f.Fuzz(func(t *testing.T, script []byte) {
		fake, d, q := start(t, virtio.FeatureEventIndex, 4)
		device := fake.Queue(t, 0)
		buffer := []virtio.Buffer{piece(t, d, 8)}
		underWay := map[uint16]bool{}
		next := func() byte {
			if len(script) == 0 {
				return 0
			}
			b := script[0]
			script = script[1:]
			return b
		}
		for len(script) > 0 {
			switch next() % 4 {
			case 0:
				if head, err := q.Add(nil, buffer); err == nil {
					if underWay[head] {
						t.Fatalf("head %d is given twice", head)
					}
					underWay[head] = true
					q.Publish()
				}
			case 1:
				device.Entry(uint32(next()%6), uint32(next()%12))
				device.SetIndex(device.Index() + 1)
			case 2:
				device.SetIndex(uint16(next()) | uint16(next())<<8)
			case 3:
				if r := device.Pop(); r != nil {
					device.Push(r.ID, int(next()%10))
				}
			}
			head, written, ok, err := q.Take()
			if ok && (!underWay[head] || written > 8 || err != nil) {
				t.Fatalf("took %d with %d bytes, %v", head, written, err)
			}
			if ok {
				delete(underWay, head)
			}
			if err == nil && !ok && q.UnderWay() != len(underWay) {
				t.Fatalf("%d under way, want %d", q.UnderWay(), len(underWay))
			}
			if len(underWay) > 4 || q.Free() < 0 || q.Free() > 4 {
				t.Fatalf("%d under way, %d free", len(underWay), q.Free())
			}
		}
	})
}
