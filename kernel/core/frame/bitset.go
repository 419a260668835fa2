package frame

import (
	"math/bits"

	"eggcup/kernel/core/raw"
)

// maxLevels levels of 64-bit words reach 2^30 bits, which is MaxMemory in
// frames.
const maxLevels = 5

// A bitset finds its lowest member in a few loads: a bit in level n+1 says
// that the word in level n is not zero.
type bitset struct {
	words [maxLevels]uintptr // virtual address of each level, the members first
	depth int
}

// layout places a bitset of size bits at addr and returns the address after
// it. The words are not cleared.
func (b *bitset) layout(size, addr uintptr) uintptr {
	b.depth = 0
	for n := size; n > 0 && b.depth < maxLevels; b.depth++ {
		b.words[b.depth] = addr
		words := (n + 63) / 64
		addr += words * 8
		if n = words; words == 1 {
			n = 0
		}
	}
	return addr
}

func (b *bitset) move(delta uintptr) {
	for i := range b.words {
		b.words[i] += delta
	}
}

// has reports whether i is a member. i may be the buddy of the last possible
// one, which is never a member and never the first bit of a word.
func (b *bitset) has(i uintptr) bool {
	return raw.Load64(b.words[0]+i>>6*8)>>(i&63)&1 != 0
}

func (b *bitset) set(i uintptr) {
	for d := 0; d < b.depth; d++ {
		word := b.words[d] + i>>6*8
		old := raw.Load64(word)
		raw.Store64(word, old|1<<(i&63))
		if old != 0 {
			return
		}
		i >>= 6
	}
}

func (b *bitset) unset(i uintptr) {
	for d := 0; d < b.depth; d++ {
		word := b.words[d] + i>>6*8
		left := raw.Load64(word) &^ (1 << (i & 63))
		raw.Store64(word, left)
		if left != 0 {
			return
		}
		i >>= 6
	}
}

// first returns the lowest member.
func (b *bitset) first() (i uintptr, ok bool) {
	for d := b.depth - 1; d >= 0; d-- {
		word := raw.Load64(b.words[d] + i*8)
		if word == 0 {
			return 0, false
		}
		i = i*64 + uintptr(bits.TrailingZeros64(word))
	}
	return i, b.depth > 0
}

func (b *bitset) empty() bool {
	return b.depth == 0 || raw.Load64(b.words[b.depth-1]) == 0
}
