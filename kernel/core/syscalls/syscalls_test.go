package syscalls

import (
	"bytes"
	"syscall"
	"testing"
	"unsafe"

	"eggcup/kernel/core/file"
	"eggcup/kernel/core/raw"
	"eggcup/kernel/core/signal"
	"eggcup/kernel/core/thread"
)

// Every line of the tables has a name and an honest level: what has a handler
// is not missing, and what is partial or a stub says how.
func TestTableIsComplete(t *testing.T) {
	for _, table := range [][]Entry{Table[:], Private[:]} {
		for number, e := range table {
			if e.Name == "" {
				if e.Handler != nil {
					t.Errorf("call %d has no name", number)
				}
				continue
			}
			if e.Handler == nil {
				t.Errorf("%s has no handler", e.Name)
			}
			if e.Level != Full && e.Note == "" {
				t.Errorf("%s is not full and has no note", e.Name)
			}
		}
	}
}

// A number without a line is ENOSYS, whatever it is.
func TestUnknown(t *testing.T) {
	r := newRig(t, 0)
	for _, number := range []uintptr{7, 400, PrivateBase - 1, PrivateBase + 0xff, ^uintptr(0)} {
		r.expect(-ENOSYS, number)
	}
}

// There are no children to wait for, and the process leads its group and its
// session.
func TestOneProcess(t *testing.T) {
	r := newRig(t, 0)
	const callWaitid = 247
	r.expect(-ECHILD, syscall.SYS_WAIT4, ^uintptr(0), 0, 0, 0)
	r.expect(-ECHILD, callWaitid, 1, 42, 0, 4)
	r.expect(0, syscall.SYS_GETGROUPS, 0, 0)
	for _, call := range []uintptr{syscall.SYS_GETPGID, syscall.SYS_GETSID} {
		r.expect(1, call, 0)
		r.expect(1, call, 1)
		r.expect(-ESRCH, call, 2)
	}
	r.expect(1, syscall.SYS_GETPGRP)
}

// The flag of PR_SET_KEEPCAPS is each thread's own.
func TestKeepCaps(t *testing.T) {
	r := newRig(t, 1)
	r.expect(0, syscall.SYS_PRCTL, syscall.PR_GET_KEEPCAPS)
	r.expect(0, syscall.SYS_PRCTL, syscall.PR_SET_KEEPCAPS, 1)
	r.expect(-EINVAL, syscall.SYS_PRCTL, syscall.PR_SET_KEEPCAPS, 2)
	r.expect(1, syscall.SYS_PRCTL, syscall.PR_GET_KEEPCAPS)
	ts := [2]int64{0, 500}
	r.call(syscall.SYS_NANOSLEEP, address(&ts))
	r.Schedule()
	r.expect(0, syscall.SYS_PRCTL, syscall.PR_GET_KEEPCAPS)
}

// Bad pointers are EFAULT, not a fault of the kernel.
func TestFaults(t *testing.T) {
	r := newRig(t, 0)
	ep := r.call(syscall.SYS_EPOLL_CREATE1)
	event := r.call(syscall.SYS_EVENTFD2, 0, file.NonBlock)
	for _, args := range [][]uintptr{
		{syscall.SYS_READ, event, bad, 8},
		{syscall.SYS_WRITE, event, bad, 8},
		{syscall.SYS_NANOSLEEP, bad},
		{syscall.SYS_CLOCK_GETTIME, 0, bad},
		{syscall.SYS_GETTIMEOFDAY, bad},
		{syscall.SYS_RT_SIGACTION, 10, bad, 0, 8},
		{syscall.SYS_RT_SIGACTION, 10, 0, bad, 8},
		{syscall.SYS_RT_SIGPROCMASK, 0, bad, 0, 8},
		{syscall.SYS_SIGALTSTACK, bad},
		{syscall.SYS_UNAME, bad},
		{syscall.SYS_FUTEX, bad, futexWait},
		{syscall.SYS_EPOLL_CTL, ep, epollAdd, event, bad},
		{syscall.SYS_EPOLL_WAIT, ep, bad, 1},
		{318, bad, 16},
		{syscall.SYS_SCHED_GETAFFINITY, 0, 8, bad},
		{syscall.SYS_PRLIMIT64, 0, rlimitNofile, 0, bad},
		{syscall.SYS_SYSINFO, bad},
		{syscall.SYS_GETCWD, bad, 100},
	} {
		r.expect(-EFAULT, args[0], args[1:]...)
	}
}

// Times are checked as Linux does.
func TestTimespec(t *testing.T) {
	for _, k := range []struct {
		sec, nsec int64
		ns        int64
		errno     uintptr
	}{
		{1, 5, billion + 5, 0},
		{0, billion, 0, EINVAL},
		{0, -1, 0, EINVAL},
		{-1, 0, 0, EINVAL},
		{1 << 62, 0, thread.Never - 1, 0},
	} {
		newRig(t, 0)
		ts := [2]int64{k.sec, k.nsec}
		if ns, errno := getTimespec(address(&ts)); ns != k.ns || errno != k.errno {
			t.Errorf("%v: %d, errno %d", ts, ns, errno)
		}
	}
}

// A sleep takes the thread off the CPU until its time, and a signal ends it.
func TestNanosleep(t *testing.T) {
	r := newRig(t, 1)
	sleeper := r.Current
	ts := [2]int64{0, 500}
	r.call(syscall.SYS_NANOSLEEP, address(&ts))
	if sleeper.State != thread.Blocked {
		t.Fatal("it did not sleep")
	}
	r.Schedule()
	now += 500
	r.Tick()
	if sleeper.State != thread.Runnable || sleeper.Frame.AX != 0 {
		t.Fatalf("state %d, result %d", sleeper.State, int(sleeper.Frame.AX))
	}
	r.Schedule()
	ts[1] = 900
	r.call(syscall.SYS_NANOSLEEP, address(&ts))
	*signal.ActionOf(10) = signal.Action{Handler: 0x1234}
	signal.Send(r.CPU, sleeper, 10, 0)
	if int(sleeper.Frame.AX) != -EINTR {
		t.Fatalf("a signal gave %d", int(sleeper.Frame.AX))
	}
}

// futex checks its word, its alignment and its operation.
func TestFutex(t *testing.T) {
	r := newRig(t, 1)
	words := [2]uint32{5, 0}
	w := address(&words)
	r.expect(-EAGAIN, syscall.SYS_FUTEX, w, futexWait|futexPrivate, 4)
	r.expect(-EINVAL, syscall.SYS_FUTEX, w+1, futexWait, 5)
	r.expect(-EINVAL, syscall.SYS_FUTEX, w, futexWaitBitset, 5, 0, 0, 0)
	r.expect(-EINVAL, syscall.SYS_FUTEX, w, futexWakeBitset, 1, 0, 0, 0)
	r.expect(-ENOSYS, syscall.SYS_FUTEX, w, 77, 5)
	r.expect(0, syscall.SYS_FUTEX, w, futexWake, 1)
	past := [2]int64{0, 1}
	r.expect(-ETIMEDOUT, syscall.SYS_FUTEX, w, futexWaitBitset, 5, address(&past), 0, ^uintptr(0))
	waiter := r.Current
	r.call(syscall.SYS_FUTEX, w, futexWait|futexPrivate, 5)
	r.Schedule()
	r.expect(1, syscall.SYS_FUTEX, w, futexWake|futexPrivate, 7)
	if waiter.State != thread.Runnable || waiter.Frame.AX != 0 {
		t.Fatal("the waiter did not wake with 0")
	}
}

// What calls on pipes write to; not on a stack, which moves.
var (
	pipeFDs  [2]int32
	pipeByte [1]byte
)

// openTestPipe makes a pipe and returns its descriptors.
func openTestPipe(r *rig, flags uintptr) (in, out uintptr) {
	r.expect(0, syscall.SYS_PIPE2, address(&pipeFDs), flags)
	return uintptr(pipeFDs[0]), uintptr(pipeFDs[1])
}

// A pipe gives back what was written, has limits, and knows
// when its other end has gone.
func TestPipe(t *testing.T) {
	r := newRig(t, 0)
	in, out := openTestPipe(r, file.NonBlock|file.CloExec)
	r.expect(1, syscall.SYS_FCNTL, in, fGetFD)
	r.expect(file.NonBlock, syscall.SYS_FCNTL, in, fGetFL)
	r.expect(file.NonBlock|1, syscall.SYS_FCNTL, out, fGetFL)
	var b [3 * file.PipeSize / 2]byte
	r.expect(-EAGAIN, syscall.SYS_READ, in, address(&b), 1)
	r.expect(-EBADF, syscall.SYS_READ, out, address(&b), 1)
	r.expect(-EBADF, syscall.SYS_WRITE, in, address(&b), 1)
	for round := range 5 { // round the ring
		for i := range b {
			b[i] = byte(i * (round + 3))
		}
		r.expect(1000, syscall.SYS_WRITE, out, address(&b), 1000)
		clear(b[:])
		r.expect(1000, syscall.SYS_READ, in, address(&b), 1500)
		for i := range 1000 {
			if b[i] != byte(i*(round+3)) {
				t.Fatalf("byte %d of round %d is %d", i, round, b[i])
			}
		}
	}
	r.expect(int(file.PipeSize), syscall.SYS_WRITE, out, address(&b), uintptr(len(b)))
	r.expect(-EAGAIN, syscall.SYS_WRITE, out, address(&b), 1)
	r.expect(0, syscall.SYS_CLOSE, out)
	r.expect(int(file.PipeSize), syscall.SYS_READ, in, address(&b), uintptr(len(b)))
	r.expect(0, syscall.SYS_READ, in, address(&b), 1)
	r.expect(0, syscall.SYS_CLOSE, in)
	in, out = openTestPipe(r, 0)
	r.expect(0, syscall.SYS_CLOSE, in)
	r.expect(-EPIPE, syscall.SYS_WRITE, out, address(&b), 1)
	r.expect(-EFAULT, syscall.SYS_PIPE2, bad, 0)
	r.expect(-EINVAL, syscall.SYS_PIPE2, address(&b), 1)
}

// A read of an empty pipe waits for a byte, or for the end.
func TestPipeBlocks(t *testing.T) {
	for _, end := range []bool{false, true} {
		r := newRig(t, 1)
		in, out := openTestPipe(r, 0)
		reader := r.Current
		r.call(syscall.SYS_READ, in, address(&pipeByte), 1)
		if reader.State != thread.Blocked {
			t.Fatal("it did not wait")
		}
		r.Schedule()
		if end {
			r.expect(0, syscall.SYS_CLOSE, out)
		} else {
			r.expect(1, syscall.SYS_WRITE, out, address(&pipeByte), 1)
		}
		if reader.State != thread.Runnable {
			t.Errorf("end %v: it waits still", end)
		}
	}
}

// A write of up to PIPE_BUF bytes goes in whole or not at all; a longer one that
// blocks goes in piece by piece, and a signal in between tells how far it came.
func TestPipeWrites(t *testing.T) {
	r := newRig(t, 1)
	in, out := openTestPipe(r, file.NonBlock)
	b := make([]byte, 3*file.PipeSize)
	for i := range b {
		b[i] = byte(i ^ i>>8)
	}
	got := make([]byte, file.PipeSize)
	r.expect(file.PipeSize-100, syscall.SYS_WRITE, out, address(&b[0]), file.PipeSize-100)
	r.expect(-EAGAIN, syscall.SYS_WRITE, out, address(&b[0]), 101)
	r.expect(100, syscall.SYS_WRITE, out, address(&b[0]), file.PipeAtomic+1)
	r.expect(file.PipeSize, syscall.SYS_READ, in, address(&got[0]), file.PipeSize)

	in, out = openTestPipe(r, 0)
	writer := r.Current
	r.call(syscall.SYS_WRITE, out, address(&b[0]), uintptr(len(b)))
	for done := 0; done < len(b)-file.PipeSize; done += file.PipeSize {
		if writer.State != thread.Blocked {
			t.Fatalf("the writer does not wait at %d", done)
		}
		r.Schedule()
		r.expect(file.PipeSize, syscall.SYS_READ, in, address(&got[0]), file.PipeSize)
		if !bytes.Equal(got, b[done:][:file.PipeSize]) {
			t.Fatalf("other bytes at %d", done)
		}
		r.Yield()
		if r.Schedule(); r.Current != writer || !writer.Retry {
			t.Fatalf("it waits still at %d", done)
		}
		writer.Retry = false
		Dispatch(r.CPU)
	}
	if int(writer.Frame.AX) != len(b) {
		t.Errorf("%d bytes written, want %d", int(writer.Frame.AX), len(b))
	}
	r.call(syscall.SYS_WRITE, out, address(&b[0]), uintptr(len(b)))
	if writer.State != thread.Blocked {
		t.Fatal("a full pipe takes more")
	}
	r.Schedule()
	r.expect(100, syscall.SYS_READ, in, address(&got[0]), 100)
	r.expect(file.PipeSize-100, syscall.SYS_READ, in, address(&got[0]), file.PipeSize)
	r.Yield()
	r.Schedule()
	writer.Retry = false
	Dispatch(r.CPU)
	r.Schedule()
	if r.Interrupt(writer, fail(EINTR)); int(writer.Frame.AX) != file.PipeSize {
		t.Errorf("interrupted, the call says %d", int(writer.Frame.AX))
	}
}

// eventfd blocks or not as its flags say, and a blocked read runs again when
// there is something.
func TestEventfd(t *testing.T) {
	r := newRig(t, 1)
	var v uint64
	event := r.call(syscall.SYS_EVENTFD2, 3, file.NonBlock)
	r.expect(-EINVAL, syscall.SYS_READ, event, address(&v), 7)
	r.expect(8, syscall.SYS_READ, event, address(&v), 8)
	if v != 3 {
		t.Fatalf("read %d", v)
	}
	r.expect(-EAGAIN, syscall.SYS_READ, event, address(&v), 8)
	v = ^uint64(0)
	r.expect(-EINVAL, syscall.SYS_WRITE, event, address(&v), 8)
	r.expect(-EINVAL, syscall.SYS_EVENTFD2, 0, 0x40)

	blocking := r.call(syscall.SYS_EVENTFD2)
	reader := r.Current
	r.call(syscall.SYS_READ, blocking, address(&v), 8)
	if reader.State != thread.Blocked || !reader.Retry {
		t.Fatal("the read did not block to be run again")
	}
	r.Schedule()
	one := uint64(1)
	r.expect(8, syscall.SYS_WRITE, blocking, address(&one), 8)
	if reader.State != thread.Runnable {
		t.Fatal("the write did not wake the reader")
	}
}

// epoll_wait keeps its deadline when its call runs again.
func TestEpollDeadline(t *testing.T) {
	r := newRig(t, 0)
	ep := r.call(syscall.SYS_EPOLL_CREATE1)
	var events [12]byte
	buffer := address(&events)
	r.expect(-EINVAL, syscall.SYS_EPOLL_WAIT, ep, buffer, 0, 0)
	r.expect(0, syscall.SYS_EPOLL_WAIT, ep, buffer, 1, 0)
	waiter := r.Current
	r.call(syscall.SYS_EPOLL_WAIT, ep, buffer, 1, 5)
	want := now + 5_000_000
	if waiter.Deadline != want {
		t.Fatalf("deadline %d, want %d", waiter.Deadline, want)
	}
	now += 1_000_000
	r.Wake(waiter, 0)
	r.Schedule()
	waiter.Retry = false
	Dispatch(r.CPU)
	if waiter.Deadline != want || waiter.State != thread.Blocked {
		t.Fatal("the second run forgot the deadline")
	}
	r.Schedule()
	now = want
	r.Tick()
	r.Schedule()
	waiter.Retry = false
	Dispatch(r.CPU)
	if waiter.Frame.AX != 0 || waiter.Deadline != 0 {
		t.Fatalf("result %d, deadline %d", int(waiter.Frame.AX), waiter.Deadline)
	}
}

// Descriptors are duplicated, flagged and closed as on Linux.
func TestDescriptors(t *testing.T) {
	r := newRig(t, 0)
	event := r.call(syscall.SYS_EVENTFD2, 0, file.CloExec)
	r.expect(1, syscall.SYS_FCNTL, event, fGetFD)
	r.expect(0, syscall.SYS_FCNTL, event, fSetFL, file.NonBlock)
	r.expect(openReadWrite|file.NonBlock, syscall.SYS_FCNTL, event, fGetFL)
	r.expect(int(event)+1, syscall.SYS_DUP, event)
	r.expect(40, syscall.SYS_FCNTL, event, fDupFD, 40)
	r.expect(9, syscall.SYS_DUP2, event, 9)
	r.expect(int(event), syscall.SYS_DUP2, event, event)
	r.expect(-EINVAL, syscall.SYS_DUP3, event, event)
	r.expect(-EBADF, syscall.SYS_DUP, 77)
	r.expect(0, syscall.SYS_CLOSE, 9)
	r.expect(-EBADF, syscall.SYS_CLOSE, 9)
	r.expect(-ESPIPE, syscall.SYS_LSEEK, event)
	r.expect(-ENOTTY, syscall.SYS_IOCTL, event, tcGets)
}

// clone starts threads and nothing else; the child returns 0 on its stack.
func TestClone(t *testing.T) {
	r := newRig(t, 0)
	r.expect(-ENOSYS, syscall.SYS_CLONE, 17)
	r.expect(-ENOSYS, syscall.SYS_FORK)
	const flags = cloneVM | cloneThread | cloneSetTLS
	r.Current.Signals.Mask = 0x55
	id := int32(r.call(syscall.SYS_CLONE, flags, 0x9000, 0, 0, 0xf5f5))
	child := thread.Lookup(id)
	if child == nil || child.Frame.AX != 0 || child.Frame.SP != 0x9000 || child.FSBase != 0xf5f5 {
		t.Fatalf("child %+v", child)
	}
	if child.Signals.Mask != 0x55 || child.State != thread.Runnable || child.Frame.IP != r.Current.Frame.IP {
		t.Fatal("the child does not go on where its parent is")
	}
	thread.Unregister(child)
}

// Signal calls check numbers, sizes and who is meant.
func TestSignalArguments(t *testing.T) {
	r := newRig(t, 0)
	self := uintptr(r.Current.ID)
	var action signal.Action
	var mask uint64
	r.expect(-EINVAL, syscall.SYS_RT_SIGACTION, 0, address(&action), 0, 8)
	r.expect(-EINVAL, syscall.SYS_RT_SIGACTION, 65, address(&action), 0, 8)
	r.expect(-EINVAL, syscall.SYS_RT_SIGACTION, signal.SIGKILL, address(&action), 0, 8)
	r.expect(-EINVAL, syscall.SYS_RT_SIGACTION, 10, address(&action), 0, 4)
	r.expect(-EINVAL, syscall.SYS_RT_SIGPROCMASK, 9, address(&mask), 0, 8)
	r.expect(-ESRCH, syscall.SYS_TGKILL, 2, self, 10)
	r.expect(-ESRCH, syscall.SYS_TGKILL, 1, 0x7fff, 10)
	r.expect(-EINVAL, syscall.SYS_TGKILL, 1, self, 65)
	r.expect(0, syscall.SYS_TGKILL, 1, self, 0)
	r.expect(-ESRCH, syscall.SYS_KILL, 2, 0)
	mask = ^uint64(0)
	r.expect(0, syscall.SYS_RT_SIGPROCMASK, sigSetmask, address(&mask), 0, 8)
	if r.Current.Signals.Mask&(1<<(signal.SIGKILL-1)) != 0 {
		t.Fatal("SIGKILL is blocked")
	}
	stack := [3]uintptr{0x50000, 0, 100}
	r.expect(-ENOMEM, syscall.SYS_SIGALTSTACK, address(&stack), 0)
	stack[2] = 32 << 10
	r.expect(0, syscall.SYS_SIGALTSTACK, address(&stack), 0)
	r.expect(0, syscall.SYS_SIGALTSTACK, 0, address(&stack))
	if stack != [3]uintptr{0x50000, 0, 32 << 10} {
		t.Fatalf("old stack %x", stack)
	}
}

// A delivered signal saves every register in the frame that the handler gets,
// and rt_sigreturn brings them back, vector registers included.
func TestSignalFrame(t *testing.T) {
	r := newRig(t, 0)
	signal.Touch = present
	signal.XSaveSize = 512
	th := r.Current
	stack := make([]byte, 64<<10)
	keep = append(keep, stack)
	th.Signals.AltStack = uintptr(unsafe.Pointer(&stack[0]))
	th.Signals.AltSize = uintptr(len(stack))
	*signal.ActionOf(12) = signal.Action{Handler: 0x1111, Restorer: 0x2222, Flags: signal.OnStack, Mask: 1 << 3}
	f := &th.Frame
	*f = thread.Frame{R15: 15, R8: 8, DI: 1, SI: 2, BP: 3, BX: 4, AX: 5, IP: 0x400123, SP: 0x7f00, Flags: thread.FlagsUser | 1}
	before := *f
	th.FPLive = 1
	area := raw.Bytes(th.XSave(), 512)
	area[200] = 77
	signal.Send(r.CPU, th, 12, -6)
	if fatal := signal.Deliver(th); fatal != 0 {
		t.Fatalf("fatal signal %d", fatal)
	}
	if f.IP != 0x1111 || f.DI != 12 || f.SP%16 != 8 || !signal.OnAltStack(th, f.SP) {
		t.Fatalf("handler frame %+v", *f)
	}
	if th.Signals.Mask != 1<<3|1<<11 {
		t.Fatalf("mask in the handler %x", th.Signals.Mask)
	}
	area[200] = 1 // the handler uses vector registers
	f.SP += 8     // the handler returned to the restorer
	r.Current.Call = syscall.SYS_RT_SIGRETURN
	Dispatch(r.CPU)
	before.Vector = 0
	if *f != before {
		t.Fatalf("registers %+v, want %+v", *f, before)
	}
	if area[200] != 77 || th.Signals.Mask != 0 || th.FPLive != 1 {
		t.Fatal("the state before the signal is not back")
	}
}
