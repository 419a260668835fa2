// names looks up names through a server of its own, which the configuration names: package net finds it in
// /etc/resolv.conf.
package main

import (
	"bytes"
	"fmt"
	"net"
	"os"

	"eggcup/tests/boot/programs/internal/check"
)

func main() {
	text, err := os.ReadFile("/etc/resolv.conf")
	check.Must(err, "/etc/resolv.conf")
	fmt.Print(string(text))
	server, err := net.ListenPacket("udp", "127.0.0.1:53")
	check.Must(err, "listen")
	go answer(server)
	addresses, err := net.LookupHost("egg.example")
	check.That(err == nil && len(addresses) == 1 && addresses[0] == "192.0.2.7", "a name has its address", "%v, %v", addresses, err)
	_, err = net.LookupHost("localhost")
	check.NoError(err, "localhost is known")
	_, err = net.Dial("tcp", "nobody.example:80")
	check.That(err != nil, "what there is not is an error", "")
	check.Done()
}

// answer answers questions for IPv4 addresses with one address, and says of everything else that it is not there.
func answer(server net.PacketConn) {
	b := make([]byte, 512)
	for {
		n, from, err := server.ReadFrom(b)
		if err != nil || n < 12 {
			return
		}
		end := 12 + bytes.IndexByte(b[12:n], 0) + 5
		header := []byte{b[0], b[1], 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0}
		known := bytes.Contains(b[12:end], []byte("\x03egg\x07example")) && b[end-3] == 1
		if !known && !bytes.Contains(b[12:end], []byte("\x03egg")) {
			header[3] |= 3 // no such name
		}
		reply := append(header, b[12:end]...)
		if known {
			reply[7] = 1
			reply = append(reply, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 7)
		}
		server.WriteTo(reply, from)
	}
}
