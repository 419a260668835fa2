package virtio_blk

import (
	"encoding/binary"
	"sync"
	"time"

	"eggcup/drivers/virtio"
	"eggcup/kernel/dma"
	"eggcup/kernel/klog"
	"eggcup/kernel/unit"
)

// A slot has the memory of one request: data first, then what is around it.
const (
	slots      = 4
	slotData   = 64 << 10
	slotHeader = slotData
	slotStatus = slotHeader + headerSize
	slotSize   = slotData + dma.PageSize
	perRequest = 3 // descriptors
)

// requests are the ways into a disk.
type requests struct {
	name     string
	device   *virtio.Device
	patience time.Duration
	free     chan *slot // slots that nobody uses

	mu     sync.Mutex // guards what follows
	queue  *virtio.Queue
	byHead []*slot // who waits for what
	broken error
}

// slot is one request at a time. Between Publish and Take it is the disk's.
type slot struct {
	memory *dma.Memory
	done   chan error // has room for one answer
}

func (r *requests) init(name string, device *virtio.Device, patience time.Duration) error {
	q, err := device.NewQueue(requestQueue, slots*4)
	if err != nil {
		return unit.Wrap("queue", err)
	}
	r.name, r.device, r.patience, r.queue = name, device, patience, q
	r.byHead = make([]*slot, q.Size())
	n := min(slots, q.Size()/perRequest)
	if n == 0 {
		return unit.Wrap("queue", virtio.ErrQueueSize)
	}
	r.free = make(chan *slot, n)
	for range n {
		memory, err := device.Alloc(slotSize)
		if err != nil {
			return unit.Wrap("buffers", err)
		}
		r.free <- &slot{memory: memory, done: make(chan error, 1)}
	}
	q.Listen()
	return device.Start()
}

// do runs a request and returns its outcome. data goes to the disk, or comes
// from it; it fits into a slot.
func (r *requests) do(kind uint32, sector uint64, data []byte) error {
	s := <-r.free
	// After a failure the disk may still write into the slot, but nobody gives
	// it a request any more.
	defer func() { r.free <- s }()
	in := kind == typeIn
	if !in {
		copy(s.memory.Bytes(), data)
	}
	if err := r.run(s, kind, sector, len(data), in); err != nil {
		return err
	}
	if in {
		copy(data, s.memory.Bytes())
	}
	return nil
}

// discard gives up sectors of 512 bytes.
func (r *requests) discard(sector uint64, count uint32) error {
	var segment [discardSize]byte
	binary.LittleEndian.PutUint64(segment[discardSector:], sector)
	binary.LittleEndian.PutUint32(segment[discardCount:], count)
	return r.do(typeDiscard, 0, segment[:])
}

// run hands a slot to the disk and waits for it.
func (r *requests) run(s *slot, kind uint32, sector uint64, length int, in bool) error {
	s.memory.Put32(slotHeader+headerType, kind)
	s.memory.Put32(slotHeader+headerType+4, 0)
	s.memory.Put64(slotHeader+headerSector, sector)
	s.memory.Bytes()[slotStatus] = statusNone
	physical := s.memory.Physical()
	pieces := [perRequest]virtio.Buffer{{Physical: physical + slotHeader, Length: headerSize}}
	n, readable := 1, 1
	if length > 0 {
		pieces[n] = virtio.Buffer{Physical: physical, Length: uint32(length)}
		n++
		if !in {
			readable++
		}
	}
	pieces[n] = virtio.Buffer{Physical: physical + slotStatus, Length: 1}
	n++
	if err := r.submit(s, pieces[:readable], pieces[readable:n]); err != nil {
		return err
	}
	timer := time.NewTimer(r.patience)
	defer timer.Stop()
	select {
	case err := <-s.done:
		return err
	case <-timer.C:
		r.fail(ErrTimeout)
		return <-s.done // by fail, or by an answer that was faster
	}
}

func (r *requests) submit(s *slot, readable, writable []virtio.Buffer) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.broken != nil {
		return r.broken
	}
	head, err := r.queue.Add(readable, writable)
	if err != nil {
		return err
	}
	r.byHead[head] = s
	r.queue.Publish()
	return nil
}

// serve is the goroutine that answers the disk's interrupts.
func (r *requests) serve() {
	for {
		err := r.complete()
		if err == nil {
			err = r.device.Wait()
		}
		if err != nil {
			r.fail(err)
			return
		}
	}
}

// complete tells everybody whose request is done.
func (r *requests) complete() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for {
		head, _, ok, err := r.queue.Take()
		if err != nil {
			return err
		}
		if ok {
			s := r.byHead[head]
			r.byHead[head] = nil
			s.done <- outcome(s.memory.Bytes()[slotStatus])
			continue
		}
		if !r.queue.Listen() {
			return nil
		}
	}
}

// outcome translates the disk's answer. One that was not written is an error
// too.
func outcome(status byte) error {
	switch status {
	case statusOK:
		return nil
	case statusUnsupported:
		return ErrUnsupported
	}
	return ErrIO
}

// fail ends all requests, those under way and those to come: the disk cannot be
// relied on any more.
func (r *requests) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.broken != nil {
		return
	}
	r.broken = err
	klog.Error("virtio_blk", r.name, ": ", err.Error())
	for head, s := range r.byHead {
		if s != nil {
			r.byHead[head] = nil
			s.done <- err
		}
	}
	go r.device.Close()
}
