// Package random is the source behind getrandom(2): a ChaCha20 generator with
// fast key erasure, seeded and stirred by the processor's RDSEED or RDRAND.
//
// Every read replaces the key before it returns, so what was given out cannot
// be computed from the state that is left, and mixes in fresh hardware
// entropy. golang.org/x/crypto has a ChaCha20 cipher, but it panics and
// allocates, which kernel context may not do.
//
// Specification: RFC 8439, 2.3 (the block function).
//
// Context: kernel, kernel lock held.
package random

import (
	"eggcup/kernel/core/x86"
	"math/bits"
)

// Source says where entropy comes from.
type Source int

// The sources, best first.
const (
	None Source = iota
	RDRAND
	RDSEED
)

var (
	source Source
	seeded bool // the key has entropy in it, or need not have
	key    [8]uint32
)

// CPUID bits (SDM volume 2, CPUID).
const (
	cpuid1RDRAND = 1 << 30 // leaf 1 ECX
	cpuid7RDSEED = 1 << 18 // leaf 7 EBX
)

// Init finds the hardware source and seeds the generator with it; None means
// that there is none and the generator must not be used.
func Init() Source {
	_, _, c, _ := x86.CPUID(1, 0)
	_, b, _, _ := x86.CPUID(7, 0)
	if c&cpuid1RDRAND != 0 && works(RDRAND) {
		source = RDRAND
	}
	if b&cpuid7RDSEED != 0 && works(RDSEED) {
		source = RDSEED
	}
	for i := 0; i < 4 && source != None; i++ {
		stir()
	}
	seeded = source != None
	return source
}

// Seeded reports whether Read gives what nobody can guess, or what the
// configuration accepts in its place. It becomes true and stays so.
func Seeded() bool { return seeded }

// Add mixes entropy of a device into the key; the device is trusted to have as
// much of it as it says. Whoever knows the words but not the key learns nothing.
func Add(words *[4]uint64) {
	for i, w := range words {
		key[2*i] ^= uint32(w)
		key[2*i+1] ^= uint32(w >> 32)
	}
	rekey()
	seeded = true
}

// SeedLater starts with a guessable number until entropy is added: good enough
// for what is no secret.
func SeedLater(number uint64) {
	SeedInsecure(number)
	seeded = false
}

// SeedInsecure seeds the generator with a guessable number, for testing on a
// machine without a source.
func SeedInsecure(seed uint64) {
	for i := range key {
		seed = seed*6364136223846793005 + 1442695040888963407
		key[i] ^= uint32(seed >> 32)
	}
	seeded = true
}

// works reports whether a source gives values, and not one value for ever as
// some processors did after a suspend.
func works(s Source) bool {
	first, ok := draw(s)
	for i := 0; ok && i < 8; i++ {
		v, again := draw(s)
		if !again {
			return false
		}
		if v != first {
			return true
		}
	}
	return false
}

// tries bounds the wait for the hardware: SDM volume 1, 7.3.17.1 promises
// success within ten for RDRAND, RDSEED may run dry for longer.
const tries = 100

func draw(s Source) (uint64, bool) {
	for i := 0; i < tries; i++ {
		var v uint64
		var ok bool
		if s == RDSEED {
			v, ok = x86.RDSEED()
		} else {
			v, ok = x86.RDRAND()
		}
		if ok {
			return v, true
		}
		x86.Pause()
	}
	return 0, false
}

// stir mixes 64 bits of hardware entropy into the key.
func stir() {
	if v, ok := draw(source); ok {
		key[0] ^= uint32(v)
		key[1] ^= uint32(v >> 32)
	}
	rekey()
}

// rekey replaces the key by the generator's own output.
func rekey() {
	var out [16]uint32
	block(&out, &key, 0)
	copy(key[:], out[:8])
}

// Read fills b.
func Read(b []byte) {
	if source != None {
		stir()
	}
	old := key
	rekey()
	var out [16]uint32
	for counter := uint32(1); len(b) > 0; counter++ {
		if counter == 0 {
			old = key
			rekey()
			continue
		}
		block(&out, &old, counter)
		n := min(len(b), 64)
		for i := 0; i < n; i++ {
			b[i] = byte(out[i>>2] >> (8 * uint(i&3)))
		}
		b = b[n:]
	}
}

// block is the ChaCha20 block function with an all-zero nonce.
func block(out *[16]uint32, key *[8]uint32, counter uint32) {
	state := [16]uint32{
		0x61707865, 0x3320646e, 0x79622d32, 0x6b206574,
		key[0], key[1], key[2], key[3], key[4], key[5], key[6], key[7],
		counter, 0, 0, 0,
	}
	x := state
	for round := 0; round < 10; round++ {
		quarter(&x, 0, 4, 8, 12)
		quarter(&x, 1, 5, 9, 13)
		quarter(&x, 2, 6, 10, 14)
		quarter(&x, 3, 7, 11, 15)
		quarter(&x, 0, 5, 10, 15)
		quarter(&x, 1, 6, 11, 12)
		quarter(&x, 2, 7, 8, 13)
		quarter(&x, 3, 4, 9, 14)
	}
	for i := range x {
		out[i] = x[i] + state[i]
	}
}

func quarter(x *[16]uint32, a, b, c, d int) {
	x[a] += x[b]
	x[d] = bits.RotateLeft32(x[d]^x[a], 16)
	x[c] += x[d]
	x[b] = bits.RotateLeft32(x[b]^x[c], 12)
	x[a] += x[b]
	x[d] = bits.RotateLeft32(x[d]^x[a], 8)
	x[c] += x[d]
	x[b] = bits.RotateLeft32(x[b]^x[c], 7)
}
