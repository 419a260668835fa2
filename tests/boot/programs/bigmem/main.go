// bigmem fills more memory than lies below 4 GiB and reads it back, so that frames above 4 GiB are in use.
package main

import (
	"encoding/binary"
	"os"
	"strconv"
	"syscall"
	"time"

	"eggcup/tests/boot/programs/internal/check"
)

func main() {
	const page = 4096
	mib, err := strconv.Atoi(os.Args[len(os.Args)-1])
	check.Must(err, "the last argument is a size in MiB")
	b, err := syscall.Mmap(-1, 0, mib<<20, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	check.Must(err, "map more than lies below 4 GiB")
	start := time.Now()
	for o := 0; o < len(b); o += page {
		binary.LittleEndian.PutUint64(b[o:], uint64(o)^0x9e3779b97f4a7c15)
	}
	wrong := 0
	for o := 0; o < len(b); o += page {
		if binary.LittleEndian.Uint64(b[o:]) != uint64(o)^0x9e3779b97f4a7c15 || b[o+page-1] != 0 {
			wrong++
		}
	}
	check.That(wrong == 0, "every page holds its own number", "%d do not", wrong)
	check.Note("%d MiB in %v", mib, time.Since(start).Round(time.Millisecond))
	check.NoError(syscall.Munmap(b), "unmap")
	check.Done()
}
