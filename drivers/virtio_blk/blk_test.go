package virtio_blk

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"sync"
	"testing"
	"time"

	"eggcup/drivers/virtio"
	"eggcup/drivers/virtio/virtiotest"
	"eggcup/kernel/blockdev"
)

const sectors = 1024 // of 512 bytes

// medium is a fake disk's side: what is on it, and what it was asked.
type medium struct {
	*virtiotest.Device
	t         *testing.T
	mu        sync.Mutex
	data      []byte
	flushes   int
	discarded []uint64 // sector and number, one behind the other
	status    *byte    // the answer to everything, if set
	silent    bool
	held      []*virtiotest.Request
	hold      bool // keep requests instead of answering
}

func newMedium(t *testing.T, features uint64) *medium {
	m := &medium{Device: virtiotest.New(features|virtio.FeatureEventIndex, 64), t: t, data: make([]byte, sectors*unitSize)}
	binary.LittleEndian.PutUint64(m.Space[configCapacity:], sectors)
	m.Handle = m.serve
	return m
}

func (m *medium) serve(q *virtiotest.Queue) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for r := q.Pop(); r != nil; r = q.Pop() {
		switch {
		case m.silent:
		case m.hold:
			m.held = append(m.held, r)
		default:
			q.Push(r.ID, m.do(r))
		}
	}
	q.Sleep(true)
}

// do carries a request out and returns the bytes written.
func (m *medium) do(r *virtiotest.Request) int {
	header := r.Readable[0]
	sector := binary.LittleEndian.Uint64(header[headerSector:])
	status := r.Writable[len(r.Writable)-1]
	written := 1
	status[0] = statusOK
	switch binary.LittleEndian.Uint32(header[headerType:]) {
	case typeIn:
		written += copy(r.Writable[0], m.data[sector*unitSize:])
	case typeOut:
		copy(m.data[sector*unitSize:], r.Readable[1])
	case typeFlush:
		m.flushes++
	case typeDiscard:
		segment := r.Readable[1]
		m.discarded = append(m.discarded, binary.LittleEndian.Uint64(segment), uint64(binary.LittleEndian.Uint32(segment[8:])))
	default:
		status[0] = statusUnsupported
	}
	if m.status != nil {
		status[0] = *m.status
	}
	return written
}

// open starts the driver.
func (m *medium) open(patience time.Duration) *disk {
	m.t.Helper()
	d, err := newDisk(m.Open(virtio.KindBlock), "vda", patience)
	if err != nil {
		m.t.Fatal(err)
	}
	m.t.Cleanup(func() { m.Line.Close() })
	return d
}

func pattern(n int, seed byte) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i>>9) ^ byte(i) ^ seed
	}
	return b
}

// What is written is read back, over several requests and by several
// goroutines.
func TestReadWrite(t *testing.T) {
	m := newMedium(t, featureFlush)
	d := m.open(time.Second)
	if d.Name() != "vda" || d.SectorSize() != 512 || d.Sectors() != sectors || d.ReadOnly() {
		t.Errorf("%+v", d)
	}
	const size = 3*slotData + 512
	if n, err := d.WriteAt(pattern(size, 1), 1024); n != size || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	if !bytes.Equal(m.data[1024:1024+size], pattern(size, 1)) || m.data[1023] != 0 || m.data[1024+size] != 0 {
		t.Error("wrong bytes on the disk")
	}
	var wait sync.WaitGroup
	for range 16 {
		wait.Go(func() {
			p := make([]byte, size)
			if n, err := d.ReadAt(p, 1024); n != size || err != nil || !bytes.Equal(p, pattern(size, 1)) {
				t.Errorf("%d, %v", n, err)
			}
		})
	}
	wait.Wait()
	if err := d.Flush(); err != nil || m.flushes != 1 {
		t.Errorf("%d flushes, %v", m.flushes, err)
	}
}

// Requests that do not fit fail as the interface says, and reach no disk.
func TestRanges(t *testing.T) {
	m := newMedium(t, 0)
	d := m.open(time.Second)
	size := int64(sectors * unitSize)
	for _, c := range []struct {
		off  int64
		n    int
		read error
		got  int
	}{
		{0, 0, nil, 0}, {7, 512, blockdev.ErrUnaligned, 0}, {0, 100, blockdev.ErrUnaligned, 0}, {-512, 512, blockdev.ErrRange, 0},
		{size, 512, io.EOF, 0}, {size - 512, 1024, io.EOF, 512}, {1 << 62, 512, io.EOF, 0},
	} {
		if n, err := d.ReadAt(make([]byte, c.n), c.off); n != c.got || !errors.Is(err, c.read) {
			t.Errorf("read of %d at %d: %d, %v; want %d, %v", c.n, c.off, n, err, c.got, c.read)
		}
	}
	for off, want := range map[int64]error{
		7: blockdev.ErrUnaligned, -512: blockdev.ErrRange, size: blockdev.ErrRange, size - 512: blockdev.ErrRange,
		1<<63 - 512: blockdev.ErrRange,
	} {
		if n, err := d.WriteAt(pattern(1024, 9), off); n != 0 || !errors.Is(err, want) {
			t.Errorf("write at %d: %d, %v; want %v", off, n, err, want)
		}
	}
	if !bytes.Equal(m.data, make([]byte, size)) {
		t.Error("something was written")
	}
}

// A read-only disk is not written, and one without a cache need not flush.
func TestReadOnly(t *testing.T) {
	m := newMedium(t, featureReadOnly)
	d := m.open(time.Second)
	if _, err := d.WriteAt(make([]byte, 512), 0); !d.ReadOnly() || !errors.Is(err, blockdev.ErrReadOnly) {
		t.Errorf("error %v", err)
	}
	if err := d.Flush(); err != nil || m.flushes != 0 {
		t.Errorf("%d flushes, %v", m.flushes, err)
	}
}

// Sectors of 4 KiB count in units of 512 bytes all the same.
func TestLargeSectors(t *testing.T) {
	m := newMedium(t, featureBlockSize)
	binary.LittleEndian.PutUint32(m.Space[configBlockSize:], 4096)
	d := m.open(time.Second)
	if d.SectorSize() != 4096 || d.Sectors() != sectors/8 {
		t.Errorf("%d sectors of %d", d.Sectors(), d.SectorSize())
	}
	if _, err := d.WriteAt(pattern(4096, 3), 8192); err != nil || !bytes.Equal(m.data[8192:8192+4096], pattern(4096, 3)) {
		t.Errorf("wrong place, or %v", err)
	}
	if _, err := d.WriteAt(make([]byte, 512), 0); !errors.Is(err, blockdev.ErrUnaligned) {
		t.Errorf("error %v", err)
	}
}

// Measures that cannot be are refused.
func TestBadMeasures(t *testing.T) {
	for name, set := range map[string]func(m *medium){
		"sector of 0":       func(m *medium) {},
		"sector of 1000":    func(m *medium) { binary.LittleEndian.PutUint32(m.Space[configBlockSize:], 1000) },
		"sector of 256":     func(m *medium) { binary.LittleEndian.PutUint32(m.Space[configBlockSize:], 256) },
		"huge sector":       func(m *medium) { binary.LittleEndian.PutUint32(m.Space[configBlockSize:], 1<<31) },
		"huge disk":         func(m *medium) { m.Offered &^= featureBlockSize; binary.LittleEndian.PutUint64(m.Space, 1<<63) },
		"restless":          func(m *medium) { m.Offered &^= featureBlockSize; m.Restless = true },
		"queue too small":   func(m *medium) { m.Offered &^= featureBlockSize; m.Sizes[0] = 2 },
		"impossible queue":  func(m *medium) { m.Offered &^= featureBlockSize; m.Sizes[0] = 77 },
		"no memory for all": func(m *medium) { m.Offered &^= featureBlockSize; m.Bus.Left = 3 },
	} {
		m := newMedium(t, featureBlockSize)
		set(m)
		if d, err := newDisk(m.Open(virtio.KindBlock), "vda", time.Second); err == nil {
			t.Errorf("%s: %+v", name, d)
		}
	}
}

// A discard is split as the disk wants it.
func TestDiscard(t *testing.T) {
	m := newMedium(t, featureDiscard)
	binary.LittleEndian.PutUint32(m.Space[configDiscardSectors:], 16)
	binary.LittleEndian.PutUint32(m.Space[configDiscardSegments:], 1)
	d := m.open(time.Second)
	if err := d.Discard(4096, 20*512); err != nil {
		t.Fatal(err)
	}
	if got := m.discarded; len(got) != 4 || got[0] != 8 || got[1] != 16 || got[2] != 24 || got[3] != 4 {
		t.Errorf("discarded %v", got)
	}
	if err := d.Discard(0, sectors*512+512); !errors.Is(err, blockdev.ErrRange) {
		t.Errorf("error %v", err)
	}
	without := newMedium(t, 0).open(time.Second)
	if err := without.Discard(0, 512); !errors.Is(err, ErrUnsupported) {
		t.Errorf("error %v", err)
	}
}

// What the disk answers is what the caller gets; an answer that is none is an
// error too. The disk works on afterwards.
func TestAnswers(t *testing.T) {
	m := newMedium(t, featureFlush)
	d := m.open(time.Second)
	for status, want := range map[byte]error{statusError: ErrIO, statusUnsupported: ErrUnsupported, statusNone: ErrIO, 77: ErrIO} {
		m.mu.Lock()
		m.status = &status
		m.mu.Unlock()
		if err := d.Flush(); !errors.Is(err, want) {
			t.Errorf("status %d: %v", status, err)
		}
		if n, err := d.ReadAt(make([]byte, 512), 0); n != 0 || !errors.Is(err, want) {
			t.Errorf("status %d: %d, %v", status, n, err)
		}
	}
	m.mu.Lock()
	m.status = nil
	m.mu.Unlock()
	if err := d.Flush(); err != nil {
		t.Error(err)
	}
}

// A disk that does not answer fails all requests, those that wait for a slot
// too, and is stopped. Nobody waits twice.
func TestTimeout(t *testing.T) {
	m := newMedium(t, featureFlush)
	m.silent = true
	d := m.open(50 * time.Millisecond)
	begin := time.Now()
	var wait sync.WaitGroup
	for range 3 * slots {
		wait.Go(func() {
			if err := d.Flush(); !errors.Is(err, ErrTimeout) {
				t.Errorf("error %v", err)
			}
		})
	}
	wait.Wait()
	if err := d.Flush(); !errors.Is(err, ErrTimeout) {
		t.Errorf("error %v", err)
	}
	if took := time.Since(begin); took > 2*time.Second {
		t.Errorf("it took %v", took)
	}
	for end := time.Now().Add(2 * time.Second); !m.Line.Closed() && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
	if !m.Line.Closed() || m.Status() != 0 {
		t.Error("the disk was not stopped")
	}
}

// A disk that breaks the rules of the queue fails the requests under way.
func TestMisdeed(t *testing.T) {
	m := newMedium(t, featureFlush)
	m.hold = true
	d := m.open(10 * time.Second)
	var wait sync.WaitGroup
	for range slots {
		wait.Go(func() {
			if err := d.Flush(); !errors.Is(err, virtio.ErrRing) {
				t.Errorf("error %v", err)
			}
		})
	}
	for held := 0; held < slots; time.Sleep(time.Millisecond) {
		m.mu.Lock()
		held = len(m.held)
		m.mu.Unlock()
	}
	q := m.Queue(t, 0)
	q.Entry(63, 0)
	q.SetIndex(1)
	m.Line.Fire()
	wait.Wait()
}

// Answers in another order than the questions go to whom they belong.
func TestOrder(t *testing.T) {
	m := newMedium(t, 0)
	for i := range sectors {
		m.data[i*unitSize] = byte(i)
	}
	m.hold = true
	d := m.open(10 * time.Second)
	var wait sync.WaitGroup
	for i := range slots {
		wait.Go(func() {
			p := make([]byte, unitSize)
			if _, err := d.ReadAt(p, int64(i*unitSize)); err != nil || p[0] != byte(i) {
				t.Errorf("sector %d: %d, %v", i, p[0], err)
			}
		})
	}
	for held := 0; held < slots; time.Sleep(time.Millisecond) {
		m.mu.Lock()
		held = len(m.held)
		m.mu.Unlock()
	}
	m.mu.Lock()
	for i := slots - 1; i >= 0; i-- {
		m.Queue(t, 0).Push(m.held[i].ID, m.do(m.held[i]))
	}
	m.mu.Unlock()
	m.Line.Fire()
	wait.Wait()
}

// Disks are named as Linux names them.
func TestNames(t *testing.T) {
	for i, want := range map[int]string{0: "vda", 25: "vdz", 26: "vdaa", 27: "vdab", 701: "vdzz", 702: "vdaaa"} {
		if got := name(i); got != want {
			t.Errorf("disk %d is %s, want %s", i, got, want)
		}
	}
}
