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
	"time"

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
	fmt.Println("stop")
	line, _ := in.ReadString('\n')
	fmt.Printf("went on with %q\n", line)
	counted()
	requests()
	line, _ = in.ReadString('\n')
	fmt.Printf("still here: %q\n", line)
	stops := make(chan os.Signal, 1)
	signal.Notify(stops, syscall.SIGTSTP)
	fmt.Println("notified")
	fmt.Println(<-stops)
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

// counted reads what the keys send by number and by time.
func counted() {
	old, err := term.MakeRaw(0)
	if err != nil {
		fmt.Println("MakeRaw:", err)
		return
	}
	defer term.Restore(0, old)
	for _, c := range []struct{ least, time uint8 }{{3, 0}, {3, 0}, {0, 2}, {5, 2}, {0, 0}} {
		m, _ := unix.IoctlGetTermios(0, unix.TCGETS)
		m.Cc[unix.VMIN], m.Cc[unix.VTIME] = c.least, c.time
		err := unix.IoctlSetTermios(0, unix.TCSETSW, m)
		fmt.Printf("min %d time %d %v\r\n", c.least, c.time, err)
		start := time.Now()
		b := make([]byte, 10)
		n, err := unix.Read(0, b)
		took := time.Since(start)
		fmt.Printf("keys %q %v, waited: %v\r\n", b[:max(n, 0)], err, c.time != 0 && took >= 190*time.Millisecond)
	}
}

// requests prints the answers of what programs ask terminals for.
func requests() {
	for name, request := range map[string]func() error{
		"drain":          func() error { return unix.IoctlSetInt(0, unix.TCSBRK, 1) },
		"flush nothing":  func() error { return unix.IoctlSetInt(0, unix.TCFLSH, 5) },
		"flow nothing":   func() error { return unix.IoctlSetInt(0, unix.TCXONC, 7) },
		"go on":          func() error { return unix.IoctlSetInt(0, unix.TCXONC, unix.TCOON) },
		"no such group":  func() error { return unix.IoctlSetPointerInt(0, unix.TIOCSPGRP, 1<<30) },
		"negative group": func() error { return unix.IoctlSetPointerInt(0, unix.TIOCSPGRP, -1) },
		"own group":      func() error { return unix.IoctlSetPointerInt(0, unix.TIOCSPGRP, unix.Getpgrp()) },
		"unknown":        func() error { return unix.IoctlSetInt(0, 0x54ff, 0) },
	} {
		fmt.Printf("%s: %v\n", name, request())
	}
	group, err := unix.IoctlGetInt(0, unix.TIOCGPGRP)
	fmt.Println("group is own:", group == unix.Getpgrp(), err)
	session, err := unix.IoctlGetInt(0, unix.TIOCGSID)
	own, _ := unix.Getsid(0)
	fmt.Println("session is own:", session == own, err)
	queued, err := unix.IoctlGetInt(0, unix.TIOCOUTQ)
	fmt.Println("queued is known:", queued >= 0, err)
	fmt.Println("requests done")
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
