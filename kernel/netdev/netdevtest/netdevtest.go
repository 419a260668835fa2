// Package netdevtest has what the tests of network cards' drivers share, whose
// fake cards differ.
//
// Context: tests on the host.
package netdevtest

import (
	"testing"
	"time"
)

// Wait returns the next frame that a driver has received.
func Wait(t *testing.T, frames <-chan []byte) []byte {
	t.Helper()
	select {
	case frame := <-frames:
		return frame
	case <-time.After(2 * time.Second):
		t.Fatal("no frame")
		return nil
	}
}

// Pattern returns the bytes of a frame, which tell its length.
func Pattern(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i*5 + n)
	}
	return b
}

// Busy fills a card that takes nothing with room frames, and makes sure that
// the next ones wait, and go on once resume makes the card work again.
func Busy(t *testing.T, room int, transmit func([]byte) error, resume func()) {
	t.Helper()
	for i := range room {
		if err := transmit(Pattern(60)); err != nil {
			t.Fatalf("frame %d: %v", i, err)
		}
	}
	result := make(chan error, 3)
	for range cap(result) {
		go func() { result <- transmit(Pattern(61)) }()
	}
	select {
	case err := <-result:
		t.Fatalf("Transmit did not wait: %v", err)
	case <-time.After(20 * time.Millisecond):
	}
	resume()
	for range cap(result) {
		if err := <-result; err != nil {
			t.Error(err)
		}
	}
}
