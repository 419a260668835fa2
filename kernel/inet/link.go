package inet

import (
	"encoding/binary"
	"sync"
	"sync/atomic"

	"eggcup/kernel/netdev"

	"gvisor.dev/gvisor/pkg/buffer"
	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
)

// link is an Ethernet device as the stack sees it. Frames go from the driver's
// goroutine straight into the stack and from the sender's straight to the
// driver: there is no queue in between.
type link struct {
	device  netdev.Device
	batch   *batch // nil if the device hears of each frame at once
	nic     tcpip.NICID
	address tcpip.LinkAddress
	mtu     atomic.Uint32
	ability stack.LinkEndpointCapabilities

	dispatcher atomic.Pointer[stack.NetworkDispatcher]
	frames     sync.Pool // of *[]byte, for packets of several pieces

	// dhcp takes the messages for the DHCP client, which has no socket: they
	// come before there is an address.
	dhcp atomic.Pointer[func(frame []byte)]
}

func newLink(device netdev.Device, nic tcpip.NICID, mtu int) *link {
	hardware := device.HardwareAddr()
	l := &link{device: device, nic: nic, address: tcpip.LinkAddress(hardware[:])}
	l.ability = stack.CapabilityResolutionRequired
	if o, ok := device.(netdev.Offloader); ok {
		transmit, receive := o.ChecksumOffload()
		if transmit {
			l.ability |= stack.CapabilityTXChecksumOffload
		}
		if receive {
			l.ability |= stack.CapabilityRXChecksumOffload
		}
	}
	if b, ok := device.(netdev.Batcher); ok {
		l.batch = newBatch(b)
	}
	if mtu == 0 || mtu > device.MTU() {
		mtu = device.MTU()
	}
	l.mtu.Store(uint32(mtu))
	size := device.MTU() + netdev.HeaderSize
	l.frames.New = func() any { frame := make([]byte, size); return &frame }
	return l
}

// receive hands a frame of the device to the stack, which keeps a copy.
func (l *link) receive(frame []byte) {
	if len(frame) < netdev.HeaderSize {
		return
	}
	if handler := l.dhcp.Load(); handler != nil && isDHCP(frame) {
		(*handler)(frame)
		return
	}
	dispatcher := l.dispatcher.Load()
	if dispatcher == nil {
		return
	}
	if l.batch != nil {
		l.batch.received(frame)
	}
	kind := tcpip.PacketHost
	switch destination := tcpip.LinkAddress(frame[:6]); {
	case destination == header.EthernetBroadcastAddress:
		kind = tcpip.PacketBroadcast
	case header.IsMulticastEthernetAddress(destination):
		kind = tcpip.PacketMulticast
	case destination != l.address:
		return // of a device that lets everything in
	}
	packet := stack.NewPacketBuffer(stack.PacketBufferOptions{Payload: buffer.MakeWithData(frame)})
	packet.LinkHeader().Consume(netdev.HeaderSize)
	packet.PktType = kind
	protocol := tcpip.NetworkProtocolNumber(binary.BigEndian.Uint16(frame[12:]))
	(*dispatcher).DeliverNetworkPacket(protocol, packet)
	packet.DecRef()
}

// WritePackets sends packets. Their link headers are set.
func (l *link) WritePackets(packets stack.PacketBufferList) (int, tcpip.Error) {
	for i, packet := range packets.AsSlice() {
		if err := l.write(packet); err != nil {
			if i > 0 {
				return i, nil
			}
			return 0, err
		}
	}
	return packets.Len(), nil
}

func (l *link) write(packet *stack.PacketBuffer) tcpip.Error {
	frame := l.frames.Get().(*[]byte)
	defer l.frames.Put(frame)
	n := 0
	for _, piece := range packet.AsSlices() {
		if n+len(piece) > len(*frame) {
			return &tcpip.ErrMessageTooLong{}
		}
		n += copy((*frame)[n:], piece)
	}
	var err error
	if l.batch != nil {
		err = l.batch.send((*frame)[:n])
	} else {
		err = l.device.Transmit((*frame)[:n])
	}
	if err != nil {
		return &tcpip.ErrNoBufferSpace{}
	}
	return nil
}

// MTU returns the largest payload of a frame.
func (l *link) MTU() uint32 { return l.mtu.Load() }

// SetMTU changes it, up to what the device takes.
func (l *link) SetMTU(mtu uint32) { l.mtu.Store(min(mtu, uint32(l.device.MTU()))) }

// MaxHeaderLength is the room for the link header.
func (*link) MaxHeaderLength() uint16 { return netdev.HeaderSize }

// LinkAddress returns the MAC address.
func (l *link) LinkAddress() tcpip.LinkAddress { return l.address }

// SetLinkAddress does nothing: a device keeps its address.
func (*link) SetLinkAddress(tcpip.LinkAddress) {}

// Capabilities says which checksums the device takes care of.
func (l *link) Capabilities() stack.LinkEndpointCapabilities { return l.ability }

// Attach connects the link with the stack.
func (l *link) Attach(dispatcher stack.NetworkDispatcher) {
	if dispatcher == nil {
		l.dispatcher.Store(nil)
		return
	}
	l.dispatcher.Store(&dispatcher)
}

// IsAttached reports whether it is.
func (l *link) IsAttached() bool { return l.dispatcher.Load() != nil }

// Wait has nothing to wait for.
func (*link) Wait() {}

// ARPHardwareType is Ethernet.
func (*link) ARPHardwareType() header.ARPHardwareType { return header.ARPHardwareEther }

// AddHeader writes the Ethernet header.
func (*link) AddHeader(packet *stack.PacketBuffer) {
	header.Ethernet(packet.LinkHeader().Push(netdev.HeaderSize)).Encode(&header.EthernetFields{
		SrcAddr: packet.EgressRoute.LocalLinkAddress,
		DstAddr: packet.EgressRoute.RemoteLinkAddress,
		Type:    packet.NetworkProtocolNumber,
	})
}

// ParseHeader takes the Ethernet header off.
func (*link) ParseHeader(packet *stack.PacketBuffer) bool {
	_, ok := packet.LinkHeader().Consume(netdev.HeaderSize)
	return ok
}

// Close stops the device.
func (l *link) Close() { l.device.Close() }

// SetOnCloseAction is for links that outlive their devices.
func (*link) SetOnCloseAction(func()) {}
