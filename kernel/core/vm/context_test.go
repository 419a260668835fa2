package vm

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// forbidden are the parts of the Go runtime that kernel context must not reach:
// allocation, write barriers, maps, defer, panic and boxing. A failed bounds
// check (runtime.panicIndex and its kind) is a kernel bug that traps, and stays.
var forbidden = regexp.MustCompile(`runtime\.(newobject|mallocgc|makeslice|growslice|gcWriteBarrier|wbMove|wbZero|typedmemmove|map|chan|select|defer|conv|gopanic|concatstring|slicebytetostring|intstring|newproc|assert|ifaceeq|efaceeq|interequal)`)

// TestKernelContext compiles this package and the frame allocator as the kernel
// does, where the compiler refuses what escapes to the heap, and looks at the
// calls that are left.
func TestKernelContext(t *testing.T) {
	for _, name := range []string{"frame", "vm"} {
		archive := filepath.Join(t.TempDir(), name+".a")
		run(t, "go", "build", "-gcflags=-+ -wb=false", "-o", archive, "eggcup/kernel/core/"+name)
		code := run(t, "go", "tool", "objdump", archive)
		calls := regexp.MustCompile(`R_CALL\w*:\S+`).FindAllString(code, -1)
		if len(calls) < 10 {
			t.Fatalf("%s: %d calls found: has the output of objdump changed?", name, len(calls))
		}
		for _, call := range calls {
			if forbidden.MatchString(call) {
				t.Errorf("%s: %s", name, call)
			}
		}
		// Package variables must be laid out by the linker: the boot code uses
		// them before any Go initialiser has run.
		if body := functionBody(code, "eggcup/kernel/core/"+name+".init(SB)"); strings.Contains(body, "MOV") {
			t.Errorf("%s has variables that are initialised at run time:\n%s", name, body)
		}
	}
}

// functionBody returns objdump's lines for a function, or "".
func functionBody(code, name string) string {
	_, body, _ := strings.Cut(code, "TEXT "+name)
	body, _, _ = strings.Cut(body, "\nTEXT ")
	return body
}

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}
