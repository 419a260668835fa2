// httpd is a web server with what one looks into a running program with:
// net/http/pprof below /debug/pprof/ and expvar at /debug/vars.
//
//	eggcup set NET=y VIRTIO_NET=y
//	eggcup run examples/httpd -- -nic user,model=virtio-net-pci,hostfwd=tcp::8080-:8080
//	curl localhost:8080/
//
// It is an ordinary Go program: on Linux it does the same.
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"expvar"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	_ "net/http/pprof"
	"strconv"
)

var requests = expvar.NewInt("requests")

func main() {
	address := flag.String("listen", ":8080", "address to listen on")
	flag.Parse()
	http.HandleFunc("GET /{$}", hello)
	http.HandleFunc("GET /bytes/{n}", sendBytes)
	http.HandleFunc("POST /hash", hash)
	listener, err := net.Listen("tcp", *address)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("httpd: listening on", listener.Addr())
	log.Fatal(http.Serve(listener, nil))
}

func hello(w http.ResponseWriter, r *http.Request) {
	requests.Add(1)
	io.WriteString(w, "hello from eggcup\n")
}

// pattern is what sendBytes repeats.
var pattern = func() (b [64 << 10]byte) {
	for i := range b {
		b[i] = byte(i * 7)
	}
	return b
}()

// sendBytes sends as many bytes as the path says.
func sendBytes(w http.ResponseWriter, r *http.Request) {
	requests.Add(1)
	n, err := strconv.ParseInt(r.PathValue("n"), 10, 64)
	if err != nil || n < 0 {
		http.Error(w, "how many bytes?", http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Length", strconv.FormatInt(n, 10))
	for n > 0 {
		k, err := w.Write(pattern[:min(n, int64(len(pattern)))])
		if err != nil {
			return
		}
		n -= int64(k)
	}
}

// hash answers with the SHA-256 sum of what it is sent.
func hash(w http.ResponseWriter, r *http.Request) {
	requests.Add(1)
	sum := sha256.New()
	n, err := io.Copy(sum, r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	fmt.Fprintf(w, "%s %d\n", hex.EncodeToString(sum.Sum(nil)), n)
}
