// terminal is what the device tests talk to: it draws on the screen, then tells what it reads from standard input.
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"syscall"
)

// block is a full cell in the code page of VGA text.
const block = 0xdb

func main() {
	command := ""
	if len(os.Args) > 1 {
		command = os.Args[1]
	}
	switch command {
	case "bars":
		// More lines than VGA memory has rows, each as wide as its number says.
		for line := range 700 {
			os.Stdout.Write(append(bytes.Repeat([]byte{block}, line%79+1), '\n'))
		}
	case "off":
		return
	case "reboot":
		fmt.Println(syscall.Reboot(syscall.LINUX_REBOOT_CMD_RESTART))
	}
	fmt.Println("ready")
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		fmt.Printf("read %q\n", lines.Text())
	}
	fmt.Println("end of input", lines.Err())
}
