package inet

import (
	"runtime"
	"sync/atomic"
	"time"

	"eggcup/kernel/netdev"

	"gvisor.dev/gvisor/pkg/tcpip/header"
)

// batch saves telling a device of frames: under a hypervisor that is an exit
// from the machine each time, and wakes the thread that emulates the device,
// which then takes the processor that the machine runs on.
//
// A frame that is alone, as the answer to a single request, goes out at once. When
// there are several, the device hears of them at the end of the round, when no
// goroutine can run, or earlier if they become many or the round long.
type batch struct {
	device netdev.Batcher
	ring   chan struct{}
	timer  *time.Timer

	asked  atomic.Bool  // ring was asked to end the round
	came   atomic.Int32 // frames with content in this round
	last   atomic.Int32 // and in the one before: most are answered in the next
	alone  atomic.Int32 // frames sent at once since one with content came
	queued atomic.Int32 // frames that the device has not heard of
}

const (
	// content is how long a frame is at least that asks for an answer: longer
	// than the headers of Ethernet, IPv6 and TCP with the option of time stamps.
	content = netdev.HeaderSize + header.IPv6MinimumSize + header.TCPMinimumSize + timeStamps + 1
	// mostQueued is after how many frames the device hears of them: it has
	// something to do while the next are made.
	mostQueued = 16
	// longRound is after how long it hears of them while goroutines calculate.
	longRound = 2 * time.Millisecond
)

func newBatch(device netdev.Batcher) *batch {
	b := &batch{device: device, ring: make(chan struct{}, 1)}
	b.timer = time.AfterFunc(time.Hour, b.flush)
	b.timer.Stop()
	go b.rounds()
	return b
}

// received counts what is likely to be answered.
func (b *batch) received(frame []byte) {
	if len(frame) >= content {
		b.came.Add(1)
		b.alone.Store(0)
	}
}

// rounds ends each round that was begun: it lets the goroutines that can run have
// their turn.
func (b *batch) rounds() {
	for range b.ring {
		runtime.Gosched()
		b.timer.Stop()
		b.asked.Store(false)
		b.last.Store(b.came.Swap(0))
		b.alone.Store(0)
		b.flush()
	}
}

// send sends a frame.
func (b *batch) send(frame []byte) error {
	if err := b.device.Queue(frame); err != nil {
		return err
	}
	if !b.asked.Load() && b.came.Load()+b.last.Load() <= 1 && b.alone.Add(1) == 1 {
		b.came.Store(0)
		b.last.Store(0)
		b.device.Flush()
		return nil
	}
	if b.queued.Add(1) >= mostQueued {
		b.flush()
	}
	if b.asked.CompareAndSwap(false, true) {
		b.timer.Reset(longRound)
		b.ring <- struct{}{}
	}
	return nil
}

func (b *batch) flush() {
	b.queued.Store(0)
	b.device.Flush()
}
