package volume

import (
	"bytes"
	"encoding/binary"
	"os"
	"syscall"
	"testing"
	"time"

	"eggcup/kernel/klog"
)

// use does a bit of everything with a volume, whatever comes of it.
func use(v *Volume) {
	budget := 300
	var walk func(number uint64, depth int)
	walk = func(number uint64, depth int) {
		entries, errno := v.Entries(number)
		if errno != 0 {
			return
		}
		for _, e := range entries {
			if budget--; budget < 0 || depth > 4 {
				return
			}
			a, errno := v.Attributes(e.File)
			if errno != 0 {
				return
			}
			switch a.Mode & syscall.S_IFMT {
			case syscall.S_IFDIR:
				walk(e.File, depth+1)
			case syscall.S_IFREG:
				v.ReadAt(e.File, make([]byte, 5000), max(0, a.Size-3000))
				v.WriteAt(e.File, make([]byte, 3000), a.Size/2)
				v.Truncate(e.File, a.Size/3)
			case syscall.S_IFLNK:
				v.Target(e.File)
			}
		}
	}
	walk(v.Root(), 0)
	if number, errno := v.Create(v.Root(), "new", attributes(syscall.S_IFREG|0o600), ""); errno == 0 {
		v.WriteAt(number, make([]byte, 70000), 5000)
		v.Rename(v.Root(), "new", v.Root(), "other")
		v.Unlink(v.Root(), "other")
		v.Forget(number)
	}
	v.Close()
}

// used returns the image of a volume with all kinds of things in it, that was
// in use when power was lost.
func used(t testing.TB) []byte {
	d := format(t, "4096", "-b", "1024", "-J", "size=1", "-N", "64")
	v := mount(t, d)
	folder, _ := v.Create(rootInode, "folder", attributes(syscall.S_IFDIR|0o755), "")
	file, _ := v.Create(folder, "file", attributes(syscall.S_IFREG|0o600), "")
	v.WriteAt(file, bytes.Repeat([]byte("content "), 40000), 0)
	v.Create(folder, "link", attributes(syscall.S_IFLNK|0o777), "file")
	lost, _ := v.Create(folder, "lost", attributes(syscall.S_IFREG|0o600), "")
	v.WriteAt(lost, make([]byte, 5000), 0)
	v.Unlink(folder, "lost")
	if errno := v.Sync(false); errno != 0 {
		t.Fatal(errno)
	}
	return d.data
}

// FuzzImage damages an image: five bytes of the input are an edit, a block, a
// place in it and what goes there. Nothing may panic or run for ever.
func FuzzImage(f *testing.F) {
	klog.SetLevel(klog.LevelNone)
	image := used(f)
	for block := range byte(60) {
		f.Add([]byte{0, block, 0, block * 3, 0xff, 0, block, 1, block, 0x01})
	}
	f.Fuzz(func(t *testing.T, edits []byte) {
		d := &disk{data: bytes.Clone(image), through: true}
		for ; len(edits) >= 5; edits = edits[5:] {
			block, at := int(binary.BigEndian.Uint16(edits)), int(binary.BigEndian.Uint16(edits[2:]))
			d.data[(block*1024+at%1024)%len(d.data)] = edits[4]
		}
		endless := time.AfterFunc(10*time.Second, func() { panic("it runs for ever") })
		defer endless.Stop()
		v, err := Mount(d)
		if err == nil {
			use(v)
		}
	})
}

// The image itself is sound, and the edits of the fuzzer change that.
func TestUsedImage(t *testing.T) {
	d := &disk{data: used(t)}
	use(mount(t, d))
	check(t, d, "-fn")
}

func TestMain(m *testing.M) {
	klog.SetLevel(klog.LevelNone)
	os.Exit(m.Run())
}
