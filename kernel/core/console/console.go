// Package console is the kernel's own output: text on a polled 16550A serial
// port and on the VGA text screen, from the first instruction on, and on a
// virtio console from when its driver has started, with what came before.
//
// What is written goes to every device that is there. The serial port is
// programmed by Init; the screen keeps its text in memory from the start and is
// painted when AttachVGA gives it a frame buffer, so early lines are not lost.
//
// Specifications: PC16550D data sheet (National Semiconductor, 1995); IBM VGA
// text mode 3, CRT controller start address and cursor registers.
//
// Context: kernel (boot, trap and syscall handlers). Everything here works
// without the Go runtime: no allocation, no lock. The callers exclude each
// other: during boot there is one CPU with interrupts off, later a caller holds
// the kernel lock, and the report of a kernel bug goes ahead without it because
// it is the last thing printed. Goroutines do not call this package; they write
// to file descriptor 2 (package klog), which ends here through write(2).
//
// Try it: qemu-system-x86_64 -serial stdio -vga std -kernel kernel.elf
package console

import "eggcup/kernel/config"

var (
	serial      uart
	screen      textScreen
	paravirtual virtio
)

// Init programs the configured serial port and clears the screen's memory. It
// never waits for a device that is absent.
//
// Context: boot, before anything is printed.
func Init() {
	if config.Uart {
		serial.init(uint16(config.UartPort), uint32(config.UartBaud))
	}
	if config.Vga {
		screen.clear()
	}
}

// HasSerial reports whether Init found the serial port.
//
// Context: any.
func HasSerial() bool { return serial.present }

// AttachVGA paints what the screen holds into the text frame buffer (32 KiB at
// physical 0xb8000) mapped at base, and shows all later output there.
//
// Context: kernel.
func AttachVGA(base uintptr) {
	if config.Vga {
		screen.attach(base)
	}
}

// Write prints the bytes of b.
//
// Context: kernel.
func Write(b []byte) {
	for _, c := range b {
		put(c)
	}
	flush()
}

// WriteSome prints the first bytes of b, as many as the devices take without a
// long wait, and returns how many. With lines, a newline starts a new line, as
// everywhere else; without, it stays what it is on the serial line.
//
// Context: kernel.
func WriteSome(b []byte, lines bool) int {
	n := 0
	for n < len(b) && hasRoom() {
		if c := b[n]; lines {
			put(c)
		} else {
			send(c)
		}
		n++
	}
	flush()
	return n
}

// Drained reports, after a short wait at most, whether everything printed has
// left the machine.
//
// Context: kernel.
func Drained() bool {
	return (!config.Uart || serial.empty(shortLimit)) && (!config.VirtioConsole || paravirtual.hasRoom())
}

// hasRoom reports whether every device takes a byte, and the carriage return
// before it.
func hasRoom() bool {
	return (!config.Uart || serial.hasRoom()) && (!config.VirtioConsole || paravirtual.hasRoom())
}

// Print prints a string.
//
// Context: kernel.
func Print(s string) {
	for i := 0; i < len(s); i++ {
		put(s[i])
	}
	flush()
}

// PrintHex prints v as 0x and its hexadecimal digits without leading zeros.
//
// Context: kernel.
func PrintHex(v uintptr) {
	put('0')
	put('x')
	shift := 60
	for shift > 0 && v>>uint(shift) == 0 {
		shift -= 4
	}
	for ; shift >= 0; shift -= 4 {
		put("0123456789abcdef"[v>>uint(shift)&15])
	}
	flush()
}

// PrintInt prints v in decimal.
//
// Context: kernel.
func PrintInt(v int64) {
	if v < 0 {
		put('-')
	}
	var digits [20]byte
	n := len(digits)
	for rest := magnitude(v); ; rest /= 10 {
		n--
		digits[n] = byte('0' + rest%10)
		if rest < 10 {
			break
		}
	}
	Write(digits[n:])
}

// Drain waits, within limits, until everything printed has left the machine.
//
// Context: any; for the moment before the machine goes off.
func Drain() {
	if config.Uart {
		serial.drain()
	}
}

// magnitude returns the absolute value, that of the smallest integer included.
func magnitude(v int64) uint64 {
	if v < 0 {
		return -uint64(v)
	}
	return uint64(v)
}

// put sends one byte to every device, or to the log's if the configuration has
// one for it; a newline starts a new line.
func put(c byte) {
	if config.LogDebugcon && inLog {
		out8(portDebugCon, c)
		return
	}
	if c == '\n' {
		sendLine('\r')
	}
	send(c)
}

// send sends one byte to every device.
func send(c byte) {
	sendLine(c)
	if config.Vga {
		screen.put(c)
	}
}

// sendLine sends one byte to the devices that are lines, with a terminal at the
// other end.
func sendLine(c byte) {
	if config.Uart {
		serial.put(c)
	}
	if config.VirtioConsole {
		paravirtual.put(c)
	}
}

// flush brings what is costly to keep current after every byte up to date.
func flush() {
	if config.VirtioConsole {
		paravirtual.flush()
	}
	if config.Vga {
		screen.moveCursor()
	}
}
