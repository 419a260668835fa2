package inet

import (
	"encoding/binary"
	"syscall"
	"time"
	"unsafe"

	"eggcup/kernel/socket"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
)

// SetOption answers setsockopt(2).
func (s *inetSocket) SetOption(level, name int, p unsafe.Pointer, length int) syscall.Errno {
	switch level {
	case syscall.SOL_SOCKET:
		return s.setSocketOption(name, p, length)
	case syscall.IPPROTO_TCP:
		if s.kind == syscall.SOCK_STREAM {
			return s.setTCPOption(name, p, length)
		}
	case syscall.IPPROTO_IP:
		return s.setIPOption(name, p, length)
	case syscall.IPPROTO_IPV6:
		if s.family == syscall.AF_INET6 {
			return s.setIPv6Option(name, p, length)
		}
	}
	return syscall.ENOPROTOOPT
}

// Option answers getsockopt(2).
func (s *inetSocket) Option(level, name int, to unsafe.Pointer, length *uint32) syscall.Errno {
	var value int
	var errno syscall.Errno
	switch level {
	case syscall.SOL_SOCKET:
		return s.socketOption(name, to, length)
	case syscall.IPPROTO_TCP:
		if s.kind != syscall.SOCK_STREAM {
			return syscall.EOPNOTSUPP
		}
		switch name {
		case syscall.TCP_INFO:
			return s.tcpInfo(to, length)
		case syscall.TCP_CONGESTION:
			var algorithm tcpip.CongestionControlOption
			if err := s.endpoint.GetSockOpt(&algorithm); err != nil {
				return number(err)
			}
			return socket.StoreOption(to, length, append([]byte(algorithm), 0))
		}
		value, errno = s.tcpOption(name)
	case syscall.IPPROTO_IP:
		value, errno = s.ipOption(name)
	case syscall.IPPROTO_IPV6:
		if s.family != syscall.AF_INET6 {
			return syscall.EOPNOTSUPP
		}
		value, errno = s.ipv6Option(name)
	default:
		return syscall.EOPNOTSUPP
	}
	if errno != 0 {
		return errno
	}
	return socket.StoreInt(to, length, value)
}

// Options of SOL_SOCKET that package syscall does not name.
const (
	soReusePort  = 15
	soIncoming   = 49 // SO_INCOMING_CPU
	soBusyPoll   = 46
	soPriority   = 12
	soRcvBufForc = 33
	soSndBufForc = 32
)

func (s *inetSocket) setSocketOption(name int, p unsafe.Pointer, length int) syscall.Errno {
	if errno, ok := s.Base.SetOption(name, p, length); ok {
		return errno
	}
	o := s.endpoint.SocketOptions()
	switch name {
	case syscall.SO_LINGER:
		if length < 8 {
			return syscall.EINVAL
		}
		given := *(*syscall.Linger)(p)
		o.SetLinger(tcpip.LingerOption{Enabled: given.Onoff != 0, Timeout: time.Duration(given.Linger) * time.Second})
		return 0
	case syscall.SO_BINDTODEVICE:
		return s.bindToDevice(string(trim(socket.Bytes(p, min(length, syscall.IFNAMSIZ)))))
	}
	value, errno := socket.LoadInt(p, length)
	if errno != 0 {
		return errno
	}
	on := value != 0
	switch name {
	case syscall.SO_REUSEADDR:
		o.SetReuseAddress(on)
	case soReusePort:
		o.SetReusePort(on)
	case syscall.SO_BROADCAST:
		o.SetBroadcast(on)
	case syscall.SO_KEEPALIVE:
		o.SetKeepAlive(on)
	case syscall.SO_NO_CHECK:
		o.SetNoChecksum(on)
	case syscall.SO_RCVBUF, soRcvBufForc:
		s.sized.Store(true)
		low, high := o.ReceiveBufferLimits()
		o.SetReceiveBufferSize(min(max(2*int64(max(value, 0)), low), high), true)
	case syscall.SO_SNDBUF, soSndBufForc:
		low, high := o.SendBufferLimits()
		o.SetSendBufferSize(min(max(2*int64(max(value, 0)), low), high), true)
	case syscall.SO_DEBUG, syscall.SO_DONTROUTE, syscall.SO_OOBINLINE:
		s.Remember(syscall.SOL_SOCKET, name, socket.Boolean(on))
	case syscall.SO_RCVLOWAT:
		s.Remember(syscall.SOL_SOCKET, name, max(value, 1))
	case soPriority, syscall.SO_MARK, soBusyPoll, soIncoming:
		s.Remember(syscall.SOL_SOCKET, name, value) // hints, which the stack has no use for
	default:
		return syscall.ENOPROTOOPT
	}
	return 0
}

func trim(b []byte) []byte {
	for i, c := range b {
		if c == 0 {
			return b[:i]
		}
	}
	return b
}

func (s *inetSocket) bindToDevice(name string) syscall.Errno {
	if name == "" {
		return number(s.endpoint.SocketOptions().SetBindToDevice(0))
	}
	for id, info := range s.layer.stack.NICInfo() {
		if info.Name == name {
			return number(s.endpoint.SocketOptions().SetBindToDevice(int32(id)))
		}
	}
	return syscall.ENODEV
}

func (s *inetSocket) socketOption(name int, to unsafe.Pointer, length *uint32) syscall.Errno {
	if errno, ok := s.Base.Option(name, to, length); ok {
		return errno
	}
	o := s.endpoint.SocketOptions()
	value := 0
	switch name {
	case syscall.SO_ERROR:
		if d := s.flows(); d != nil {
			value = int(d.in.takeFailure())
		} else if err := s.endpoint.LastError(); err != nil {
			value = int(number(err))
			s.settle()
		}
	case syscall.SO_TYPE:
		value = s.kind
	case socket.SoDomain:
		value = s.family
	case socket.SoProtocol:
		value = s.protocol
	case syscall.SO_ACCEPTCONN:
		value = socket.Boolean(s.kind == syscall.SOCK_STREAM && tcp.EndpointState(s.endpoint.State()) == tcp.StateListen)
	case syscall.SO_LINGER:
		linger := o.GetLinger()
		var b [8]byte
		binary.NativeEndian.PutUint32(b[:], uint32(socket.Boolean(linger.Enabled)))
		binary.NativeEndian.PutUint32(b[4:], uint32(linger.Timeout/time.Second))
		return socket.StoreOption(to, length, b[:])
	case syscall.SO_REUSEADDR:
		value = socket.Boolean(o.GetReuseAddress())
	case soReusePort:
		value = socket.Boolean(o.GetReusePort())
	case syscall.SO_BROADCAST:
		value = socket.Boolean(o.GetBroadcast())
	case syscall.SO_KEEPALIVE:
		value = socket.Boolean(o.GetKeepAlive())
	case syscall.SO_NO_CHECK:
		value = socket.Boolean(o.GetNoChecksum())
	case syscall.SO_RCVBUF:
		value = int(o.GetReceiveBufferSize())
	case syscall.SO_SNDBUF:
		value = int(o.GetSendBufferSize())
	case syscall.SO_RCVLOWAT:
		value = s.Remembered(syscall.SOL_SOCKET, name, 1)
	case syscall.SO_DEBUG, soPriority, syscall.SO_DONTROUTE, syscall.SO_MARK, syscall.SO_OOBINLINE, soBusyPoll, soIncoming:
		value = s.Remembered(syscall.SOL_SOCKET, name, 0)
	default:
		return syscall.ENOPROTOOPT
	}
	return socket.StoreInt(to, length, value)
}

// Options of IPPROTO_TCP that package syscall does not name.
const (
	tcpUserTimeout = 18
	tcpNotSentLow  = 25
	tcpFastOpen    = 23
)

func (s *inetSocket) setTCPOption(name int, p unsafe.Pointer, length int) syscall.Errno {
	if name == syscall.TCP_CONGESTION {
		algorithm := tcpip.CongestionControlOption(trim(socket.Bytes(p, min(length, 16))))
		if err := s.endpoint.SetSockOpt(&algorithm); err != nil {
			return syscall.ENOENT
		}
		return 0
	}
	value, errno := socket.LoadInt(p, length)
	if errno != 0 {
		return errno
	}
	seconds := time.Duration(value) * time.Second
	o := s.endpoint.SocketOptions()
	switch name {
	case syscall.TCP_NODELAY:
		o.SetDelayOption(value == 0)
	case syscall.TCP_CORK:
		o.SetCorkOption(value != 0)
	case syscall.TCP_QUICKACK:
		o.SetQuickAck(value != 0)
	case syscall.TCP_KEEPIDLE:
		if value < 1 || value > 32767 {
			return syscall.EINVAL
		}
		option := tcpip.KeepaliveIdleOption(seconds)
		return number(s.endpoint.SetSockOpt(&option))
	case syscall.TCP_KEEPINTVL:
		if value < 1 || value > 32767 {
			return syscall.EINVAL
		}
		option := tcpip.KeepaliveIntervalOption(seconds)
		return number(s.endpoint.SetSockOpt(&option))
	case syscall.TCP_KEEPCNT:
		if value < 1 || value > 127 {
			return syscall.EINVAL
		}
		return number(s.endpoint.SetSockOptInt(tcpip.KeepaliveCountOption, value))
	case tcpUserTimeout:
		if value < 0 {
			return syscall.EINVAL
		}
		option := tcpip.TCPUserTimeoutOption(time.Duration(value) * time.Millisecond)
		return number(s.endpoint.SetSockOpt(&option))
	case syscall.TCP_MAXSEG:
		return number(s.endpoint.SetSockOptInt(tcpip.MaxSegOption, value))
	case syscall.TCP_LINGER2:
		option := tcpip.TCPLingerTimeoutOption(seconds)
		return number(s.endpoint.SetSockOpt(&option))
	case syscall.TCP_SYNCNT:
		return number(s.endpoint.SetSockOptInt(tcpip.TCPSynCountOption, value))
	case syscall.TCP_WINDOW_CLAMP:
		return number(s.endpoint.SetSockOptInt(tcpip.TCPWindowClampOption, value))
	case tcpNotSentLow, tcpFastOpen, syscall.TCP_DEFER_ACCEPT:
		s.Remember(syscall.IPPROTO_TCP, name, value) // hints: without them the connection is as good
	default:
		return syscall.ENOPROTOOPT
	}
	return 0
}

func (s *inetSocket) tcpOption(name int) (int, syscall.Errno) {
	o := s.endpoint.SocketOptions()
	switch name {
	case syscall.TCP_NODELAY:
		return socket.Boolean(!o.GetDelayOption()), 0
	case syscall.TCP_CORK:
		return socket.Boolean(o.GetCorkOption()), 0
	case syscall.TCP_QUICKACK:
		return socket.Boolean(o.GetQuickAck()), 0
	case syscall.TCP_KEEPIDLE:
		var idle tcpip.KeepaliveIdleOption
		err := s.endpoint.GetSockOpt(&idle)
		return int(time.Duration(idle) / time.Second), number(err)
	case syscall.TCP_KEEPINTVL:
		var interval tcpip.KeepaliveIntervalOption
		err := s.endpoint.GetSockOpt(&interval)
		return int(time.Duration(interval) / time.Second), number(err)
	case tcpUserTimeout:
		var timeout tcpip.TCPUserTimeoutOption
		err := s.endpoint.GetSockOpt(&timeout)
		return int(time.Duration(timeout) / time.Millisecond), number(err)
	case syscall.TCP_LINGER2:
		var linger tcpip.TCPLingerTimeoutOption
		err := s.endpoint.GetSockOpt(&linger)
		return int(time.Duration(linger) / time.Second), number(err)
	case tcpNotSentLow, tcpFastOpen, syscall.TCP_DEFER_ACCEPT:
		return s.Remembered(syscall.IPPROTO_TCP, name, 0), 0
	}
	names := map[int]tcpip.SockOptInt{
		syscall.TCP_KEEPCNT:      tcpip.KeepaliveCountOption,
		syscall.TCP_MAXSEG:       tcpip.MaxSegOption,
		syscall.TCP_SYNCNT:       tcpip.TCPSynCountOption,
		syscall.TCP_WINDOW_CLAMP: tcpip.TCPWindowClampOption,
	}
	if option, ok := names[name]; ok {
		value, err := s.endpoint.GetSockOptInt(option)
		return value, number(err)
	}
	return 0, syscall.ENOPROTOOPT
}

// tcpInfo answers with the head of struct tcp_info: what the stack knows.
func (s *inetSocket) tcpInfo(to unsafe.Pointer, length *uint32) syscall.Errno {
	var known tcpip.TCPInfoOption
	if err := s.endpoint.GetSockOpt(&known); err != nil {
		return number(err)
	}
	info := syscall.TCPInfo{
		State:        uint8(known.State),
		Rto:          uint32(known.RTO / time.Microsecond),
		Rtt:          uint32(known.RTT / time.Microsecond),
		Rttvar:       uint32(known.RTTVar / time.Microsecond),
		Snd_cwnd:     known.SndCwnd,
		Snd_ssthresh: known.SndSsthresh,
	}
	return socket.StoreOption(to, length, socket.Bytes(unsafe.Pointer(&info), int(unsafe.Sizeof(info))))
}
