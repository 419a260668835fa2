// movingstack reads and writes pipes with buffers on goroutine stacks while the collector moves these stacks.
//
// A system call takes the address of its buffer as a number. When the kernel runs the call as Go code on the calling
// goroutine, that goroutine can block in the middle of the call, and a collection then shrinks (moves) its stack: the number
// would point into freed memory. A wrong byte here, or a fatal error of Go's heap checks, means that this has happened.
package main

import (
	"fmt"
	"os"
	"runtime"
	"sync"
	"syscall"
	"unsafe"

	"eggcup/tests/boot/programs/internal/check"
)

const (
	goroutines = 32
	rounds     = 12
	length     = 512
)

// deep grows the stack by about 1 KiB a level; after it has returned the next collection may shrink the stack again.
//
//go:noinline
func deep(n int) byte {
	var frame [1024]byte
	frame[n] = byte(n)
	if n > 0 {
		return deep(n-1) + frame[n/2]
	}
	return frame[0]
}

// address returns where its argument lies without making it escape.
//
//go:nosplit
func address(p *[length]byte) uintptr { return uintptr(unsafe.Pointer(p)) }

func pattern(id, round, i int) byte { return byte(id*31 + round*7 + i) }

// reader blocks in read(2) on an empty blocking pipe with a stack buffer, and says whether the stack moved meanwhile.
func reader(fd, id, round int, entered *sync.WaitGroup) (good, moved bool) {
	deep(60)
	var buffer [length]byte
	before := address(&buffer)
	entered.Done()
	for got := 0; got < length; {
		n, err := syscall.Read(fd, buffer[got:])
		if err == syscall.EINTR {
			continue
		}
		if n <= 0 || err != nil {
			return false, false
		}
		got += n
	}
	good = true
	for i, v := range buffer {
		good = good && v == pattern(id, round, i)
	}
	return good, address(&buffer) != before
}

// writer fills a pipe with write(2) from a stack buffer until it has blocked on the full pipe many times.
func writer(fd, id, round int) bool {
	deep(60)
	var buffer [length]byte
	for range 256 { // 128 KiB: twice what a pipe holds
		for i := range buffer {
			buffer[i] = pattern(id, round, i)
		}
		for sent := 0; sent < length; {
			n, err := syscall.Write(fd, buffer[sent:])
			if err == syscall.EINTR {
				continue
			}
			if n <= 0 || err != nil {
				return false
			}
			sent += n
		}
	}
	return true
}

// blockingPipe makes a pipe whose descriptors Go's poller does not know: a call on it blocks inside the kernel.
func blockingPipe() (r, w int) {
	var fds [2]int
	check.Must(syscall.Pipe2(fds[:], 0), "pipe2")
	return fds[0], fds[1]
}

// reads runs one round of readers that all block at once while collections run, and counts good ones and moved stacks.
func reads(round int) (good, moved int) {
	var entered, ended sync.WaitGroup
	var mu sync.Mutex
	writers := make([]int, goroutines)
	entered.Add(goroutines)
	for id := range goroutines {
		r, w := blockingPipe()
		writers[id] = w
		ended.Go(func() {
			ok, away := reader(r, id, round, &entered)
			mu.Lock()
			defer mu.Unlock()
			if ok {
				good++
			}
			if away {
				moved++
			}
			syscall.Close(r)
		})
	}
	entered.Wait()
	for range 3 {
		runtime.Gosched()
		runtime.GC()
	}
	// The data comes in two halves with a collection between them, the second half from the heap of this goroutine.
	data := make([]byte, length)
	for _, half := range [][2]int{{0, length / 2}, {length / 2, length}} {
		for id, w := range writers {
			for i := range data {
				data[i] = pattern(id, round, i)
			}
			syscall.Write(w, data[half[0]:half[1]])
		}
		runtime.GC()
	}
	ended.Wait()
	for _, w := range writers {
		syscall.Close(w)
	}
	return good, moved
}

// writes runs one round of writers that block on full pipes while collections run, and counts the pipes that carried what
// was written.
func writes(round int) (good int) {
	var ended sync.WaitGroup
	readers := make([]*os.File, goroutines/4)
	for id := range readers {
		r, w := blockingPipe()
		readers[id] = os.NewFile(uintptr(r), "pipe")
		ended.Go(func() {
			if !writer(w, id, round) {
				check.That(false, "write", "failed")
			}
			syscall.Close(w)
		})
	}
	for range 3 {
		runtime.Gosched()
		runtime.GC()
	}
	data := make([]byte, 8192)
	for id, r := range readers {
		intact, total := true, 0
		for {
			n, err := r.Read(data)
			for i, v := range data[:n] {
				intact = intact && v == pattern(id, round, (total+i)%length)
			}
			total += n
			if err != nil {
				break
			}
			if total%65536 < n {
				runtime.GC()
			}
		}
		if intact && total == 256*length {
			good++
		}
		r.Close()
	}
	ended.Wait()
	return good
}

func main() {
	good, moved := 0, 0
	for round := range rounds {
		g, m := reads(round)
		good += g
		moved += m
	}
	check.That(good == goroutines*rounds, "reads into stack buffers", "%d of %d", good, goroutines*rounds)
	fmt.Println("moved", moved)
	good = 0
	for round := range rounds / 2 {
		good += writes(round)
	}
	check.That(good == goroutines/4*rounds/2, "writes from stack buffers", "%d of %d", good, goroutines/4*rounds/2)
	check.Done()
}
