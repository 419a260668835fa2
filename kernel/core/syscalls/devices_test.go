package syscalls

import (
	"testing"
	"unsafe"

	"eggcup/kernel/core/frame"
	"eggcup/kernel/core/memory"
	"eggcup/kernel/core/random"
	"eggcup/kernel/core/thread"
)

// machineMemory gives the kernel 64 frames, and says so.
func machineMemory(t *testing.T) {
	const size = 64 * frame.Size
	bytes := make([]byte, size+frame.Size)
	keep = append(keep, bytes)
	start := (uintptr(unsafe.Pointer(&bytes[0])) + frame.Size - 1) &^ (frame.Size - 1)
	const phys = 0x100000
	memory.Installed = frame.Ranges{}
	memory.Installed.Add(phys, phys+size)
	if !memory.Frames.Init(start-phys, &memory.Installed, phys+size) {
		t.Fatal("no room for the frames' metadata")
	}
}

const (
	callDMAAlloc  = PrivateBase + 0x20
	callDMAFree   = PrivateBase + 0x21
	callMMIOMap   = PrivateBase + 0x22
	callRandomAdd = PrivateBase + 0x23
	callGetrandom = 318
)

// Device memory comes in one zeroed piece and goes back whole, once.
func TestDMA(t *testing.T) {
	r := newRig(t, 0)
	machineMemory(t)
	before := memory.Frames.Available()
	phys := r.call(callDMAAlloc, 2)
	if phys == 0 || phys >= firstErrno || phys%(4*frame.Size) != 0 || memory.Frames.Available() != before-4 {
		t.Fatalf("memory at %#x, %d frames left of %d", phys, memory.Frames.Available(), before)
	}
	r.expect(-EINVAL, callDMAFree, phys, 1)
	r.expect(-EINVAL, callDMAFree, phys+frame.Size, 0)
	r.expect(0, callDMAFree, phys, 2)
	r.expect(-EINVAL, callDMAFree, phys, 2)
	r.expect(-EINVAL, callDMAFree, phys, 99)
	r.expect(-EINVAL, callDMAAlloc, maxDMAOrder+1)
	if memory.Frames.Available() != before {
		t.Error("frames are lost")
	}
}

// Registers are mapped where there is neither memory nor an interrupt
// controller.
func TestMMIO(t *testing.T) {
	r := newRig(t, 0)
	machineMemory(t)
	old := mapDevice
	t.Cleanup(func() { mapDevice = old })
	mapDevice = func(phys, size uintptr) uintptr { return memory.DirectMap + phys }
	const directMap = memory.DirectMap
	if got := r.call(callMMIOMap, 0xfeb00e00, 512); got != directMap+0xfeb00e00 {
		t.Errorf("mapped at %#x", got)
	}
	for _, c := range [][2]uintptr{
		{0xfeb00000, 0},
		{^uintptr(0) - 10, 100},
		{^uintptr(0) - 10, 5},
		{0x100000, 16},             // memory
		{0xff000, 0x1001},          // runs into it
		{0xff800, 0x801},           // its first byte
		{0x13ffff, 1},              // its last
		{0xfec00000, 0x1000},       // I/O APIC
		{0xfeb00000, 0x200000},     // the same within
		{0xfee00020, 4},            // local APIC
		{0x0, ^uintptr(0) &^ 4095}, // everything
	} {
		r.expect(-EINVAL, callMMIOMap, c[0], c[1])
	}
	mapDevice = func(phys, size uintptr) uintptr { return 0 }
	r.expect(-ENOMEM, callMMIOMap, 0xfeb00000, 512)
}

// Without entropy getrandom waits for a device's, unless the caller does not
// want to.
func TestRandomLater(t *testing.T) {
	r := newRig(t, 1)
	t.Cleanup(func() { random.SeedInsecure(1) })
	random.SeedLater(7)
	var buffer [16]byte
	r.expect(-EAGAIN, callGetrandom, address(&buffer), 16, getrandomNonBlock)
	if r.expect(16, callGetrandom, address(&buffer), 16, getrandomInsecure); buffer == [16]byte{} {
		t.Error("GRND_INSECURE gave nothing")
	}
	waiter := r.Current
	r.call(callGetrandom, address(&buffer), 16, 0)
	if waiter.State != thread.Blocked || !waiter.Retry {
		t.Fatal("getrandom did not wait")
	}
	r.Schedule()
	r.expect(0, callRandomAdd, 1, 2, 3, 4)
	if waiter.State != thread.Runnable {
		t.Fatal("the waiter sleeps on")
	}
	r.expect(16, callGetrandom, address(&buffer), 16, 0)
}
