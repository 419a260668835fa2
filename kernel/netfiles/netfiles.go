// Package netfiles is what the network tells the files of /proc/net and
// /sys/class/net: the unit INET says it, the unit VFS shows it, and neither
// needs the other.
//
// Specification: proc_pid_net(5), sysfs-class-net.
//
// Context: goroutine.
package netfiles

import "sync/atomic"

// Interface is a network interface and what has gone through it.
type Interface struct {
	Name     string
	Index    int
	Hardware string // the address, six bytes
	MTU      int
	Loopback bool
	Flags    uint32 // IFF_...
	Received Counters
	Sent     Counters
}

// Counters are those of one direction.
type Counters struct{ Packets, Bytes, Errors, Dropped uint64 }

// Socket is an open socket of TCP or UDP. Addresses have 4 or 16 bytes; State is
// the kernel's number of a state of TCP.
type Socket struct {
	Descriptor            int
	Local, Remote         []byte
	LocalPort, RemotePort uint16
	State                 uint8
	Sending, Receiving    int // bytes that wait
}

// Network is what tells.
type Network interface {
	Interfaces() []Interface
	// Sockets returns those of "tcp", "tcp6", "udp" or "udp6".
	Sockets(kind string) []Socket
}

var network atomic.Pointer[Network]

// Set makes n tell.
func Set(n Network) { network.Store(&n) }

// Interfaces returns the interfaces; none without a network.
func Interfaces() []Interface {
	if n := network.Load(); n != nil {
		return (*n).Interfaces()
	}
	return nil
}

// Sockets returns the open sockets of a kind.
func Sockets(kind string) []Socket {
	if n := network.Load(); n != nil {
		return (*n).Sockets(kind)
	}
	return nil
}
