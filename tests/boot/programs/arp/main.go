// arp asks the gateway of QEMU's user network for its hardware address through every network card, as raw frames: once,
// then so often that the rings go round several times.
package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"eggcup/kernel/netdev"
	"eggcup/tests/boot/programs/internal/check"
)

const (
	minFrame = 60 // QEMU pads what it sends to this
	many     = 3000
	workers  = 8
	patience = 5 * time.Second
)

var (
	gateway = [4]byte{10, 0, 2, 2}
	own     = [4]byte{10, 0, 2, 15}
)

// request is an ARP request (RFC 826) for the gateway's address.
func request(mac [6]byte) []byte {
	frame := bytes.Repeat([]byte{0xff}, 6)
	frame = append(frame, mac[:]...)
	frame = append(frame, 0x08, 0x06, 0, 1, 0x08, 0x00, 6, 4, 0, 1)
	frame = append(frame, mac[:]...)
	frame = append(frame, own[:]...)
	frame = append(frame, make([]byte, 6)...)
	frame = append(frame, gateway[:]...)
	return append(frame, make([]byte, minFrame-len(frame))...)
}

// isReply says whether a frame is the gateway's answer to us.
func isReply(frame []byte, mac [6]byte) bool {
	return len(frame) >= 42 && bytes.Equal(frame[:6], mac[:]) && binary.BigEndian.Uint16(frame[12:]) == 0x0806 &&
		binary.BigEndian.Uint16(frame[20:]) == 2 && bytes.Equal(frame[28:32], gateway[:]) &&
		bytes.Equal(frame[32:38], mac[:]) && bytes.Equal(frame[38:42], own[:])
}

func main() {
	devices := netdev.Devices()
	check.That(len(devices) > 0, "there is a network card", "none is registered")
	for _, d := range devices {
		ask(d)
	}
	check.Done()
}

func ask(d netdev.Device) {
	mac := d.HardwareAddr()
	check.Note("%s: address %x, MTU %d", d.Name(), mac, d.MTU())
	check.That(mac[0] == 0x52 && mac[1] == 0x54, "its address is QEMU's", "%x", mac)
	var replies, others atomic.Int32
	first := make(chan struct{}, 1)
	err := d.Start(func(frame []byte) {
		if !isReply(frame, mac) {
			others.Add(1)
			return
		}
		replies.Add(1)
		select {
		case first <- struct{}{}:
		default:
		}
	})
	check.NoError(err, "start")
	begin := time.Now()
	check.NoError(d.Transmit(request(mac)), "an ARP request")
	select {
	case <-first:
		check.That(true, "the gateway's reply", "")
		check.Note("it took %v", time.Since(begin))
	case <-time.After(patience):
		check.That(false, "the gateway's reply", "none in %v, %+v", patience, d.Stats())
		return
	}
	for _, most := range []int32{1, 2, 64} {
		exchange(d, mac, &replies, first, most)
	}
	overload(d, mac, &replies)
	exchange(d, mac, &replies, first, 1)
	check.That(errors.Is(d.Transmit(make([]byte, netdev.HeaderSize-1)), netdev.ErrFrameSize), "a frame too short", "")
	check.That(errors.Is(d.Transmit(make([]byte, d.MTU()+netdev.HeaderSize+1)), netdev.ErrFrameSize), "a frame too long", "")
	check.NoError(d.Transmit(append(request(mac), make([]byte, d.MTU()+netdev.HeaderSize-minFrame)...)), "the longest frame")
	s := d.Stats()
	check.Note("%+v, %d other frames", s, others.Load())
	check.That(s.TxFrames == 5*many+2 && s.TxErrors == 2, "sent frames are counted", "%+v", s)
	check.That(s.RxErrors == 0, "nothing came damaged", "%+v", s)
	check.NoError(d.Close(), "close")
	check.That(errors.Is(d.Transmit(request(mac)), netdev.ErrClosed), "a closed card sends nothing", "")
}

// exchange keeps a number of requests under way until all are answered: the rings go round many times, and the card falls
// asleep and is woken as often.
func exchange(d netdev.Device, mac [6]byte, replies *atomic.Int32, answered <-chan struct{}, most int32) {
	replies.Store(0)
	begin := time.Now()
	stalled := time.NewTimer(patience)
	for sent := int32(0); replies.Load() < many; {
		for ; sent < many && sent-replies.Load() < most; sent++ {
			if err := d.Transmit(request(mac)); err != nil {
				check.That(false, "one of many requests", "%v", err)
				return
			}
		}
		stalled.Reset(patience)
		select {
		case <-answered:
		case <-stalled.C:
			check.That(false, fmt.Sprintf("3000 requests, %d at a time", most), "%d replies, %+v", replies.Load(), d.Stats())
			return
		}
	}
	check.That(true, fmt.Sprintf("3000 requests, %d at a time", most), "")
	check.Note("%d requests, %d at a time: %v", many, most, time.Since(begin))
}

// overload sends from several goroutines more than the card can hold answers to. Many are lost, and then all is well again.
func overload(d netdev.Device, mac [6]byte, replies *atomic.Int32) {
	replies.Store(0)
	done := make(chan error, workers)
	for range workers {
		go func() {
			for range many / workers {
				if err := d.Transmit(request(mac)); err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	for range workers {
		check.NoErrorQuiet(<-done, "a request too many")
	}
	for last := int32(-1); replies.Load() != last; time.Sleep(100 * time.Millisecond) {
		last = replies.Load()
	}
	check.Note("%d of %d answered under overload", replies.Load(), many)
}
