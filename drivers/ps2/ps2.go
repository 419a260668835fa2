// Package ps2 drives the i8042 controller of a PC's keyboard and mouse ports.
//
// The first port is for package kbd; the second, the mouse's, stays off. Every
// wait is bounded: a machine without the controller, or with a broken one,
// costs some milliseconds at start.
//
// Specification: IBM PS/2 technical reference, keyboard and auxiliary device
// controller; Intel 8042 (UPI-42).
//
// Context: goroutine. A Controller may be used by one goroutine at a time.
//
// Try it: qemu-system-x86_64 -machine pc -kernel kernel.elf
package ps2

import (
	"errors"
	"sync"
	"time"

	"eggcup/kernel/core/acpi"
	"eggcup/kernel/core/x86"
	"eggcup/kernel/klog"
	"eggcup/kernel/unit"
)

// Hardware access, replaced by the tests.
var (
	in8   = x86.In8
	out8  = x86.Out8
	sleep = time.Sleep
)

// How long the controller and the devices may take. The self test is the
// slowest; an answer of a device takes 20 ms at most.
const (
	pollPause = 100 * time.Microsecond
	quickWait = 50 * time.Millisecond
	testWait  = 500 * time.Millisecond
	// eagerPolls are polls before the first pause: an emulated controller
	// answers at once.
	eagerPolls = 20
	// maxFlush bounds the bytes that are thrown away at start.
	maxFlush = 64
)

// ErrTimeout is a controller or a device that does not answer.
var ErrTimeout = errors.New("timeout")

// Controller is an i8042.
type Controller struct {
	// Translated says that the first port's scan codes arrive as set 1; without
	// it the keyboard's own set 2 arrives.
	Translated bool

	config uint8
}

var (
	mu sync.Mutex
	// controller is the one a PC has, nil before Init. Guarded by mu.
	controller *Controller
)

// Init tests the controller and its first port.
func Init() error {
	mu.Lock()
	defer mu.Unlock()
	if controller != nil {
		return nil
	}
	c, err := probe(acpi.Machine.No8042)
	if err != nil {
		return err
	}
	controller = c
	return nil
}

// First returns the controller whose first port works, or nil.
func First() *Controller {
	mu.Lock()
	c := controller
	mu.Unlock()
	return c
}

// probe brings the controller into a known state: ports off, no interrupts.
func probe(firmwareDenies bool) (*Controller, error) {
	if firmwareDenies || in8(portStatus) == statusAbsent {
		return nil, unit.Absent("no i8042 controller")
	}
	c := &Controller{}
	for _, command := range [...]uint8{cmdDisablePort1, cmdDisableAux} {
		if err := c.command(command); err != nil {
			// Reads as something, but takes no command: some other device.
			return nil, unit.Absent("no i8042 controller answers at port 0x64")
		}
	}
	c.flush()
	if answer, err := c.query(cmdSelfTest, testWait); err != nil {
		return nil, unit.Wrap("ps2: self test", err)
	} else if answer != selfTestPassed {
		return nil, errors.New("ps2: self test: answer " + klog.Hex(uint64(answer)))
	}
	if err := c.configure(); err != nil {
		return nil, err
	}
	if answer, err := c.query(cmdTestPort1, quickWait); err != nil {
		return nil, unit.Wrap("ps2: test port 1", err)
	} else if answer != portTestPassed {
		return nil, errors.New("ps2: test port 1: answer " + klog.Hex(uint64(answer)))
	}
	if err := c.command(cmdEnablePort1); err != nil {
		return nil, unit.Wrap("ps2: enable port 1", err)
	}
	return c, nil
}

// configure asks for translation to scan code set 1, which not all controllers
// have. The self test may have reset the configuration.
func (c *Controller) configure() error {
	config, err := c.query(cmdReadConfig, quickWait)
	if err != nil {
		return unit.Wrap("ps2: read configuration", err)
	}
	config &^= configIRQ1 | configIRQ12 | configDisable1
	config |= configTranslate | configDisable2
	if err := c.setConfig(config); err != nil {
		return unit.Wrap("ps2: write configuration", err)
	}
	if config, err = c.query(cmdReadConfig, quickWait); err != nil {
		return unit.Wrap("ps2: read configuration", err)
	}
	c.config = config
	c.Translated = config&configTranslate != 0
	return nil
}

// EnableInterrupt makes the first port interrupt for every byte.
func (c *Controller) EnableInterrupt() error {
	c.config |= configIRQ1
	if err := c.setConfig(c.config); err != nil {
		return unit.Wrap("ps2: enable interrupt", err)
	}
	return nil
}

// Send writes a byte to the device at the first port.
func (c *Controller) Send(b uint8) error {
	if err := c.waitWritable(); err != nil {
		return err
	}
	out8(portData, b)
	return nil
}

// Receive waits for a byte of the device at the first port.
func (c *Controller) Receive() (uint8, error) { return c.receive(quickWait) }

// Poll returns the byte that waits at the first port, if there is one. Bytes of
// the second port and those with a transmission error are thrown away.
func (c *Controller) Poll() (b uint8, ok bool) {
	for range maxFlush {
		status := in8(portStatus)
		if status == statusAbsent || status&statusOutput == 0 {
			return 0, false
		}
		b = in8(portData)
		if status&(statusAux|statusTimeout|statusParity) == 0 {
			return b, true
		}
	}
	return 0, false
}

func (c *Controller) setConfig(config uint8) error {
	if err := c.command(cmdWriteConfig); err != nil {
		return err
	}
	return c.Send(config)
}

// command gives the controller a command.
func (c *Controller) command(command uint8) error {
	if err := c.waitWritable(); err != nil {
		return err
	}
	out8(portCommand, command)
	return nil
}

// query gives the controller a command and waits for its answer.
func (c *Controller) query(command uint8, limit time.Duration) (uint8, error) {
	if err := c.command(command); err != nil {
		return 0, err
	}
	return c.receive(limit)
}

// flush throws away what the firmware or a user left in the buffer.
func (c *Controller) flush() {
	for range maxFlush {
		if in8(portStatus)&statusOutput == 0 {
			return
		}
		in8(portData)
	}
}

func (c *Controller) receive(limit time.Duration) (uint8, error) {
	if !poll(limit, statusOutput, statusOutput) {
		return 0, ErrTimeout
	}
	return in8(portData), nil
}

func (c *Controller) waitWritable() error {
	if !poll(quickWait, statusInput, 0) {
		return ErrTimeout
	}
	return nil
}

// poll waits until the masked status has a value.
func poll(limit time.Duration, mask, value uint8) bool {
	for i := 0; ; i++ {
		if in8(portStatus)&mask == value {
			return true
		}
		if i >= eagerPolls {
			if limit <= 0 {
				return false
			}
			limit -= pollPause
			sleep(pollPause)
		}
	}
}
