package inet

import (
	"bytes"
	"encoding/binary"
	"runtime"
	"sync"
	"testing"
	"time"

	"eggcup/kernel/netdev"

	"gvisor.dev/gvisor/pkg/tcpip/header"
)

// postbox is a card that keeps what it is given until it is flushed.
type postbox struct {
	cable
	mu     sync.Mutex
	queued [][]byte
	gone   [][]byte
	rings  int
}

func (p *postbox) Queue(frame []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.queued = append(p.queued, bytes.Clone(frame))
	return nil
}

func (p *postbox) Flush() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.gone, p.queued = append(p.gone, p.queued...), nil
	p.rings++
}

// sent returns what has gone out after a time in which nothing more comes.
func (p *postbox) sent() (frames [][]byte, rings int) {
	time.Sleep(4 * ackDelay)
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.gone, p.rings
}

// tcpFrame makes a frame with a segment of the connection from a port.
func tcpFrame(port uint16, ack uint32, flags header.TCPFlags, options []byte, payload int) []byte {
	size := header.TCPMinimumSize + len(options)
	frame := make([]byte, netdev.HeaderSize+header.IPv4MinimumSize+size+payload)
	binary.BigEndian.PutUint16(frame[12:], uint16(header.IPv4ProtocolNumber))
	packet := frame[netdev.HeaderSize:]
	packet[0], packet[9] = 4<<4|5, uint8(header.TCPProtocolNumber)
	copy(packet[12:], []byte{10, 0, 2, 15, 10, 0, 2, 2})
	segment := header.TCP(packet[header.IPv4MinimumSize:])
	segment.Encode(&header.TCPFields{SrcPort: 8080, DstPort: port, AckNum: ack, DataOffset: uint8(size), Flags: flags})
	copy(segment[header.TCPMinimumSize:], options)
	return frame
}

var (
	stamps = []byte{1, 1, header.TCPOptionTS, 10, 0, 0, 0, 1, 0, 0, 0, 2}
	blocks = []byte{1, 1, header.TCPOptionSACK, 10, 0, 0, 0, 1, 0, 0, 0, 2}
)

const (
	ackFlag = header.TCPFlagAck
	psh     = header.TCPFlagAck | header.TCPFlagPsh
)

// TestBatch sends what has to be sent, in order, and leaves out only what is
// said again.
func TestBatch(t *testing.T) {
	ack := func(port uint16, n uint32) []byte { return tcpFrame(port, n, ackFlag, stamps, 0) }
	data := func(port uint16, n uint32) []byte { return tcpFrame(port, n, psh, stamps, 100) }
	sack := tcpFrame(1, 5, ackFlag, blocks, 0)
	fin := tcpFrame(1, 5, header.TCPFlagFin|ackFlag, nil, 0)
	rst := tcpFrame(1, 5, header.TCPFlagRst|ackFlag, nil, 0)
	arp := make([]byte, 42)
	arp[12], arp[13] = 8, 6
	for name, c := range map[string]struct{ in, want [][]byte }{
		"alone":                     {[][]byte{ack(1, 5)}, [][]byte{ack(1, 5)}},
		"with an answer":            {[][]byte{ack(1, 5), data(1, 5)}, [][]byte{data(1, 5)}},
		"with the end":              {[][]byte{ack(1, 5), fin}, [][]byte{fin}},
		"before a reset":            {[][]byte{ack(1, 5), rst}, [][]byte{ack(1, 5), rst}},
		"second":                    {[][]byte{ack(1, 5), ack(1, 6)}, [][]byte{ack(1, 6)}},
		"third":                     {[][]byte{ack(1, 5), ack(1, 6), ack(1, 7)}, [][]byte{ack(1, 6), ack(1, 7)}},
		"alike":                     {[][]byte{ack(1, 5), ack(1, 5), ack(1, 5)}, [][]byte{ack(1, 5), ack(1, 5), ack(1, 5)}},
		"that says what is missing": {[][]byte{sack, sack, data(1, 5)}, [][]byte{sack, sack, data(1, 5)}},
		"of another connection":     {[][]byte{ack(2, 5), data(1, 5)}, [][]byte{data(1, 5), ack(2, 5)}},
		"and another protocol":      {[][]byte{ack(1, 5), arp}, [][]byte{arp, ack(1, 5)}},
	} {
		t.Run(name, func(t *testing.T) {
			p := &postbox{}
			b := newBatch(p)
			for _, frame := range c.in {
				if err := b.send(frame); err != nil {
					t.Fatal(err)
				}
			}
			got, _ := p.sent()
			if len(got) != len(c.want) {
				t.Fatalf("%d frames, want %d", len(got), len(c.want))
			}
			for i := range got {
				if !bytes.Equal(got[i], c.want[i]) {
					t.Errorf("frame %d\n% x, want\n% x", i, got[i], c.want[i])
				}
			}
		})
	}
}

// TestSlots keeps segments of more connections than there is room for: each goes
// out once.
func TestSlots(t *testing.T) {
	p := &postbox{}
	b := newBatch(p)
	const connections = 4 * heldSegments
	for port := range uint16(connections) {
		b.send(tcpFrame(port+1, 5, ackFlag, stamps, 0))
	}
	got, _ := p.sent()
	seen := map[uint16]bool{}
	for _, frame := range got {
		segment, _ := tcpSegment(frame)
		seen[segment.DestinationPort()] = true
	}
	if len(got) != connections || len(seen) != connections {
		t.Errorf("%d frames of %d connections, want %d", len(got), len(seen), connections)
	}
}

// TestRing tells the device at once of the answer to a single request, and
// together of those to several.
func TestRing(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // nobody else rings meanwhile
	p := &postbox{}
	b := newBatch(p)
	answer := tcpFrame(1, 5, psh, stamps, 100)
	b.received(answer)
	b.send(answer)
	if p.mu.Lock(); p.rings != 1 {
		t.Errorf("told %d times of one answer", p.rings)
	}
	p.mu.Unlock()
	for range 50 {
		b.received(answer)
	}
	for range 50 {
		b.send(answer)
	}
	if got, rings := p.sent(); len(got) != 51 || rings > 40 {
		t.Errorf("%d frames, told of %d times", len(got), rings)
	}
}
