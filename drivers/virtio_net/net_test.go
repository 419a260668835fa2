package virtio_net

import (
	"bytes"
	"encoding/binary"
	"errors"
	"sync"
	"testing"
	"time"

	"eggcup/drivers/virtio"
	"eggcup/drivers/virtio/virtiotest"
	"eggcup/kernel/netdev"
	"eggcup/kernel/netdev/netdevtest"
)

// wire is a fake card's side.
type wire struct {
	*virtiotest.Device
	t       *testing.T
	mu      sync.Mutex
	sent    [][]byte // what the driver sent, headers included
	pieces  []int    // how many buffers each of them had
	stalled bool     // takes nothing
}

const queueSize = 16

func newWire(t *testing.T, features uint64) *wire {
	w := &wire{Device: virtiotest.New(features|featureMAC, 64, 64), t: t}
	copy(w.Space[configMAC:], []byte{0x52, 0x54, 0, 1, 2, 3})
	w.Handle = func(q *virtiotest.Queue) {
		if q.Number == transmitQueue {
			w.drain(q)
		}
	}
	return w
}

// drain takes what the driver has sent.
func (w *wire) drain(q *virtiotest.Queue) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stalled {
		return
	}
	for r := q.Pop(); r != nil; r = q.Pop() {
		w.sent = append(w.sent, bytes.Join(r.Readable, nil))
		w.pieces = append(w.pieces, len(r.Readable))
		q.Push(r.ID, 0)
	}
	q.Sleep(true)
}

// open starts the driver; frames it receives go into the channel.
func (w *wire) open() (*card, <-chan []byte) {
	w.t.Helper()
	c, err := newCard(w.Open(virtio.KindNet), queueSize)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { c.Close() })
	frames := make(chan []byte, 1000)
	if err := c.Start(func(frame []byte) { frames <- bytes.Clone(frame) }); err != nil {
		w.t.Fatal(err)
	}
	return c, frames
}

// put lets a frame arrive in as many buffers as it takes; with header fields.
func (w *wire) put(frame []byte, flags byte, buffers int) {
	q := w.Queue(w.t, receiveQueue)
	data := append(make([]byte, w.headerSize()), frame...)
	data[headerFlags] = flags
	if w.headerSize() == headerSize {
		binary.LittleEndian.PutUint16(data[headerBuffers:], uint16(buffers))
	}
	w.raw(q, data)
}

func (w *wire) headerSize() int {
	if w.IsLegacy && w.Accepted&featureMergeable == 0 {
		return headerSizeLegacy
	}
	return headerSize
}

// raw writes bytes into as many buffers as they take.
func (w *wire) raw(q *virtiotest.Queue, data []byte) {
	for first := true; first || len(data) > 0; first = false {
		r := q.Pop()
		for end := time.Now().Add(time.Second); r == nil; r = q.Pop() {
			if time.Now().After(end) {
				w.t.Fatal("the driver gives no receive buffers")
			}
			time.Sleep(time.Millisecond)
		}
		n := 0
		for _, piece := range r.Writable {
			k := copy(piece, data)
			data, n = data[k:], n+k
		}
		q.Push(r.ID, n)
	}
}

var (
	wait    = netdevtest.Wait
	pattern = netdevtest.Pattern
)

// variants are the kinds of card that there are.
var variants = map[string]struct {
	features uint64
	legacy   bool
	header   int
	pieces   int
}{
	"modern":            {0, false, headerSize, 1},
	"mergeable":         {featureMergeable, false, headerSize, 1},
	"events":            {virtio.FeatureEventIndex | featureMergeable, false, headerSize, 1},
	"legacy":            {0, true, headerSizeLegacy, 2},
	"legacy, layout":    {featureAnyLayout, true, headerSizeLegacy, 1},
	"legacy, mergeable": {featureMergeable | featureAnyLayout, true, headerSize, 1},
}

// Buffers go back to the card by quarters, so that a frame does not cost a look at
// it.
func TestRefill(t *testing.T) {
	w := newWire(t, 0)
	_, frames := w.open()
	q := w.Queue(t, receiveQueue)
	left := func() int { return q.Available() }
	full := left()
	const part = queueSize / refillPart
	for n := 1; n <= 3*part; n++ {
		w.put(pattern(60), 0, 1)
		wait(t, frames)
		want := full - n%part
		for end := time.Now().Add(time.Second); left() != want; time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("%d buffers after %d frames, want %d", left(), n, want)
			}
		}
	}
}

// Frames go out and come in whole, many more than the rings hold, by every kind
// of card.
func TestFrames(t *testing.T) {
	for name, v := range variants {
		t.Run(name, func(t *testing.T) {
			w := newWire(t, v.features)
			w.IsLegacy = v.legacy
			c, frames := w.open()
			if c.HardwareAddr() != [6]byte{0x52, 0x54, 0, 1, 2, 3} || c.MTU() != 1500 || c.Name() != "virtio_net fake" {
				t.Errorf("%s %x %d", c.Name(), c.HardwareAddr(), c.MTU())
			}
			for i := range 300 {
				frame := pattern(netdev.HeaderSize + (i*37)%1501)
				if err := c.Transmit(frame); err != nil {
					t.Fatal(err)
				}
				got := w.sent[i]
				if !bytes.Equal(got[:v.header], make([]byte, v.header)) || !bytes.Equal(got[v.header:], frame) || w.pieces[i] != v.pieces {
					t.Fatalf("frame %d: sent in %d pieces:\n% x", i, w.pieces[i], got)
				}
				w.put(frame, 0, 1)
				if got := wait(t, frames); !bytes.Equal(got, frame) {
					t.Fatalf("frame %d: received\n% x", i, got)
				}
			}
			if s := c.Stats(); s.TxFrames != 300 || s.RxFrames != 300 || s.RxErrors != 0 || s.TxBytes != s.RxBytes {
				t.Errorf("%+v", s)
			}
		})
	}
}

// A frame in several buffers is put together.
func TestMerge(t *testing.T) {
	w := newWire(t, featureMergeable|featureMTU)
	binary.LittleEndian.PutUint16(w.Space[configMTU:], 9000)
	c, frames := w.open()
	if c.MTU() != 9000 {
		t.Fatalf("MTU %d", c.MTU())
	}
	for _, size := range []int{bufferSize - headerSize, bufferSize - headerSize + 1, 5000, 9014} {
		frame := pattern(size)
		w.put(frame, 0, (size+headerSize+bufferSize-1)/bufferSize)
		if got := wait(t, frames); !bytes.Equal(got, frame) {
			t.Errorf("%d bytes became %d", size, len(got))
		}
		if err := c.Transmit(frame); err != nil {
			t.Error(err)
		}
	}
}

// Frames that are too short, too long or without a whole header are counted
// and left out; the card works on.
func TestDamagedFrames(t *testing.T) {
	w := newWire(t, featureMergeable)
	c, frames := w.open()
	w.put(pattern(13), 0, 1)
	w.put(pattern(1515), 0, 1)
	w.raw(w.Queue(t, receiveQueue), pattern(headerSize-1))
	w.raw(w.Queue(t, receiveQueue), nil)
	w.put(pattern(60), 0, 1)
	if got := wait(t, frames); len(got) != 60 {
		t.Errorf("%d bytes", len(got))
	}
	if s := c.Stats(); s.RxErrors != 4 || s.RxFrames != 1 {
		t.Errorf("%+v", s)
	}
}

// A card that lies about its buffers or its ring is stopped.
func TestMisdeeds(t *testing.T) {
	for name, misdeed := range map[string]func(w *wire){
		"no buffers":              func(w *wire) { w.put(pattern(60), 0, 0) },
		"more buffers than came":  func(w *wire) { w.put(pattern(60), 0, 3) },
		"more than it has":        func(w *wire) { w.put(pattern(60), 0, 0xffff) },
		"a buffer it has not got": func(w *wire) { q := w.Queue(w.t, receiveQueue); q.Entry(60, 0); q.SetIndex(1) },
		"an index ahead":          func(w *wire) { w.Queue(w.t, receiveQueue).SetIndex(200) },
		"in the transmit ring": func(w *wire) {
			w.Queue(w.t, transmitQueue).SetIndex(9)
			w.Line.Fire()
			w.put(pattern(60), 0, 1)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWire(t, featureMergeable)
			c, _ := w.open()
			misdeed(w)
			w.Line.Fire()
			for end := time.Now().Add(2 * time.Second); !c.closed.Load() && time.Now().Before(end); {
				c.Transmit(pattern(60))
				w.Line.Fire()
				time.Sleep(time.Millisecond)
			}
			if !c.closed.Load() {
				t.Fatal("the card is still in use")
			}
			if err := c.Transmit(pattern(60)); !errors.Is(err, netdev.ErrClosed) {
				t.Errorf("error %v", err)
			}
		})
	}
}

// Transmit waits for a card that is busy, and for one that stays busy not for
// ever.
func TestBusy(t *testing.T) {
	w := newWire(t, virtio.FeatureEventIndex)
	c, _ := w.open()
	w.stalled = true
	netdevtest.Busy(t, queueSize, c.Transmit, func() {
		w.mu.Lock()
		w.stalled = false
		w.mu.Unlock()
		c.tx.mu.Lock() // the driver does not look meanwhile
		w.drain(w.Queue(t, transmitQueue))
		c.tx.mu.Unlock()
	})
	w.mu.Lock()
	w.stalled = true
	w.mu.Unlock()
	begin := time.Now()
	var err error
	for range queueSize + 1 {
		if err = c.Transmit(pattern(60)); err != nil {
			break
		}
	}
	if took := time.Since(begin); !errors.Is(err, netdev.ErrBusy) || took < patience/2 || took > 3*patience {
		t.Errorf("%v after %v", err, took)
	}
	if s := c.Stats(); s.TxDropped != 1 {
		t.Errorf("%+v", s)
	}
}

// Close ends calls that wait, and nothing goes in or out any more.
func TestClose(t *testing.T) {
	w := newWire(t, 0)
	c, frames := w.open()
	w.stalled = true
	for range queueSize {
		if err := c.Transmit(pattern(60)); err != nil {
			t.Fatal(err)
		}
	}
	result := make(chan error)
	go func() { result <- c.Transmit(pattern(60)) }()
	time.Sleep(10 * time.Millisecond)
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if err := <-result; !errors.Is(err, netdev.ErrClosed) {
		t.Errorf("error %v", err)
	}
	if err := c.Start(func([]byte) {}); !errors.Is(err, netdev.ErrClosed) {
		t.Errorf("error %v", err)
	}
	if w.Status() != 0 || !w.Line.Closed() || len(frames) != 0 {
		t.Errorf("status %#x", w.Status())
	}
}

// udp is a frame with a UDP segment whose checksum is right.
func udp(t *testing.T) ([]byte, netdev.Segment) {
	f := make([]byte, 80)
	binary.BigEndian.PutUint16(f[12:], 0x0800)
	f[14], f[23] = 0x45, 17
	binary.BigEndian.PutUint16(f[16:], 66)
	copy(f[42:], pattern(38))
	s, ok := netdev.FindSegment(f)
	if !ok {
		t.Fatal("no segment")
	}
	binary.BigEndian.PutUint16(f[s.Checksum:], s.Pseudo)
	binary.BigEndian.PutUint16(f[s.Checksum:], ^netdev.Sum(0, f[s.Start:s.End]))
	return f, s
}

// A card that fills checksums in gets the sum of the pseudo-header and where
// the rest goes; one that does not gets frames as they are.
func TestTransmitChecksum(t *testing.T) {
	frame, s := udp(t)
	w := newWire(t, featureChecksum)
	c, _ := w.open()
	if tx, rx := c.ChecksumOffload(); !tx || rx {
		t.Errorf("offload %v, %v", tx, rx)
	}
	if err := c.Transmit(frame); err != nil {
		t.Fatal(err)
	}
	got := w.sent[0]
	header, sent := got[:headerSize], got[headerSize:]
	if header[headerFlags] != flagNeedsChecksum || binary.LittleEndian.Uint16(header[headerChecksumStart:]) != uint16(s.Start) ||
		binary.LittleEndian.Uint16(header[headerChecksumAt:]) != 6 {
		t.Errorf("header % x", header)
	}
	if binary.BigEndian.Uint16(sent[s.Checksum:]) != s.Pseudo {
		t.Errorf("checksum %#x", sent[s.Checksum:s.Checksum+2])
	}
	copy(sent[s.Checksum:], frame[s.Checksum:s.Checksum+2])
	if !bytes.Equal(sent, frame) {
		t.Error("more than the checksum was changed")
	}
	if err := c.Transmit(pattern(60)); err != nil || w.sent[1][headerFlags] != 0 {
		t.Errorf("flags %#x of a frame without a segment, %v", w.sent[1][headerFlags], err)
	}
}

// Where the stack relies on the card, frames that it has not checked are
// checked by the driver; and not where it does not.
func TestReceiveChecksum(t *testing.T) {
	good, s := udp(t)
	bad := bytes.Clone(good)
	bad[s.Start+20] ^= 1
	for _, c := range []struct {
		features uint64
		frame    []byte
		flags    byte
		dropped  bool
	}{
		{featureGuestChecksum, good, 0, false},
		{featureGuestChecksum, bad, 0, true},
		{featureGuestChecksum, bad, flagNeedsChecksum, false},
		{featureGuestChecksum, bad, flagDataValid, false},
		{0, bad, 0, false},
	} {
		w := newWire(t, c.features)
		card, frames := w.open()
		if _, rx := card.ChecksumOffload(); rx != (c.features != 0) {
			t.Errorf("offload %v", rx)
		}
		w.put(c.frame, c.flags, 1)
		w.put(pattern(77), 0, 1)
		got := wait(t, frames)
		if dropped := len(got) == 77; dropped != c.dropped {
			t.Errorf("features %#x, flags %d: dropped %v", c.features, c.flags, dropped)
		}
	}
}

// What the card says about itself is used as far as it can be.
func TestConfig(t *testing.T) {
	for mtu, want := range map[uint16]int{0: 1500, 67: 1500, 68: 68, 1400: 1400, 9000: bufferSize - headerSize - 14, 65535: bufferSize - headerSize - 14} {
		w := newWire(t, featureMTU)
		binary.LittleEndian.PutUint16(w.Space[configMTU:], mtu)
		if c, _ := w.open(); c.MTU() != want {
			t.Errorf("MTU %d became %d, want %d", mtu, c.MTU(), want)
		}
	}
	w := newWire(t, 0)
	w.Offered &^= featureMAC
	c, _ := w.open()
	if mac := c.HardwareAddr(); mac[0]&3 != 2 || mac == [6]byte{} {
		t.Errorf("made-up address %x", mac)
	}
}

// A card that cannot be started is an error, and is left silent.
func TestBadCards(t *testing.T) {
	for name, spoil := range map[string]func(w *wire){
		"one queue":        func(w *wire) { w.Sizes = w.Sizes[:1] },
		"impossible queue": func(w *wire) { w.Sizes[1] = 100 },
		"no memory":        func(w *wire) { w.Bus.Left = 2 },
		"features refused": func(w *wire) { w.RefuseFeatures = true },
	} {
		w := newWire(t, 0)
		spoil(w)
		if _, err := newCard(w.Open(virtio.KindNet), queueSize); err == nil {
			t.Errorf("%s: no error", name)
		}
		if s := w.Status(); s != 0 && s&virtiotest.StatusFailed == 0 {
			t.Errorf("%s: status %#x", name, s)
		}
	}
}

// Frames before Start are dropped, frames of impossible sizes not sent.
func TestSizes(t *testing.T) {
	w := newWire(t, 0)
	c, err := newCard(w.Open(virtio.KindNet), queueSize)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	w.put(pattern(60), 0, 1)
	for end := time.Now().Add(time.Second); c.Stats().RxDropped == 0 && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	if s := c.Stats(); s.RxDropped != 1 {
		t.Errorf("%+v", s)
	}
	for _, n := range []int{0, 13, 1515} {
		if err := c.Transmit(pattern(n)); !errors.Is(err, netdev.ErrFrameSize) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}
