package hook

import "syscall"

// Call is a system call that serve answers.
type Call struct {
	Number  uintptr
	Name    string
	Serves  string // for what it is answered here; the kernel has the rest
	Differs string // what differs from Linux; "" is nothing
}

// withNet is what socket calls are served for: without a socket layer the
// kernel's answer stands.
const withNet = "sockets"

// sysSendmmsg is missing from package syscall.
const sysSendmmsg = 307

// Calls are all of them, by number; a test compares them with the cases of
// serve. docs/syscalls.md is generated from it.
var Calls = [...]Call{
	{syscall.SYS_READ, "read", "pipes, sockets", ""},
	{syscall.SYS_WRITE, "write", "pipes, sockets", "EPIPE comes without SIGPIPE"},
	{syscall.SYS_CLOSE, "close", "pipes, sockets", ""},
	{syscall.SYS_READV, "readv", "pipes, sockets", ""},
	{syscall.SYS_WRITEV, "writev", "pipes, sockets", ""},
	{syscall.SYS_PIPE, "pipe", "all", "EPIPE comes without SIGPIPE"},
	{syscall.SYS_DUP, "dup", "pipes, sockets", ""},
	{syscall.SYS_DUP2, "dup2", "pipes, sockets", ""},
	{syscall.SYS_GETPID, "getpid", "all", ""},
	{syscall.SYS_SOCKET, "socket", withNet, "AF_INET, AF_INET6, AF_UNIX and route netlink; no IPPROTO_MPTCP, no raw sockets"},
	{syscall.SYS_CONNECT, "connect", withNet, ""},
	{syscall.SYS_ACCEPT, "accept", withNet, ""},
	{syscall.SYS_SENDTO, "sendto", withNet, "no out-of-band data"},
	{syscall.SYS_RECVFROM, "recvfrom", withNet, "no out-of-band data"},
	{syscall.SYS_SENDMSG, "sendmsg", withNet, "no out-of-band data"},
	{syscall.SYS_RECVMSG, "recvmsg", withNet, "no out-of-band data"},
	{syscall.SYS_SHUTDOWN, "shutdown", withNet, ""},
	{syscall.SYS_BIND, "bind", withNet, "the name of an AF_UNIX socket makes no file"},
	{syscall.SYS_LISTEN, "listen", withNet, ""},
	{syscall.SYS_GETSOCKNAME, "getsockname", withNet, ""},
	{syscall.SYS_GETPEERNAME, "getpeername", withNet, ""},
	{syscall.SYS_SOCKETPAIR, "socketpair", withNet, ""},
	{syscall.SYS_SETSOCKOPT, "setsockopt", withNet, "the options that servers use; others ENOPROTOOPT"},
	{syscall.SYS_GETSOCKOPT, "getsockopt", withNet, "the options that servers use; others ENOPROTOOPT"},
	{syscall.SYS_FCNTL, "fcntl", "pipes, sockets", ""},
	{syscall.SYS_EPOLL_CTL, "epoll_ctl", "pipes, sockets", ""},
	{syscall.SYS_ACCEPT4, "accept4", withNet, ""},
	{syscall.SYS_DUP3, "dup3", "pipes, sockets", ""},
	{syscall.SYS_PIPE2, "pipe2", "all", "EPIPE comes without SIGPIPE; no O_DIRECT"},
	{syscall.SYS_RECVMMSG, "recvmmsg", withNet, "the timeout is ignored"},
	{sysSendmmsg, "sendmmsg", withNet, ""},
}
