// pipes uses os.Pipe as programs do: ping-pong, bulk data, end of file, a closed reader, deadlines, many at once.
package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"sync"
	"syscall"
	"time"

	"eggcup/tests/boot/programs/internal/check"
)

func newPipe() (r, w *os.File) {
	r, w, err := os.Pipe()
	check.Must(err, "os.Pipe")
	return r, w
}

// pingPong sends a counter to and fro over two pipes and returns how many round trips brought the right number back.
func pingPong(turns int) int {
	r1, w1 := newPipe()
	r2, w2 := newPipe()
	go func() {
		defer w2.Close()
		var b [1]byte
		for {
			if _, err := r1.Read(b[:]); err != nil {
				return
			}
			b[0]++
			w2.Write(b[:])
		}
	}()
	good := 0
	for i := range turns {
		b := [1]byte{byte(i)}
		w1.Write(b[:])
		if _, err := r2.Read(b[:]); err == nil && b[0] == byte(i+1) {
			good++
		}
	}
	w1.Close()
	n, err := r2.Read(make([]byte, 1))
	check.That(n == 0 && err == io.EOF, "closing one end passes end of file on", "%d %v", n, err)
	r1.Close()
	r2.Close()
	return good
}

// bulk sends size bytes in writes and reads of unequal sizes and reports whether they arrive unharmed and in order.
func bulk(size int) bool {
	r, w := newPipe()
	sent := make([]byte, size)
	for i := range sent {
		sent[i] = byte(i ^ i>>8 ^ i>>16)
	}
	go func() {
		defer w.Close()
		for rest, n := sent, 1; len(rest) > 0; n = n*7%200003 + 1 {
			n = min(n, len(rest))
			if _, err := w.Write(rest[:n]); err != nil {
				return
			}
			rest = rest[n:]
		}
	}()
	hash := sha256.New()
	received := 0
	buffer := make([]byte, 50021)
	for {
		n, err := r.Read(buffer[:1+received%len(buffer)])
		hash.Write(buffer[:n])
		received += n
		if err != nil {
			break
		}
	}
	want := sha256.Sum256(sent)
	return received == size && bytes.Equal(hash.Sum(nil), want[:])
}

func brokenPipe() {
	r, w := newPipe()
	r.Close()
	_, err := w.Write([]byte("x"))
	check.That(errors.Is(err, syscall.EPIPE), "writing to a closed reader is EPIPE", "%v", err)
	w.Close()
	_, err = w.Write([]byte("x"))
	check.That(errors.Is(err, os.ErrClosed), "writing to a closed file is ErrClosed", "%v", err)

	// The reader goes away while a writer waits for room.
	r, w = newPipe()
	result := make(chan error)
	go func() {
		_, err := w.Write(make([]byte, 1<<20))
		result <- err
	}()
	io.ReadFull(r, make([]byte, 100000))
	r.Close()
	err = <-result
	check.That(errors.Is(err, syscall.EPIPE), "a waiting writer gets EPIPE", "%v", err)
	w.Close()
}

func deadlines() {
	r, w := newPipe()
	defer w.Close()
	start := time.Now()
	r.SetReadDeadline(start.Add(30 * time.Millisecond))
	_, err := r.Read(make([]byte, 1))
	elapsed := time.Since(start)
	check.That(errors.Is(err, os.ErrDeadlineExceeded), "a read deadline passes", "%v", err)
	check.That(elapsed >= 30*time.Millisecond && elapsed < 500*time.Millisecond, "at its time", "%v", elapsed)
	r.SetReadDeadline(time.Time{})
	w.Write([]byte("y"))
	n, err := r.Read(make([]byte, 1))
	check.That(n == 1 && err == nil, "the pipe works afterwards", "%d %v", n, err)

	w.SetWriteDeadline(time.Now().Add(30 * time.Millisecond))
	_, err = w.Write(make([]byte, 1<<20))
	check.That(errors.Is(err, os.ErrDeadlineExceeded), "a write deadline passes", "%v", err)

	// Closing a file ends a read that waits on it.
	r2, w2 := newPipe()
	defer w2.Close()
	result := make(chan error)
	go func() {
		_, err := r2.Read(make([]byte, 1))
		result <- err
	}()
	time.Sleep(10 * time.Millisecond)
	r2.Close()
	err = <-result
	check.That(errors.Is(err, os.ErrClosed), "closing ends a waiting read", "%v", err)
	r.Close()
}

// ring makes a chain of n pipes and sends a message through all of them.
func ring(n int) bool {
	first, in := newPipe()
	out := in
	var group sync.WaitGroup
	for range n {
		r, w := newPipe()
		from := first
		group.Go(func() {
			io.Copy(w, from)
			w.Close()
			from.Close()
		})
		first = r
	}
	message := bytes.Repeat([]byte("round and round "), 10000)
	go func() {
		out.Write(message)
		out.Close()
	}()
	received, err := io.ReadAll(first)
	group.Wait()
	first.Close()
	return err == nil && bytes.Equal(received, message)
}

func main() {
	good := pingPong(3000)
	check.That(good == 3000, "3000 round trips", "%d", good)
	check.That(bulk(8<<20), "8 MiB in unequal pieces", "damaged")
	brokenPipe()
	deadlines()
	check.That(ring(100), "160 kB through 100 pipes in a chain", "damaged")

	// Descriptors come back: many more pipes than were ever open at once.
	for range 2000 {
		r, w := newPipe()
		r.Close()
		w.Close()
	}
	r, w := newPipe()
	check.That(r.Fd() < 300 && w.Fd() < 300, "descriptors are used again", "%d %d", r.Fd(), w.Fd())
	check.Done()
}
