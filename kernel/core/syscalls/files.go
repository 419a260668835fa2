package syscalls

import (
	"eggcup/kernel/core/file"
	"eggcup/kernel/core/raw"
	"eggcup/kernel/core/thread"
)

// OpenConsole makes descriptors 0, 1 and 2 the console.
func OpenConsole() bool {
	terminal := newConsole(openReadWrite)
	if terminal == nil {
		return false
	}
	for fd := 0; fd < 3; fd++ {
		if _, errno := file.Descriptors.Add(terminal, fd, false); errno != 0 {
			return false
		}
	}
	return true
}

// newConsole returns an open file of the terminal, or nil.
func newConsole(flags uint32) *file.File {
	ready := uint32(file.Out)
	if !input.empty() {
		ready |= file.In
	}
	return file.NewConsole(flags, ready)
}

// Access mode and flags of open(2).
const (
	openReadWrite = 2
	openAccess    = 3
	openAppend    = 0x400
	openOnce      = 0o100 | 0o200 | 0o400 | 0o1000 | file.CloExec // O_CREAT, O_EXCL, O_NOCTTY, O_TRUNC: no flags of the file
	settable      = openAppend | file.NonBlock
)

func get(fd uintptr) *file.File { return file.Descriptors.Get(int(int32(fd))) }

func sysRead(c *thread.CPU, f *thread.Frame) uintptr {
	in := get(f.DI)
	if in == nil {
		return fail(EBADF)
	}
	switch in.Kind {
	case file.Console:
		return readConsole(c, in, f.SI, f.DX)
	case file.Timer:
		catchUp(c, in)
		return readCount(c, in, f.SI, f.DX)
	case file.Event, file.Interrupt:
		return readCount(c, in, f.SI, f.DX)
	case file.Pipe:
		return readPipe(c, in, f.SI, f.DX)
	}
	return fail(EINVAL)
}

// block makes the call wait until in is ready, or fails it with EAGAIN.
func block(c *thread.CPU, in *file.File, events uint32) uintptr {
	if in.Flags&file.NonBlock != 0 {
		return fail(EAGAIN)
	}
	in.BlockUntil(c, events)
	return 0
}

func readCount(c *thread.CPU, in *file.File, addr, n uintptr) uintptr {
	if n < 8 {
		return fail(EINVAL)
	}
	if !writable(addr, 8) {
		return fail(EFAULT)
	}
	count := in.TakeCount(c)
	if count == 0 {
		return block(c, in, file.In)
	}
	raw.Store64(addr, count)
	return 8
}

func sysWrite(c *thread.CPU, f *thread.Frame) uintptr {
	out := get(f.DI)
	if out == nil {
		return fail(EBADF)
	}
	if !readable(f.SI, f.DX) {
		return fail(EFAULT)
	}
	switch out.Kind {
	case file.Console:
		return writeConsole(c, out, f.SI, f.DX)
	case file.Event:
		return writeEvent(c, out, f.SI, f.DX)
	case file.Pipe:
		return writePipe(c, out, f.SI, f.DX)
	}
	return fail(EINVAL)
}

func writeEvent(c *thread.CPU, out *file.File, addr, n uintptr) uintptr {
	if n < 8 {
		return fail(EINVAL)
	}
	count := raw.Load64(addr)
	if count == ^uint64(0) {
		return fail(EINVAL)
	}
	if !out.AddCount(c, count) {
		return block(c, out, file.Out)
	}
	return 8
}

const iovecSize = 16

func sysClose(c *thread.CPU, f *thread.Frame) uintptr {
	return fail(uintptr(file.Descriptors.Close(c, int(int32(f.DI)))))
}

// sysSeek answers every call that would need a position in the file.
func sysSeek(c *thread.CPU, f *thread.Frame) uintptr {
	if get(f.DI) == nil {
		return fail(EBADF)
	}
	return fail(ESPIPE)
}

// added turns the answer of the descriptor table into a result.
func added(fd int, errno file.Errno) uintptr {
	if errno != 0 {
		return fail(uintptr(errno))
	}
	return uintptr(fd)
}

func sysDup(c *thread.CPU, f *thread.Frame) uintptr {
	old := get(f.DI)
	if old == nil {
		return fail(EBADF)
	}
	return added(file.Descriptors.Add(old, 0, false))
}

func sysDup2(c *thread.CPU, f *thread.Frame) uintptr {
	if get(f.DI) != nil && int32(f.DI) == int32(f.SI) {
		return f.SI
	}
	return duplicate(c, f, 0)
}

func sysDup3(c *thread.CPU, f *thread.Frame) uintptr {
	if int32(f.DI) == int32(f.SI) || f.DX&^file.CloExec != 0 {
		return fail(EINVAL)
	}
	return duplicate(c, f, f.DX)
}

func duplicate(c *thread.CPU, f *thread.Frame, flags uintptr) uintptr {
	old := get(f.DI)
	if old == nil {
		return fail(EBADF)
	}
	fd := int(int32(f.SI))
	return added(fd, file.Descriptors.Put(c, old, fd, flags&file.CloExec != 0))
}

// Commands of fcntl(2).
const (
	fDupFD        = 0
	fGetFD        = 1
	fSetFD        = 2
	fGetFL        = 3
	fSetFL        = 4
	fDupFDCloexec = 1030
)

func sysFcntl(c *thread.CPU, f *thread.Frame) uintptr {
	fd, of := int(int32(f.DI)), get(f.DI)
	if of == nil {
		return fail(EBADF)
	}
	switch f.SI {
	case fDupFD, fDupFDCloexec:
		return added(file.Descriptors.Add(of, int(int32(f.DX)), f.SI == fDupFDCloexec))
	case fGetFD:
		return file.Descriptors.CloseOnExec(fd)
	case fSetFD:
		file.Descriptors.SetCloseOnExec(fd, f.DX)
		return 0
	case fGetFL:
		return uintptr(of.Flags)
	case fSetFL:
		of.Flags = of.Flags&^settable | uint32(f.DX)&settable
		return 0
	}
	return fail(EINVAL)
}

// Layout of struct stat and the mode of a character device (stat(2)).
const (
	statSize    = 144
	statNlink   = 16
	statMode    = 24
	statRdev    = 40
	statBlksize = 56
	modeChar    = 0o020620
	modePipe    = 0o010600
	ttyDevice   = 5<<8 | 1 // /dev/console
)

func sysFstat(c *thread.CPU, f *thread.Frame) uintptr { return stat(f.DI, f.SI) }

func stat(fd, addr uintptr) uintptr {
	of := get(fd)
	if of == nil {
		return fail(EBADF)
	}
	if !writable(addr, statSize) {
		return fail(EFAULT)
	}
	raw.Clear(addr, statSize)
	raw.Store(addr+statNlink, 1)
	if of.Kind == file.Pipe {
		raw.Store32(addr+statMode, modePipe)
	} else {
		raw.Store32(addr+statMode, modeChar)
		raw.Store(addr+statRdev, ttyDevice)
	}
	raw.Store(addr+statBlksize, 4096)
	return 0
}

// umask is the program's; package vfs asks for it. Guarded by the kernel lock.
var umask uintptr = 0o22

func sysUmask(c *thread.CPU, f *thread.Frame) uintptr {
	old := umask
	umask = f.DI & 0o777
	return old
}

// sysGetUmask is umask(2) that changes nothing.
func sysGetUmask(*thread.CPU, *thread.Frame) uintptr { return umask }

const atEmptyPath = 0x1000

func sysNewfstatat(c *thread.CPU, f *thread.Frame) uintptr {
	if f.R10&atEmptyPath == 0 {
		return fail(ENOENT)
	}
	return stat(f.DI, f.DX)
}

func sysGetcwd(c *thread.CPU, f *thread.Frame) uintptr {
	if f.SI < 2 {
		return fail(ERANGE)
	}
	if !writable(f.DI, 2) {
		return fail(EFAULT)
	}
	raw.Store16(f.DI, '/')
	return 2
}

func sysEventfd2(c *thread.CPU, f *thread.Frame) uintptr {
	const semaphore = 1
	flags := uint32(f.SI)
	if flags&^(semaphore|file.NonBlock|file.CloExec) != 0 {
		return fail(EINVAL)
	}
	event := file.NewEvent(c, uint64(uint32(f.DI)), flags&file.NonBlock|openReadWrite, flags&semaphore != 0)
	return open(event, flags)
}

// open gives a new file its first descriptor.
func open(of *file.File, flags uint32) uintptr {
	if of == nil {
		return fail(ENOMEM)
	}
	fd, errno := file.Descriptors.Add(of, 0, flags&file.CloExec != 0)
	if errno != 0 {
		of.Discard()
	}
	return added(fd, errno)
}

func sysEpollCreate1(c *thread.CPU, f *thread.Frame) uintptr {
	if f.DI&^file.CloExec != 0 {
		return fail(EINVAL)
	}
	return open(file.New(file.Epoll, openReadWrite), uint32(f.DI))
}

// Operations of epoll_ctl(2).
const (
	epollAdd = 1
	epollDel = 2
	epollMod = 3
)

func sysEpollCtl(c *thread.CPU, f *thread.Frame) uintptr {
	ep, fd, of := get(f.DI), int(int32(f.DX)), get(f.DX)
	if ep == nil || of == nil {
		return fail(EBADF)
	}
	if ep.Kind != file.Epoll {
		return fail(EINVAL)
	}
	if f.SI == epollDel {
		return fail(uintptr(ep.Unwatch(of, fd)))
	}
	if !readable(f.R10, 12) {
		return fail(EFAULT)
	}
	events, data := raw.Load32(f.R10), raw.Load64(f.R10+4)
	switch f.SI {
	case epollAdd:
		return fail(uintptr(ep.Watch(c, of, fd, events, data)))
	case epollMod:
		return fail(uintptr(ep.Rewatch(c, of, fd, events, data)))
	}
	return fail(EINVAL)
}

// sysEpollWait waits for events: (epfd, events, maxevents, timeout in ms).
func sysEpollWait(c *thread.CPU, f *thread.Frame) uintptr {
	ep, most := get(f.DI), int(int32(f.DX))
	if ep == nil {
		return fail(EBADF)
	}
	const eventSize, mostPossible = 12, (1<<31 - 1) / 12
	if ep.Kind != file.Epoll || most <= 0 || most > mostPossible {
		return fail(EINVAL)
	}
	if !writable(f.SI, uintptr(most)*eventSize) {
		return fail(EFAULT)
	}
	if n := ep.Collect(f.SI, most); n > 0 {
		return uintptr(n)
	}
	milliseconds := int64(int32(f.R10))
	if milliseconds == 0 {
		return 0
	}
	t := c.Current
	switch {
	case t.Deadline != 0:
	case milliseconds < 0:
		t.Deadline = thread.Never
	default:
		t.Deadline = after(c, milliseconds*1_000_000)
	}
	if t.Deadline != thread.Never && t.Deadline <= c.Now() {
		return 0
	}
	ep.Sleep(c, t.Deadline)
	return 0
}
