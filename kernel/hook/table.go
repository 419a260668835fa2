package hook

import "syscall"

// Call is a system call that serve answers.
type Call struct {
	Number  uintptr
	Name    string
	Serves  string // for what it is answered here; the kernel has the rest
	Differs string // what differs from Linux; "" is nothing
}

// Calls are all of them, by number; a test compares them with the cases of
// serve. docs/syscalls.md is generated from it.
var Calls = [...]Call{
	{syscall.SYS_READ, "read", "pipes", ""},
	{syscall.SYS_WRITE, "write", "pipes", "EPIPE comes without SIGPIPE"},
	{syscall.SYS_CLOSE, "close", "pipes", ""},
	{syscall.SYS_PIPE, "pipe", "all", "EPIPE comes without SIGPIPE"},
	{syscall.SYS_DUP, "dup", "pipes", ""},
	{syscall.SYS_DUP2, "dup2", "pipes", ""},
	{syscall.SYS_GETPID, "getpid", "all", ""},
	{syscall.SYS_FCNTL, "fcntl", "pipes", ""},
	{syscall.SYS_DUP3, "dup3", "pipes", ""},
	{syscall.SYS_PIPE2, "pipe2", "all", "EPIPE comes without SIGPIPE; no O_DIRECT"},
}
