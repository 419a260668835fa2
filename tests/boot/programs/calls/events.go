package main

import (
	"fmt"
	"os"
	"os/signal"
	"os/user"
	"path/filepath"
	"runtime"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// count reads or makes the 8 bytes of eventfd(2) and timerfd_create(2).
func count(fd int) (uint64, error) {
	b := make([]byte, 8)
	n, err := unix.Read(fd, b)
	if n != 8 {
		return 0, err
	}
	return *(*uint64)(unsafe.Pointer(&b[0])), err
}

func add(fd int, v uint64) error {
	_, err := unix.Write(fd, (*[8]byte)(unsafe.Pointer(&v))[:])
	return err
}

// ready is poll(2) of one descriptor.
func ready(fd int, milliseconds int) string {
	p := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN | unix.POLLOUT | unix.POLLPRI}}
	n, err := unix.Poll(p, milliseconds)
	return fmt.Sprintf("%d %#x %v", n, p[0].Revents, err)
}

func events() {
	fd, err := unix.Eventfd(5, unix.EFD_NONBLOCK|unix.EFD_SEMAPHORE)
	say("eventfd", err, ready(fd, 0))
	v, err := count(fd)
	say("takes one", v, err)
	say("adds", add(fd, 2))
	for range 7 {
		v, err = count(fd)
	}
	say("empty", v, err, ready(fd, 0))
	n, err := unix.Read(fd, make([]byte, 4))
	say("short", n, err)
	_, err = unix.Eventfd(0, 0x10)
	say("with a flag", err)
	_, err = unix.Pread(fd, make([]byte, 8), 0)
	say("pread", err)
	say("ftruncate", unix.Ftruncate(fd, 0))
	say("fsync", unix.Fsync(fd))
	unix.Close(fd)
	ep, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	say("epoll", err)
	put("f", "")
	file := open("f", unix.O_RDONLY)
	say("of a file", unix.EpollCtl(ep, unix.EPOLL_CTL_ADD, file, &unix.EpollEvent{}))
	one, _ := unix.Eventfd(0, unix.EFD_NONBLOCK)
	exclusive := unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLEXCLUSIVE, Fd: int32(one)}
	say("exclusive", unix.EpollCtl(ep, unix.EPOLL_CTL_ADD, one, &exclusive))
	say("exclusive again", unix.EpollCtl(ep, unix.EPOLL_CTL_MOD, one, &exclusive))
	say("operation", unix.EpollCtl(ep, 77, one, &exclusive))
	inner, _ := unix.EpollCreate1(0)
	say("nested", unix.EpollCtl(ep, unix.EPOLL_CTL_ADD, inner, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(inner)}))
	say("loop", unix.EpollCtl(inner, unix.EPOLL_CTL_ADD, ep, &unix.EpollEvent{Events: unix.EPOLLIN}))
	unix.EpollCtl(inner, unix.EPOLL_CTL_ADD, one, &unix.EpollEvent{Events: unix.EPOLLIN})
	add(one, 1)
	got := make([]unix.EpollEvent, 4)
	n, err = unix.EpollWait(ep, got, 100)
	say("both", n, err, ready(inner, 0))
	_, err = unix.EpollCreate1(1)
	say("create with a flag", err)
	_, err = unix.EpollCreate(0)
	say("create of none", err)
	_, err = unix.Read(ep, make([]byte, 10))
	say("read", err)
	for _, fd := range []int{ep, file, one, inner} {
		unix.Close(fd)
	}
	set := &unix.FdSet{}
	p := make([]int, 2)
	unix.Pipe(p)
	set.Set(p[1])
	n, err = unix.Select(p[1]+1, nil, set, nil, &unix.Timeval{})
	say("select", n, err, set.IsSet(p[1]))
	set.Zero()
	set.Set(p[0])
	n, err = unix.Pselect(p[0]+1, set, nil, nil, &unix.Timespec{Nsec: 1000}, nil)
	say("pselect", n, err, set.IsSet(p[0]))
	say("poll of nothing", ready(1000, 0))
	unix.Close(p[0])
	say("poll of a broken pipe", ready(p[1], 0))
	unix.Close(p[1])
}

func timers() {
	fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	say("timerfd", err)
	if err != nil {
		return
	}
	_, err = count(fd)
	say("not set", err, ready(fd, 0))
	spec := unix.ItimerSpec{Value: unix.Timespec{Nsec: 20e6}, Interval: unix.Timespec{Nsec: 10e6}}
	say("set", unix.TimerfdSettime(fd, 0, &spec, nil))
	begin := time.Now()
	say("poll", ready(fd, 2000), time.Since(begin) >= 18*time.Millisecond)
	v, err := count(fd)
	say("expired", v >= 1, err)
	time.Sleep(55 * time.Millisecond)
	v, err = count(fd)
	say("several times", v >= 4, v < 50, err)
	var now unix.ItimerSpec
	say("gettime", unix.TimerfdGettime(fd, &now), now.Interval.Nsec, now.Value.Nsec > 0 && now.Value.Nsec <= 10e6)
	say("stop", unix.TimerfdSettime(fd, 0, &unix.ItimerSpec{}, &now), now.Interval.Nsec)
	_, err = count(fd)
	say("stopped", err)
	clock := unix.Timespec{}
	unix.ClockGettime(unix.CLOCK_MONOTONIC, &clock)
	spec = unix.ItimerSpec{Value: clock}
	say("the past", unix.TimerfdSettime(fd, unix.TFD_TIMER_ABSTIME, &spec, nil), ready(fd, 1000))
	say("wrong", unix.TimerfdSettime(fd, 0, &unix.ItimerSpec{Value: unix.Timespec{Nsec: 2e9}}, nil), unix.TimerfdSettime(fd, 77, &spec, nil))
	_, err = unix.Read(fd, make([]byte, 4))
	say("short", err)
	_, err = unix.Write(fd, make([]byte, 8))
	say("write", err)
	unix.Close(fd)
	_, err = unix.TimerfdCreate(99, 0)
	say("no clock", err)
	_, err = unix.TimerfdCreate(unix.CLOCK_REALTIME, 1)
	say("with a flag", err)
	real, err := unix.TimerfdCreate(unix.CLOCK_REALTIME, 0)
	say("blocking", err)
	unix.TimerfdSettime(real, 0, &unix.ItimerSpec{Value: unix.Timespec{Nsec: 10e6}}, nil)
	v, err = count(real)
	say("waited", v, err)
	say("of no timer", unix.TimerfdSettime(0, 0, &spec, nil))
	unix.Close(real)
}

func memoryFiles() {
	fd, err := unix.MemfdCreate("name", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING)
	say("memfd", err)
	if err != nil {
		return
	}
	n, err := unix.Write(fd, []byte("hello"))
	say("write", n, err)
	var st unix.Stat_t
	say("fstat", unix.Fstat(fd, &st), st.Size, fmt.Sprintf("%o", st.Mode), st.Nlink)
	link, err := os.Readlink(fmt.Sprintf("/proc/self/fd/%d", fd))
	say("name", link, err)
	m, err := unix.Mmap(fd, 0, 5, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	say("map", err)
	if err == nil {
		m[0] = 'J'
		b := make([]byte, 5)
		unix.Pread(fd, b, 0)
		say("shared", string(b))
		unix.Munmap(m)
	}
	seals, err := unix.FcntlInt(uintptr(fd), unix.F_GET_SEALS, 0)
	say("seals", seals, err)
	_, err = unix.FcntlInt(uintptr(fd), unix.F_ADD_SEALS, unix.F_SEAL_SHRINK|unix.F_SEAL_GROW|unix.F_SEAL_WRITE)
	say("seal", err)
	_, err = unix.Write(fd, []byte("x"))
	say("write to a sealed one", err, unix.Ftruncate(fd, 1), unix.Ftruncate(fd, 100))
	unix.Close(fd)
	fd, err = unix.MemfdCreate("plain", 0)
	_, err = unix.FcntlInt(uintptr(fd), unix.F_ADD_SEALS, unix.F_SEAL_WRITE)
	say("seal one that is not to be", err)
	unix.Close(fd)
	_, err = unix.MemfdCreate("x", 0x8000)
	say("with a flag", err)
}

func descriptors() {
	p := make([]int, 2)
	unix.Pipe2(p, unix.O_CLOEXEC)
	for _, c := range []struct{ command, argument int }{
		{unix.F_GETFD, 0}, {unix.F_SETFD, 0}, {unix.F_GETFD, 0}, {unix.F_GETFL, 0}, {unix.F_SETFL, unix.O_NONBLOCK},
		{unix.F_GETFL, 0}, {9999, 0},
	} {
		v, err := unix.FcntlInt(uintptr(p[0]), c.command, c.argument)
		say(fmt.Sprintf("fcntl %d", c.command), v, err)
	}
	high, err := unix.FcntlInt(uintptr(p[0]), unix.F_DUPFD_CLOEXEC, 200)
	say("dup above", high, err)
	flag, _ := unix.FcntlInt(uintptr(high), unix.F_GETFD, 0)
	say("close-on-exec", flag)
	_, err = unix.FcntlInt(uintptr(p[0]), unix.F_DUPFD, 1<<30)
	say("dup too high", err)
	say("dup3 to itself", unix.Dup3(p[0], p[0], 0))
	say("dup2 to itself", unix.Dup2(p[0], p[0]), unix.Dup2(1000, 1000))
	say("dup2", unix.Dup2(p[0], 201), unix.Dup2(p[0], -1))
	say("close", unix.Close(201), unix.Close(201), unix.Close(high), unix.Close(-1))
	_, err = unix.Dup(1000)
	say("dup nothing", err)
	var old unix.Rlimit
	unix.Getrlimit(unix.RLIMIT_NOFILE, &old)
	small := unix.Rlimit{Cur: 40, Max: old.Max}
	say("setrlimit", unix.Setrlimit(unix.RLIMIT_NOFILE, &small))
	var opened []int
	for {
		fd, e := unix.Dup(p[0])
		if e != nil {
			err = e
			break
		}
		opened = append(opened, fd)
	}
	say("too many", err, len(opened) > 10, len(opened) < 40)
	_, err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	say("no socket", err)
	_, err = unix.Open("/dev/null", unix.O_RDONLY, 0)
	say("no file", err)
	say("no pipe", unix.Pipe(make([]int, 2)))
	_, err = unix.Eventfd(0, 0)
	say("no eventfd", err)
	_, err = unix.EpollCreate1(0)
	say("no epoll", err)
	_, err = unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	say("no pair", err)
	unix.Close(opened[0])
	say("no pipe with one left", unix.Pipe(make([]int, 2)))
	for _, fd := range opened[1:] {
		unix.Close(fd)
	}
	say("restore", unix.Setrlimit(unix.RLIMIT_NOFILE, &old))
	say("limit below", unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 10, Max: 5}))
	say("unknown limit", unix.Getrlimit(99, &old))
	unix.Close(p[0])
	unix.Close(p[1])
	say("close_range", unix.CloseRange(300, 400, 0), unix.CloseRange(5, 3, 0))
}

func signals() {
	c := make(chan os.Signal, 10)
	signal.Notify(c, unix.SIGUSR1, unix.SIGHUP, unix.SIGWINCH, unix.SIGPIPE, unix.SIGTSTP, unix.SIGALRM)
	for _, sig := range []syscall.Signal{unix.SIGUSR1, unix.SIGHUP, unix.SIGWINCH, unix.SIGTSTP} {
		say("kill", unix.Kill(os.Getpid(), sig), <-c)
	}
	say("kill the group", unix.Kill(0, 0), unix.Kill(os.Getpid(), 99), unix.Kill(1<<22, 0))
	say("tgkill", unix.Tgkill(os.Getpid(), unix.Gettid(), unix.SIGUSR1), <-c)
	say("tgkill nobody", unix.Tgkill(os.Getpid(), 1<<22, 0), unix.Tgkill(-1, 0, 0))
	process, _ := os.FindProcess(os.Getpid())
	say("Signal", process.Signal(unix.SIGHUP), <-c)
	old, err := unix.Setitimer(unix.ITIMER_REAL, unix.Itimerval{Value: unix.Timeval{Usec: 20000}})
	say("setitimer", err, old.Value.Sec, <-c)
	now, err := unix.Getitimer(unix.ITIMER_REAL)
	say("getitimer", err, now.Value.Usec)
	_, err = unix.Setitimer(77, unix.Itimerval{})
	say("no timer", err)
	left, err := unix.Alarm(100)
	say("alarm", left, err)
	left, err = unix.Alarm(0)
	say("alarm off", left > 90, err)
	p := make([]int, 2)
	unix.Pipe(p)
	unix.Close(p[0])
	_, err = unix.Write(p[1], []byte("x"))
	say("SIGPIPE", err, <-c)
	unix.Close(p[1])
	signal.Reset()
	signal.Ignore(unix.SIGUSR1)
	say("ignored", unix.Kill(os.Getpid(), unix.SIGUSR1))
	signal.Reset()
}

func processes() {
	_, err := os.StartProcess("/proc/self/exe", []string{"x"}, &os.ProcAttr{})
	say("a child", err == nil || os.Getpid() == 1)
	var status unix.WaitStatus
	_, err = unix.Wait4(-1, &status, 0, nil)
	say("nobody to wait for", err == unix.ECHILD || err == nil)
	say("ids", unix.Getuid(), unix.Geteuid(), unix.Getgid(), unix.Getegid())
	ruid, euid, suid := unix.Getresuid()
	say("getresuid", ruid, euid, suid)
	say("setuid", unix.Setuid(0), unix.Setgid(0), unix.Setresuid(-1, 0, -1), unix.Setreuid(-1, -1))
	priority, err := unix.Getpriority(unix.PRIO_PROCESS, 0)
	say("getpriority", priority >= 1 && priority <= 40, err) // 20 less the nice value
	say("setpriority", unix.Setpriority(unix.PRIO_PROCESS, 0, 0))
	say("prctl", unix.Prctl(unix.PR_SET_NAME, uintptr(unsafe.Pointer(&[]byte("name\x00")[0])), 0, 0, 0), unix.Prctl(9999, 0, 0, 0, 0))
	name := make([]byte, 16)
	runtime.LockOSThread()
	unix.Prctl(unix.PR_SET_NAME, uintptr(unsafe.Pointer(&[]byte("mine\x00")[0])), 0, 0, 0)
	say("PR_GET_NAME", unix.Prctl(unix.PR_GET_NAME, uintptr(unsafe.Pointer(&name[0])), 0, 0, 0), string(name[:4]))
	runtime.UnlockOSThread()
	dumpable, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0)
	say("PR_GET_DUMPABLE", dumpable, err)
	var set unix.CPUSet
	say("affinity", unix.SchedGetaffinity(0, &set), set.Count() >= 1)
	group, err := unix.Getpgid(0)
	say("group", group > 0, err)
	u, err := user.Current()
	say("user", err)
	if err == nil {
		say("is", u.Uid, u.Gid, u.Username, u.HomeDir)
	}
	g, err := user.LookupGroupId("0")
	if err == nil {
		say("group", g.Name)
	}
	_, err = user.Lookup("nobody-at-all")
	say("no user", err)
	become()
}

func system() {
	var uts unix.Utsname
	say("uname", unix.Uname(&uts), unix.ByteSliceToString(uts.Sysname[:]), unix.ByteSliceToString(uts.Machine[:]))
	var info unix.Sysinfo_t
	say("sysinfo", unix.Sysinfo(&info), info.Totalram > 1<<20, info.Unit, info.Procs > 0)
	var usage unix.Rusage
	say("getrusage", unix.Getrusage(unix.RUSAGE_SELF, &usage), unix.Getrusage(unix.RUSAGE_CHILDREN, &usage), unix.Getrusage(unix.RUSAGE_THREAD, &usage), unix.Getrusage(9, &usage))
	say("uses time", usage.Utime.Sec < 1000)
	var tms unix.Tms
	ticks, err := unix.Times(&tms)
	say("times", ticks > 0, err)
	var ts unix.Timespec
	for _, clock := range []int32{unix.CLOCK_REALTIME, unix.CLOCK_MONOTONIC, unix.CLOCK_PROCESS_CPUTIME_ID, unix.CLOCK_THREAD_CPUTIME_ID,
		unix.CLOCK_MONOTONIC_RAW, unix.CLOCK_REALTIME_COARSE, unix.CLOCK_MONOTONIC_COARSE, unix.CLOCK_BOOTTIME, unix.CLOCK_TAI, 77} {
		say(fmt.Sprintf("clock %d", clock), unix.ClockGettime(clock, &ts))
	}
	say("clock_getres", unix.ClockGetres(unix.CLOCK_MONOTONIC, &ts), unix.ClockGetres(77, &ts))
	b := make([]byte, 32)
	n, err := unix.Getrandom(b, unix.GRND_NONBLOCK)
	say("getrandom", n, err)
	host, err := os.Hostname()
	say("hostname", host != "", err)
	say("sync", func() error { unix.Sync(); return nil }())
	executable, err := os.Executable()
	say("executable", filepath.IsAbs(executable), err)
	caps := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	data := [2]unix.CapUserData{}
	say("capget", unix.Capget(&caps, &data[0]), data[0].Effective != 0)
	var stack unix.Rlimit
	for _, limit := range []int{unix.RLIMIT_AS, unix.RLIMIT_CORE, unix.RLIMIT_CPU, unix.RLIMIT_DATA, unix.RLIMIT_NPROC, unix.RLIMIT_STACK, unix.RLIMIT_MEMLOCK} {
		say(fmt.Sprintf("getrlimit %d", limit), unix.Getrlimit(limit, &stack))
	}
	wake, _, errno := unix.Syscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(&b[0])), 1|128, 1, 0, 0, 0)
	say("futex", wake, errno == 0)
	var cpu, node uint32
	_, _, errno = unix.Syscall(unix.SYS_GETCPU, uintptr(unsafe.Pointer(&cpu)), uintptr(unsafe.Pointer(&node)), 0)
	say("getcpu", errno == 0, node)
}

// become gives up being root, for a while and for good, as servers do.
func become() {
	show := func() string {
		ruid, euid, suid := unix.Getresuid()
		rgid, egid, sgid := unix.Getresgid()
		return fmt.Sprint(ruid, euid, suid, " ", rgid, egid, sgid)
	}
	say("setresgid", unix.Setresgid(7, 8, 9), show())
	say("setregid", unix.Setregid(-1, 10), show())
	say("setgid", unix.Setgid(11), show())
	say("setreuid", unix.Setreuid(3, 0), show())
	say("setresuid", unix.Setresuid(1, 2, 0), show())
	say("not root", unix.Setuid(5), unix.Setgid(5), unix.Setresuid(0, 9, 0), show())
	say("back to root", unix.Setresuid(-1, 0, -1), show())
	say("all root", unix.Setresuid(0, 0, 0), unix.Setresgid(0, 0, 0), show())
}
