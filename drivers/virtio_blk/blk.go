// Package virtio_blk drives the disks of virtual machines.
//
// A request is copied through one of a few slots of device memory, so several
// goroutines can have requests under way. The disk writes into no memory but its
// slot's, which stays unused for ever if an answer does not come in time.
//
// Without the flush feature the disk writes through (virtio 1.2, 5.2.6.2): a
// write that has returned is on the medium.
//
// Specification: VIRTIO 1.2, 5.2 (block device).
//
// Context: goroutine.
//
// Try it: qemu-system-x86_64 -drive file=disk.img,format=raw,if=none,id=d
// -device virtio-blk-pci,drive=d -kernel kernel.elf; on microvm -device
// virtio-blk-device,drive=d
package virtio_blk

import (
	"errors"
	"io"
	"math"
	"sync/atomic"
	"time"

	"eggcup/drivers/virtio"
	"eggcup/kernel/blockdev"
	"eggcup/kernel/config"
	"eggcup/kernel/klog"
	"eggcup/kernel/unit"
)

// The errors of disks.
var (
	ErrIO          = errors.New("the disk reports an error")
	ErrUnsupported = errors.New("the disk does not support the request")
	ErrTimeout     = errors.New("the disk does not answer")
	errSectorSize  = errors.New("impossible sector size")
	errCapacity    = errors.New("impossible size")
)

const requestQueue = 0

// largestSector is the largest that is taken for one.
const largestSector = 4096

var started atomic.Bool

// Init starts every disk, and registers those that work.
func Init() error {
	if !started.CompareAndSwap(false, true) {
		return nil
	}
	devices := virtio.Devices(virtio.KindBlock)
	if len(devices) == 0 {
		return unit.Absent("no virtio disk")
	}
	var failures []error
	for i, device := range devices {
		d, err := newDisk(device, name(i), time.Duration(config.VirtioBlkTimeout)*time.Second)
		if err != nil {
			failures = append(failures, unit.Wrap("virtio_blk: "+device.Name, err))
			continue
		}
		klog.Debug("virtio_blk", d.name, " at ", device.Name, ": ", klog.Int(int64(d.sectors)), " sectors of ",
			klog.Int(int64(d.sectorSize)), " bytes")
		blockdev.Register(d)
	}
	return errors.Join(failures...)
}

// name returns the i-th disk's name as Linux would have it.
func name(i int) string {
	const letters = 26
	s := ""
	for i++; i > 0; i = (i - 1) / letters {
		s = string(rune('a'+(i-1)%letters)) + s
	}
	return "vd" + s
}

// disk is one disk. It implements blockdev.Discarder.
type disk struct {
	name       string
	device     *virtio.Device
	sectorSize int
	sectors    uint64
	readOnly   bool
	flush      bool
	discard    int64 // most bytes of one request, 0: none at all
	requests   requests
}

// newDisk starts a disk.
func newDisk(device *virtio.Device, name string, patience time.Duration) (*disk, error) {
	features, err := device.Begin(featureReadOnly | featureBlockSize | featureFlush | featureDiscard)
	if err != nil {
		return nil, err
	}
	d := &disk{name: name, device: device, sectorSize: unitSize}
	d.readOnly = features&featureReadOnly != 0
	d.flush = features&featureFlush != 0
	if err := d.readConfig(features); err != nil {
		device.Close()
		return nil, err
	}
	if err := device.Connect(); err != nil {
		return nil, unit.Wrap("interrupt", err)
	}
	if err := d.requests.init(name, device, patience); err != nil {
		device.Close()
		device.Free()
		return nil, err
	}
	go d.requests.serve()
	return d, nil
}

// readConfig takes the disk's measures, and refuses those that cannot be.
func (d *disk) readConfig(features uint64) error {
	if features&featureBlockSize != 0 {
		d.sectorSize = int(d.device.Config32(configBlockSize))
		if d.sectorSize < unitSize || d.sectorSize > largestSector || d.sectorSize&(d.sectorSize-1) != 0 {
			return errSectorSize
		}
	}
	units, err := d.device.Config64(configCapacity)
	if err != nil {
		return err
	}
	if units > math.MaxInt64/unitSize {
		return errCapacity
	}
	d.sectors = units / uint64(d.sectorSize/unitSize)
	if features&featureDiscard != 0 && d.device.Config32(configDiscardSegments) > 0 {
		d.discard = int64(d.device.Config32(configDiscardSectors)) * unitSize &^ int64(d.sectorSize-1)
	}
	return nil
}

// Name implements blockdev.Device.
func (d *disk) Name() string { return d.name }

// SectorSize implements blockdev.Device.
func (d *disk) SectorSize() int { return d.sectorSize }

// Sectors implements blockdev.Device.
func (d *disk) Sectors() uint64 { return d.sectors }

// ReadOnly implements blockdev.Device.
func (d *disk) ReadOnly() bool { return d.readOnly }

func (d *disk) size() int64 { return int64(d.sectors) * int64(d.sectorSize) }

// aligned reports whether an offset or a length is made of whole sectors.
func (d *disk) aligned(n int64) bool { return n&int64(d.sectorSize-1) == 0 }

// ReadAt implements blockdev.Device.
func (d *disk) ReadAt(p []byte, off int64) (int, error) {
	switch {
	case off < 0:
		return 0, blockdev.ErrRange
	case !d.aligned(off) || !d.aligned(int64(len(p))):
		return 0, blockdev.ErrUnaligned
	case len(p) == 0:
		return 0, nil
	case off >= d.size():
		return 0, io.EOF
	}
	var end error
	if left := d.size() - off; int64(len(p)) > left {
		p, end = p[:left], io.EOF
	}
	for done := 0; done < len(p); done += slotData {
		part := p[done:min(done+slotData, len(p))]
		if err := d.requests.do(typeIn, uint64(off+int64(done))/unitSize, part); err != nil {
			return done, d.wrap("read", err)
		}
	}
	return len(p), end
}

// WriteAt implements blockdev.Device.
func (d *disk) WriteAt(p []byte, off int64) (int, error) {
	if err := d.writable(off, int64(len(p))); err != nil {
		return 0, err
	}
	for done := 0; done < len(p); done += slotData {
		part := p[done:min(done+slotData, len(p))]
		if err := d.requests.do(typeOut, uint64(off+int64(done))/unitSize, part); err != nil {
			return done, d.wrap("write", err)
		}
	}
	return len(p), nil
}

// writable returns the error of changing a range, or nil.
func (d *disk) writable(off, length int64) error {
	switch {
	case d.readOnly:
		return blockdev.ErrReadOnly
	case off < 0 || length < 0 || off > d.size() || length > d.size()-off:
		return blockdev.ErrRange
	case !d.aligned(off) || !d.aligned(length):
		return blockdev.ErrUnaligned
	}
	return nil
}

// Flush implements blockdev.Device.
func (d *disk) Flush() error {
	if !d.flush {
		return nil
	}
	return d.wrap("flush", d.requests.do(typeFlush, 0, nil))
}

// Discard implements blockdev.Discarder.
func (d *disk) Discard(off, length int64) error {
	if err := d.writable(off, length); err != nil {
		return err
	}
	if d.discard == 0 {
		return d.wrap("discard", ErrUnsupported)
	}
	for length > 0 {
		part := min(length, d.discard)
		if err := d.requests.discard(uint64(off)/unitSize, uint32(part/unitSize)); err != nil {
			return d.wrap("discard", err)
		}
		off, length = off+part, length-part
	}
	return nil
}

func (d *disk) wrap(step string, err error) error {
	if err == nil {
		return nil
	}
	return unit.Wrap(d.name+": "+step, err)
}
