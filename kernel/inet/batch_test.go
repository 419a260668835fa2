package inet

import (
	"bytes"
	"runtime"
	"sync"
	"testing"
	"time"
)

// postbox is a card that keeps what it is given until it is flushed.
type postbox struct {
	cable
	mu     sync.Mutex
	queued [][]byte
	gone   [][]byte
	rings  int
}

func (p *postbox) Queue(frame []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.queued = append(p.queued, bytes.Clone(frame))
	return nil
}

func (p *postbox) Flush() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.gone, p.queued = append(p.gone, p.queued...), nil
	p.rings++
}

// state returns how many frames have gone out, and by how many words to the card.
func (p *postbox) state() (frames, rings int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.gone), p.rings
}

// settled waits for so many frames to go out.
func (p *postbox) settled(t *testing.T, want int) (rings int) {
	t.Helper()
	for range 1000 {
		if frames, rings := p.state(); frames == want {
			return rings
		}
		time.Sleep(time.Millisecond)
	}
	frames, _ := p.state()
	t.Fatalf("%d frames, want %d", frames, want)
	return 0
}

var request = make([]byte, content)

// The answer to a single request goes out at once, one after the other.
func TestBatchAlone(t *testing.T) {
	p := &postbox{}
	b := newBatch(p)
	for n := range 10 {
		b.received(request)
		b.send(request)
		if frames, rings := p.state(); frames != n+1 || rings != n+1 {
			t.Fatalf("%d frames by %d words after answer %d", frames, rings, n+1)
		}
	}
}

// Of the answers to several requests, and of what nobody has asked for, the card
// hears by few words, and of all.
func TestBatchTogether(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // no round ends meanwhile
	const count = 4 * mostQueued
	for name, requests := range map[string]int{"answers": count, "unasked": 0} {
		t.Run(name, func(t *testing.T) {
			p := &postbox{}
			b := newBatch(p)
			for range requests {
				b.received(request)
			}
			for range count {
				b.send(request)
			}
			if rings := p.settled(t, count); rings > count/mostQueued+2 {
				t.Errorf("told of %d frames by %d words", count, rings)
			}
		})
	}
}

// Requests that come in one round are answered in the next: the card hears of
// those answers together as well.
func TestBatchNextRound(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	p := &postbox{}
	b := newBatch(p)
	for range mostQueued {
		b.received(request)
	}
	b.send(request)
	rings := p.settled(t, 1) // the round has ended
	for range mostQueued / 2 {
		b.send(request)
	}
	if frames, now := p.state(); frames != 1 || now != rings {
		t.Errorf("told %d times more of %d frames, before the round's end", now-rings, frames-1)
	}
	if now := p.settled(t, 1+mostQueued/2); now > rings+2 {
		t.Errorf("told %d times", now-rings)
	}
}

// stopwatch is a card that notes when it hears of frames.
type stopwatch struct {
	cable
	heard time.Time
}

func (s *stopwatch) Queue([]byte) error { return nil }
func (s *stopwatch) Flush() {
	if s.heard.IsZero() {
		s.heard = time.Now()
	}
}

// While goroutines calculate for long, no round ends; the card hears all the same.
func TestBatchLongRound(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	const busy, slice = 40, 10 * time.Millisecond // after which the runtime lets another goroutine run
	card := &stopwatch{}
	b := newBatch(card)
	b.received(request)
	b.received(request)
	var done sync.WaitGroup
	begin := time.Now()
	for range busy {
		done.Go(func() {
			for time.Since(begin) < busy*slice {
			}
		})
	}
	sent := time.Now()
	b.send(request)
	done.Wait()
	if after := card.heard.Sub(sent); card.heard.IsZero() || after > busy*slice/4 {
		t.Errorf("told after %s of %s", after, busy*slice)
	}
}
