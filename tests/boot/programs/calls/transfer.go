package main

import (
	"fmt"
	"strings"

	"golang.org/x/sys/unix"
)

// vectors is readv(2), writev(2) and their siblings.
func vectors() {
	fd := open("v", unix.O_RDWR|unix.O_CREAT)
	n, err := unix.Writev(fd, [][]byte{[]byte("one "), nil, []byte("two "), []byte("three")})
	say("writev", n, err, get("v"))
	n, err = unix.Pwritev(fd, [][]byte{[]byte("O"), []byte("NE")}, 0)
	say("pwritev", n, err, get("v"))
	a, b := make([]byte, 5), make([]byte, 100)
	n, err = unix.Preadv(fd, [][]byte{a, b}, 2)
	say("preadv", n, err, fmt.Sprintf("%q %q", a, b[:max(n-5, 0)]))
	unix.Seek(fd, 0, 0)
	n, err = unix.Readv(fd, [][]byte{a, nil, b[:3]})
	say("readv", n, err, fmt.Sprintf("%q %q", a, b[:3]))
	n, err = unix.Pwritev2(fd, [][]byte{[]byte("end")}, -1, unix.RWF_APPEND)
	say("pwritev2 to the end", n, err, get("v"))
	n, err = unix.Preadv2(fd, [][]byte{a}, 0, 0)
	say("preadv2", n, err, string(a))
	_, err = unix.Preadv2(fd, [][]byte{a}, 0, 0x4000)
	say("preadv2 with a flag", err)
	_, err = unix.Preadv(fd, [][]byte{a}, -5)
	say("preadv before the start", err)
	many := make([][]byte, 1025)
	for i := range many {
		many[i] = []byte("x")
	}
	_, err = unix.Writev(fd, many)
	say("too many", err)
	unix.Close(fd)
}

// copies is sendfile(2), splice(2) and copy_file_range(2).
func copies() {
	put("from", strings.Repeat("0123456789", 2000))
	from := open("from", unix.O_RDONLY)
	to := open("to", unix.O_RDWR|unix.O_CREAT|unix.O_TRUNC)
	off := int64(10)
	n, err := unix.Sendfile(to, from, &off, 100)
	say("sendfile to a file", n, err, off, len(get("to")))
	n, err = unix.Sendfile(to, from, nil, 5)
	pos, _ := unix.Seek(from, 0, 1)
	say("sendfile from the position", n, err, pos)
	_, err = unix.Sendfile(to, 1000, nil, 5)
	say("sendfile from nothing", err)
	_, err = unix.Sendfile(from, from, nil, 5)
	say("sendfile to a file for reading", err)
	end := open("to", unix.O_WRONLY|unix.O_APPEND)
	_, err = unix.Sendfile(end, from, nil, 5)
	say("sendfile to the end", err)
	_, err = unix.CopyFileRange(from, nil, end, nil, 5, 0)
	say("copy_file_range to the end", err)
	in, out := int64(0), int64(3)
	m, err := unix.CopyFileRange(from, &in, to, &out, 10, 0)
	say("copy_file_range", m, err, in, out, get("to")[:15])
	in = 1 << 40
	m, err = unix.CopyFileRange(from, &in, to, &out, 10, 0)
	say("copy_file_range behind the end", m, err)
	_, err = unix.CopyFileRange(from, nil, to, nil, 10, 1)
	say("copy_file_range with a flag", err)
	p := make([]int, 2)
	say("pipe", unix.Pipe2(p, unix.O_NONBLOCK|unix.O_CLOEXEC))
	in = 0
	s, err := unix.Splice(from, &in, p[1], nil, 50, 0)
	say("splice into a pipe", s, err, in)
	q := make([]int, 2)
	unix.Pipe2(q, unix.O_NONBLOCK)
	s, err = unix.Splice(p[0], nil, to, nil, 100, 0)
	say("splice out of a pipe", s, err)
	_, err = unix.Splice(p[0], nil, to, nil, 100, unix.SPLICE_F_NONBLOCK)
	say("splice out of nothing", err)
	_, err = unix.Splice(from, nil, to, nil, 10, 0)
	say("splice without a pipe", err)
	_, err = unix.Splice(p[0], &in, to, nil, 10, 0)
	say("splice with a place in a pipe", err)
	b := make([]byte, 100)
	size, err := unix.FcntlInt(uintptr(p[0]), unix.F_GETPIPE_SZ, 0)
	say("size of a pipe", size, err)
	unix.Close(p[1])
	k, err := unix.Read(p[0], b)
	say("end of a pipe", k, err)
	unix.Close(p[0])
	_, err = unix.Write(q[0], []byte("x"))
	say("write to the reading end", err)
	_, err = unix.Seek(q[0], 0, 0)
	say("seek in a pipe", err)
	_, err = unix.Pread(q[0], b, 0)
	say("pread of a pipe", err)
	say("pipe with a flag", unix.Pipe2(p, 0x1))
	for _, fd := range []int{from, to, end, q[0], q[1]} {
		unix.Close(fd)
	}
}
