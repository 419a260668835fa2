// random checks that getrandom fills the whole buffer with bytes that differ every time.
package main

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"syscall"
	"unsafe"

	"eggcup/tests/boot/programs/internal/check"
)

const (
	sysGetrandom = 318
	grndNonblock = 1
	invalidFlag  = 0x80
)

func getrandom(b []byte, flags uintptr) (int, syscall.Errno) {
	n, _, errno := syscall.Syscall(sysGetrandom, uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)), flags)
	return int(n), errno
}

func errnoOrNil(errno syscall.Errno) error {
	if errno == 0 {
		return nil
	}
	return errno
}

func main() {
	const size = 256
	first, second := make([]byte, size), make([]byte, size)
	n, errno := getrandom(first, 0)
	check.That(n == size && errno == 0, "getrandom fills 256 bytes", "n %d errno %v", n, errno)
	n, errno = getrandom(second, grndNonblock)
	check.That(n == size && errno == 0, "GRND_NONBLOCK fills too", "n %d errno %v", n, errno)
	check.That(!bytes.Equal(first, second), "two calls differ", "%x", first)

	// Every byte position takes more than one value in 64 calls, bytes of odd tails included.
	for _, length := range []int{1, 7, 8, 13, 100, 5000} {
		seen := make([]byte, length)
		sample := make([]byte, length+8)
		for range 64 {
			clear(sample)
			if n, errno = getrandom(sample[:length], 0); n != length || errno != 0 {
				check.That(false, fmt.Sprintf("length %d", length), "n %d errno %v", n, errno)
				break
			}
			for i := range seen {
				seen[i] |= sample[i]
			}
		}
		untouched := bytes.Count(seen, []byte{0})
		check.That(untouched == 0, fmt.Sprintf("every one of %d bytes is written", length), "%d are always zero", untouched)
		check.That(bytes.Count(sample[length:], []byte{0}) == 8, fmt.Sprintf("nothing after byte %d is", length), "% x", sample[length:])
	}

	// Bits are balanced: 2^20 of them, mean 2^19, standard deviation 512; six of those are 1 in 10^9.
	// A call may return less than was asked for, but never less than 256 bytes (getrandom(2), "Interruption by a signal").
	large := make([]byte, 1<<17)
	short := 0
	for filled := 0; filled < len(large); filled += n {
		n, errno = getrandom(large[filled:], 0)
		check.Must(errnoOrNil(errno), "128 KiB")
		if n < min(256, len(large)-filled) {
			short++
			break
		}
	}
	check.That(short == 0, "128 KiB in pieces of 256 bytes or more", "%d bytes", n)
	ones := 0
	for _, b := range large {
		for ; b != 0; b &= b - 1 {
			ones++
		}
	}
	check.That(ones > 1<<19-3072 && ones < 1<<19+3072, "ones and zeros are balanced", "%d ones", ones)

	_, errno = getrandom(first, invalidFlag)
	check.That(errno == syscall.EINVAL, "an unknown flag is EINVAL", "%v", errno)
	a, b := rand.Text(), rand.Text()
	check.That(a != b && len(a) >= 26, "crypto/rand", "%q %q", a, b)
	check.Done()
}
