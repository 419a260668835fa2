// calls makes the system calls that servers make, rightly and wrongly, and
// prints the answers: they are the same on Linux. Its argument is a folder in
// memory.
package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// folder is empty at first; every file of the program is below it.
var folder string

func main() {
	var err error
	folder, err = os.MkdirTemp(os.Args[1], "calls")
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	if err := os.Chdir(folder); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	parts := []struct {
		name string
		run  func()
	}{
		{"open", opening}, {"directories", directories}, {"rename", renames}, {"size", sizes}, {"locks", locks},
		{"mappings", mappings}, {"attributes", attributes}, {"vectors", vectors}, {"copies", copies},
		{"pairs", pairs}, {"descriptors over sockets", rights}, {"options", options}, {"streams", streams},
		{"datagrams", datagrams}, {"interfaces", interfaces}, {"events", events}, {"timers", timers},
		{"memory files", memoryFiles}, {"descriptors", descriptors}, {"signals", signals}, {"processes", processes},
		{"system", system},
	}
	for _, part := range parts {
		if len(os.Args) > 2 && !strings.Contains(part.name, os.Args[2]) {
			continue
		}
		fmt.Printf("== %s\n", part.name)
		part.run()
	}
	os.Chdir("/")
	os.RemoveAll(folder)
	fmt.Println("== end")
}

// say prints an answer; an error is shown by its name.
func say(what string, answers ...any) {
	for i, a := range answers {
		var errno syscall.Errno
		if err, ok := a.(error); ok && errors.As(err, &errno) {
			answers[i] = unix.ErrnoName(errno)
		} else if s, ok := a.(string); ok {
			answers[i] = strings.ReplaceAll(s, folder, "FOLDER")
		}
	}
	fmt.Println(append([]any{what + ":"}, answers...)...)
}

// put makes a file.
func put(name, text string) {
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		say("cannot make "+name, err)
	}
}

// get returns what is in a file.
func get(name string) string {
	b, err := os.ReadFile(name)
	if err != nil {
		return "error: " + filepath.Base(err.Error())
	}
	return string(b)
}

// open opens or says why not.
func open(name string, flags int) int {
	fd, err := unix.Open(name, flags, 0o640)
	if err != nil {
		say("open "+name, err)
	}
	return fd
}
