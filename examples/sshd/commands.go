package main

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// commands are what the shell knows.
var commands map[string]func(arguments []string, out io.Writer) error

func init() {
	commands = map[string]func([]string, io.Writer) error{
		"cat": cat, "ls": ls, "date": date, "top": top, "cpuinfo": cpuinfo, "help": help,
	}
}

// lines are those of a channel without a terminal.
type lines struct{ scanner *bufio.Scanner }

func newScanner(r io.Reader) *bufio.Scanner { return bufio.NewScanner(r) }

// ReadLine implements reader.
func (l lines) ReadLine() (string, error) {
	if !l.scanner.Scan() {
		return "", io.EOF
	}
	return l.scanner.Text(), nil
}

// run runs a command and returns its exit code.
func run(line string, out, problems io.Writer) int {
	words := strings.Fields(line)
	if len(words) == 0 {
		return 0
	}
	command, ok := commands[words[0]]
	if !ok {
		fmt.Fprintf(problems, "%s: no such command; help lists them\n", words[0])
		return 127
	}
	if err := command(words[1:], out); err != nil {
		fmt.Fprintf(problems, "%s: %v\n", words[0], err)
		return 1
	}
	return 0
}

func help(_ []string, out io.Writer) error {
	_, err := fmt.Fprintln(out, strings.Join(slices.Sorted(maps.Keys(commands)), " "), "exit")
	return err
}

// cat writes the content of files.
func cat(paths []string, out io.Writer) error {
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		_, err = io.Copy(out, f)
		f.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

// ls lists directories, the root if none is named.
func ls(paths []string, out io.Writer) error {
	if len(paths) == 0 {
		paths = []string{"/"}
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, path := range paths {
		entries, err := os.ReadDir(path)
		if err != nil {
			return err
		}
		for _, e := range entries {
			info, err := e.Info()
			if err != nil {
				continue // it has gone meanwhile
			}
			fmt.Fprintf(table, "%s\t%d\t%s\t%s\n", info.Mode(), info.Size(), info.ModTime().Format(time.DateTime), e.Name())
		}
	}
	return table.Flush()
}

func date(_ []string, out io.Writer) error {
	_, err := fmt.Fprintln(out, time.Now().Format(time.RFC1123Z))
	return err
}

// top shows what the machine and the program use.
func top(_ []string, out io.Writer) error {
	uptime, err := firstWord("/proc/uptime")
	if err != nil {
		return err
	}
	load, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return err
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	fmt.Fprintf(out, "up %s s, load %s\n", uptime, strings.Join(strings.Fields(string(load))[:3], " "))
	for _, name := range []string{"MemTotal", "MemFree"} {
		value, err := field("/proc/meminfo", name)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s %s\n", name, value)
	}
	_, err = fmt.Fprintf(out, "goroutines %d, heap %d KiB, collections %d\n",
		runtime.NumGoroutine(), memory.HeapAlloc>>10, memory.NumGC)
	return err
}

func cpuinfo(_ []string, out io.Writer) error {
	model, err := field("/proc/cpuinfo", "model name")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%d x %s\n", runtime.NumCPU(), model)
	return err
}

func firstWord(path string) (string, error) {
	text, err := os.ReadFile(path)
	word, _, _ := strings.Cut(string(text), " ")
	return word, err
}

// field returns the value of the first line of a file that has a name.
func field(path, name string) (string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value), nil
		}
	}
	return "", fmt.Errorf("%s: no %s", path, name)
}
