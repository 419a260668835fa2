package virtio_net

import (
	"encoding/binary"
	"sync"
	"sync/atomic"
	"time"

	"eggcup/drivers/virtio"
	"eggcup/kernel/dma"
	"eggcup/kernel/netdev"
)

// patience is how long Transmit waits for a card that has taken no frame.
const patience = time.Second

// transmitter is the outgoing half.
type transmitter struct {
	card *card

	waiting atomic.Int32 // callers that wait for room

	mu     sync.Mutex // guards what follows
	queue  *virtio.Queue
	memory *dma.Memory
	size   int      // of a buffer
	slot   []uint16 // by head: the number of the buffer
	idle   []uint16
	room   chan struct{} // closed when there may be room again
	closed bool
}

func (t *transmitter) init(c *card, q *virtio.Queue, most int) error {
	size := bufferSize
	for size < headerSize+netdev.HeaderSize+c.mtu {
		size *= 2
	}
	count := min(q.Size(), most, dma.MaxSize/size)
	if c.split {
		count /= 2
	}
	memory, err := c.device.Alloc(max(count, 1) * size)
	if err != nil {
		return err
	}
	t.card, t.queue, t.memory, t.size = c, q, memory, size
	t.slot, t.room = make([]uint16, q.Size()), make(chan struct{})
	for i := range count {
		t.idle = append(t.idle, uint16(i))
	}
	q.Ignore() // buffers are collected by those who need them
	return nil
}

// Transmit implements netdev.Device.
func (c *card) Transmit(frame []byte) error { return c.send(frame, true) }

// Queue implements netdev.Batcher.
func (c *card) Queue(frame []byte) error { return c.send(frame, false) }

// Flush implements netdev.Batcher.
func (c *card) Flush() {
	c.tx.mu.Lock()
	defer c.tx.mu.Unlock()
	if !c.tx.closed {
		c.tx.queue.Publish()
	}
}

func (c *card) send(frame []byte, publish bool) error {
	if len(frame) < netdev.HeaderSize || len(frame) > c.mtu+netdev.HeaderSize {
		c.stats.txErrors.Add(1)
		return netdev.ErrFrameSize
	}
	t := &c.tx
	t.mu.Lock()
	defer t.mu.Unlock()
	buffer, err := t.buffer()
	if err != nil {
		c.stats.txDropped.Add(1)
		return err
	}
	start := int(buffer) * t.size
	data := t.memory.Bytes()[start : start+c.headerSize+len(frame)]
	t.fill(data, frame)
	var pieces [2]virtio.Buffer
	physical := t.memory.Physical() + uint64(start)
	head, err := t.queue.Add(c.buffers(&pieces, physical, len(data), c.split), nil)
	if err != nil {
		c.stats.txDropped.Add(1)
		return err
	}
	t.slot[head] = buffer
	if publish {
		t.queue.Publish()
	}
	c.stats.txFrames.Add(1)
	c.stats.txBytes.Add(uint64(len(frame)))
	return nil
}

// fill makes the header and the copy of a frame that the card gets.
func (t *transmitter) fill(data, frame []byte) {
	header := data[:t.card.headerSize]
	clear(header)
	data = data[len(header):]
	copy(data, frame)
	if !t.card.checksumTx {
		return
	}
	if s, ok := netdev.FindSegment(frame); ok {
		header[headerFlags] = flagNeedsChecksum
		binary.LittleEndian.PutUint16(header[headerChecksumStart:], uint16(s.Start))
		binary.LittleEndian.PutUint16(header[headerChecksumAt:], uint16(s.Checksum-s.Start))
		binary.BigEndian.PutUint16(data[s.Checksum:], s.Pseudo)
	}
}

// buffer returns a buffer that the card is done with, and waits for one if need
// be. The lock is held, but not while it waits.
func (t *transmitter) buffer() (uint16, error) {
	var patient <-chan time.Time
	for {
		if t.closed {
			return 0, netdev.ErrClosed
		}
		if err := t.collect(); err != nil {
			return 0, err
		}
		if n := len(t.idle); n > 0 {
			buffer := t.idle[n-1]
			t.idle = t.idle[:n-1]
			return buffer, nil
		}
		if patient == nil {
			t.queue.Publish() // what was only queued would never be done
			patient = time.After(patience)
		}
		t.waiting.Add(1)
		if t.queue.Listen() {
			t.waiting.Add(-1)
			continue
		}
		room := t.room
		t.mu.Unlock()
		timedOut := false
		select {
		case <-room:
		case <-patient:
			timedOut = true
		}
		t.mu.Lock()
		if t.waiting.Add(-1) == 0 && !t.closed {
			t.queue.Ignore()
		}
		if timedOut {
			return 0, netdev.ErrBusy
		}
	}
}

// collect takes back the buffers that the card has sent.
func (t *transmitter) collect() error {
	for {
		head, _, ok, err := t.queue.Take()
		if err != nil || !ok {
			return err
		}
		t.idle = append(t.idle, t.slot[head])
	}
}

// wake lets those who wait for room look again.
func (t *transmitter) wake() {
	if t.waiting.Load() == 0 {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	close(t.room)
	t.room = make(chan struct{})
}

// check returns the error after which the queue works no more.
func (t *transmitter) check() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.queue.Broken()
}

// close ends all calls of Transmit.
func (t *transmitter) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	close(t.room)
	t.room = make(chan struct{})
}
