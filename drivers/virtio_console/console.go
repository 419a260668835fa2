// Package virtio_console drives the console of virtual machines: its first port,
// which is the console whatever others there are.
//
// The kernel writes to the transmit queue itself, from whatever context prints
// (core/console): this driver sets it up and gives it away. Input comes through
// a few buffers to package tty.
//
// Specification: VIRTIO 1.2, 5.3 (console device).
//
// Context: goroutine.
//
// Try it: qemu-system-x86_64 -device virtio-serial-pci -chardev stdio,id=c
// -device virtconsole,chardev=c -serial none -kernel kernel.elf
package virtio_console

import (
	"errors"
	"runtime"
	"sync/atomic"
	"unsafe"

	"eggcup/drivers/virtio"
	"eggcup/kernel/core/console"
	"eggcup/kernel/dma"
	"eggcup/kernel/klog"
	"eggcup/kernel/rawsys"
	"eggcup/kernel/tty"
	"eggcup/kernel/unit"
)

// Queues of the first port (virtio 1.2, 5.3.2).
const (
	receiveQueue  = 0
	transmitQueue = 1
)

// Input comes in pieces of at most pieceSize.
const (
	pieces    = 8
	pieceSize = dma.PageSize / pieces
)

// The kernel's side, replaced by the tests.
var (
	attach = func(q *console.VirtioQueue) error {
		_, errno := rawsys.Call(rawsys.ConsoleVirtio, uintptr(unsafe.Pointer(q)), 0, 0, 0, 0, 0)
		runtime.KeepAlive(q)
		if errno != 0 {
			return errno
		}
		return nil
	}
	input = tty.Input
)

var started atomic.Bool

// Init makes the first device that works part of the console.
func Init() error {
	if !started.CompareAndSwap(false, true) {
		return nil
	}
	return start(virtio.Devices(virtio.KindConsole))
}

func start(devices []*virtio.Device) error {
	if len(devices) == 0 {
		return unit.Absent("no virtio console")
	}
	var failures []error
	for _, device := range devices {
		p, err := open(device)
		if err == nil {
			go p.serve()
			return nil
		}
		failures = append(failures, unit.Wrap("virtio_console: "+device.Name, err))
	}
	return errors.Join(failures...)
}

// port is the console's.
type port struct {
	device *virtio.Device
	queue  *virtio.Queue // of input
	memory *dma.Memory   // its buffers
	byHead []int         // which of them a request has
}

// open starts a device.
func open(device *virtio.Device) (*port, error) {
	if _, err := device.Begin(0); err != nil {
		return nil, err
	}
	if err := device.Connect(); err != nil {
		return nil, unit.Wrap("interrupt", err)
	}
	p := &port{device: device}
	if err := p.start(); err != nil {
		device.Close()
		device.Free()
		return nil, err
	}
	return p, nil
}

func (p *port) start() (err error) {
	if p.queue, err = p.device.NewQueue(receiveQueue, pieces); err != nil {
		return unit.Wrap("receive queue", err)
	}
	transmit, err := p.device.NewQueue(transmitQueue, pieces)
	if err != nil {
		return unit.Wrap("transmit queue", err)
	}
	if p.memory, err = p.device.Alloc(dma.PageSize); err != nil {
		return unit.Wrap("buffers", err)
	}
	text, err := p.device.Alloc(dma.PageSize)
	if err != nil {
		return unit.Wrap("buffers", err)
	}
	p.byHead = make([]int, p.queue.Size())
	for n := range min(pieces, p.queue.Size()) {
		if err := p.offer(n); err != nil {
			return unit.Wrap("buffers", err)
		}
	}
	q := transmit.Polled()
	if err := p.device.Start(); err != nil {
		return err
	}
	p.queue.Publish()
	return attach(&console.VirtioQueue{
		Descriptors: q.Descriptors, Available: q.Available, Used: q.Used, Entries: uintptr(q.Entries),
		Text: uintptr(unsafe.Pointer(unsafe.SliceData(text.Bytes()))), TextPhysical: uintptr(text.Physical()),
		Notify: q.Notify, NotifyWidth: uintptr(q.NotifyWidth), Number: uintptr(q.Number),
	})
}

// offer gives the device a buffer for input.
func (p *port) offer(n int) error {
	buffer := virtio.Buffer{Physical: p.memory.Physical() + uint64(n*pieceSize), Length: pieceSize}
	head, err := p.queue.Add(nil, []virtio.Buffer{buffer})
	if err == nil {
		p.byHead[head] = n
	}
	return err
}

// serve passes on what is typed, for as long as the device keeps to the rules.
func (p *port) serve() {
	for {
		err := p.receive()
		if err == nil {
			err = p.device.Wait()
		}
		if err != nil {
			klog.Error("virtio_console", p.device.Name, ": ", err.Error())
			attach(nil) // before the memory goes
			p.device.Close()
			p.device.Free()
			return
		}
	}
}

// receive takes what is there.
func (p *port) receive() error {
	for {
		head, written, ok, err := p.queue.Take()
		switch {
		case err != nil:
			return err
		case ok:
			n := p.byHead[head]
			input(p.memory.Bytes()[n*pieceSize:][:written])
			if err := p.offer(n); err != nil {
				return err
			}
			continue
		}
		p.queue.Publish()
		if !p.queue.Listen() {
			return nil
		}
	}
}
