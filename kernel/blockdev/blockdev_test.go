package blockdev

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"sync"
	"testing"

	"eggcup/kernel/registry"
)

const sector = 512

// memory is a disk of whole sectors.
type memory struct {
	mu     sync.Mutex
	data   []byte
	broken bool
}

func (m *memory) Name() string    { return "mem" }
func (m *memory) SectorSize() int { return sector }
func (m *memory) Sectors() uint64 { return uint64(len(m.data) / sector) }
func (m *memory) ReadOnly() bool  { return false }
func (m *memory) Flush() error    { return nil }

func (m *memory) check(p []byte, off int64) error {
	switch {
	case m.broken:
		return io.ErrClosedPipe
	case off%sector != 0 || len(p)%sector != 0:
		return ErrUnaligned
	case off+int64(len(p)) > int64(len(m.data)):
		return ErrRange
	}
	return nil
}

func (m *memory) ReadAt(p []byte, off int64) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.check(p, off); err != nil {
		return 0, err
	}
	return copy(p, m.data[off:]), nil
}

func (m *memory) WriteAt(p []byte, off int64) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.check(p, off); err != nil {
		return 0, err
	}
	return copy(m.data[off:], p), nil
}

// Bytes behaves as an array of bytes does, at any offset and length.
func TestBytes(t *testing.T) {
	const size = 8 * sector
	m := &memory{data: make([]byte, size)}
	b := NewBytes(m)
	want := make([]byte, size)
	random := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		off, n := random.IntN(size+1), random.IntN(3*sector)
		if random.IntN(4) == 0 {
			off, n = off&^(sector-1), n&^(sector-1)
		}
		p := make([]byte, n)
		if random.IntN(2) == 0 {
			n, err := b.ReadAt(p, int64(off))
			fits := min(len(p), size-off)
			if n != fits || !bytes.Equal(p[:n], want[off:off+n]) {
				t.Fatalf("read of %d at %d: %d, %v", len(p), off, n, err)
			}
			if end := n < len(p) || off == size; end != (err == io.EOF) {
				t.Fatalf("read of %d at %d: %v", len(p), off, err)
			}
			continue
		}
		for i := range p {
			p[i] = byte(random.Uint32())
		}
		n, err := b.WriteAt(p, int64(off))
		if off+len(p) > size {
			if n != 0 || !errors.Is(err, ErrRange) {
				t.Fatalf("write of %d at %d: %d, %v", len(p), off, n, err)
			}
			continue
		}
		if n != len(p) || err != nil {
			t.Fatalf("write of %d at %d: %d, %v", len(p), off, n, err)
		}
		copy(want[off:], p)
	}
	if !bytes.Equal(m.data, want) {
		t.Error("the disk differs from what was written")
	}
}

// Writes of parts of the same sector do not undo each other.
func TestBytesTogether(t *testing.T) {
	m := &memory{data: make([]byte, 4*sector)}
	b := NewBytes(m)
	var wait sync.WaitGroup
	for i := range 16 {
		wait.Go(func() {
			for range 50 {
				if _, err := b.WriteAt([]byte{byte(i + 1)}, int64(100*i)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	for i := range 16 {
		if m.data[100*i] != byte(i+1) {
			t.Errorf("byte %d is lost", 100*i)
		}
	}
}

// Errors of the disk come through, and offsets that are none are errors.
func TestBytesErrors(t *testing.T) {
	m := &memory{data: make([]byte, 4*sector), broken: true}
	b := NewBytes(m)
	p := make([]byte, 2*sector)
	for _, off := range []int64{0, 7} {
		if n, err := b.ReadAt(p, off); n != 0 || !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("read at %d: %d, %v", off, n, err)
		}
		if n, err := b.WriteAt(p, off); n != 0 || !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("write at %d: %d, %v", off, n, err)
		}
	}
	if _, err := b.ReadAt(p, -1); !errors.Is(err, ErrRange) {
		t.Error(err)
	}
	if _, err := b.WriteAt(p, -1); !errors.Is(err, ErrRange) {
		t.Error(err)
	}
}

// Registered disks come back in their order.
func TestRegister(t *testing.T) {
	old := registered
	t.Cleanup(func() { registered = old })
	registered = new(registry.List[Device])
	a, b := &memory{}, &memory{}
	Register(a)
	Register(b)
	if got := Devices(); len(got) != 2 || got[0] != Device(a) || got[1] != Device(b) {
		t.Errorf("%v", got)
	}
}
