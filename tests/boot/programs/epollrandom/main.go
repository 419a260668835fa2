// epollrandom makes a random but repeatable sequence of calls on epoll
// instances in all modes - level, edge, one-shot - and on pipes, sockets and
// event counters, and prints a sum of all results: it is the same everywhere.
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"math/rand/v2"
	"net"
	"os"
	"sort"
	"syscall"
	"time"
)

const (
	steps     = 3000
	instances = 2
	// quiet is how long bytes may take from one end of a connection to the other.
	quiet = 2 * time.Millisecond
)

type world struct {
	chance *rand.Rand
	sum    hash.Hash
	epolls []int
	ends   []int // descriptors: pipes, socket pairs, a TCP connection, a counter
	tcp    map[int]bool
	trace  bool
}

func must[T any](v T, err error) T {
	if err != nil {
		fmt.Println("FAIL", err)
		os.Exit(1)
	}
	return v
}

func main() {
	w := &world{sum: sha256.New(), tcp: map[int]bool{}, trace: len(os.Args) > 1}
	for seed := range uint64(4) {
		w.chance = rand.New(rand.NewPCG(seed, 7))
		w.open()
		for range steps {
			w.step()
		}
		w.close()
	}
	fmt.Println("epoll: sum", hex.EncodeToString(w.sum.Sum(nil))[:16])
}

func (w *world) open() {
	for range instances {
		w.epolls = append(w.epolls, must(syscall.EpollCreate1(0)))
	}
	var p [2]int
	if err := syscall.Pipe2(p[:], syscall.O_NONBLOCK); err != nil {
		fmt.Println("FAIL", err)
		os.Exit(1)
	}
	pair := must(syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_NONBLOCK, 0))
	w.ends = append(w.ends, p[0], p[1], pair[0], pair[1])
	l := must(net.Listen("tcp4", "127.0.0.1:0"))
	a := must(net.Dial("tcp4", l.Addr().String())).(*net.TCPConn)
	b := must(l.Accept()).(*net.TCPConn)
	l.Close()
	for _, c := range []*net.TCPConn{a, b} {
		f := must(c.File())
		fd := must(syscall.Dup(int(f.Fd())))
		syscall.SetNonblock(fd, true)
		f.Close()
		c.Close()
		w.ends = append(w.ends, fd)
		w.tcp[fd] = true
	}
	counter, _, _ := syscall.Syscall(syscall.SYS_EVENTFD2, 0, syscall.O_NONBLOCK, 0)
	w.ends = append(w.ends, int(counter))
}

func (w *world) close() {
	for _, fd := range append(w.epolls, w.ends...) {
		syscall.Close(fd)
	}
	w.epolls, w.ends, w.tcp = nil, nil, map[int]bool{}
}

func (w *world) note(format string, v ...any) {
	line := fmt.Sprintf(format+"\n", v...)
	if w.trace {
		fmt.Print(line)
	}
	w.sum.Write([]byte(line))
}

func (w *world) step() {
	end := w.chance.IntN(len(w.ends))
	fd := w.ends[end]
	epoll := w.epolls[w.chance.IntN(len(w.epolls))]
	switch w.chance.IntN(8) {
	case 0, 1:
		events := []uint32{0, syscall.EPOLLIN, syscall.EPOLLOUT, syscall.EPOLLIN | syscall.EPOLLOUT}[w.chance.IntN(4)]
		mode := []uint32{0, 1 << 31, syscall.EPOLLONESHOT, 1<<31 | syscall.EPOLLONESHOT}[w.chance.IntN(4)]
		operation := []int{syscall.EPOLL_CTL_ADD, syscall.EPOLL_CTL_MOD, syscall.EPOLL_CTL_DEL}[w.chance.IntN(3)]
		err := syscall.EpollCtl(epoll, operation, fd, &syscall.EpollEvent{Events: events | mode, Fd: int32(end)})
		w.note("ctl %d %d %x %v", operation, end, events|mode, err)
	case 2, 3:
		b := make([]byte, 8*w.chance.IntN(3))
		if end == len(w.ends)-1 {
			b = []byte{1, 0, 0, 0, 0, 0, 0, 0} // what a counter takes, of every Linux
		}
		n, err := syscall.Write(fd, b)
		w.note("write %d %d %v", end, n, err)
		if w.tcp[fd] {
			time.Sleep(quiet)
		}
	case 4:
		n, err := syscall.Read(fd, make([]byte, 8+8*w.chance.IntN(8)))
		w.note("read %d %d %v", end, n, err)
	default:
		var events [16]syscall.EpollEvent
		n, err := syscall.EpollWait(epoll, events[:], 0)
		got := events[:max(n, 0)]
		sort.Slice(got, func(i, j int) bool { return got[i].Fd < got[j].Fd })
		w.note("wait %v %v", got, err)
	}
}
