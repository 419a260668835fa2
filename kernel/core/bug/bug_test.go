package bug

import (
	"debug/elf"
	"debug/gosym"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"unsafe"

	"eggcup/kernel/core/thread"
)

// ownSymbols reads the symbol tables of the running test by the standard
// library's independent reader.
func ownSymbols(t *testing.T) *gosym.LineTable {
	t.Helper()
	exe, err := elf.Open("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	defer exe.Close()
	data, err := exe.Section(".gopclntab").Data()
	if err != nil {
		t.Fatal(err)
	}
	_, start, _ := linked()
	return gosym.NewLineTable(data, uint64(start))
}

// TestSymbol agrees with debug/gosym about addresses all over the test binary.
func TestSymbol(t *testing.T) {
	lines := ownSymbols(t)
	table, err := gosym.NewTable(nil, lines)
	if err != nil {
		t.Fatal(err)
	}
	_, start, end := linked()
	checked := 0
	for pc := start; pc < end; pc += 13 {
		file, line, fn := table.PCToLine(uint64(pc))
		if fn == nil {
			continue
		}
		name, gotFile, gotLine, offset := Symbol(pc)
		if name != fn.Name || offset != pc-uintptr(fn.Entry) {
			t.Fatalf("%#x is %s+%#x, want %s+%#x", pc, name, offset, fn.Name, pc-uintptr(fn.Entry))
		}
		if line > 0 && (gotFile != file || gotLine != line) {
			t.Fatalf("%#x in %s is at %s:%d, want %s:%d", pc, name, gotFile, gotLine, file, line)
		}
		checked++
	}
	if checked < 10_000 {
		t.Errorf("only %d addresses had a function", checked)
	}
}

// TestSymbolByRuntime agrees with the runtime about the caller's line.
func TestSymbolByRuntime(t *testing.T) {
	pc, file, line, _ := runtime.Caller(0)
	name, gotFile, gotLine, _ := Symbol(pc - 1)
	if name != runtime.FuncForPC(pc).Name() || gotFile != file || gotLine != line {
		t.Errorf("%s %s:%d, want %s %s:%d", name, gotFile, gotLine, runtime.FuncForPC(pc).Name(), file, line)
	}
}

// TestSymbolOutside knows nothing outside the code.
func TestSymbolOutside(t *testing.T) {
	_, start, end := linked()
	for _, pc := range []uintptr{0, 1, start - 1, end, 1 << 63, ^uintptr(0)} {
		if name, _, _, _ := Symbol(pc); name != "" {
			t.Errorf("%#x is %s", pc, name)
		}
	}
}

// TestNoAllocation holds Symbol to kernel context's rule.
func TestNoAllocation(t *testing.T) {
	pc, _, _, _ := runtime.Caller(0)
	if n := testing.AllocsPerRun(100, func() { Symbol(pc) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// Places for a made-up stack to return to.
//
//go:noinline
func placeA() uintptr { pc, _, _, _ := runtime.Caller(0); return pc }

//go:noinline
func placeB() uintptr { pc, _, _, _ := runtime.Caller(0); return pc }

// stack is made-up memory; word i is at address(i).
type stack [64]uintptr

var testStack stack

func address(i int) uintptr { return uintptr(unsafe.Pointer(&testStack[i])) }

// onStack is what Report asks about addresses.
func onStack(addr uintptr) bool { return addr >= address(0) && addr <= address(len(testStack)-1)+7 }

// report runs Report over testStack and returns what it printed.
func report(t *testing.T, r *Registers) string {
	t.Helper()
	var out strings.Builder
	oldText, oldHex, oldInt := printText, printHex, printInt
	defer func() { printText, printHex, printInt = oldText, oldHex, oldInt }()
	printText = func(s string) { out.WriteString(s) }
	printHex = func(v uintptr) { fmt.Fprintf(&out, "%#x", v) }
	printInt = func(v int64) { fmt.Fprint(&out, v) }
	Report("test report", r, onStack)
	return out.String()
}

// frames returns the functions of a report's backtrace.
func frames(text string) (names []string) {
	_, trace, _ := strings.Cut(text, "backtrace:\n")
	for _, line := range strings.Split(strings.TrimSpace(trace), "\n") {
		name, _, _ := strings.Cut(strings.Fields(line)[1], "+")
		names = append(names, name[strings.LastIndex(name, "/")+1:])
	}
	return names
}

// TestReport prints title, exception and registers by name.
func TestReport(t *testing.T) {
	r := &Registers{CR2: 0xdead, CR3: 0x5000}
	r.Vector, r.Err, r.AX, r.R15, r.IP = 14, 2, 0xa, 0xf, 0x10
	got := report(t, r)
	for _, want := range []string{
		"\n*** test report\ntrap 14 (page fault) error 0x2\nrip=0x10 rsp=0x0 ",
		"rax=0xa ", " r15=0xf cr2=0xdead cr3=0x5000\n", "backtrace:\n  0x10 ?\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in the report:\n%s", want, got)
		}
	}
	r.Vector = 9
	if got := report(t, r); !strings.Contains(got, "trap 9 error") {
		t.Errorf("a vector without a name:\n%s", got)
	}
}

// TestBacktrace walks frames from an address that is no code, as after a call
// of a bad function pointer.
func TestBacktrace(t *testing.T) {
	testStack = stack{}
	testStack[2] = placeA() // pushed by the bad call
	testStack[8], testStack[9] = address(20), placeB()
	testStack[20], testStack[21] = 0, placeA()
	r := &Registers{Frame: thread.Frame{IP: 0x10, SP: address(2), BP: address(8)}}
	got := frames(report(t, r))
	want := []string{"?", "bug.placeA", "bug.placeB", "bug.placeA"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("backtrace %v, want %v", got, want)
	}
}

// TestBacktraceAtEntry finds the caller of a function that was interrupted at
// its first instruction, where BP is still the caller's.
func TestBacktraceAtEntry(t *testing.T) {
	testStack = stack{}
	testStack[2] = placeA()
	testStack[8], testStack[9] = 0, placeB()
	r := &Registers{Frame: thread.Frame{IP: find(placeB()).entry, SP: address(2), BP: address(8)}}
	got := frames(report(t, r))
	want := []string{"bug.placeB", "bug.placeA", "bug.placeB"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("backtrace %v, want %v", got, want)
	}
}

// TestBacktraceInBody finds the saved frame pointer under a return address in
// the middle of a function.
func TestBacktraceInBody(t *testing.T) {
	ip := placeB()
	depth, ok := find(ip).value(funcSP, ip)
	if !ok || depth < wordSize {
		t.Fatalf("stack depth %d at a call", depth)
	}
	testStack = stack{}
	top := int(depth) / wordSize
	testStack[top-1], testStack[top] = address(40), placeA()
	testStack[40], testStack[41] = 0, placeB()
	r := &Registers{Frame: thread.Frame{IP: ip, SP: address(0), BP: 0x1234567}}
	got := frames(report(t, r))
	want := []string{"bug.placeB", "bug.placeA", "bug.placeB"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("backtrace %v, want %v", got, want)
	}
}

// TestBacktraceDamaged ends at whatever is not a frame.
func TestBacktraceDamaged(t *testing.T) {
	for name, c := range map[string]struct {
		sp, bp uintptr
		depth  int
	}{
		"no stack":    {0, 0, 1},
		"unaligned":   {address(2), address(8) + 1, 2},
		"not mapped":  {address(2), address(63) + 8, 2},
		"half mapped": {address(2), address(63), 2},
		"no code":     {address(3), address(8), 1},
		"a loop":      {address(2), address(30), maxDepth},
		"wraps":       {address(2), ^uintptr(7), 2},
	} {
		testStack = stack{}
		testStack[2], testStack[3] = placeA(), 0x1234
		testStack[30], testStack[31] = address(30), placeB()
		r := &Registers{Frame: thread.Frame{IP: 0x10, SP: c.sp, BP: c.bp}}
		if got := frames(report(t, r)); len(got) != c.depth {
			t.Errorf("%s: %d frames, want %d: %v", name, len(got), c.depth, got)
		}
	}
}
