// Package virtio finds virtio devices, on PCI and at fixed addresses, and gives
// their drivers a common view: features, queues, configuration, interrupt.
//
// Devices of virtio 1 are driven as such, transitional ones too; legacy ones,
// which QEMU's microvm has unless told otherwise, as far as they differ. Queues
// are split ones, with event indices where the device has them. A device that
// breaks the rules, by a queue size that cannot be or an entry of the used ring
// that was never asked for, is an error and nothing worse.
//
// Devices at fixed addresses come from two places: words of the kernel's command
// line, virtio_mmio.device=SIZE@ADDRESS:IRQ as Linux reads them (Firecracker,
// QEMU's microvm with auto-kernel-cmdline), and the windows of QEMU's microvm,
// which are where they are.
//
// Specification: Virtual I/O Device (VIRTIO) 1.2.
//
// Context: goroutine.
//
// Try it: qemu-system-x86_64 -machine q35 -device virtio-rng-pci -kernel
// kernel.elf
package virtio

import (
	"sync"
	"sync/atomic"

	"eggcup/kernel/config"
	"eggcup/kernel/klog"
	"eggcup/kernel/unit"
)

var (
	mu sync.Mutex
	// found are the devices, in the order of their addresses. Guarded by mu.
	found []*Device

	started atomic.Bool
)

// Init looks for devices.
func Init() error {
	if !started.CompareAndSwap(false, true) {
		return nil
	}
	var all []*Device
	if config.Pci {
		all = append(all, findPCI()...)
	}
	all = append(all, findMMIO()...)
	if len(all) == 0 {
		return unit.Absent("no virtio device")
	}
	for _, d := range all {
		kind := "modern"
		if d.Legacy() {
			kind = "legacy"
		}
		klog.Debug("virtio", kind, " device of kind ", klog.Int(int64(d.Kind)), " at ", d.Name)
	}
	mu.Lock()
	defer mu.Unlock()
	found = all
	return nil
}

// Devices returns the devices of a kind.
func Devices(kind uint32) []*Device {
	mu.Lock()
	defer mu.Unlock()
	var wanted []*Device
	for _, d := range found {
		if d.Kind == kind {
			wanted = append(wanted, d)
		}
	}
	return wanted
}
