package vfs

import (
	"encoding/binary"
	"strconv"
	"strings"
	"syscall"

	"eggcup/kernel/netfiles"
)

// fillNet adds /proc/net.
func (s *System) fillNet(self *inode) {
	for path, text := range map[string]func() []byte{
		"dev":       netDevices,
		"tcp":       func() []byte { return netSockets("tcp") },
		"tcp6":      func() []byte { return netSockets("tcp6") },
		"udp":       func() []byte { return netSockets("udp") },
		"udp6":      func() []byte { return netSockets("udp6") },
		"raw":       func() []byte { return netSockets("raw") },
		"raw6":      func() []byte { return netSockets("raw6") },
		"unix":      fixed("Num       RefCount Protocol Flags    Type St Inode Path"),
		"sockstat":  socketCounts,
		"sockstat6": socketCounts6,
		// What the stack does not count stays at 0: the names are what libraries look for.
		"snmp": fixed("Ip: Forwarding DefaultTTL\nIp: 2 64\nIcmp: InMsgs OutMsgs\nIcmp: 0 0\n" +
			"Tcp: RtoAlgorithm CurrEstab\nTcp: 1 0\nUdp: InDatagrams OutDatagrams\nUdp: 0 0\nUdpLite: InDatagrams\nUdpLite: 0"),
		"netstat": fixed("TcpExt: ListenOverflows ListenDrops\nTcpExt: 0 0\nIpExt: InOctets OutOctets\nIpExt: 0 0"),
	} {
		s.makeText(self, "net/"+path, text)
	}
}

// netDevices is /proc/net/dev.
func netDevices() []byte {
	b := text("Inter-|   Receive                                                |  Transmit\n" +
		" face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n")
	for _, i := range netfiles.Interfaces() {
		b = append(b, i.Name+": "+numbers(" ", i.Received.Bytes, i.Received.Packets, i.Received.Errors, i.Received.Dropped, 0, 0, 0, 0,
			i.Sent.Bytes, i.Sent.Packets, i.Sent.Errors, i.Sent.Dropped, 0, 0, 0, 0)+"\n"...)
	}
	return b
}

// netSockets is /proc/net/tcp and its siblings.
func netSockets(kind string) []byte {
	b := text("  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n")
	for i, s := range netfiles.Sockets(kind) {
		b = append(b, strconv.Itoa(i)+": "+endpoint(s.Local, s.LocalPort)+" "+endpoint(s.Remote, s.RemotePort)+" "+
			upper(uint64(s.State), 2)+" "+upper(uint64(s.Sending), 8)+":"+upper(uint64(s.Receiving), 8)+
			" 00:00000000 00000000     0        0 "+strconv.Itoa(socketInode(s.Descriptor))+" 1 0000000000000000\n"...)
	}
	return b
}

// endpoint writes an address in words of the machine's byte order, and a port.
func endpoint(address []byte, port uint16) (written string) {
	for len(address) >= 4 {
		written += upper(uint64(binary.LittleEndian.Uint32(address)), 8)
		address = address[4:]
	}
	return written + ":" + upper(uint64(port), 4)
}

// upper writes v with n hexadecimal digits.
func upper(v uint64, n int) string { return digits(v, n, "0123456789ABCDEF") }

func digits(v uint64, n int, of string) string {
	b := make([]byte, n)
	for i := range b {
		b[n-1-i] = of[v>>(4*i)&15]
	}
	return string(b)
}

// socketInode is the number that /proc/self/fd has for a socket too.
func socketInode(fd int) int { return 1000 + fd }

func socketCounts() []byte {
	tcp, udp := len(netfiles.Sockets("tcp")), len(netfiles.Sockets("udp"))
	all := strconv.Itoa(tcp + udp + len(netfiles.Sockets("tcp6")) + len(netfiles.Sockets("udp6")))
	return text("sockets: used " + all + "\nTCP: inuse " + strconv.Itoa(tcp) + " orphan 0 tw 0 alloc " + strconv.Itoa(tcp) +
		" mem 0\nUDP: inuse " + strconv.Itoa(udp) + " mem 0\nUDPLITE: inuse 0\nRAW: inuse 0\nFRAG: inuse 0 memory 0\n")
}

func socketCounts6() []byte {
	return text("TCP6: inuse " + strconv.Itoa(len(netfiles.Sockets("tcp6"))) + "\nUDP6: inuse " +
		strconv.Itoa(len(netfiles.Sockets("udp6"))) + "\nUDPLITE6: inuse 0\nRAW6: inuse 0\nFRAG6: inuse 0 memory 0\n")
}

// fillInterfaces makes /sys/class/net: a folder for each interface there is.
func (s *System) fillInterfaces(above *inode) {
	class := s.makeDirectory(above, "net", 0o555)
	class.directory().live = func() (links []entry) {
		for _, i := range netfiles.Interfaces() {
			links = append(links, entry{name: i.Name, node: s.interfaceFolder(class, i)})
		}
		return links
	}
}

// interfaceFolder has what is known of an interface now. Its files have the same
// numbers each time.
func (s *System) interfaceFolder(class *inode, i netfiles.Interface) *inode {
	const first, each = 1 << 34, 64
	number := uint64(first + each*i.Index)
	folder := func(above *inode, name string) *inode {
		n := &inode{fs: class.fs, ino: number, mode: syscall.S_IFDIR | 0o555, nlink: 2, body: newDirectory(above, name)}
		number++
		return n
	}
	top := folder(class, i.Name)
	statistics := folder(top, "statistics")
	top.directory().add("statistics", statistics)
	state, kind := "up", 1
	if i.Loopback {
		state, kind = "unknown", syscall.ARPHRD_LOOPBACK
	}
	add := func(to *inode, name, value string) {
		n := &inode{fs: class.fs, ino: number, mode: syscall.S_IFREG | 0o444, nlink: 1, body: generated(fixed(value))}
		number++
		to.directory().add(name, n)
	}
	for name, value := range map[string]string{
		"address": hardware(i.Hardware), "broadcast": "ff:ff:ff:ff:ff:ff", "addr_len": "6", "mtu": strconv.Itoa(i.MTU),
		"ifindex": strconv.Itoa(i.Index), "iflink": strconv.Itoa(i.Index), "flags": "0x" + strconv.FormatUint(uint64(i.Flags), 16),
		"type": strconv.Itoa(kind), "operstate": state, "carrier": "1", "dormant": "0", "tx_queue_len": "1000", "dev_id": "0x0",
		"dev_port": "0", "link_mode": "0", "name_assign_type": "4", "netdev_group": "0", "addr_assign_type": "0", "uevent": "INTERFACE=" + i.Name,
	} {
		add(top, name, value)
	}
	for prefix, c := range map[string]netfiles.Counters{"rx_": i.Received, "tx_": i.Sent} {
		add(statistics, prefix+"packets", numbers(" ", c.Packets))
		add(statistics, prefix+"bytes", numbers(" ", c.Bytes))
		add(statistics, prefix+"errors", numbers(" ", c.Errors))
		add(statistics, prefix+"dropped", numbers(" ", c.Dropped))
	}
	return top
}

// hardware writes an address of Ethernet.
func hardware(address string) string {
	if len(address) != 6 {
		return "00:00:00:00:00:00"
	}
	var parts []string
	for i := range 6 {
		parts = append(parts, digits(uint64(address[i]), 2, "0123456789abcdef"))
	}
	return strings.Join(parts, ":")
}
