package inet

import (
	"encoding/binary"
	"io"
	"net"
	"testing"
	"time"

	"eggcup/kernel/hook"
	"eggcup/kernel/netdev"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/checksum"
	"gvisor.dev/gvisor/pkg/tcpip/header"
)

// tcpPeer is the other end of a connection, made by hand: it never asks by
// itself whether there is room again.
type tcpPeer struct {
	t         *testing.T
	cable     *cable
	seq, ack  uint32
	window    int // of the stack, in bytes
	scale     int // of that window
	available int // bytes that may be sent
}

const (
	peerPort = 40000
	ownPort  = 8080
	peerMSS  = 1400
)

var (
	cardAddress = tcpip.AddrFrom4([4]byte{10, 0, 0, 1})
	peerAddress = tcpip.AddrFrom4([4]byte{10, 0, 0, 2})
	peerLink    = tcpip.LinkAddress("\x52\x54\x00\x00\x00\x02")
)

// send sends a segment.
func (p *tcpPeer) send(flags header.TCPFlags, options []byte, payload int) {
	size := header.TCPMinimumSize + len(options) + payload
	frame := make([]byte, netdev.HeaderSize+header.IPv4MinimumSize+size)
	header.Ethernet(frame).Encode(&header.EthernetFields{
		SrcAddr: peerLink, DstAddr: tcpip.LinkAddress(ownHardware[:]), Type: header.IPv4ProtocolNumber,
	})
	ip := header.IPv4(frame[netdev.HeaderSize:])
	ip.Encode(&header.IPv4Fields{
		TotalLength: uint16(len(ip)), TTL: 64, Protocol: uint8(header.TCPProtocolNumber), SrcAddr: peerAddress, DstAddr: cardAddress,
	})
	ip.SetChecksum(^ip.CalculateChecksum())
	tcp := header.TCP(ip[header.IPv4MinimumSize:])
	tcp.Encode(&header.TCPFields{
		SrcPort: peerPort, DstPort: ownPort, SeqNum: p.seq, AckNum: p.ack, Flags: flags, WindowSize: 65535,
		DataOffset: uint8(header.TCPMinimumSize + len(options)),
	})
	copy(tcp[header.TCPMinimumSize:], options)
	sum := header.PseudoHeaderChecksum(header.TCPProtocolNumber, peerAddress, cardAddress, uint16(size))
	tcp.SetChecksum(^tcp.CalculateChecksum(checksum.Checksum(tcp[header.TCPMinimumSize+len(options):], sum)))
	p.cable.arrive(frame)
	p.seq += uint32(payload)
	if flags&header.TCPFlagSyn != 0 {
		p.seq++
	}
}

// hear takes what the stack sends within a time, and reports whether it was a
// segment of the connection.
func (p *tcpPeer) hear(wait time.Duration) bool {
	timeout := time.After(wait)
	for {
		select {
		case frame := <-p.cable.sent:
			if binary.BigEndian.Uint16(frame[12:]) == uint16(header.ARPProtocolNumber) {
				p.answerARP(frame)
				continue
			}
			ip := header.IPv4(frame[netdev.HeaderSize:])
			if !ip.IsValid(len(ip)) || ip.TransportProtocol() != header.TCPProtocolNumber {
				continue
			}
			tcp := header.TCP(ip.Payload())
			if tcp.Flags()&header.TCPFlagSyn != 0 {
				p.ack = tcp.SequenceNumber() + 1
				p.scale = header.ParseSynOptions(tcp.Options(), true).WS
				p.window = int(tcp.WindowSize())
			} else {
				p.window = int(tcp.WindowSize()) << p.scale
			}
			p.available = p.window - int(p.seq-tcp.AckNumber())
			return true
		case <-timeout:
			return false
		}
	}
}

func (p *tcpPeer) answerARP(frame []byte) {
	answer := append([]byte(nil), frame...)
	header.Ethernet(answer).Encode(&header.EthernetFields{
		SrcAddr: peerLink, DstAddr: tcpip.LinkAddress(ownHardware[:]), Type: header.ARPProtocolNumber,
	})
	arp := header.ARP(answer[netdev.HeaderSize:])
	copy(arp.HardwareAddressTarget(), arp.HardwareAddressSender())
	copy(arp.ProtocolAddressTarget(), arp.ProtocolAddressSender())
	copy(arp.HardwareAddressSender(), peerLink)
	copy(arp.ProtocolAddressSender(), peerAddress.AsSlice())
	arp.SetOp(header.ARPReply)
	p.cable.arrive(answer)
}

// fill sends up to n bytes, as far as there is room, and returns how many.
func (p *tcpPeer) fill(n int) (sent int) {
	for sent+peerMSS <= n {
		for p.available < peerMSS && p.hear(50*time.Millisecond) {
		}
		if p.available < peerMSS {
			break
		}
		p.send(header.TCPFlagAck|header.TCPFlagPsh, nil, peerMSS)
		p.available -= peerMSS
		sent += peerMSS
	}
	return sent
}

// peered returns a connection between a listener of package net and a peer.
func peered(t *testing.T, limit int) (net.Conn, *tcpPeer) {
	t.Helper()
	l, err := newLayer(Settings{
		Address: tcpip.AddressWithPrefix{Address: cardAddress, PrefixLen: 24}, TCPReceive: limit, TCPSend: 1 << 20,
	})
	if err != nil {
		t.Fatal(err)
	}
	c := &cable{mtu: 1500, sent: make(chan []byte, 4096)}
	card, err := l.addDevice(c, firstNIC)
	if err != nil {
		t.Fatal(err)
	}
	l.configure([]*link{card})
	hook.SetSockets(l)
	t.Cleanup(func() { hook.SetSockets(layer); l.stack.Close() })
	listener, err := net.Listen("tcp4", "10.0.0.1:8080")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	p := &tcpPeer{t: t, cable: c, seq: 1000}
	p.send(header.TCPFlagSyn, []byte{header.TCPOptionMSS, 4, peerMSS >> 8, peerMSS & 0xff, header.TCPOptionWS, 3, 7, header.TCPOptionNOP}, 0)
	if !p.hear(5 * time.Second) {
		t.Fatal("no answer to SYN")
	}
	p.send(header.TCPFlagAck, nil, 0)
	conn, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn, p
}

// TestRoomIsTold fills the receive buffer of a program that has read as fast as
// it could, and then reads on in small pieces: the peer hears of room before
// everything is read, also when the buffer grows just then.
func TestRoomIsTold(t *testing.T) {
	conn, p := peered(t, 4<<20)
	take := func(n int) {
		t.Helper()
		if _, err := io.ReadFull(conn, make([]byte, n)); err != nil {
			t.Fatal(err)
		}
	}
	const roundTrip = 300 * time.Millisecond // as the stack sees it
	held := p.fill(2 * peerMSS)
	time.Sleep(roundTrip)
	held += p.fill(16 << 20)
	take(100)
	take(held - 100)
	held = p.fill(16 << 20)
	if held < 2*peerMSS || held > firstBuffer || p.available >= peerMSS {
		t.Fatalf("%d bytes are held, room for %d", held, p.available)
	}
	time.Sleep(roundTrip + 100*time.Millisecond)
	for ; held > peerMSS; held -= 100 {
		take(100)
		if p.hear(0) && p.available >= peerMSS {
			return
		}
	}
	t.Error("the peer hears of no room")
}

// TestReceiveBuffer holds little that nobody reads, grows for a program that
// reads, up to the limit, and stays what a program has made it.
func TestReceiveBuffer(t *testing.T) {
	const limit = 1 << 20
	conn, p := peered(t, limit)
	turn := func(held, size int) int {
		t.Helper()
		b := make([]byte, 64<<10)
		for size > 0 {
			if held == 0 {
				held = p.fill(peerMSS)
			}
			conn.SetReadDeadline(time.Now().Add(5 * time.Second))
			n, err := conn.Read(b)
			if err != nil {
				t.Fatal(err)
			}
			size -= n
			held += p.fill(n) - n
		}
		return held + p.fill(2*limit)
	}
	first := p.fill(limit)
	if first < firstBuffer/4 || first > firstBuffer {
		t.Errorf("%d bytes are held that nobody reads", first)
	}
	if held := turn(first, 4*limit); held < 2*first || held > limit {
		t.Errorf("%d bytes are held of a program that reads, %d at first", held, first)
	}
	conn, p = peered(t, limit)
	conn.(*net.TCPConn).SetReadBuffer(firstBuffer / 2) // Linux doubles it
	if held := turn(p.fill(limit), 4*limit); held > firstBuffer {
		t.Errorf("%d bytes are held with a buffer of %d", held, firstBuffer)
	}
}
