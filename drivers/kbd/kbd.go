// Package kbd is the PS/2 keyboard with US layout as console input.
//
// Characters come as a terminal sends them: arrows and function keys as escape
// sequences of a VT220, Alt as a leading ESC, Control with a letter as its
// control character. The numeric keypad types digits. The lock keys' lights are
// not driven.
//
// Specification: IBM PS/2 technical reference, scan code sets 1 and 2;
// HID usage tables, appendix on PS/2 codes.
//
// Context: goroutine.
//
// Try it: qemu-system-x86_64 -machine pc -kernel kernel.elf, and type into its
// window; or `sendkey a` in QEMU's monitor.
package kbd

import (
	"errors"
	"sync/atomic"

	"eggcup/drivers/ps2"
	"eggcup/kernel/config"
	"eggcup/kernel/irq"
	"eggcup/kernel/klog"
	"eggcup/kernel/tty"
	"eggcup/kernel/unit"
)

const isaInterrupt = 1

// Commands to the keyboard.
const (
	cmdEnable  = 0xf4
	cmdDisable = 0xf5
)

// port is a controller's first port; a fake in the tests.
type port interface {
	Send(b uint8) error
	Receive() (uint8, error)
	Poll() (b uint8, ok bool)
	EnableInterrupt() error
}

var started atomic.Bool

// Init looks for a keyboard at the controller's first port and passes on what
// is typed.
func Init() error {
	if !started.CompareAndSwap(false, true) {
		return nil
	}
	controller := ps2.First()
	if controller == nil {
		return unit.Absent("no PS/2 controller")
	}
	if err := attach(controller); err != nil {
		return err
	}
	if !config.Tty {
		return nil // nobody would read what is typed
	}
	line, err := irq.Open(irq.ISA(isaInterrupt))
	if err != nil {
		return unit.Wrap("kbd: open interrupt", err)
	}
	if err := controller.EnableInterrupt(); err != nil {
		return unit.Wrap("kbd", err)
	}
	d := &decoder{set2: !controller.Translated}
	go func() {
		for {
			if typed := receive(controller, d); len(typed) > 0 {
				tty.Input(typed)
			}
			if err := line.Wait(); err != nil {
				klog.Error("kbd", "wait for interrupt: ", err.Error())
				return
			}
		}
	}()
	return nil
}

// attach asks whether a keyboard is there, by commands that every one takes.
func attach(p port) error {
	for _, command := range [...]uint8{cmdDisable, cmdEnable} {
		err := order(p, command)
		if errors.Is(err, ps2.ErrTimeout) {
			return unit.Absent("no keyboard")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// maxNoise is how many bytes that are no answer, of keys pressed meanwhile, an
// answer may come behind; maxResends how often a command is repeated.
const (
	maxNoise   = 32
	maxResends = 3
)

// order sends a command and waits until the keyboard has acknowledged it.
func order(p port, command uint8) error {
	if err := p.Send(command); err != nil {
		return err
	}
	problem := "no answer among the keys"
	resends := 0
	for range maxNoise {
		answer, err := p.Receive()
		if err != nil {
			return err
		}
		if answer == answerACK {
			return nil
		}
		if answer != answerResend {
			continue
		}
		if resends == maxResends {
			problem = "the keyboard does not understand it"
			break
		}
		resends++
		if err := p.Send(command); err != nil {
			return err
		}
	}
	return errors.New("kbd: command " + klog.Hex(uint64(command)) + ": " + problem)
}

// maxBytes bounds one go at the port, so that a port gone mad does not keep
// the goroutine for ever.
const maxBytes = 256

// receive takes all that the port holds and returns what it types. The
// interrupt is edge-triggered: a byte left behind would make no further edge.
func receive(p port, d *decoder) (typed []byte) {
	for range maxBytes {
		code, ok := p.Poll()
		if !ok {
			return typed
		}
		if code == answerACK || code == answerResend {
			continue
		}
		typed = d.decode(typed, code)
	}
	klog.Error("kbd", "the port does not become empty")
	return typed
}
