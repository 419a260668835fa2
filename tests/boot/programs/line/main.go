// line tells what it reads from a terminal, in the ways that programs read from
// one: by lines, without an echo, byte by byte.
package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

func main() {
	interrupts := make(chan os.Signal, 10)
	signal.Notify(interrupts, os.Interrupt)
	sizes := make(chan os.Signal, 1)
	signal.Notify(sizes, syscall.SIGWINCH)

	fmt.Println("lines")
	in := bufio.NewReader(os.Stdin)
	for {
		line, err := in.ReadString('\n')
		if err == io.EOF && line == "" {
			break
		}
		fmt.Printf("read %q\n", line)
	}
	fmt.Println("end of file")
	<-interrupts
	fmt.Println("interrupted")

	password()

	raw()
	width, height, err := term.GetSize(0)
	fmt.Println("size is known:", width > 0 && height > 0 && err == nil)
	err = unix.IoctlSetWinsize(0, unix.TIOCSWINSZ, &unix.Winsize{Row: 33, Col: 111})
	<-sizes
	width, height, _ = term.GetSize(0)
	fmt.Println("resized to", width, height, err)
	fmt.Println("a terminal:", term.IsTerminal(0), term.IsTerminal(1))
}

// password reads a line without an echo. It is off before the prompt is there:
// what comes between the two would be shown, as anywhere.
func password() {
	old, err := unix.IoctlGetTermios(0, unix.TCGETS)
	if err != nil {
		fmt.Println("TCGETS:", err)
		return
	}
	quiet := *old
	quiet.Lflag &^= unix.ECHO
	unix.IoctlSetTermios(0, unix.TCSETS, &quiet)
	fmt.Print("password: ")
	secret, err := term.ReadPassword(0)
	unix.IoctlSetTermios(0, unix.TCSETS, old)
	fmt.Printf("\nsecret %q %v\n", secret, err)
}

// raw reads what the keys send.
func raw() {
	old, err := term.MakeRaw(0)
	if err != nil {
		fmt.Println("MakeRaw:", err)
		return
	}
	fmt.Print("raw\r\n")
	var got []byte
	for b := make([]byte, 1); len(got) == 0 || got[len(got)-1] != 'q'; {
		n, err := os.Stdin.Read(b)
		if err != nil {
			break
		}
		got = append(got, b[:n]...)
	}
	fmt.Print("bare\nnewline\r\n")
	term.Restore(0, old)
	fmt.Printf("keys %q\n", got)
}
