// gcpressure keeps the collector busy in little memory and checks what every object holds.
//
// A page that is handed back with MADV_DONTNEED and still holds its old contents, or one that is lost while an object
// lives on it, shows up as a wrong byte here or as a fatal error of Go's own heap checks. It ends well in 64 MiB.
package main

import (
	"runtime"
	"runtime/debug"

	"eggcup/tests/boot/programs/internal/check"
)

// block is a heap object that names its own contents: every byte is a function of seed and position.
type block struct {
	seed uint32
	next *block
	data []byte
}

func pattern(seed uint32, i int) byte { return byte(seed*2654435761>>24) ^ byte(i*31) }

// newBlock allocates a block and reports whether its memory came zeroed, as Go promises.
func newBlock(seed uint32, size int) (b *block, zeroed bool) {
	b = &block{seed: seed, data: make([]byte, size)}
	zeroed = true
	for i, v := range b.data {
		if v != 0 {
			zeroed = false
		}
		b.data[i] = pattern(seed, i)
	}
	return b, zeroed
}

// intact reports whether the block still holds what newBlock wrote.
func (b *block) intact() bool {
	for i, v := range b.data {
		if v != pattern(b.seed, i) {
			return false
		}
	}
	return true
}

// size spreads blocks over small size classes, large spans and sizes of several pages.
func size(seed uint32) int {
	switch seed % 16 {
	case 0:
		return 96 << 10
	case 1, 2, 3:
		return 9000 + int(seed%5000)
	default:
		return 16 + int(seed%700)
	}
}

func main() {
	const live, rounds = 1500, 60000
	window := make([]*block, live)
	dirty, damaged := 0, 0
	for round := range uint32(rounds) {
		b, zeroed := newBlock(round, size(round))
		if !zeroed {
			dirty++
		}
		slot := &window[round*7919%live]
		if *slot != nil && !(*slot).intact() {
			damaged++
		}
		if *slot != nil && round%3 == 0 {
			b.next = *slot
			b.next.next = nil
		}
		*slot = b
		if round%6000 == 5999 {
			for i := range window[:live/2] {
				window[i] = nil
			}
			debug.FreeOSMemory()
		}
	}
	for _, b := range window {
		for ; b != nil; b = b.next {
			if !b.intact() {
				damaged++
			}
		}
	}
	check.That(dirty == 0, "new memory is zero", "%d blocks", dirty)
	check.That(damaged == 0, "live memory is untouched", "%d blocks", damaged)

	// A large slice that is dropped, given back and taken again, several times over.
	for i := range 8 {
		big := make([]byte, 16<<20)
		for j := 0; j < len(big); j += 512 {
			if big[j] != 0 {
				dirty++
			}
			big[j] = byte(i + 1)
		}
		runtime.KeepAlive(big)
		big = nil
		debug.FreeOSMemory()
	}
	check.That(dirty == 0, "16 MiB slices come back as zero", "%d dirty pages", dirty)

	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	check.That(stats.NumGC >= 18, "collections ran", "%d", stats.NumGC)
	check.That(stats.HeapReleased > 0, "memory was given back", "HeapReleased %d", stats.HeapReleased)
	check.Note("NumGC %d HeapSys %d MiB", stats.NumGC, stats.HeapSys>>20)
	check.Done()
}
