package inet

import (
	"bytes"
	"encoding/binary"
	"syscall"
	"testing"

	"eggcup/kernel/netdev"

	"gvisor.dev/gvisor/pkg/tcpip/header"
)

// FuzzNetlink answers any request with whole messages that say to whom, or with
// an error.
func FuzzNetlink(f *testing.F) {
	for _, kind := range []int{syscall.RTM_GETLINK, syscall.RTM_GETADDR, syscall.RTM_GETROUTE, syscall.RTM_NEWADDR} {
		request := make([]byte, syscall.SizeofNlMsghdr+syscall.SizeofRtGenmsg)
		binary.NativeEndian.PutUint32(request, uint32(len(request)))
		binary.NativeEndian.PutUint16(request[4:], uint16(kind))
		binary.NativeEndian.PutUint16(request[6:], syscall.NLM_F_DUMP|syscall.NLM_F_REQUEST)
		f.Add(request)
		f.Add(append(request, request...))
	}
	s := &netlinkSocket{layer: layer, port: 7}
	f.Fuzz(func(t *testing.T, request []byte) {
		answers, errno := s.dump(request)
		if errno != 0 {
			return
		}
		for _, answer := range answers {
			list, err := syscall.ParseNetlinkMessage(answer)
			if err != nil {
				t.Fatalf("%v: % x", err, answer)
			}
			for _, m := range list {
				if m.Header.Pid != s.port {
					t.Fatalf("for %d", m.Header.Pid)
				}
			}
		}
	})
}

// FuzzBatch loses no frame but an acknowledgement that a later one of the same
// connection repeats. The input is cut into frames.
func FuzzBatch(f *testing.F) {
	join := func(frames ...[]byte) (all []byte) {
		for _, frame := range frames {
			all = append(append(all, byte(len(frame))), frame...)
		}
		return all
	}
	ack, data := tcpFrame(1, 5, header.TCPFlagAck, stamps, 0), tcpFrame(1, 5, psh, stamps, 100)
	f.Add(join(ack, data))
	f.Add(join(ack, ack, tcpFrame(1, 6, header.TCPFlagAck, stamps, 0), tcpFrame(1, 6, header.TCPFlagAck, blocks, 0)))
	f.Add(join(tcpFrame(1, 5, header.TCPFlagFin|header.TCPFlagAck, nil, 0), ack[:20]))
	p := &postbox{}
	b := newBatch(p)
	f.Fuzz(func(t *testing.T, input []byte) {
		p.mu.Lock()
		p.gone, p.queued = nil, nil
		p.mu.Unlock()
		var sent [][]byte
		for len(input) > 0 {
			n := min(int(input[0]), len(input)-1)
			frame := input[1 : 1+n]
			input = input[1+n:]
			if n < netdev.HeaderSize {
				continue
			}
			sent = append(sent, frame)
			if err := b.send(frame); err != nil {
				t.Fatal(err)
			}
		}
		b.sendHeld()
		p.Flush()
		p.mu.Lock()
		defer p.mu.Unlock()
		for i, frame := range sent {
			kind, _ := parse(frame)
			said := contains(p.gone, frame)
			for _, later := range sent[i+1:] {
				said = said || kind == acknowledges && sameConnection(frame, later)
			}
			if !said {
				t.Fatalf("lost: % x", frame)
			}
		}
	})
}

func contains(frames [][]byte, frame []byte) bool {
	for _, other := range frames {
		if bytes.Equal(other, frame) {
			return true
		}
	}
	return false
}
