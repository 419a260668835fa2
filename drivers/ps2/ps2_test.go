package ps2

import (
	"errors"
	"strings"
	"testing"
	"time"

	"eggcup/kernel/unit"
)

// i8042 is a fake controller.
type i8042 struct {
	absent       bool
	deaf         bool // never takes a byte
	mute         bool // never answers
	selfTest     uint8
	portTest     uint8
	noTranslate  bool // the translation bit does not stick
	config       uint8
	enabled      bool
	writesConfig bool
	output       []uint8
	status       []uint8 // extra status bits of each byte of output
	sent         []uint8
	slept        time.Duration
}

func install(t *testing.T, c *i8042) *i8042 {
	oldIn, oldOut, oldSleep := in8, out8, sleep
	t.Cleanup(func() { in8, out8, sleep, controller = oldIn, oldOut, oldSleep, nil })
	in8, out8 = c.in, c.out
	sleep = func(d time.Duration) { c.slept += d }
	return c
}

func working() *i8042 {
	return &i8042{selfTest: selfTestPassed, config: 0x47, enabled: true, output: []uint8{0x1c, 0x9c}}
}

func (c *i8042) in(port uint16) uint8 {
	switch {
	case c.absent:
		return statusAbsent
	case port == portStatus:
		return c.statusByte()
	case len(c.output) == 0:
		return 0
	}
	b := c.output[0]
	c.output = c.output[1:]
	if len(c.status) > 0 {
		c.status = c.status[1:]
	}
	return b
}

func (c *i8042) statusByte() (v uint8) {
	if c.deaf {
		v |= statusInput
	}
	if len(c.output) > 0 {
		v |= statusOutput
		if len(c.status) > 0 {
			v |= c.status[0]
		}
	}
	return v
}

func (c *i8042) out(port uint16, v uint8) {
	if port == portData {
		if c.writesConfig {
			c.writesConfig = false
			c.config = v
			if c.noTranslate {
				c.config &^= configTranslate
			}
			return
		}
		c.sent = append(c.sent, v)
		return
	}
	switch v {
	case cmdReadConfig:
		c.answer(c.config)
	case cmdWriteConfig:
		c.writesConfig = true
	case cmdSelfTest:
		c.config = 0 // as some controllers do
		c.answer(c.selfTest)
	case cmdTestPort1:
		c.answer(c.portTest)
	case cmdDisablePort1:
		c.enabled = false
	case cmdEnablePort1:
		c.enabled = true
	}
}

func (c *i8042) answer(b uint8) {
	if !c.mute {
		c.output = append(c.output, b)
	}
}

// TestInit ends with the first port on, translated and silent, and throws away
// what was typed before.
func TestInit(t *testing.T) {
	c := install(t, working())
	for range 2 {
		if err := Init(); err != nil {
			t.Fatal(err)
		}
	}
	if !c.enabled || c.config != configTranslate|configDisable2 {
		t.Errorf("port 1 on: %v, configuration %#x", c.enabled, c.config)
	}
	first := First()
	if first == nil || !first.Translated {
		t.Fatalf("controller %+v", first)
	}
	if b, ok := first.Poll(); ok {
		t.Errorf("byte %#x left over", b)
	}
	if c.slept != 0 {
		t.Errorf("slept %v although every answer was there", c.slept)
	}
	if err := first.EnableInterrupt(); err != nil || c.config&configIRQ1 == 0 {
		t.Errorf("error %v, configuration %#x", err, c.config)
	}
}

// TestNoTranslation finds out that a controller has none.
func TestNoTranslation(t *testing.T) {
	c := working()
	c.noTranslate = true
	install(t, c)
	if err := Init(); err != nil {
		t.Fatal(err)
	}
	if First().Translated {
		t.Error("translation taken for granted")
	}
}

// TestAbsent skips a machine without the controller, within a bounded time.
func TestAbsent(t *testing.T) {
	for name, c := range map[string]*i8042{"empty bus": {absent: true}, "something else": {deaf: true}} {
		install(t, c)
		if err := Init(); !errors.Is(err, unit.ErrAbsent) || First() != nil {
			t.Errorf("%s: error %v", name, err)
		}
		if c.slept > 2*quickWait {
			t.Errorf("%s: slept %v", name, c.slept)
		}
	}
	install(t, working())
	if _, err := probe(true); !errors.Is(err, unit.ErrAbsent) {
		t.Errorf("the firmware denies it: error %v", err)
	}
}

// TestBroken names the step at which a controller fails.
func TestBroken(t *testing.T) {
	for want, damage := range map[string]func(c *i8042){
		"ps2: self test: answer 0xfc":  func(c *i8042) { c.selfTest = 0xfc },
		"ps2: self test: timeout":      func(c *i8042) { c.mute = true },
		"ps2: test port 1: answer 0x1": func(c *i8042) { c.portTest = 1 },
	} {
		c := working()
		damage(c)
		install(t, c)
		err := Init()
		if err == nil || !strings.HasPrefix(err.Error(), want) || errors.Is(err, unit.ErrAbsent) {
			t.Errorf("error %v, want %s", err, want)
		}
		if c.slept > testWait+quickWait {
			t.Errorf("%s: slept %v", want, c.slept)
		}
	}
}

// TestPoll throws away the mouse's bytes and damaged ones, and ends when they
// do not.
func TestPoll(t *testing.T) {
	c := install(t, working())
	c.output = []uint8{1, 2, 3, 4}
	c.status = []uint8{statusAux, statusParity, 0, statusTimeout}
	controller := &Controller{}
	if b, ok := controller.Poll(); !ok || b != 3 {
		t.Errorf("byte %d, %v, want 3", b, ok)
	}
	if b, ok := controller.Poll(); ok {
		t.Errorf("byte %d after the last", b)
	}
	for range 10 * maxFlush {
		c.output, c.status = append(c.output, 9), append(c.status, statusAux)
	}
	if _, ok := controller.Poll(); ok || len(c.output) != 9*maxFlush {
		t.Errorf("%d bytes left of a mouse that does not stop", len(c.output))
	}
}

// TestSend times out when the device takes nothing.
func TestSend(t *testing.T) {
	c := install(t, working())
	controller := &Controller{}
	if err := controller.Send(0xf4); err != nil || len(c.sent) != 1 || c.sent[0] != 0xf4 {
		t.Errorf("error %v, sent %#v", err, c.sent)
	}
	c.deaf, c.output = true, nil
	if err := controller.Send(0xf4); !errors.Is(err, ErrTimeout) {
		t.Errorf("error %v", err)
	}
	if _, err := controller.Receive(); !errors.Is(err, ErrTimeout) {
		t.Errorf("error %v", err)
	}
}
