// https is a web server that speaks TLS, and a client too: at /fetch?url= it
// gets a page from another server, whose certificate it checks.
//
//	mkdir -p files/etc/tls; cp server.pem server.key files/etc/tls/
//	eggcup set NET=y VFS=y VIRTIO_NET=y ROOTFS_DIR=files CA_BUNDLE=ca.pem
//	eggcup run examples/https -- -nic user,model=virtio-net-pci,hostfwd=tcp::8443-:8443
//	curl --cacert ca.pem https://localhost:8443/
//
// It is an ordinary Go program: on Linux it does the same.
package main

import (
	"crypto/tls"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"
)

// maxPage is how much of a page is passed on.
const maxPage = 1 << 20

func main() {
	address := flag.String("listen", ":8443", "address to listen on")
	certificate := flag.String("cert", "/etc/tls/server.pem", "certificate, with those that vouch for it")
	key := flag.String("key", "/etc/tls/server.key", "private key of the certificate")
	flag.Parse()
	pair, err := tls.LoadX509KeyPair(*certificate, *key)
	if err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("GET /{$}", hello)
	http.HandleFunc("GET /fetch", fetch)
	listener, err := net.Listen("tcp", *address)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("https: listening on", listener.Addr())
	server := &http.Server{TLSConfig: &tls.Config{Certificates: []tls.Certificate{pair}}}
	log.Fatal(server.ServeTLS(listener, "", ""))
}

func hello(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintf(w, "hello over %s and %s\n", tls.VersionName(r.TLS.Version), r.Proto)
}

// client trusts the authorities of the machine: /etc/ssl/certs.
var client = &http.Client{Timeout: 10 * time.Second}

// fetch passes a page on.
func fetch(w http.ResponseWriter, r *http.Request) {
	answer, err := client.Get(r.FormValue("url"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	defer answer.Body.Close()
	w.WriteHeader(answer.StatusCode)
	io.Copy(w, io.LimitReader(answer.Body, maxPage))
}
