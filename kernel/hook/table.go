package hook

import "syscall"

// Call is the documentation of a system call that is served here; it does not
// get into a kernel.
type Call struct {
	Number  uintptr
	Name    string
	Serves  string // for what it is answered here; the kernel has the rest. "files": with a FileLayer
	Differs string // what differs from Linux; "" is nothing
}

// What the other groups are served with; without, the kernel's answer stands.
const (
	withEither = "files or sockets"
	withPolls  = "files or sockets, or the unit POLL"
)

// Units names the units that bring a call; "" means that it needs none, or
// that units bring the descriptors that it is served for.
func (c Call) Units() string {
	switch c.Serves {
	case "files":
		return "VFS"
	case withNet:
		return "INET"
	case withEither:
		return "VFS or INET"
	case withPolls:
		return "VFS, INET or POLL"
	}
	return ""
}

// withNet is what socket calls are served for: without a socket layer the
// kernel's answer stands.
const withNet = "sockets"

// Numbers that package syscall does not have.
const (
	sysSendmmsg   = 307
	sysCloseRange = 436
)

// Calls are all of them, by number; a test compares them with what is
// registered. docs/syscalls.md is generated from it.
var Calls = [...]Call{
	{syscall.SYS_READ, "read", "pipes, sockets, files", ""},
	{syscall.SYS_WRITE, "write", "pipes, sockets, files", ""},
	{syscall.SYS_OPEN, "open", "files", ""},
	{syscall.SYS_CLOSE, "close", "pipes, sockets, files", ""},
	{syscall.SYS_STAT, "stat", "files", ""},
	{syscall.SYS_FSTAT, "fstat", "files", ""},
	{syscall.SYS_LSTAT, "lstat", "files", ""},
	{syscall.SYS_POLL, "poll", withPolls, "no POLLPRI; a signal does not end it"},
	{syscall.SYS_LSEEK, "lseek", "files", "SEEK_DATA and SEEK_HOLE see no holes"},
	{syscall.SYS_MMAP, "mmap", "files", "a private mapping is a copy, a shared one of a part that is mapped already has the same address; zero behind the end of the file"},
	{syscall.SYS_MUNMAP, "munmap", "files", "a shared mapping of a file goes as a whole"},
	{syscall.SYS_IOCTL, "ioctl", "pipes, sockets, files", "FIONREAD, FIONBIO, sizes of disks, interfaces' names and addresses"},
	{syscall.SYS_PREAD64, "pread64", "files", ""},
	{syscall.SYS_PWRITE64, "pwrite64", "files", ""},
	{syscall.SYS_READV, "readv", "pipes, sockets, files", ""},
	{syscall.SYS_WRITEV, "writev", "pipes, sockets, files", ""},
	{syscall.SYS_ACCESS, "access", "files", "as root"},
	{syscall.SYS_PIPE, "pipe", withEither, ""},
	{syscall.SYS_SELECT, "select", withPolls, "as poll"},
	{syscall.SYS_MSYNC, "msync", "files", "MS_ASYNC waits too"},
	{syscall.SYS_DUP, "dup", "pipes, sockets, files", ""},
	{syscall.SYS_DUP2, "dup2", "pipes, sockets, files", ""},
	{syscall.SYS_GETPID, "getpid", "all", ""},
	{syscall.SYS_SENDFILE, "sendfile", withEither, ""},
	{syscall.SYS_SOCKET, "socket", withNet, "AF_INET, AF_INET6, AF_UNIX and route netlink; raw sockets of IP; no IPPROTO_MPTCP, no AF_PACKET"},
	{syscall.SYS_CONNECT, "connect", withNet, ""},
	{syscall.SYS_ACCEPT, "accept", withNet, ""},
	{syscall.SYS_SENDTO, "sendto", withNet, "no out-of-band data"},
	{syscall.SYS_RECVFROM, "recvfrom", withNet, "no out-of-band data"},
	{syscall.SYS_SENDMSG, "sendmsg", withNet, "no out-of-band data; over AF_UNIX descriptors and credentials"},
	{syscall.SYS_RECVMSG, "recvmsg", withNet, "no out-of-band data"},
	{syscall.SYS_SHUTDOWN, "shutdown", withNet, ""},
	{syscall.SYS_BIND, "bind", withNet, "the name of an AF_UNIX socket is a file if VFS is there"},
	{syscall.SYS_LISTEN, "listen", withNet, ""},
	{syscall.SYS_GETSOCKNAME, "getsockname", withNet, ""},
	{syscall.SYS_GETPEERNAME, "getpeername", withNet, ""},
	{syscall.SYS_SOCKETPAIR, "socketpair", withNet, ""},
	{syscall.SYS_SETSOCKOPT, "setsockopt", withNet, "the options that servers use, hints such as SO_MARK and TCP_FASTOPEN without effect; TCP_NODELAY is on at first; others ENOPROTOOPT"},
	{syscall.SYS_GETSOCKOPT, "getsockopt", withNet, "the options that servers use; others ENOPROTOOPT"},
	{syscall.SYS_FCNTL, "fcntl", "pipes, sockets, files", "record locks and those of open files never conflict: there is one process"},
	{syscall.SYS_FLOCK, "flock", "files", "a wait is not interrupted by signals"},
	{syscall.SYS_FSYNC, "fsync", "files", ""},
	{syscall.SYS_FDATASYNC, "fdatasync", "files", ""},
	{syscall.SYS_TRUNCATE, "truncate", "files", ""},
	{syscall.SYS_FTRUNCATE, "ftruncate", "files", ""},
	{syscall.SYS_GETCWD, "getcwd", "files", ""},
	{syscall.SYS_CHDIR, "chdir", "files", ""},
	{syscall.SYS_FCHDIR, "fchdir", "files", ""},
	{syscall.SYS_RENAME, "rename", "files", ""},
	{syscall.SYS_MKDIR, "mkdir", "files", ""},
	{syscall.SYS_RMDIR, "rmdir", "files", ""},
	{syscall.SYS_CREAT, "creat", "files", ""},
	{syscall.SYS_LINK, "link", "files", ""},
	{syscall.SYS_UNLINK, "unlink", "files", ""},
	{syscall.SYS_SYMLINK, "symlink", "files", ""},
	{syscall.SYS_READLINK, "readlink", "files", ""},
	{syscall.SYS_CHMOD, "chmod", "files", ""},
	{syscall.SYS_FCHMOD, "fchmod", "files", ""},
	{syscall.SYS_CHOWN, "chown", "files", ""},
	{syscall.SYS_FCHOWN, "fchown", "files", ""},
	{syscall.SYS_LCHOWN, "lchown", "files", ""},
	{syscall.SYS_UTIME, "utime", "files", ""},
	{syscall.SYS_MKNOD, "mknod", "files", "sockets and devices are names only"},
	{syscall.SYS_STATFS, "statfs", "files", ""},
	{syscall.SYS_FSTATFS, "fstatfs", "files", ""},
	{syscall.SYS_SYNC, "sync", "files", ""},
	{syscall.SYS_SETXATTR, "setxattr", "files", "EOPNOTSUPP: a file has no extended attributes"},
	{syscall.SYS_LSETXATTR, "lsetxattr", "files", "as setxattr"},
	{syscall.SYS_FSETXATTR, "fsetxattr", "files", "as setxattr"},
	{syscall.SYS_GETXATTR, "getxattr", "files", "ENODATA"},
	{syscall.SYS_LGETXATTR, "lgetxattr", "files", "ENODATA"},
	{syscall.SYS_FGETXATTR, "fgetxattr", "files", "ENODATA"},
	{syscall.SYS_LISTXATTR, "listxattr", "files", "none"},
	{syscall.SYS_LLISTXATTR, "llistxattr", "files", "none"},
	{syscall.SYS_FLISTXATTR, "flistxattr", "files", "none"},
	{syscall.SYS_REMOVEXATTR, "removexattr", "files", "ENODATA"},
	{syscall.SYS_LREMOVEXATTR, "lremovexattr", "files", "ENODATA"},
	{syscall.SYS_FREMOVEXATTR, "fremovexattr", "files", "ENODATA"},
	{syscall.SYS_GETDENTS64, "getdents64", "files", ""},
	{syscall.SYS_FADVISE64, "fadvise64", "files", "accepted and ignored"},
	{syscall.SYS_EPOLL_CTL, "epoll_ctl", "pipes, sockets, files", ""},
	{syscall.SYS_UTIMES, "utimes", "files", ""},
	{syscall.SYS_OPENAT, "openat", "files", ""},
	{syscall.SYS_MKDIRAT, "mkdirat", "files", ""},
	{syscall.SYS_MKNODAT, "mknodat", "files", "sockets and devices are names only"},
	{syscall.SYS_FCHOWNAT, "fchownat", "files", ""},
	{syscall.SYS_FUTIMESAT, "futimesat", "files", ""},
	{syscall.SYS_NEWFSTATAT, "newfstatat", "files", ""},
	{syscall.SYS_UNLINKAT, "unlinkat", "files", ""},
	{syscall.SYS_RENAMEAT, "renameat", "files", ""},
	{syscall.SYS_LINKAT, "linkat", "files", ""},
	{syscall.SYS_SYMLINKAT, "symlinkat", "files", ""},
	{syscall.SYS_READLINKAT, "readlinkat", "files", ""},
	{syscall.SYS_FCHMODAT, "fchmodat", "files", ""},
	{syscall.SYS_FACCESSAT, "faccessat", "files", "as root"},
	{syscall.SYS_PSELECT6, "pselect6", withPolls, "as poll; the signal mask is ignored"},
	{syscall.SYS_PPOLL, "ppoll", withPolls, "as poll; the signal mask is ignored"},
	{syscall.SYS_SPLICE, "splice", withEither, "copies; SPLICE_F_MOVE and SPLICE_F_GIFT are ignored"},
	{syscall.SYS_SYNC_FILE_RANGE, "sync_file_range", "files", "as fdatasync"},
	{syscall.SYS_UTIMENSAT, "utimensat", "files", ""},
	{syscall.SYS_FALLOCATE, "fallocate", "files", "of files in memory, EOPNOTSUPP on ext3; no COLLAPSE_RANGE, INSERT_RANGE, UNSHARE_RANGE"},
	{syscall.SYS_ACCEPT4, "accept4", withNet, ""},
	{syscall.SYS_DUP3, "dup3", "pipes, sockets, files", ""},
	{syscall.SYS_PIPE2, "pipe2", withEither, "no O_DIRECT"},
	{syscall.SYS_PREADV, "preadv", "files", ""},
	{syscall.SYS_PWRITEV, "pwritev", "files", ""},
	{syscall.SYS_RECVMMSG, "recvmmsg", withNet, "the timeout is ignored"},
	{sysSyncfs, "syncfs", "files", ""},
	{sysSendmmsg, "sendmmsg", withNet, ""},
	{sysRenameat2, "renameat2", "files", ""},
	{sysMemfd, "memfd_create", "files", "no huge pages"},
	{sysCopyFileRange, "copy_file_range", withEither, ""},
	{sysPreadv2, "preadv2", "files", ""},
	{sysPwritev2, "pwritev2", "files", ""},
	{sysStatx, "statx", "files", ""},
	{sysCloseRange, "close_range", "pipes, sockets, files", ""},
	{sysOpenat2, "openat2", "files", "no RESOLVE flags (ENOSYS)"},
	{sysFaccessat2, "faccessat2", "files", "as root"},
	{sysFchmodat2, "fchmodat2", "files", ""},
}
