// disk reads and writes every disk. With the argument "write" it leaves a pattern, with "verify" it looks for what a boot
// before left, with "readonly" it must not be able to change anything.
package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"sync"
	"time"

	"eggcup/kernel/blockdev"
	"eggcup/tests/boot/programs/internal/check"
)

const patternSize = 1 << 20

// pattern fills a piece of the disk: its own offset, so that a piece in the wrong place is noticed.
func pattern(off, n int) []byte {
	b := make([]byte, n)
	for i := 0; i < n; i += 8 {
		binary.LittleEndian.PutUint64(b[i:], uint64(off+i)*0x9e3779b97f4a7c15+1)
	}
	return b
}

func main() {
	disks := blockdev.Devices()
	check.That(len(disks) > 0, "there is a disk", "none is registered")
	for _, d := range disks {
		check.Note("%s: %d sectors of %d bytes, read-only %v", d.Name(), d.Sectors(), d.SectorSize(), d.ReadOnly())
		switch os.Args[1] {
		case "write":
			write(d)
		case "verify":
			verify(d)
		case "readonly":
			readOnly(d)
		}
	}
	check.Done()
}

func write(d blockdev.Device) {
	begin := time.Now()
	n, err := d.WriteAt(pattern(0, patternSize), 0)
	check.That(n == patternSize && err == nil, "1 MiB is written", "%d, %v", n, err)
	check.NoError(d.Flush(), "flush")
	check.Note("1 MiB in %v", time.Since(begin))
	check.That(bytes.Equal(read(d, 0, patternSize), pattern(0, patternSize)), "and read back", "it differs")
	edges(d)
	together(d)
	b := blockdev.NewBytes(d)
	n, err = b.WriteAt([]byte("not a whole sector"), patternSize+1000)
	check.That(n == 18 && err == nil, "a part of a sector is written", "%d, %v", n, err)
	if discarder, ok := d.(blockdev.Discarder); ok {
		check.NoError(discarder.Discard(2*patternSize, patternSize), "discard")
	}
	check.NoError(d.Flush(), "flush at the end")
}

// edges are requests that reach the end of the disk, or beyond, or start in the middle of a sector.
func edges(d blockdev.Device) {
	size := int64(d.Sectors()) * int64(d.SectorSize())
	last := pattern(int(size)-d.SectorSize(), d.SectorSize())
	n, err := d.WriteAt(last, size-int64(len(last)))
	check.That(n == len(last) && err == nil, "the last sector is written", "%d, %v", n, err)
	two := make([]byte, 2*len(last))
	n, err = d.ReadAt(two, size-int64(len(last)))
	check.That(n == len(last) && err == io.EOF && bytes.Equal(two[:n], last), "a read over the end is short", "%d, %v", n, err)
	_, err = d.WriteAt(two, size-int64(len(last)))
	check.That(errors.Is(err, blockdev.ErrRange), "a write over the end fails", "%v", err)
	_, err = d.ReadAt(two, 7)
	check.That(errors.Is(err, blockdev.ErrUnaligned), "a read from within a sector fails", "%v", err)
}

// together has more requests under way than the driver has slots.
func together(d blockdev.Device) {
	const readers, piece = 16, 32 << 10
	var wait sync.WaitGroup
	for i := range readers {
		wait.Go(func() {
			off := i * piece
			for range 10 {
				if !bytes.Equal(read(d, int64(off), piece), pattern(off, piece)) {
					check.That(false, "reading together", "piece %d differs", i)
				}
			}
		})
	}
	wait.Wait()
	check.That(true, "sixteen goroutines read", "")
}

func read(d blockdev.Device, off int64, n int) []byte {
	b := make([]byte, n)
	_, err := d.ReadAt(b, off)
	check.NoErrorQuiet(err, "read")
	return b
}

func verify(d blockdev.Device) {
	check.That(bytes.Equal(read(d, 0, patternSize), pattern(0, patternSize)), "what was written before is there", "it differs")
	b := make([]byte, 18)
	_, err := blockdev.NewBytes(d).ReadAt(b, patternSize+1000)
	check.That(err == nil && string(b) == "not a whole sector", "the part of a sector too", "%q, %v", b, err)
}

func readOnly(d blockdev.Device) {
	check.That(d.ReadOnly(), "the disk is read-only", "")
	_, err := d.WriteAt(make([]byte, d.SectorSize()), 0)
	check.That(errors.Is(err, blockdev.ErrReadOnly), "a write fails", "%v", err)
	check.That(bytes.Equal(read(d, 0, d.SectorSize()), make([]byte, d.SectorSize())), "and changes nothing", "")
}
