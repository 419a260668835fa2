// loopback measures TCP connections of a program with itself: one line for each
// figure.
package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"time"
)

const (
	roundTrips  = 5000
	connections = 500
	blocks      = 2048
	blockSize   = 64 << 10
)

func main() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	go serve(l)
	report("rtt", "us", roundTrip(l.Addr().String()))
	report("stream", "MiB/s", stream(l.Addr().String()))
	report("connect", "us", connect(l.Addr().String()))
	fmt.Println("loopback DONE")
	os.Stdout.Sync()
	if os.Getpid() == 1 {
		time.Sleep(time.Hour) // as init
	}
}

func report(name, unit string, value float64) { fmt.Printf("figure %s %.3f %s\n", name, value, unit) }

// serve sends back what comes.
func serve(l net.Listener) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer c.Close()
			b := make([]byte, blockSize)
			for {
				n, err := c.Read(b)
				if err != nil {
					return
				}
				if n == 1 {
					c.Write(b[:1])
				}
			}
		}()
	}
}

func dial(address string) net.Conn {
	c, err := net.Dial("tcp", address)
	if err != nil {
		log.Fatal(err)
	}
	return c
}

// roundTrip returns the time of one byte to the other end and back.
func roundTrip(address string) float64 {
	c := dial(address)
	defer c.Close()
	var b [1]byte
	begin := time.Now()
	for range roundTrips {
		c.Write(b[:])
		io.ReadFull(c, b[:])
	}
	return float64(time.Since(begin).Nanoseconds()) / roundTrips / 1e3
}

// stream returns how much goes one way.
func stream(address string) float64 {
	c := dial(address)
	block := make([]byte, blockSize)
	begin := time.Now()
	for range blocks {
		c.Write(block)
	}
	c.Close()
	return blocks * blockSize / float64(1<<20) / time.Since(begin).Seconds()
}

// connect returns the time of a connection from its beginning to its end.
func connect(address string) float64 {
	begin := time.Now()
	for range connections {
		dial(address).Close()
	}
	return float64(time.Since(begin).Nanoseconds()) / connections / 1e3
}
