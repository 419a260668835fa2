// Package uart drives the receiving half of the serial console: a member of
// the 8250 family at the configured port.
//
// The kernel's console transmits on the same chip, polled and from the first
// instruction on (core/console): it owns THR, FCR, LCR and the divisor latch;
// this driver owns the receiver, the interrupt enable and the modem control
// register. The line status register clears its error bits when it is read, so
// an error may be seen by either.
//
// Specification: PC16550D (National Semiconductor, 1995).
//
// Context: goroutine.
//
// Try it: qemu-system-x86_64 -display none -serial mon:stdio -kernel kernel.elf
package uart

import (
	"errors"
	"sync/atomic"

	"eggcup/kernel/config"
	"eggcup/kernel/core/x86"
	"eggcup/kernel/irq"
	"eggcup/kernel/klog"
	"eggcup/kernel/tty"
	"eggcup/kernel/unit"
)

// chip is a member of the family.
type chip int

const (
	none chip = iota
	chip8250
	chip16450
	chip16550
	chip16550A
)

func (c chip) String() string {
	return [...]string{"none", "8250", "16450", "16550", "16550A"}[c]
}

// registers is access to a chip's registers by offset; a fake in the tests.
type registers interface {
	read(register uint16) uint8
	write(register uint16, v uint8)
}

// ports are registers in the I/O space.
type ports struct{ base uint16 }

func (p ports) read(register uint16) uint8     { return x86.In8(p.base + register) }
func (p ports) write(register uint16, v uint8) { x86.Out8(p.base+register, v) }

// isaInterrupt returns the interrupt of one of the four standard ports.
func isaInterrupt(port uint16) (n int, ok bool) {
	switch port {
	case 0x3f8, 0x3e8: // COM1, COM3
		return 4, true
	case 0x2f8, 0x2e8: // COM2, COM4
		return 3, true
	}
	return 0, false
}

var started atomic.Bool

// Init looks at the configured port and, if the configuration has console
// input, starts to receive.
func Init() error {
	if !started.CompareAndSwap(false, true) {
		return nil
	}
	port := uint16(config.UartPort)
	name := klog.Hex(uint64(port))
	r := ports{port}
	kind := detect(r)
	if kind == none {
		return unit.Absent("no UART at port " + name)
	}
	klog.Debug("uart", kind.String(), " at port ", name, ", ", klog.Int(int64(config.UartBaud)), " bit/s")
	if !config.Tty {
		return nil
	}
	isa, ok := isaInterrupt(port)
	if !ok {
		return errors.New("uart: no interrupt is known for port " + name + ": no input")
	}
	line, err := irq.Open(irq.ISA(isa))
	if err != nil {
		return unit.Wrap("uart: open interrupt", err)
	}
	enable(r)
	go func() {
		for {
			receive(r, tty.Input)
			if err := line.Wait(); err != nil {
				klog.Error("uart", "wait for interrupt: ", err.Error())
				return
			}
		}
	}()
	return nil
}

// detect returns what is at the port. It does not disturb a console that is
// printing.
func detect(r registers) chip {
	if r.read(regLSR) == absent {
		return none
	}
	old := r.read(regIER)
	r.write(regIER, 0)
	empty := r.read(regIER)
	r.write(regIER, old)
	if empty != 0 || old&^ierImplement != 0 {
		return none
	}
	switch r.read(regIIR) & iirFIFO { // core/console has switched the FIFO on
	case iirFIFO:
		return chip16550A
	case iirFIFO16550:
		return chip16550
	}
	const probe = 0x5a
	r.write(regSCR, probe)
	if r.read(regSCR) == probe {
		return chip16450
	}
	return chip8250
}

// enable makes the chip interrupt for what it receives.
func enable(r registers) {
	r.write(regMCR, r.read(regMCR)|mcrOUT2)
	r.write(regIER, ierReceived|ierLineError)
}

// Bounds of one go at the receiver, so that a chip gone mad does not keep the
// goroutine for ever: the line's next edge, or none, goes on from there.
const (
	maxRounds  = 1000
	bufferSize = 64
)

// receive passes on what the chip holds, and leaves it without an interrupt
// request: the line is edge-triggered, so only then the next byte makes an edge.
func receive(r registers, input func([]byte)) {
	var buffer [bufferSize]byte
	for range maxRounds {
		n := 0
		overrun := false
		for n < bufferSize {
			status := r.read(regLSR)
			if status == absent || status&lsrReady == 0 {
				break
			}
			overrun = overrun || status&lsrOverrun != 0
			buffer[n] = r.read(regRBR)
			n++
		}
		if n > 0 {
			input(buffer[:n])
		}
		if overrun {
			klog.Warn("uart", "input lost: it came faster than it was taken")
		}
		if n < bufferSize && r.read(regIIR)&iirNone != 0 {
			return
		}
	}
	klog.Error("uart", "the receiver does not become empty")
}
