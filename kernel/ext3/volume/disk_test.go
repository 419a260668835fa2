package volume

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"eggcup/kernel/blockdev"
)

const sectorSize = 512

// disk is a disk with a cache that loses what was not flushed.
type disk struct {
	data    []byte
	cached  []request // written since the last flush
	broken  bool
	through bool // has no cache
	locked  bool
}

// request is a write.
type request struct {
	off  int64
	data []byte
}

func (d *disk) Name() string    { return "test" }
func (d *disk) SectorSize() int { return sectorSize }
func (d *disk) Sectors() uint64 { return uint64(len(d.data) / sectorSize) }
func (d *disk) ReadOnly() bool  { return d.locked }

func (d *disk) ReadAt(p []byte, off int64) (int, error) {
	switch {
	case d.broken:
		return 0, errors.New("broken")
	case off < 0 || off%sectorSize != 0 || len(p)%sectorSize != 0:
		return 0, blockdev.ErrUnaligned
	case off+int64(len(p)) > int64(len(d.data)):
		return 0, io.EOF
	}
	copy(p, d.data[off:])
	for _, r := range d.cached {
		r.read(p, off)
	}
	return len(p), nil
}

// read lays what was written over p.
func (r request) read(p []byte, off int64) {
	start, end := max(off, r.off), min(off+int64(len(p)), r.off+int64(len(r.data)))
	if start < end {
		copy(p[start-off:end-off], r.data[start-r.off:])
	}
}

func (d *disk) WriteAt(p []byte, off int64) (int, error) {
	switch {
	case d.broken:
		return 0, errors.New("broken")
	case off < 0 || off%sectorSize != 0 || len(p)%sectorSize != 0 || off+int64(len(p)) > int64(len(d.data)):
		return 0, blockdev.ErrRange
	}
	if d.through {
		copy(d.data[off:], p)
		return len(p), nil
	}
	d.cached = append(d.cached, request{off, bytes.Clone(p)})
	return len(p), nil
}

func (d *disk) Flush() error {
	if d.broken {
		return errors.New("broken")
	}
	for _, r := range d.cached {
		copy(d.data[r.off:], r.data)
	}
	d.cached = nil
	return nil
}

// crash is the disk after a loss of power: of what was not flushed, any sectors
// may have come to the medium.
func (d *disk) crash(random *rand.Rand) *disk {
	after := &disk{data: bytes.Clone(d.data)}
	share := random.IntN(5)
	for _, r := range d.cached {
		for at := 0; at < len(r.data); at += sectorSize {
			if random.IntN(4) < share {
				copy(after.data[r.off+int64(at):], r.data[at:at+sectorSize])
			}
		}
	}
	return after
}

// tool returns the path of a program of e2fsprogs, which many users have not in
// their PATH.
func tool(t testing.TB, name string) string {
	t.Helper()
	for _, folder := range append(filepath.SplitList(os.Getenv("PATH")), "/usr/sbin", "/sbin") {
		path := filepath.Join(folder, name)
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	t.Fatalf("%s is missing: apt-get install e2fsprogs", name)
	return ""
}

// format makes a file system with the tool that users make theirs with.
func format(t testing.TB, kib string, options ...string) *disk {
	t.Helper()
	path := filepath.Join(t.TempDir(), "disk.img")
	arguments := append([]string{"-q", "-t", "ext3"}, options...)
	out, err := exec.Command(tool(t, "mke2fs"), append(arguments, path, kib)...).CombinedOutput()
	if err != nil {
		t.Fatalf("mke2fs: %v\n%s", err, out)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return &disk{data: data}
}

// check has e2fsck look for anything wrong.
func check(t *testing.T, d *disk, options string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "disk.img")
	if err := os.WriteFile(path, d.data, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(tool(t, "e2fsck"), options, path).CombinedOutput()
	const corrected = 1 // what -p does is what a journal is for
	var exit *exec.ExitError
	if err != nil && !(options == "-fp" && errors.As(err, &exit) && exit.ExitCode() == corrected) {
		t.Fatalf("e2fsck %s: %v\n%s", options, err, out)
	}
}

func mount(t testing.TB, d *disk) *Volume {
	t.Helper()
	v, err := Mount(d)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
