package syscalls

import (
	"testing"
	"unsafe"

	"eggcup/kernel/core/file"
	"eggcup/kernel/core/pool"
	"eggcup/kernel/core/thread"
)

// keep holds memory that only addresses point at.
var keep [][]byte

func newPage() uintptr {
	page := make([]byte, 2*pool.PageSize)
	keep = append(keep, page)
	return (uintptr(unsafe.Pointer(&page[0])) + pool.PageSize - 1) &^ (pool.PageSize - 1)
}

// now is the monotonic clock of every rig.
var now int64

// bad is the one address that is not the program's.
const bad = 0xbad000

func present(addr, n uintptr) bool { return addr != 0 && addr != bad }

// rig is a CPU that runs one registered thread, with others behind it.
type rig struct {
	*thread.CPU
	t    *testing.T
	ist1 uintptr
}

func newRig(t *testing.T, others int) *rig {
	t.Helper()
	readable, writable = present, present
	pool.Page = newPage
	file.Descriptors = file.Table{}
	now = 1000
	r := &rig{CPU: &thread.CPU{}, t: t}
	r.Init(thread.Prepare(newPage(), 0, 0), uintptr(unsafe.Pointer(&r.ist1)),
		func() int64 { return now }, func(int64) {})
	for i := 0; i <= others; i++ {
		th := thread.Prepare(newPage(), 0x400000, 0x7000)
		thread.Register(th)
		t.Cleanup(func() {
			if thread.Lookup(th.ID) != nil {
				thread.Unregister(th)
			}
		})
		r.Ready(th)
	}
	r.Schedule()
	return r
}

// call makes a system call on the current thread and returns what is in its
// result register afterwards.
func (r *rig) call(number uintptr, args ...uintptr) uintptr {
	t := r.Current
	f := &t.Frame
	t.Call, f.AX, f.Vector = number, number, thread.VectorSyscall
	registers := []*uintptr{&f.DI, &f.SI, &f.DX, &f.R10, &f.R8, &f.R9}
	for i, p := range registers {
		*p = 0
		if i < len(args) {
			*p = args[i]
		}
	}
	r.dispatch()
	return f.AX
}

// dispatch is Dispatch with all of the tables, whatever the configuration has.
func (r *rig) dispatch() {
	number := r.Current.Call
	if p := number - PrivateBase; p < uintptr(len(Private)) && Private[p].Handler != nil {
		run(r.CPU, Private[p].Handler)
		return
	}
	Dispatch(r.CPU)
}

// expect makes a call and checks its result; an error is a negative number.
func (r *rig) expect(want int, number uintptr, args ...uintptr) {
	r.t.Helper()
	if got := int(r.call(number, args...)); got != want {
		r.t.Errorf("%s%x = %d, want %d", name(number), args, got, want)
	}
}

func name(number uintptr) string {
	if number < uintptr(len(Table)) {
		return Table[number].Name
	}
	return "call"
}

// address returns where a Go value lies.
func address[T any](v *T) uintptr { return uintptr(unsafe.Pointer(v)) }
