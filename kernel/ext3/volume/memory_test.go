package volume

import (
	"runtime"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
	"weak"
)

// withFile returns a volume that has a file, and changes that wait for their
// commit.
func withFile(t *testing.T, d *disk) (*Volume, inode) {
	t.Helper()
	v := mount(t, d)
	number, errno := v.Create(rootInode, "file", attributes(syscall.S_IFREG|0o600), "")
	if errno == 0 {
		_, errno = v.WriteAt(number, make([]byte, 5000), 0)
	}
	if errno != 0 {
		t.Fatal(errno)
	}
	i, errno := v.inode(uint32(number))
	if errno != 0 {
		t.Fatal(errno)
	}
	return v, i
}

// A volume that is not used any more keeps no memory: not until the commit that
// its last change waited for, either.
func TestMemoryIsGivenBack(t *testing.T) {
	empty := format(t, "4096", "-b", "1024", "-J", "size=1", "-N", "64").data
	outside := func(v *Volume, i inode) {
		i.put32(inodePointers+4, v.blocks)
		i.changed()
	}
	uses := map[string]func(*disk){
		"closed": func(d *disk) {
			v, _ := withFile(t, d)
			if errno := v.Close(); errno != 0 {
				t.Error(errno)
			}
		},
		"damaged": func(d *disk) {
			v, i := withFile(t, d)
			outside(v, i)
			if errno := v.Truncate(uint64(i.number), 0); errno != syscall.EIO {
				t.Error("a damaged file was shortened:", errno)
			}
		},
		"refused": func(d *disk) { // after its first change: it is to delete the file
			v, i := withFile(t, &disk{data: d.data})
			v.Unlink(rootInode, "file")
			outside(v, i)
			if errno := v.Sync(false); errno != 0 {
				t.Error(errno)
			}
			if _, err := Mount(d); err == nil {
				t.Error("a volume was mounted whose deleted file is damaged")
			}
		},
	}
	for name, use := range uses {
		t.Run(name, func(t *testing.T) {
			left := func() weak.Pointer[disk] {
				d := &disk{data: append([]byte(nil), empty...)}
				use(d)
				return weak.Make(d)
			}()
			runtime.GC()
			if left.Value() != nil {
				t.Error("something still has the volume")
			}
		})
	}
}

// What nobody asks to commit is committed in time.
func TestCommitWithoutSync(t *testing.T) {
	d := format(t, "4096", "-b", "1024", "-J", "size=1", "-N", "64")
	synctest.Test(t, func(t *testing.T) {
		v, _ := withFile(t, d)
		time.Sleep(commitEvery - time.Second)
		if len(v.running) == 0 || len(d.cached) == 0 {
			t.Error("the changes did not wait")
		}
		time.Sleep(2 * time.Second)
		if len(v.running) != 0 || len(d.cached) != 0 {
			t.Error("the changes are not on the disk")
		}
		v.Close()
	})
}

// A log full of blocks that were revoked takes no more memory than the disk has,
// whatever numbers they are.
func TestRevokedBlocksAreTheVolumes(t *testing.T) {
	d := format(t, "4096", "-b", "1024", "-J", "size=1", "-N", "64")
	v := mount(t, d)
	if errno := v.Close(); errno != 0 {
		t.Fatal(errno)
	}
	j := &v.journal
	number := uint32(0)
	for _, place := range j.places[j.first:] {
		b := d.data[int(place)*v.blockSize:][:v.blockSize]
		copy(b, j.header(kindRevoke, v.blockSize))
		putBig(b, journalHeader, uint32(v.blockSize))
		for at := journalHeader + 4; at < v.blockSize; at += 4 {
			number++
			putBig(b, at, number)
		}
	}
	putBig(d.data[int(j.places[0])*v.blockSize:], journalStart, j.first)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	mount(t, d)
	runtime.ReadMemStats(&after)
	if taken := after.TotalAlloc - before.TotalAlloc; taken > uint64(len(d.data))/4 {
		t.Errorf("a mount took %d KiB for a disk of %d KiB", taken>>10, len(d.data)>>10)
	}
}
