package inet

import (
	"encoding/binary"
	"syscall"
	"testing"

	"gvisor.dev/gvisor/pkg/buffer"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
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

// FuzzShortcut treats any packet that takes the short way as the stack's own would.
func FuzzShortcut(f *testing.F) {
	f.Add(tcpPacket(nil), true)
	f.Add(tcpPacket(func(b []byte) { b[ipChecksum]++ }), false)
	f.Add(tcpPacket(nil)[:30], false)
	short, st, _ := newShortcut(f)
	f.Fuzz(func(t *testing.T, packet []byte, checked bool) {
		p := stack.NewPacketBuffer(stack.PacketBufferOptions{Payload: buffer.MakeWithData(packet)})
		defer p.DecRef()
		p.RXChecksumValidated = checked
		if _, fits := short.fits(p); fits {
			compareWays(t, short, st, packet, checked)
		}
	})
}
