// Program transfers moves data between files, pipes and sockets by sendfile(2),
// splice(2) and copy_file_range(2), and opens FIFOs.
package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// report says whether a check holds.
func report(what string, ok bool, details ...any) {
	if ok {
		fmt.Println("ok", what)
		return
	}
	fmt.Println("FAIL", what, fmt.Sprint(details...))
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

const size = 3<<20 + 17

func main() {
	folder := must(os.MkdirTemp("", "transfers"))
	defer os.RemoveAll(folder)
	content := make([]byte, size)
	for i := range content {
		content[i] = byte(i * 7 >> 3)
	}
	source := filepath.Join(folder, "source")
	if err := os.WriteFile(source, content, 0o600); err != nil {
		panic(err)
	}
	ranges(folder, source, content)
	pipes(source, content)
	fifos(filepath.Join(folder, "fifo"))
	sockets(source, content)
	fmt.Println("done")
}

// ranges copies between files, at offsets and at the files' positions.
func ranges(folder, source string, content []byte) {
	in := must(os.Open(source))
	out := must(os.Create(filepath.Join(folder, "copy")))
	n, err := io.Copy(out, in)
	report("copy", n == size && err == nil, n, err)
	report("copy, content", bytes.Equal(must(os.ReadFile(out.Name())), content))
	from, to := int64(5), int64(2)
	const copyFileRange = 326
	moved, _, errno := syscall.Syscall6(copyFileRange, in.Fd(), offset(&from), out.Fd(), offset(&to), 10, 0)
	report("copy_file_range", moved == 10 && errno == 0 && from == 15 && to == 12, moved, errno, from, to)
	b := make([]byte, 10)
	out.ReadAt(b, 2)
	report("copy_file_range, content", bytes.Equal(b, content[5:15]), b)
	again := must(os.OpenFile(source, os.O_WRONLY, 0))
	from, to = 5, 14
	_, _, errno = syscall.Syscall6(copyFileRange, in.Fd(), offset(&from), again.Fd(), offset(&to), 10, 0)
	report("copy_file_range, overlap", errno == syscall.EINVAL, errno)
	_, _, errno = syscall.Syscall6(copyFileRange, in.Fd(), 0, out.Fd(), 0, 10, 1)
	report("copy_file_range, flags", errno == syscall.EINVAL, errno)
}

// pipes moves from a file through two pipes.
func pipes(source string, content []byte) {
	in := must(os.Open(source))
	var first, second [2]int
	for _, p := range []*[2]int{&first, &second} {
		if err := syscall.Pipe2(p[:], syscall.O_NONBLOCK); err != nil {
			panic(err)
		}
	}
	at := int64(100)
	n, err := syscall.Splice(int(in.Fd()), &at, first[1], nil, 50, 0)
	report("splice file to pipe", n == 50 && err == nil && at == 150, n, err, at)
	n, err = syscall.Splice(first[0], nil, second[1], nil, 20, 0)
	report("splice pipe to pipe", n == 20 && err == nil, n, err)
	b := make([]byte, 100)
	got, err := syscall.Read(second[0], b)
	report("splice, content", bytes.Equal(b[:max(got, 0)], content[100:120]), got, err)
	got, err = syscall.Read(first[0], b)
	report("splice, rest", bytes.Equal(b[:max(got, 0)], content[120:150]), got, err)
	_, err = syscall.Splice(first[0], nil, second[1], nil, 20, 2)
	report("splice, empty", errors.Is(err, syscall.EAGAIN), err)
	_, err = syscall.Splice(first[0], nil, first[1], nil, 20, 0)
	report("splice, same pipe", errors.Is(err, syscall.EINVAL), err)
	null := must(os.OpenFile(os.DevNull, os.O_WRONLY, 0))
	_, err = syscall.Splice(int(in.Fd()), nil, int(null.Fd()), nil, 20, 0)
	report("splice, no pipe", errors.Is(err, syscall.EINVAL), err)
	sent, err := syscall.Sendfile(first[1], int(in.Fd()), nil, 1<<30)
	report("sendfile fills a pipe", sent == 64<<10 && err == nil, sent, err)
	position := must(in.Seek(0, io.SeekCurrent))
	report("sendfile, position", position == 64<<10, position)
}

// fifos opens both ends of a FIFO, and one alone.
func fifos(path string) {
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		panic(err)
	}
	_, err := os.OpenFile(path, os.O_WRONLY|syscall.O_NONBLOCK, 0)
	report("fifo without reader", errors.Is(err, syscall.ENXIO), err)
	go func() {
		w := must(os.OpenFile(path, os.O_WRONLY, 0))
		w.WriteString("through ")
		time.Sleep(10 * time.Millisecond)
		w.WriteString("the name")
		w.Close()
	}()
	r := must(os.Open(path))
	text, err := io.ReadAll(r)
	report("fifo", string(text) == "through the name" && err == nil, string(text), err)
	info := must(r.Stat())
	report("fifo, stat", info.Mode() == os.ModeNamedPipe|0o600 && os.SameFile(info, must(os.Stat(path))), info.Mode())
}

// sockets sends a file, and passes a connection on.
func sockets(source string, content []byte) {
	sink := must(net.Listen("tcp", "127.0.0.1:0"))
	sum := make(chan [32]byte)
	go func() {
		for {
			c := must(sink.Accept())
			h := sha256.New()
			io.Copy(h, c)
			sum <- [32]byte(h.Sum(nil))
		}
	}()
	c := must(net.Dial("tcp", sink.Addr().String())).(*net.TCPConn)
	n, err := c.ReadFrom(must(os.Open(source)))
	c.Close()
	report("sendfile to TCP", n == size && err == nil, n, err)
	report("sendfile to TCP, content", <-sum == sha256.Sum256(content))

	relay := must(net.Listen("tcp", "127.0.0.1:0"))
	relayed := make(chan error)
	go func() {
		in := must(relay.Accept())
		out := must(net.Dial("tcp", sink.Addr().String()))
		_, err := io.Copy(out, in)
		out.Close()
		relayed <- err
	}()
	c = must(net.Dial("tcp", relay.Addr().String())).(*net.TCPConn)
	c.Write(content)
	c.Close()
	err = <-relayed
	report("splice TCP to TCP", err == nil, err)
	report("splice TCP to TCP, content", <-sum == sha256.Sum256(content))
}
