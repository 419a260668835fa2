// server is what the load tests ask: examples/httpd's answers, and at /state
// what a leak would show. On Linux it does the same.
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	_ "net/http/pprof"
	"runtime"
	"runtime/debug"
	"strconv"
	"syscall"
	"time"
)

func main() {
	descriptors := flag.Uint64("descriptors", 0, "how many may be open; 0 leaves the limit")
	flag.Parse()
	if *descriptors > 0 {
		const nofile = 7
		if err := syscall.Setrlimit(nofile, &syscall.Rlimit{Cur: *descriptors, Max: *descriptors}); err != nil {
			log.Fatal(err)
		}
	}
	http.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello from eggcup\n") })
	http.HandleFunc("GET /bytes/{n}", sendBytes)
	http.HandleFunc("POST /hash", hash)
	http.HandleFunc("GET /state", state)
	listener, err := net.Listen("tcp", ":8080")
	if err != nil {
		log.Fatal(err)
	}
	go echoDatagrams()
	server := http.Server{ReadHeaderTimeout: 5 * time.Second}
	fmt.Println("server: listening on", listener.Addr())
	log.Fatal(server.Serve(listener))
}

// echoDatagrams sends each datagram to port 7 back.
func echoDatagrams() {
	c, err := net.ListenPacket("udp", ":7")
	if err != nil {
		log.Fatal(err)
	}
	b := make([]byte, 64<<10)
	for {
		n, from, err := c.ReadFrom(b)
		if err != nil {
			log.Fatal(err)
		}
		c.WriteTo(b[:n], from)
	}
}

// block is what sendBytes repeats: numbered words, so that nothing can be left
// out or sent twice unnoticed.
func block(number uint64) []byte {
	b := make([]byte, 0, 64<<10)
	for i := range uint64(8 << 10) {
		v := number<<13 | i
		b = append(b, byte(v), byte(v>>8), byte(v>>16), byte(v>>24), byte(v>>32), byte(v>>40), byte(v>>48), byte(v>>56))
	}
	return b
}

// sendBytes sends as many bytes as the path says, and their SHA-256 sum in a
// trailer.
func sendBytes(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.ParseInt(r.PathValue("n"), 10, 64)
	if err != nil || n < 0 {
		http.Error(w, "how many bytes?", http.StatusBadRequest)
		return
	}
	sum := sha256.New()
	w.Header().Set("Trailer", "Sum")
	for number := uint64(0); n > 0; number++ {
		b := block(number)
		b = b[:min(n, int64(len(b)))]
		sum.Write(b)
		if _, err := w.Write(b); err != nil {
			return
		}
		n -= int64(len(b))
	}
	w.Header().Set("Sum", hex.EncodeToString(sum.Sum(nil)))
}

// hash answers with the SHA-256 sum of what it is sent.
func hash(w http.ResponseWriter, r *http.Request) {
	sum := sha256.New()
	n, err := io.Copy(sum, r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	fmt.Fprintf(w, "%s %d\n", hex.EncodeToString(sum.Sum(nil)), n)
}

// state tells what is in use: open descriptors, goroutines, memory in KiB.
func state(w http.ResponseWriter, _ *http.Request) {
	debug.FreeOSMemory()
	debug.FreeOSMemory() // what the first has made free to collect
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	var system syscall.Sysinfo_t
	syscall.Sysinfo(&system)
	json.NewEncoder(w).Encode(map[string]uint64{
		"descriptors": opened(),
		"goroutines":  uint64(runtime.NumGoroutine()),
		"heap":        memory.HeapAlloc >> 10,
		"free":        system.Freeram * uint64(max(system.Unit, 1)) >> 10,
	})
}

func opened() (open uint64) {
	const getFD, most = 1, 1 << 12
	for fd := range uintptr(most) {
		if _, _, errno := syscall.Syscall(syscall.SYS_FCNTL, fd, getFD, 0); errno == 0 {
			open++
		}
	}
	return open
}
