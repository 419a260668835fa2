// Package boot brings the machine from the boot loader's jump to the first
// instruction of the Go runtime.
//
// Specifications: Xen PVH direct boot ABI (docs/misc/pvh); Multiboot
// Specification 0.6.96; System V ABI AMD64, 3.4 (process initialization).
//
// Context: boot: kernel context on the boot CPU, interrupts off, before there
// are threads.
//
// Try it: qemu-system-x86_64 -cpu max -serial stdio -kernel kernel.elf
package boot

import (
	"eggcup/kernel/config"
	"eggcup/kernel/core/acpi"
	"eggcup/kernel/core/apic"
	"eggcup/kernel/core/clock"
	"eggcup/kernel/core/console"
	"eggcup/kernel/core/file"
	"eggcup/kernel/core/irq"
	"eggcup/kernel/core/memory"
	"eggcup/kernel/core/pool"
	"eggcup/kernel/core/power"
	"eggcup/kernel/core/random"
	"eggcup/kernel/core/syscalls"
	"eggcup/kernel/core/thread"
	"eggcup/kernel/core/trap"
	"eggcup/kernel/core/x86"
	"eggcup/kernel/hook"
)

// Stacks of the boot CPU.
const (
	stackSize      = 64 << 10
	stackTop       = stackSize
	faultStackSize = 16 << 10
	faultStackTop  = faultStackSize

	codeSelector = thread.CodeSelector
	dataSelector = thread.DataSelector
	bootGDTLimit = 3*8 - 1
)

// cpu0 is the boot CPU.
var (
	cpu0     thread.CPU
	segment0 trap.Segments
)

// Start boots the machine. magic and info are what the boot loader left in AX
// and BX.
//
// Context: boot; called by entry64.
func Start(magic, info uintptr) {
	console.Init()                                    // from here on there is somewhere to say what is wrong
	readInfo(magic, info)                             // memory map, command line, ACPI root: copied, then the memory is free
	enableCPU()                                       // NX, XSAVE, FSGSBASE, as far as the processor has them
	acpi.Find(&acpi.Machine, earlyMemory(), bootRSDP) // while the first 4 GiB are still mapped
	hook.Install(patch)                               // rewrites code, so before the code is read-only
	startMemory()                                     // frames, page tables, W^X
	trap.InitTables()
	startCPU(&cpu0, &segment0) // from here on a fault is reported
	startInterrupts()
	clock.InstallVDSO()
	seedRandom()
	if !syscalls.OpenConsole() {
		stop("no memory for the console's descriptors")
	}
	startProgram(&cpu0)
	trap.Resume()
}

// startCPU makes this CPU handle traps and system calls.
func startCPU(c *thread.CPU, s *trap.Segments) {
	_, stack, faultStack, tls := addresses()
	c.Stack, c.FaultStack, c.KernelFS = stack, faultStack, tls
	c.InKernel = 1
	if hasFSGSBase {
		c.FSGSBase = 1
	}
	page := memory.Page()
	if page == 0 {
		stop("no memory for the idle thread")
	}
	idle := thread.Prepare(page, trap.IdleEntry(), stack)
	idle.FSBase = tls
	pool.Page = memory.Page
	file.LineClosed = irq.Detach
	c.Init(idle, s.Load(c), clock.Nanotime, clock.ArmTimer)
	trap.EnableSyscall()
}

// startInterrupts masks what fires by itself and gives time its frequency.
func startInterrupts() {
	const pageSize = 4096
	m := &acpi.Machine
	base := m.LocalAPIC
	if base == 0 {
		base = uintptr(x86.ReadMSR(x86.MSRAPICBase)) &^ (pageSize - 1)
	}
	local := mapRegisters(base, pageSize)
	apic.MaskPIC()
	hardware := clock.Hardware{LocalAPIC: local, PMTimer: pmTimerPort()}
	if m.HPET != 0 {
		hardware.HPET = mapRegisters(m.HPET, pageSize)
	}
	clock.Start(&hardware)
	apic.InitLocal(local, trap.VectorTimer, trap.VectorSpurious)
	for i := 0; i < m.NumIOAPICs; i++ {
		apic.AddIOAPIC(mapRegisters(m.IOAPICs[i].Address, pageSize), int(m.IOAPICs[i].GSIBase))
	}
	if m.NumIOAPICs == 0 {
		apic.AddIOAPIC(mapRegisters(defaultIOAPIC, pageSize), 0)
	}
	if console.LogStart(console.LevelDebug, "clock") {
		console.PrintInt(int64(clock.Hz() / 1000))
		console.Print(" kHz, from ")
		console.Print(clock.Source())
		console.LogEnd()
	}
}

// defaultIOAPIC is where every PC chipset has its first I/O APIC.
const defaultIOAPIC = 0xfec00000

// pmTimerPort returns the port of the ACPI timer, 0 when it has none.
func pmTimerPort() uint16 {
	if r := &acpi.Machine.PMTimer; r.Space == acpi.SpaceIO {
		return uint16(r.Address)
	}
	return 0
}

// seedRandom seeds getrandom(2). Without a source of entropy every key that a
// program makes could be guessed, so the boot ends there, unless a driver that
// brings entropy is configured, or the configuration accepts that.
func seedRandom() {
	if random.Init() != random.None {
		return
	}
	switch {
	case config.InsecureRandom:
		random.SeedInsecure(x86.TSC())
		console.Log(console.LevelWarn, "random", "insecure: no hardware source, keys can be guessed")
	case config.VirtioRng:
		// getrandom(2) waits for the driver, which ends the machine if there is
		// no device either. What the Go runtime takes before that, to seed its
		// hash functions, can be guessed.
		random.SeedLater(x86.TSC())
		console.Log(console.LevelInfo, "random", "none from the processor: getrandom waits for VIRTIO_RNG")
	default:
		stop(syscalls.NoRandomSource)
	}
}

// stop ends a boot that cannot go on.
func stop(why string) {
	console.Log(console.LevelError, "boot", why)
	power.Panic()
}

func addresses() (program, stack, faultStack, tls uintptr) // defined in entry_amd64.s

func imageEnd() uintptr // defined in entry_amd64.s
