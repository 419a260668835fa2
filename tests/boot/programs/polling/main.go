// polling asks by poll, ppoll, select and pselect6 what descriptors are ready
// for, and lowers the limit of descriptors.
package main

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
	"unsafe"
)

type pollFD struct {
	fd              int32
	events, revents int16
}

const (
	in, out, failed, hangUp, invalid = 1, 4, 8, 16, 32
	nofile                           = 7
)

func poll(list []pollFD, milliseconds int) (int, error) {
	var p unsafe.Pointer
	if len(list) > 0 {
		p = unsafe.Pointer(&list[0])
	}
	n, _, errno := syscall.Syscall(syscall.SYS_POLL, uintptr(p), uintptr(len(list)), uintptr(milliseconds))
	if errno != 0 {
		return -1, errno
	}
	return int(n), nil
}

func check(what string, ok bool) {
	if !ok {
		fmt.Println("FAIL", what)
		os.Exit(1)
	}
}

func must(err error) {
	if err != nil {
		fmt.Println("FAIL", err)
		os.Exit(1)
	}
}

func main() {
	var p [2]int
	must(syscall.Pipe2(p[:], 0))
	if len(os.Args) > 1 && os.Args[1] == "pipes" { // a kernel without sockets
		pollPipe(p)
		waiting(p)
		fmt.Println("polling: pipes as expected")
		return
	}
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	must(err)
	pollPipe(p)
	pollSocket(pair)
	waiting(p)
	selecting(p, pair)
	limits()
	fmt.Println("polling: all as expected")
}

func pollPipe(p [2]int) {
	list := []pollFD{{int32(p[0]), in, 0}, {int32(p[1]), out, 0}, {-1, in, 7}, {9999, in, 0}, {int32(p[0]), out, 0}}
	n, err := poll(list, 0)
	check("an empty pipe", n == 2 && err == nil && list[0].revents == 0 && list[1].revents == out && list[2].revents == 0 && list[3].revents == invalid)
	syscall.Write(p[1], []byte("x"))
	list = []pollFD{{int32(p[0]), in, 0}, {int32(p[0]), 0, 0}}
	n, _ = poll(list, -1)
	check("a pipe with a byte", n == 1 && list[0].revents == in && list[1].revents == 0)
	var b [1]byte
	syscall.Read(p[0], b[:])
	n, _ = poll(list, 0)
	check("a pipe that was read", n == 0 && list[0].revents == 0)
}

func pollSocket(pair [2]int) {
	list := []pollFD{{int32(pair[0]), in | out, 0}}
	n, _ := poll(list, 0)
	check("a socket", n == 1 && list[0].revents == out)
	syscall.Write(pair[1], []byte("x"))
	poll(list, 0)
	check("a socket with a byte", list[0].revents == in|out)
	var b [1]byte
	syscall.Read(pair[0], b[:])
	poll(list, 0)
	check("a socket that was read", list[0].revents == out)
}

// waiting blocks until something happens, or for as long as was asked for.
func waiting(p [2]int) {
	list := []pollFD{{int32(p[0]), in, 0}}
	begin := time.Now()
	n, _ := poll(list, 30)
	check("a time-out", n == 0 && time.Since(begin) >= 30*time.Millisecond)
	poll(nil, 10)
	check("a sleep", time.Since(begin) >= 40*time.Millisecond)
	time.AfterFunc(20*time.Millisecond, func() { syscall.Write(p[1], []byte("x")) })
	limit := syscall.Timespec{Sec: 10}
	r, _, errno := syscall.Syscall6(syscall.SYS_PPOLL, uintptr(unsafe.Pointer(&list[0])), 1, uintptr(unsafe.Pointer(&limit)), 0, 0, 0)
	check("a wake-up", r == 1 && errno == 0 && list[0].revents == in && time.Since(begin) < 9*time.Second)
	limit.Nsec = -1
	_, _, errno = syscall.Syscall6(syscall.SYS_PPOLL, uintptr(unsafe.Pointer(&list[0])), 1, uintptr(unsafe.Pointer(&limit)), 0, 0, 0)
	check("a wrong time", errno == syscall.EINVAL)
	var b [1]byte
	syscall.Read(p[0], b[:])
}

func set(fds ...int) *syscall.FdSet {
	s := new(syscall.FdSet)
	for _, fd := range fds {
		s.Bits[fd/64] |= 1 << (fd % 64)
	}
	return s
}

func selecting(p, pair [2]int) {
	r, w := set(p[0], pair[0]), set(p[1], pair[0])
	n, err := syscall.Select(max(p[0], p[1], pair[0])+1, r, w, nil, &syscall.Timeval{})
	check("select", n == 2 && err == nil && *r == *set() && *w == *set(p[1], pair[0]))
	limit := syscall.Timeval{Usec: 20_000}
	begin := time.Now()
	r = set(p[0])
	n, _ = syscall.Select(p[0]+1, r, nil, nil, &limit)
	check("select's time-out", n == 0 && time.Since(begin) >= 20*time.Millisecond && limit.Sec == 0 && limit.Usec == 0)
	closed, _ := syscall.Dup(p[0])
	syscall.Close(closed)
	_, err = syscall.Select(closed+1, set(closed), nil, nil, &syscall.Timeval{})
	check("select of nothing open", err == syscall.EBADF)
	syscall.Write(pair[1], []byte("x"))
	r = set(pair[0])
	got, _, errno := syscall.Syscall6(syscall.SYS_PSELECT6, uintptr(pair[0]+1), uintptr(unsafe.Pointer(r)), 0, 0, 0, 0)
	check("pselect6", got == 1 && errno == 0 && *r == *set(pair[0]))
}

// limits opens descriptors until there are no more, and again after some were
// closed.
func limits() {
	var before, now syscall.Rlimit
	must(syscall.Getrlimit(nofile, &before))
	const few = 64
	must(syscall.Setrlimit(nofile, &syscall.Rlimit{Cur: few, Max: before.Max}))
	must(syscall.Getrlimit(nofile, &now))
	check("the limit", now.Cur == few)
	var opened []int
	for {
		fd, err := syscall.Dup(0)
		if err != nil {
			check("the error", errors.Is(err, syscall.EMFILE))
			break
		}
		opened = append(opened, fd)
	}
	check("the last descriptor", opened[len(opened)-1] == few-1)
	_, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	check("a socket too much", err == syscall.EMFILE)
	var p [2]int
	check("a pipe too much", syscall.Pipe2(p[:], 0) == syscall.EMFILE)
	for _, fd := range opened {
		syscall.Close(fd)
	}
	fd, err := syscall.Dup(0)
	must(err)
	syscall.Close(fd)
	must(syscall.Setrlimit(nofile, &before))
}
