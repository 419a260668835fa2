package random

import (
	"bytes"
	"encoding/hex"
	"testing"
)

// The block function gives RFC 8439's keystream for the zero key and nonce
// (appendix A.1, test vectors 1 and 2).
func TestBlockVectors(t *testing.T) {
	for counter, want := range []string{
		"76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7" +
			"da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586",
		"9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed" +
			"29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f",
	} {
		var out [16]uint32
		block(&out, &[8]uint32{}, uint32(counter))
		var got []byte
		for _, w := range out {
			got = append(got, byte(w), byte(w>>8), byte(w>>16), byte(w>>24))
		}
		if hex.EncodeToString(got) != want {
			t.Errorf("counter %d: %x", counter, got)
		}
	}
}

// Reads differ from one another, fill every byte and leave a new key behind.
func TestRead(t *testing.T) {
	source = None
	SeedInsecure(42)
	before := key
	a, b := make([]byte, 200), make([]byte, 200)
	Read(a)
	Read(b)
	if bytes.Equal(a, b) {
		t.Fatal("two reads gave the same")
	}
	if key == before {
		t.Fatal("the key stayed")
	}
	if bytes.Count(a, []byte{0}) > 20 {
		t.Fatal("bytes were left unfilled")
	}
}

// The same seed gives the same bytes: the generator has no other input.
func TestDeterministic(t *testing.T) {
	read := func(n int) []byte {
		key = [8]uint32{}
		SeedInsecure(7)
		b := make([]byte, n)
		Read(b)
		return b
	}
	if !bytes.Equal(read(100), read(130)[:100]) {
		t.Fatal("the length changed the stream")
	}
}

// This machine's source, if it has one, passes the check for a stuck value.
func TestHardware(t *testing.T) {
	if s := Init(); s != None && !works(s) {
		t.Fatal("the source that Init chose does not work")
	}
}

// What a device adds changes what follows, every word of it, and makes a
// generator that waits for it ready.
func TestAdd(t *testing.T) {
	oldKey, oldSource, oldSeeded := key, source, seeded
	defer func() { key, source, seeded = oldKey, oldSource, oldSeeded }()
	source = None
	outputs := map[[32]byte]bool{}
	for i := range 5 {
		key = [8]uint32{}
		SeedLater(99)
		if Seeded() {
			t.Fatal("seeded by a number that can be guessed")
		}
		var words [4]uint64
		if i < 4 {
			words[i] = 1 << (i * 16)
		}
		if Add(&words); !Seeded() {
			t.Fatal("not seeded by entropy")
		}
		var out [32]byte
		Read(out[:])
		outputs[out] = true
	}
	if len(outputs) != 5 {
		t.Errorf("%d different outputs of 5 inputs", len(outputs))
	}
}
