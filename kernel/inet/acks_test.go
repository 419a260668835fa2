package inet

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"gvisor.dev/gvisor/pkg/buffer"
	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
)

// segment is one as the stack hands it to IP.
type segment struct {
	connection int
	ack        uint32
	flags      header.TCPFlags
	options    []byte
	payload    int
}

func (s segment) String() string {
	return fmt.Sprintf("%d:%s %d+%d%x", s.connection, s.flags, s.ack, s.payload, s.options)
}

var (
	stamps = []byte{1, 1, header.TCPOptionTS, 10, 0, 0, 0, 1, 0, 0, 0, 2}
	blocks = []byte{1, 1, header.TCPOptionSACK, 10, 0, 0, 0, 1, 0, 0, 0, 2}
)

const (
	ackFlag = header.TCPFlagAck
	psh     = header.TCPFlagAck | header.TCPFlagPsh
)

// ackBench is an acks with routes to send by, one for each connection.
type ackBench struct {
	*acks
	routes map[int]*stack.Route
	layer  *Layer

	mu   sync.Mutex
	sent []string
	when []time.Time
}

func newAckBench(t *testing.T) *ackBench {
	settings := Settings{Address: tcpip.AddressWithPrefix{Address: tcpip.AddrFrom4([4]byte{10, 0, 0, 1}), PrefixLen: 24}}
	l, _, _ := plugged(t, settings)
	b := &ackBench{routes: map[int]*stack.Route{}, layer: l}
	b.acks = newAcks(func(route *stack.Route, _ stack.NetworkHeaderParams, p *stack.PacketBuffer) tcpip.Error {
		b.mu.Lock()
		defer b.mu.Unlock()
		h := header.TCP(p.TransportHeader().Slice())
		s := segment{int(h.DestinationPort()), h.AckNumber(), h.Flags(), h[header.TCPMinimumSize:], p.Data().Size()}
		if b.routes[s.connection] != route {
			t.Errorf("%s goes by another route", s)
		}
		b.sent, b.when = append(b.sent, s.String()), append(b.when, time.Now())
		return nil
	})
	return b
}

// write does what the stack does with a segment.
func (b *ackBench) write(t *testing.T, s segment) {
	t.Helper()
	if b.routes[s.connection] == nil {
		peer := tcpip.AddrFrom4([4]byte{10, 0, 0, 2})
		route, err := b.layer.stack.FindRoute(firstNIC, tcpip.Address{}, peer, header.IPv4ProtocolNumber, false)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(route.Release)
		b.routes[s.connection] = route
	}
	p := stack.NewPacketBuffer(stack.PacketBufferOptions{
		ReserveHeaderBytes: 100, Payload: buffer.MakeWithData(make([]byte, s.payload)),
	})
	defer p.DecRef()
	size := header.TCPMinimumSize + len(s.options)
	h := header.TCP(p.TransportHeader().Push(size))
	h.Encode(&header.TCPFields{SrcPort: 8080, DstPort: uint16(s.connection), AckNum: s.ack, DataOffset: uint8(size), Flags: s.flags})
	copy(h[header.TCPMinimumSize:], s.options)
	if err := b.acks.write(b.routes[s.connection], stack.NetworkHeaderParams{Protocol: header.TCPProtocolNumber}, p); err != nil {
		t.Fatal(err)
	}
}

// gone returns what has been sent.
func (b *ackBench) gone() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.sent)
}

// What has to be sent is, in order, and only what is said again is left out: the
// first of the two lists goes out at once, the second when its time is up.
func TestAcks(t *testing.T) {
	ack := func(c int, n uint32) segment { return segment{c, n, ackFlag, stamps, 0} }
	data := func(c int, n uint32) segment { return segment{c, n, psh, stamps, 100} }
	sack := segment{1, 5, ackFlag, blocks, 0}
	fin := segment{1, 5, header.TCPFlagFin | ackFlag, nil, 0}
	rst := segment{1, 5, header.TCPFlagRst | ackFlag, nil, 0}
	syn := segment{1, 0, header.TCPFlagSyn, nil, 0}
	for name, c := range map[string]struct{ in, now, later []segment }{
		"alone":                     {[]segment{ack(1, 5)}, nil, []segment{ack(1, 5)}},
		"with an answer":            {[]segment{ack(1, 5), data(1, 5)}, []segment{data(1, 5)}, nil},
		"with the end":              {[]segment{ack(1, 5), fin}, []segment{fin}, nil},
		"before a reset":            {[]segment{ack(1, 5), rst}, []segment{ack(1, 5), rst}, nil},
		"second":                    {[]segment{ack(1, 5), ack(1, 6)}, []segment{ack(1, 6)}, nil},
		"third":                     {[]segment{ack(1, 5), ack(1, 6), ack(1, 7)}, []segment{ack(1, 6)}, []segment{ack(1, 7)}},
		"alike":                     {[]segment{ack(1, 5), ack(1, 5), ack(1, 5)}, []segment{ack(1, 5), ack(1, 5), ack(1, 5)}, nil},
		"of room":                   {[]segment{data(1, 5), ack(1, 5)}, []segment{data(1, 5), ack(1, 5)}, nil},
		"that opens":                {[]segment{syn, ack(1, 5), ack(1, 6)}, []segment{syn, ack(1, 5)}, []segment{ack(1, 6)}},
		"that says what is missing": {[]segment{sack, sack, data(1, 5)}, []segment{sack, sack, data(1, 5)}, nil},
		"of another connection":     {[]segment{ack(2, 5), data(1, 5)}, []segment{data(1, 5)}, []segment{ack(2, 5)}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newAckBench(t)
			for _, s := range c.in {
				b.write(t, s)
			}
			var want []string
			for _, s := range c.now {
				want = append(want, s.String())
			}
			if got := b.gone(); time.Since(b.start) < shortDelay && !slices.Equal(got, want) {
				t.Errorf("at once %v, want %v", got, want)
			}
			for _, s := range c.later {
				want = append(want, s.String())
			}
			time.Sleep(5 * shortDelay)
			if got := b.gone(); !slices.Equal(got, want) {
				t.Errorf("%v, want %v", got, want)
			}
		})
	}
}

// A connection that has answered gets the longer time, another not.
func TestAckDelays(t *testing.T) {
	b := newAckBench(t)
	b.write(t, segment{1, 5, ackFlag, stamps, 0})
	b.write(t, segment{1, 5, psh, stamps, 100})
	begin := time.Now()
	b.write(t, segment{1, 6, ackFlag, stamps, 0})
	b.write(t, segment{2, 6, ackFlag, stamps, 0})
	time.Sleep(longDelay + 10*shortDelay)
	if got := b.gone(); len(got) != 3 || got[1] != (segment{2, 6, ackFlag, stamps, 0}).String() {
		t.Fatalf("sent %v", got)
	}
	if late, later := b.when[1].Sub(begin), b.when[2].Sub(begin); late < shortDelay || later < longDelay {
		t.Errorf("after %s and %s, want %s and %s", late, later, shortDelay, longDelay)
	}
}

// Segments of more connections than there is room for go out, each once.
func TestAckSlots(t *testing.T) {
	b := newAckBench(t)
	const connections = 4 * heldSegments
	for c := range connections {
		b.write(t, segment{c + 1, 5, ackFlag, stamps, 0})
	}
	time.Sleep(10 * shortDelay)
	got := b.gone()
	slices.Sort(got)
	if len(got) != connections || len(slices.Compact(got)) != connections {
		t.Errorf("%d segments, want one of each of %d connections", len(got), connections)
	}
}

// What waits when the interface goes is given up.
func TestAckClose(t *testing.T) {
	b := newAckBench(t)
	b.write(t, segment{1, 5, ackFlag, stamps, 0})
	b.acks.close()
	time.Sleep(5 * shortDelay)
	if got := b.gone(); len(got) != 0 && time.Since(b.start) < shortDelay {
		t.Errorf("sent %v", got)
	}
	for i := range b.slots {
		if b.slots[i].packet != nil {
			t.Errorf("slot %d holds a segment", i)
		}
	}
}
