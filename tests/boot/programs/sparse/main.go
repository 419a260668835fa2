// sparse maps far more address space than the machine has memory and touches little of it.
package main

import (
	"syscall"

	"eggcup/tests/boot/programs/internal/check"
)

const (
	gib    = 1 << 30
	stride = 64 << 20
)

func mapAnonymous(size, protection, flags int) ([]byte, error) {
	return syscall.Mmap(-1, 0, size, protection, flags|syscall.MAP_ANON|syscall.MAP_PRIVATE)
}

func main() {
	area, err := mapAnonymous(gib, syscall.PROT_READ|syscall.PROT_WRITE, 0)
	check.Must(err, "map 1 GiB")
	check.That(len(area) == gib, "map 1 GiB", "%d", len(area))
	dirty := 0
	for o := 0; o < gib; o += stride {
		if area[o] != 0 || area[o+stride-1] != 0 {
			dirty++
		}
		area[o], area[o+stride-1] = byte(o/stride+1), byte(o/stride+101)
	}
	check.That(dirty == 0, "untouched pages read zero", "%d", dirty)
	wrong := 0
	for o := 0; o < gib; o += stride {
		if area[o] != byte(o/stride+1) || area[o+stride-1] != byte(o/stride+101) {
			wrong++
		}
	}
	check.That(wrong == 0, "touched pages keep what was written", "%d", wrong)
	check.NoError(syscall.Munmap(area), "unmap 1 GiB")

	// Reservations cost nothing: a hundred of 1 GiB each, given back in another order.
	var reserved [][]byte
	for range 100 {
		r, err := mapAnonymous(gib, syscall.PROT_NONE, syscall.MAP_NORESERVE)
		check.Must(err, "reserve 100 GiB")
		reserved = append(reserved, r)
	}
	check.That(true, "reserve 100 GiB", "")
	for i := range reserved {
		check.Must(syscall.Munmap(reserved[i*37%100]), "give 100 GiB back")
	}
	check.That(true, "give 100 GiB back", "")

	// The same memory many times over: it has to be freed by munmap.
	for round := range 200 {
		b, err := mapAnonymous(4<<20, syscall.PROT_READ|syscall.PROT_WRITE, 0)
		check.Must(err, "map and touch 800 MiB in turn")
		for o := 0; o < len(b); o += 4096 {
			if b[o] != 0 {
				dirty++
			}
			b[o] = byte(round + 1)
		}
		check.Must(syscall.Munmap(b), "map and touch 800 MiB in turn")
	}
	check.That(dirty == 0, "map and touch 800 MiB in turn", "%d dirty pages", dirty)
	check.Done()
}
