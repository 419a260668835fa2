package virtio_net

import (
	"encoding/binary"

	"eggcup/drivers/virtio"
	"eggcup/kernel/dma"
	"eggcup/kernel/netdev"
)

// batch is how many frames are handed on before their buffers go back.
const batch = 32

// refillPart is the part of the buffers that goes back to the card at once: each
// time costs a look at the card.
const refillPart = 4

// receiver is the incoming half. Only the card's goroutine uses it.
type receiver struct {
	card   *card
	queue  *virtio.Queue
	memory *dma.Memory
	slot   []uint16 // by head: the number of the buffer
	count  int
	merged []byte // a frame from several buffers
	idle   []uint16
	refill int // so many idle buffers go back to the card at once
}

func (r *receiver) init(c *card, q *virtio.Queue, most int) error {
	count := min(q.Size(), most)
	if c.split && !c.mergeable {
		count /= 2
	}
	memory, err := c.device.Alloc(max(count, 1) * bufferSize)
	if err != nil {
		return err
	}
	*r = receiver{card: c, queue: q, memory: memory, slot: make([]uint16, q.Size()), count: count, refill: max(count/refillPart, 1)}
	for i := range count {
		r.idle = append(r.idle, uint16(i))
	}
	return nil
}

// fill gives the card all buffers that are idle.
func (r *receiver) fill() error {
	for _, buffer := range r.idle {
		var pieces [2]virtio.Buffer
		physical := r.memory.Physical() + uint64(buffer)*bufferSize
		head, err := r.queue.Add(nil, r.card.buffers(&pieces, physical, bufferSize, r.card.split && !r.card.mergeable))
		if err != nil {
			return err
		}
		r.slot[head] = buffer
	}
	r.idle = r.idle[:0]
	r.queue.Publish()
	return nil
}

// serve hands on what has come; more says that it stopped before the end. If
// not, the next frame interrupts.
func (r *receiver) serve() (more bool, err error) {
	r.queue.Ignore()
	for range batch {
		data, ok, err := r.take()
		if err != nil {
			return false, err
		}
		if !ok {
			break
		}
		if err := r.frame(data); err != nil {
			return false, err
		}
	}
	if len(r.idle) >= r.refill {
		if err := r.fill(); err != nil {
			return false, err
		}
	}
	return r.queue.Listen(), nil
}

// take returns the next buffer that the card has filled, as far as it did. It is
// idle then: whoever reads it does so before the next fill.
func (r *receiver) take() (data []byte, ok bool, err error) {
	head, written, ok, err := r.queue.Take()
	if err != nil || !ok {
		return nil, false, err
	}
	buffer := r.slot[head]
	r.idle = append(r.idle, buffer)
	start := int(buffer) * bufferSize
	return r.memory.Bytes()[start : start+int(written)], true, nil
}

// frame hands on the frame that starts in a buffer.
func (r *receiver) frame(data []byte) error {
	c := r.card
	if len(data) < c.headerSize {
		c.stats.rxErrors.Add(1)
		return nil
	}
	header, frame := data[:c.headerSize], data[c.headerSize:]
	if c.mergeable {
		if n := int(binary.LittleEndian.Uint16(header[headerBuffers:])); n != 1 {
			var err error
			if frame, err = r.merge(frame, n); err != nil {
				return err
			}
		}
	}
	r.deliver(frame, header[headerFlags])
	return nil
}

// merge collects a frame from n buffers, the first of which is taken. The card
// hands them over together (virtio 1.2, 5.1.6.4).
func (r *receiver) merge(first []byte, n int) ([]byte, error) {
	if n < 1 || n > r.count {
		return nil, virtio.ErrRing
	}
	r.merged = append(r.merged[:0], first...)
	for range n - 1 {
		data, ok, err := r.take()
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, virtio.ErrRing
		}
		r.merged = append(r.merged, data...)
	}
	return r.merged, nil
}

// deliver hands a frame to the stack if it is sound.
func (r *receiver) deliver(frame []byte, flags byte) {
	c := r.card
	if len(frame) < netdev.HeaderSize || len(frame) > c.mtu+netdev.HeaderSize || !c.sound(frame, flags) {
		c.stats.rxErrors.Add(1)
		return
	}
	receive := c.receive.Load()
	if receive == nil || c.closed.Load() {
		c.stats.rxDropped.Add(1)
		return
	}
	c.stats.rxFrames.Add(1)
	c.stats.rxBytes.Add(uint64(len(frame)))
	(*receive)(frame)
}

// sound reports whether a frame's checksum is right, where the stack relies on
// the card for that. A checksum that is still to be filled in belongs to a frame
// that never was on a wire.
func (c *card) sound(frame []byte, flags byte) bool {
	if !c.checksumRx || flags&(flagNeedsChecksum|flagDataValid) != 0 {
		return true
	}
	segment, ok := netdev.FindSegment(frame)
	return !ok || segment.Correct(frame)
}
