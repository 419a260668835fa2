// dontneed checks madvise(MADV_DONTNEED) and partial munmap page by page: what was dropped reads zero, its neighbours stay.
package main

import (
	"syscall"
	"unsafe"

	"eggcup/tests/boot/programs/internal/check"
)

const page = 4096

// fill marks every page of b with its number.
func fill(b []byte) {
	for i := 0; i < len(b); i += page {
		b[i], b[i+page-1] = byte(i/page)|1, byte(i/page)|2
	}
}

// differing counts the pages of b that are not as fill left them (dropped false) or not zero (dropped true) according to
// the given function.
func differing(b []byte, dropped func(page int) bool) int {
	wrong := 0
	for i := 0; i < len(b); i += page {
		first, last := byte(i/page)|1, byte(i/page)|2
		if dropped(i / page) {
			first, last = 0, 0
		}
		if b[i] != first || b[i+page-1] != last {
			wrong++
		}
	}
	return wrong
}

func mapPages(size int) []byte {
	b, err := syscall.Mmap(-1, 0, size, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	check.Must(err, "mmap")
	return b
}

func main() {
	// 8 MiB holds whole 2 MiB pages wherever it starts.
	b := mapPages(8 << 20)
	pages := len(b) / page
	fill(b)
	check.NoError(syscall.Madvise(b, syscall.MADV_DONTNEED), "drop everything")
	wrong := differing(b, func(int) bool { return true })
	check.That(wrong == 0, "everything reads zero", "%d pages", wrong)

	fill(b)
	check.NoError(syscall.Madvise(b[1000*page:1001*page], syscall.MADV_DONTNEED), "drop one page")
	wrong = differing(b, func(p int) bool { return p == 1000 })
	check.That(wrong == 0, "one page reads zero, the others stay", "%d pages", wrong)

	fill(b)
	for p := 0; p < pages; p += 2 {
		check.Must(syscall.Madvise(b[p*page:(p+1)*page], syscall.MADV_DONTNEED), "drop every other page")
	}
	wrong = differing(b, func(p int) bool { return p%2 == 0 })
	check.That(wrong == 0, "every other page reads zero", "%d pages", wrong)

	fill(b)
	check.NoError(syscall.Madvise(b[300*page:1500*page], syscall.MADV_DONTNEED), "drop a range across large pages")
	wrong = differing(b, func(p int) bool { return p >= 300 && p < 1500 })
	check.That(wrong == 0, "the range reads zero, its ends stay", "%d pages", wrong)

	// A hole by munmap, filled again at the same address: the new pages are zero, the old ones stay.
	fill(b)
	hole := uintptr(unsafe.Pointer(&b[600*page]))
	_, _, errno := syscall.Syscall(syscall.SYS_MUNMAP, hole, 500*page, 0)
	check.That(errno == 0, "unmap the middle", "%v", errno)
	_, _, errno = syscall.Syscall6(syscall.SYS_MMAP, hole, 500*page, syscall.PROT_READ|syscall.PROT_WRITE,
		syscall.MAP_ANON|syscall.MAP_PRIVATE|syscall.MAP_FIXED, ^uintptr(0), 0)
	check.That(errno == 0, "map it again", "%v", errno)
	wrong = differing(b, func(p int) bool { return p >= 600 && p < 1100 })
	check.That(wrong == 0, "the new middle reads zero", "%d pages", wrong)

	// MAP_FIXED over a live mapping replaces it.
	fill(b)
	_, _, errno = syscall.Syscall6(syscall.SYS_MMAP, hole, 10*page, syscall.PROT_READ|syscall.PROT_WRITE,
		syscall.MAP_ANON|syscall.MAP_PRIVATE|syscall.MAP_FIXED, ^uintptr(0), 0)
	check.That(errno == 0, "map over live pages", "%v", errno)
	wrong = differing(b, func(p int) bool { return p >= 600 && p < 610 })
	check.That(wrong == 0, "the replaced pages read zero", "%d pages", wrong)
	check.Done()
}
