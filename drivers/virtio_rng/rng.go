// Package virtio_rng takes random numbers from the host and mixes them into the
// kernel's generator, which getrandom(2) reads.
//
// On a processor with RDRAND or RDSEED they are one more source. Without, they
// are the only one: the kernel then lets getrandom wait until this driver has
// brought the first ones, and this driver ends the machine if there is no device,
// rather than to let everybody wait for ever.
//
// Specification: VIRTIO 1.2, 5.4 (entropy device).
//
// Context: goroutine.
//
// Try it: qemu-system-x86_64 -cpu max,rdrand=off,rdseed=off -device
// virtio-rng-pci -kernel kernel.elf
package virtio_rng

import (
	"encoding/binary"
	"errors"
	"sync/atomic"
	"time"

	"eggcup/drivers/virtio"
	"eggcup/kernel/dma"
	"eggcup/kernel/klog"
	"eggcup/kernel/rawsys"
	"eggcup/kernel/unit"
)

const (
	requestQueue = 0 // virtio 1.2, 5.4.2
	seedSize     = 32
	patience     = 5 * time.Second // the host may have to collect it
	period       = 5 * time.Minute
)

var (
	errSlow  = errors.New("no random numbers in time")
	errEmpty = errors.New("the device gives no bytes")
)

// The kernel's side, replaced by the tests.
var (
	add = func(seed *[seedSize / 8]uint64) {
		rawsys.Call(rawsys.RandomAdd, uintptr(seed[0]), uintptr(seed[1]), uintptr(seed[2]), uintptr(seed[3]), 0, 0)
	}
	missing = func() { rawsys.Call(rawsys.RandomMissing, 0, 0, 0, 0, 0, 0) }
)

var started atomic.Bool

// Init mixes the first random numbers in and goes on with more now and then.
func Init() error {
	if !started.CompareAndSwap(false, true) {
		return nil
	}
	err := start(virtio.Devices(virtio.KindEntropy))
	if err != nil {
		missing() // does not return if this was the last hope
	}
	return err
}

// start takes the first device that works.
func start(devices []*virtio.Device) error {
	if len(devices) == 0 {
		return unit.Absent("no virtio source of randomness")
	}
	var failures []error
	for _, device := range devices {
		s, err := open(device)
		if err == nil {
			if err = s.seed(); err == nil {
				go s.repeat()
				return nil
			}
			device.Close()
			device.Free()
		}
		failures = append(failures, unit.Wrap("virtio_rng: "+device.Name, err))
	}
	return errors.Join(failures...)
}

// source is an entropy device with one request at a time.
type source struct {
	device *virtio.Device
	queue  *virtio.Queue
	memory *dma.Memory
	fired  chan error // an interrupt, or the end of them
}

func open(device *virtio.Device) (*source, error) {
	if _, err := device.Begin(0); err != nil {
		return nil, err
	}
	if err := device.Connect(); err != nil {
		return nil, unit.Wrap("interrupt", err)
	}
	s := &source{device: device, fired: make(chan error, 1)}
	if err := s.start(); err != nil {
		device.Close()
		device.Free()
		return nil, err
	}
	go s.listen()
	return s, nil
}

func (s *source) start() (err error) {
	if s.queue, err = s.device.NewQueue(requestQueue, 2); err != nil {
		return unit.Wrap("queue", err)
	}
	if s.memory, err = s.device.Alloc(seedSize); err != nil {
		return unit.Wrap("buffer", err)
	}
	return s.device.Start()
}

// listen passes interrupts on.
func (s *source) listen() {
	for {
		err := s.device.Wait()
		select {
		case s.fired <- err:
		default:
		}
		if err != nil {
			return
		}
	}
}

// seed mixes one seed in.
func (s *source) seed() error {
	var seed [seedSize]byte
	for have := 0; have < seedSize; {
		n, err := s.read(seed[have:])
		if err != nil {
			return err
		}
		have += n
	}
	var words [seedSize / 8]uint64
	for i := range words {
		words[i] = binary.LittleEndian.Uint64(seed[8*i:])
	}
	add(&words)
	return nil
}

// read fills b as far as the device does at once, which is at least a byte.
func (s *source) read(b []byte) (int, error) {
	buffer := virtio.Buffer{Physical: s.memory.Physical(), Length: uint32(len(b))}
	if _, err := s.queue.Add(nil, []virtio.Buffer{buffer}); err != nil {
		return 0, err
	}
	s.queue.Publish()
	timeout := time.After(patience)
	for {
		ready := s.queue.Listen()
		_, written, ok, err := s.queue.Take()
		switch {
		case err != nil:
			return 0, err
		case ok && written == 0:
			return 0, errEmpty
		case ok:
			n := copy(b, s.memory.Bytes()[:written])
			clear(s.memory.Bytes()[:written])
			return n, nil
		case ready:
			continue
		}
		select {
		case err := <-s.fired:
			if err != nil {
				return 0, err
			}
		case <-timeout:
			return 0, errSlow
		}
	}
}

// repeat stirs the generator for as long as the device works.
func (s *source) repeat() {
	for {
		time.Sleep(period)
		if err := s.seed(); err != nil {
			klog.Error("virtio_rng", s.device.Name, ": ", err.Error())
			s.device.Close()
			s.device.Free()
			return
		}
	}
}
