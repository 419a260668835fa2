package volume

import (
	"slices"
	"syscall"

	"eggcup/kernel/klog"
)

// block is a block of the volume in memory.
type block struct {
	number  uint32
	data    []byte
	changed bool // by the running transaction
	pending bool // committed to the journal, not written in its place yet
}

// maxCached is how much unchanged memory the volume keeps for blocks.
const maxCached = 4 << 20

// inRange says whether a number can be that of a block: none of a damaged
// volume leads outside it.
func (v *Volume) inRange(number uint32) bool { return number > v.firstData && number < v.blocks }

// block returns a block with its content.
func (v *Volume) block(number uint32) (*block, syscall.Errno) {
	if b := v.cache[number]; b != nil {
		return b, 0
	}
	if !v.inRange(number) && number != v.superBlock {
		return nil, v.damaged("a block number outside the volume")
	}
	b := &block{number: number, data: make([]byte, v.blockSize)}
	if errno := v.read(b.data, number); errno != 0 {
		return nil, errno
	}
	v.cache[number] = b
	return b, 0
}

// fresh returns a block of zeros, whatever is on the disk.
func (v *Volume) fresh(number uint32) *block {
	b := v.cache[number]
	if b == nil {
		b = &block{number: number, data: make([]byte, v.blockSize)}
		v.cache[number] = b
	}
	clear(b.data)
	return b
}

// evict forgets blocks that can be read again. It is called between operations:
// within one, a block stays the same object.
func (v *Volume) evict() {
	if len(v.cache)*v.blockSize <= maxCached {
		return
	}
	for number, b := range v.cache {
		if !b.changed && !b.pending {
			delete(v.cache, number)
		}
		if len(v.cache)*v.blockSize <= maxCached*3/4 {
			return
		}
	}
}

// change notes that the running transaction has changed a block.
func (v *Volume) change(b *block) {
	v.urgent = true
	v.changeLater(b)
}

// changeLater is change for what a program that calls fdatasync(2) need not
// wait for.
func (v *Volume) changeLater(b *block) {
	if !b.changed {
		if len(v.running) == 0 {
			v.schedule()
		}
		b.changed = true
		v.running = append(v.running, b)
	}
}

// drop forgets a block that was given back, with all that was to be done for
// it.
func (v *Volume) drop(number uint32) {
	b := v.cache[number]
	if b == nil {
		return
	}
	delete(v.cache, number)
	same := func(other *block) bool { return other == b }
	if b.changed {
		v.running = slices.DeleteFunc(v.running, same)
	}
	if b.pending {
		v.pending = slices.DeleteFunc(v.pending, same)
	}
}

// read fills p with whole blocks from the disk.
func (v *Volume) read(p []byte, number uint32) syscall.Errno {
	if _, err := v.disk.ReadAt(p, int64(number)*int64(v.blockSize)); err != nil {
		return v.fail(err)
	}
	return 0
}

// write writes whole blocks to the disk.
func (v *Volume) write(p []byte, number uint32) syscall.Errno {
	if _, err := v.disk.WriteAt(p, int64(number)*int64(v.blockSize)); err != nil {
		return v.fail(err)
	}
	return 0
}

func (v *Volume) flush() syscall.Errno {
	if err := v.disk.Flush(); err != nil {
		return v.fail(err)
	}
	return 0
}

// fail makes the volume refuse everything from now on: what is on the disk is
// as the last commit left it.
func (v *Volume) fail(err error) syscall.Errno {
	if !v.failed {
		v.failed = true
		klog.Error("ext3", v.disk.Name(), ": ", err.Error(), ": nothing is read or written any more")
	}
	return syscall.EIO
}

type damage string

func (d damage) Error() string { return "damaged: " + string(d) + ": run e2fsck on it" }

// damaged is fail for what cannot be in a volume.
func (v *Volume) damaged(what string) syscall.Errno { return v.fail(damage(what)) }
