// Package syscalls answers the Linux system calls that reach the kernel
// through the SYSCALL instruction: all that the Go runtime makes itself, and
// what package hook passes on.
//
// The table is the contract: number, name, handler, how complete it is and
// what differs from Linux. docs/syscalls.md is generated from it, and so is
// handlers_gen.go, which is all of it that gets into a kernel.
//
// Specification: the x86-64 Linux system call ABI (syscall(2), section 2 of
// the man pages).
//
// Context: kernel, kernel lock held. A handler never blocks: it takes the
// thread off the CPU, and the result follows when the wait ends.
package syscalls

import "eggcup/kernel/core/thread"

// Level says how complete a call is.
type Level uint8

// The levels of the table.
const (
	Missing Level = iota // answers ENOSYS
	Stub                 // answers without doing anything
	Partial              // the note says what is missing
	Full
)

// Handler answers a call: the arguments are in DI, SI, DX, R10, R8, R9 of f.
type Handler func(c *thread.CPU, f *thread.Frame) uintptr

// Entry is one line of the table.
type Entry struct {
	Name    string
	Handler Handler
	Level   Level
	Note    string
}

// Table is indexed by the number of the call.
var Table = [...]Entry{
	0:   {"read", sysRead, Partial, "console, eventfd and interrupt lines; hooked files only through package syscall"},
	1:   {"write", sysWrite, Partial, "console and eventfd; hooked files only through package syscall"},
	2:   {"open", sysNoEntry, Stub, "ENOENT"},
	3:   {"close", sysClose, Full, ""},
	4:   {"stat", sysNoEntry, Stub, "ENOENT"},
	5:   {"fstat", sysFstat, Partial, "every descriptor is a character device, or a pipe"},
	6:   {"lstat", sysNoEntry, Stub, "ENOENT"},
	8:   {"lseek", sysSeek, Partial, "ESPIPE"},
	9:   {"mmap", sysMmap, Partial, "anonymous private memory; never writable and executable at once"},
	10:  {"mprotect", sysMprotect, Partial, "never writable and executable at once"},
	11:  {"munmap", sysMunmap, Full, ""},
	13:  {"rt_sigaction", sysRtSigaction, Full, ""},
	14:  {"rt_sigprocmask", sysRtSigprocmask, Full, ""},
	15:  {"rt_sigreturn", sysRtSigreturn, Full, ""},
	16:  {"ioctl", sysIoctl, Partial, "of the console: TCGETS, TCSETS and its siblings, TCSBRK, TCXONC, TCFLSH, FIONREAD, TIOCOUTQ, window size, group and session"},
	17:  {"pread64", sysSeek, Partial, "ESPIPE"},
	18:  {"pwrite64", sysSeek, Partial, "ESPIPE"},
	20:  {"writev", sysWritev, Partial, "as write"},
	21:  {"access", sysNoEntry, Stub, "ENOENT"},
	22:  {"pipe", sysPipe, Partial, "the pipe itself; no F_SETPIPE_SZ, FIONREAD, splice or SIGPIPE"},
	24:  {"sched_yield", sysSchedYield, Full, ""},
	27:  {"mincore", sysMincore, Full, ""},
	28:  {"madvise", sysMadvise, Partial, "DONTNEED and FREE drop the pages at once; HUGEPAGE and NOHUGEPAGE hold; other advice is ignored"},
	32:  {"dup", sysDup, Full, ""},
	33:  {"dup2", sysDup2, Full, ""},
	35:  {"nanosleep", sysNanosleep, Partial, "the remaining time is not written after EINTR"},
	36:  {"getitimer", sysGetitimer, Partial, "ITIMER_REAL and ITIMER_PROF"},
	37:  {"alarm", sysAlarm, Full, ""},
	38:  {"setitimer", sysSetitimer, Partial, "ITIMER_REAL and ITIMER_PROF"},
	39:  {"getpid", sysGetpid, Full, "always 1"},
	40:  {"sendfile", sysMissing, Missing, "programs copy by themselves"},
	41:  {"socket", sysNoNetwork, Stub, "EAFNOSUPPORT"},
	53:  {"socketpair", sysNoNetwork, Stub, "EAFNOSUPPORT"},
	56:  {"clone", sysClone, Partial, "threads only"},
	57:  {"fork", sysFork, Missing, "a unikernel has one program"},
	58:  {"vfork", sysFork, Missing, "a unikernel has one program"},
	59:  {"execve", sysFork, Missing, "a unikernel has one program"},
	60:  {"exit", sysExit, Full, ""},
	61:  {"wait4", sysNoChildren, Full, "ECHILD"},
	62:  {"kill", sysKill, Partial, "to the program itself"},
	63:  {"uname", sysUname, Full, ""},
	72:  {"fcntl", sysFcntl, Partial, "descriptor and status flags, F_DUPFD"},
	79:  {"getcwd", sysGetcwd, Partial, "always /"},
	89:  {"readlink", sysNoEntry, Stub, "ENOENT"},
	95:  {"umask", sysUmask, Full, ""},
	96:  {"gettimeofday", sysGettimeofday, Full, ""},
	97:  {"getrlimit", sysGetrlimit, Partial, "RLIMIT_NOFILE and RLIMIT_STACK; the others are infinite"},
	98:  {"getrusage", sysGetrusage, Partial, "the processor time, all of it the program's own; nothing else is counted"},
	99:  {"sysinfo", sysSysinfo, Partial, "uptime, memory and threads; no load"},
	100: {"times", sysTimes, Partial, "as getrusage"},
	102: {"getuid", sysGetuid, Full, "at first 0"},
	104: {"getgid", sysGetgid, Full, "at first 0"},
	105: {"setuid", sysSetuid, Partial, "nothing depends on who the program is"},
	106: {"setgid", sysSetgid, Partial, "as setuid"},
	107: {"geteuid", sysGeteuid, Full, "at first 0"},
	108: {"getegid", sysGetegid, Full, "at first 0"},
	110: {"getppid", sysZero, Full, "always 0"},
	111: {"getpgrp", sysGetpid, Full, "always 1"},
	113: {"setreuid", sysSetreuid, Partial, "as setuid"},
	114: {"setregid", sysSetregid, Partial, "as setuid"},
	117: {"setresuid", sysSetresuid, Partial, "as setuid"},
	118: {"getresuid", sysGetresuid, Full, ""},
	119: {"setresgid", sysSetresgid, Partial, "as setuid"},
	120: {"getresgid", sysGetresgid, Full, ""},
	115: {"getgroups", sysZero, Full, "none"},
	116: {"setgroups", sysZero, Stub, "accepted and ignored"},
	122: {"setfsuid", sysGeteuid, Stub, "ignored"},
	123: {"setfsgid", sysGetegid, Stub, "ignored"},
	121: {"getpgid", sysGetpgid, Full, "always 1"},
	124: {"getsid", sysGetpgid, Full, "always 1"},
	125: {"capget", sysCapget, Full, "every capability"},
	131: {"sigaltstack", sysSigaltstack, Full, ""},
	140: {"getpriority", sysGetpriority, Full, "always 0"},
	141: {"setpriority", sysSetpriority, Stub, "accepted and ignored"},
	149: {"mlock", sysMlock, Full, "nothing is swapped out"},
	150: {"munlock", sysMlock, Full, ""},
	151: {"mlockall", sysZero, Full, "nothing is swapped out"},
	152: {"munlockall", sysZero, Full, ""},
	157: {"prctl", sysPrctl, Partial, "names of threads, KEEPCAPS; DUMPABLE, NO_NEW_PRIVS, PDEATHSIG and TIMERSLACK are accepted and ignored; everything else is EINVAL"},
	158: {"arch_prctl", sysArchPrctl, Partial, "ARCH_SET_FS and ARCH_GET_FS"},
	160: {"setrlimit", sysSetrlimit, Partial, "the soft RLIMIT_NOFILE; others are accepted and ignored"},
	162: {"sync", sysZero, Full, "nothing is buffered"},
	169: {"reboot", sysReboot, Full, ""},
	186: {"gettid", sysGettid, Full, ""},
	200: {"tkill", sysTkill, Full, ""},
	201: {"time", sysTime, Full, ""},
	202: {"futex", sysFutex, Partial, "WAIT, WAKE, WAIT_BITSET, WAKE_BITSET, REQUEUE, CMP_REQUEUE"},
	203: {"sched_setaffinity", sysZero, Stub, "accepted and ignored"},
	204: {"sched_getaffinity", sysSchedGetaffinity, Full, ""},
	218: {"set_tid_address", sysSetTidAddress, Full, ""},
	222: {"timer_create", sysMissing, Missing, "the profiler falls back on setitimer"},
	228: {"clock_gettime", sysClockGettime, Partial, "the processor time of a thread is that of all"},
	229: {"clock_getres", sysClockGetres, Full, ""},
	230: {"clock_nanosleep", sysClockNanosleep, Partial, "the remaining time is not written after EINTR"},
	231: {"exit_group", sysExitGroup, Full, "ends the machine"},
	232: {"epoll_wait", sysEpollWait, Full, ""},
	233: {"epoll_ctl", sysEpollCtl, Partial, "of several instances with EPOLLEXCLUSIVE each is told; EPOLLWAKEUP is ignored"},
	234: {"tgkill", sysTgkill, Full, ""},
	247: {"waitid", sysNoChildren, Full, "ECHILD"},
	253: {"inotify_init", sysMissing, Missing, "programs look by themselves"},
	254: {"inotify_add_watch", sysMissing, Missing, "as inotify_init"},
	255: {"inotify_rm_watch", sysMissing, Missing, "as inotify_init"},
	257: {"openat", sysNoEntry, Stub, "ENOENT"},
	262: {"newfstatat", sysNewfstatat, Partial, "of descriptors (AT_EMPTY_PATH); paths are ENOENT"},
	267: {"readlinkat", sysNoEntry, Stub, "ENOENT"},
	269: {"faccessat", sysNoEntry, Stub, "ENOENT"},
	273: {"set_robust_list", sysZero, Stub, "accepted and ignored"},
	259: {"mknodat", sysMissing, Missing, "without files there are none to make"},
	275: {"splice", sysMissing, Missing, "programs copy by themselves"},
	276: {"tee", sysMissing, Missing, "copy through a buffer"},
	278: {"vmsplice", sysMissing, Missing, "write to the pipe"},
	281: {"epoll_pwait", sysEpollWait, Partial, "the signal mask is ignored"},
	282: {"signalfd", sysMissing, Missing, "signals come through os/signal"},
	283: {"timerfd_create", sysTimerfdCreate, Full, ""},
	286: {"timerfd_settime", sysTimerfdSettime, Full, "the wall clock is never set, so TFD_TIMER_CANCEL_ON_SET waits for ever"},
	287: {"timerfd_gettime", sysTimerfdGettime, Full, ""},
	289: {"signalfd4", sysMissing, Missing, "signals come through os/signal"},
	290: {"eventfd2", sysEventfd2, Full, ""},
	291: {"epoll_create1", sysEpollCreate1, Full, ""},
	292: {"dup3", sysDup3, Full, ""},
	293: {"pipe2", sysPipe2, Partial, "as pipe"},
	294: {"inotify_init1", sysMissing, Missing, "programs look by themselves"},
	302: {"prlimit64", sysPrlimit64, Partial, "as getrlimit and setrlimit"},
	309: {"getcpu", sysGetcpu, Partial, "one CPU runs"},
	318: {"getrandom", sysGetrandom, Full, "ChaCha20 stirred by the processor's generator and by virtio_rng"},
	322: {"execveat", sysFork, Missing, "a unikernel has one program"},
	326: {"copy_file_range", sysMissing, Missing, "programs copy by themselves"},
	332: {"statx", sysNoEntry, Stub, "ENOENT"},
	425: {"io_uring_setup", sysMissing, Missing, "programs fall back on epoll"},
	434: {"pidfd_open", sysMissing, Missing, "os.FindProcess falls back on kill"},
	436: {"close_range", sysCloseRange, Full, ""},
	435: {"clone3", sysMissing, Missing, "threads start by clone"},
	439: {"faccessat2", sysNoEntry, Stub, "ENOENT"},
}

// ServerCalls are those that only programs make which bring the unit VFS or
// INET: without these, they are unknown.
var ServerCalls = [...]int{
	36, 37, 100, 105, 106, 113, 114, 116, 117, 118, 119, 120, 122, 123, 125, 140, 141, 149, 150, 151, 152, // getitimer to munlockall
	283, 286, 287, 436, // timerfd_create, timerfd_settime, timerfd_gettime, close_range
}

// PrivateBase is the number of the first call that only eggcup's own goroutine
// side makes.
const PrivateBase = 0x1000

// Private is the table of those calls. Those from ServedBase and from DeviceBase
// on are only there with units that make them.
var Private = [...]Entry{
	0x00: {"irq_open", sysIrqOpen, Full, "a descriptor that counts the interrupts of a line"},
	0x01: {"irq_enable", sysIrqEnable, Full, "lets a level-triggered line fire again"},
	0x02: {"tty_input", sysTTYInput, Full, "bytes that the console's reader gets, and whether a line ends behind them"},
	0x03: {"console_vga", sysConsoleVGA, Full, "shows the console on the VGA text screen"},
	0x04: {"tty_echo", sysTTYEcho, Full, "shows what was typed, without a wait"},
	0x05: {"tty_control", sysTTYControl, Full, "ioctl of the terminal, whatever descriptor 0 is"},
	0x06: {"tty_state", sysTTYState, Full, "the terminal's settings, and whether its output is stopped"},

	ServedBase + 0: {"file_create", sysFileCreate, Full, "a descriptor that is served in goroutine context"},
	ServedBase + 1: {"file_ready", sysFileReady, Full, "sets and clears the events that it is ready for"},
	ServedBase + 2: {"console_open", sysConsoleOpen, Full, "another descriptor of the console"},
	ServedBase + 3: {"get_umask", sysGetUmask, Full, "the file mode creation mask"},
	ServedBase + 4: {"file_sibling", sysFileSibling, Full, "another descriptor of the same file"},

	DeviceBase + 0: {"dma_alloc", sysDMAAlloc, Full, "memory in one piece for devices"},
	DeviceBase + 1: {"dma_free", sysDMAFree, Full, "gives it back"},
	DeviceBase + 2: {"mmio_map", sysMMIOMap, Full, "maps a device's registers"},
	DeviceBase + 3: {"random_add", sysRandomAdd, Full, "mixes a device's entropy into getrandom"},
	DeviceBase + 4: {"random_missing", sysRandomMissing, Full, "ends a machine that has no source of entropy"},
	DeviceBase + 5: {"msi_open", sysMSIOpen, Full, "a descriptor that counts a device's message-signalled interrupts"},
	DeviceBase + 6: {"console_virtio", sysConsoleVirtio, Full, "shows the console on a virtio device"},
}

// Where the groups of Private begin.
const (
	ServedBase = 0x10 // descriptors that package hook serves: HAVE_SERVED_FILES
	DeviceBase = 0x20 // what drivers of buses need: HAVE_DEVICE_MEMORY
)
