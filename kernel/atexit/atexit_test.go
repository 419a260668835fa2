package atexit

import (
	"fmt"
	"os"
	"os/exec"
	"testing"
)

// The functions run when the program ends, the last one first, whatever the
// exit code.
func TestDo(t *testing.T) {
	if os.Getenv("ATEXIT_TEST") == "" {
		command := exec.Command(os.Args[0], "-test.run=TestDo")
		command.Env = append(os.Environ(), "ATEXIT_TEST=yes")
		out, err := command.Output()
		if string(out) != "two\none\n" || command.ProcessState.ExitCode() != 3 {
			t.Errorf("%q, %v", out, err)
		}
		return
	}
	for _, word := range []string{"one", "two"} {
		Do(func() { fmt.Println(word) })
	}
	os.Exit(3)
}
