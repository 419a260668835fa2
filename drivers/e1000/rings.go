package e1000

import (
	"sync"
	"sync/atomic"
	"time"

	"eggcup/kernel/dma"
	"eggcup/kernel/netdev"
)

// ring is descriptors and their buffers, one for one.
type ring struct {
	descriptors *dma.Memory
	buffers     *dma.Memory
	count       int
}

func newRing(alloc dma.Allocator, count int) (ring, error) {
	descriptors, err := alloc(count * descriptorSize)
	if err != nil {
		return ring{}, err
	}
	buffers, err := alloc(count * bufferSize)
	if err != nil {
		descriptors.Free()
		return ring{}, err
	}
	r := ring{descriptors, buffers, count}
	for i := range count {
		descriptors.Put64(i*descriptorSize, buffers.Physical()+uint64(i)*bufferSize)
	}
	return r, nil
}

// tell writes a ring's place to its registers, and makes it empty.
func (r *ring) tell(c *card, base, length, head, tail int) {
	physical := r.descriptors.Physical()
	c.registers.Write32(base, uint32(physical))
	c.registers.Write32(base+4, uint32(physical>>32))
	c.registers.Write32(length, uint32(r.count*descriptorSize))
	c.registers.Write32(head, 0)
	c.registers.Write32(tail, 0)
}

// word returns the second half of a descriptor: what the card writes back is in
// its upper word, which is read at once and before what it announces.
func (r *ring) status(i int) uint32 { return r.descriptors.Load32(i*descriptorSize + rxStatus) }

func (r *ring) buffer(i int) []byte { return r.buffers.Bytes()[i*bufferSize : (i+1)*bufferSize] }

// receiver is the incoming half. Only the card's goroutine uses it.
type receiver struct {
	ring
	card *card
	next int  // the descriptor that the card fills next
	kept int  // descriptors that were served and that the card has not got back
	skip bool // what comes is the rest of a frame that is too long
}

func (r *receiver) init(c *card, alloc dma.Allocator, count int) (err error) {
	r.card = c
	if r.ring, err = newRing(alloc, count); err != nil {
		return err
	}
	r.tell(c, regRDBAL, regRDLEN, regRDH, regRDT)
	return nil
}

// offer gives the card all descriptors but one: head and tail at the same place
// mean none.
func (r *receiver) offer() { r.card.registers.Write32(regRDT, uint32(r.count-1)) }

// give is the part of the ring that goes back to the card at once: each time costs
// an access to a register, and QEMU drops all that it holds back when it gets room
// for less.
const give = 4

// serve hands on what has come. It goes round the ring once at most: then the
// card gets the processor's attention again by an interrupt that is pending.
func (r *receiver) serve() error {
	for n := 1; ; n++ {
		status := r.status(r.next)
		if status&rxDone == 0 {
			return nil
		}
		length := int(r.descriptors.Get16(r.next*descriptorSize + rxLength))
		if length > bufferSize {
			return errRing
		}
		r.take(status, r.buffer(r.next)[:length])
		r.descriptors.Put32(r.next*descriptorSize+rxStatus, 0)
		last := r.next
		r.next = (r.next + 1) % r.count
		if r.kept++; r.kept >= r.count/give {
			r.kept = 0
			r.card.registers.Write32(regRDT, uint32(last))
		}
		if n == r.count {
			r.card.registers.Write32(regICS, irqRXT)
			return nil
		}
	}
}

// take looks at one buffer. A frame that needs several is longer than any that
// fits here.
func (r *receiver) take(status uint32, data []byte) {
	c := r.card
	whole := status&rxEnd != 0 && !r.skip
	r.skip = status&rxEnd == 0
	damaged := status>>(8*(rxErrors-rxStatus))&rxErrorMask != 0
	if !whole || damaged || len(data) < netdev.HeaderSize || len(data) > mostFrame {
		if !r.skip {
			c.stats.rxErrors.Add(1)
		}
		return
	}
	receive := c.receive.Load()
	if receive == nil {
		c.stats.rxDropped.Add(1)
		return
	}
	c.stats.rxFrames.Add(1)
	c.stats.rxBytes.Add(uint64(len(data)))
	(*receive)(data)
}

// patience is how long Transmit waits for a card that has taken no frame.
const patience = time.Second

// transmitter is the outgoing half.
type transmitter struct {
	card    *card
	waiting atomic.Int32 // callers that wait for room

	mu sync.Mutex // guards what follows
	ring
	next   int // the descriptor of the next frame
	told   int // the card has heard of the frames before it
	oldest int // the first that the card may still have
	closed bool
	room   chan struct{} // closed when there may be room again
}

func (t *transmitter) init(c *card, alloc dma.Allocator, count int) (err error) {
	t.card, t.room = c, make(chan struct{})
	if t.ring, err = newRing(alloc, count); err != nil {
		return err
	}
	t.tell(c, regTDBAL, regTDLEN, regTDH, regTDT)
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
		c.tx.publish()
	}
}

func (c *card) send(frame []byte, publish bool) error {
	if len(frame) < netdev.HeaderSize || len(frame) > mostFrame {
		c.stats.txErrors.Add(1)
		return netdev.ErrFrameSize
	}
	t := &c.tx
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.wait(); err != nil {
		c.stats.txDropped.Add(1)
		return err
	}
	copy(t.buffer(t.next), frame)
	at := t.next * descriptorSize
	t.descriptors.Put16(at+txLength, uint16(len(frame)))
	t.descriptors.Bytes()[at+txLength+2] = 0
	t.descriptors.Bytes()[at+txCommand] = txEOP | txIFCS | txRS
	t.next = (t.next + 1) % t.count
	t.descriptors.Store32(at+txStatus, 0) // before the card hears of it
	if publish {
		t.publish()
	}
	c.stats.txFrames.Add(1)
	c.stats.txBytes.Add(uint64(len(frame)))
	return nil
}

// publish tells the card of the frames that it has not heard of.
func (t *transmitter) publish() {
	if t.told != t.next {
		t.told = t.next
		t.card.registers.Write32(regTDT, uint32(t.next))
	}
}

// full reports whether the card still has every descriptor but one, after taking
// back those that it is done with.
func (t *transmitter) full() bool {
	for t.oldest != t.next && t.status(t.oldest)&txDone != 0 {
		t.oldest = (t.oldest + 1) % t.count
	}
	return (t.next+1)%t.count == t.oldest
}

// wait returns when there is room. The lock is held, but not while it waits.
func (t *transmitter) wait() error {
	var patient <-chan time.Time
	for {
		if t.closed {
			return netdev.ErrClosed
		}
		if !t.full() {
			return nil
		}
		if patient == nil {
			t.publish() // what was only queued would never be done
			patient = time.After(patience)
		}
		if t.waiting.Add(1) == 1 {
			t.card.registers.Write32(regIMS, irqTXDW)
		}
		room := t.room
		timedOut := false
		if t.full() { // else it became free before the interrupt was on
			t.mu.Unlock()
			select {
			case <-room:
			case <-patient:
				timedOut = true
			}
			t.mu.Lock()
		}
		if t.waiting.Add(-1) == 0 && !t.closed {
			t.card.registers.Write32(regIMC, irqTXDW)
		}
		if timedOut && t.full() {
			return netdev.ErrBusy
		}
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

// close ends all calls of Transmit.
func (t *transmitter) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	close(t.room)
	t.room = make(chan struct{})
}
