package main

import (
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// socket makes one or says why not.
func socket(domain, kind, protocol int) int {
	fd, err := unix.Socket(domain, kind, protocol)
	if err != nil {
		say("socket", domain, kind, protocol, err)
	}
	return fd
}

// address shows an address without what is chosen by the system.
func address(a unix.Sockaddr) string {
	switch a := a.(type) {
	case *unix.SockaddrInet4:
		return fmt.Sprint(a.Addr, " ", a.Port != 0)
	case *unix.SockaddrInet6:
		return fmt.Sprint(a.Addr, " ", a.Port != 0)
	case *unix.SockaddrUnix:
		return fmt.Sprintf("%q", a.Name)
	}
	return fmt.Sprintf("%T", a)
}

// pairs is socketpair(2).
func pairs() {
	for _, kind := range []int{unix.SOCK_STREAM, unix.SOCK_DGRAM, unix.SOCK_SEQPACKET} {
		fds, err := unix.Socketpair(unix.AF_UNIX, kind|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
		say(fmt.Sprintf("socketpair %d", kind), err)
		b := make([]byte, 3)
		_, err = unix.Read(fds[0], b)
		say("read nothing", err)
		n, err := unix.Write(fds[1], []byte("hello"))
		say("write", n, err)
		n, _, flags, _, err := unix.Recvmsg(fds[0], b, nil, unix.MSG_PEEK)
		say("peek", n, flags, err, string(b[:max(n, 0)]))
		n, err = unix.Read(fds[0], b)
		say("read some", n, err, string(b[:max(n, 0)]))
		n, err = unix.Read(fds[0], b)
		say("read on", n, err)
		n, err = unix.SendmsgN(fds[0], nil, nil, nil, 0)
		say("send nothing", n, err)
		me, err := unix.Getsockname(fds[0])
		say("getsockname", address(me), err)
		cred, err := unix.GetsockoptUcred(fds[0], unix.SOL_SOCKET, unix.SO_PEERCRED)
		say("SO_PEERCRED", err, cred != nil && int(cred.Pid) == os.Getpid() && int(cred.Uid) == os.Getuid())
		what, err := unix.GetsockoptInt(fds[0], unix.SOL_SOCKET, unix.SO_TYPE)
		say("SO_TYPE", what, err)
		unix.Read(fds[1], b)
		say("shutdown", unix.Shutdown(fds[1], unix.SHUT_WR), unix.Shutdown(fds[1], 7))
		n, err = unix.Read(fds[0], b)
		say("read behind a shutdown", n, err)
		unix.Close(fds[1])
		_, err = unix.SendmsgN(fds[0], []byte("x"), nil, nil, unix.MSG_NOSIGNAL)
		say("write to nobody", err)
		n, err = unix.Read(fds[0], b)
		say("read from nobody", n, err)
		unix.Close(fds[0])
	}
	_, err := unix.Socketpair(unix.AF_INET, unix.SOCK_STREAM, 0)
	say("socketpair AF_INET", err)
	_, err = unix.Socketpair(unix.AF_UNIX, 77, 0)
	say("socketpair of a kind", err)
	_, err = unix.Socket(77, unix.SOCK_STREAM, 0)
	say("socket of a family", err)
	_, err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 77)
	say("socket of a protocol", err)
}

// rights is SCM_RIGHTS and SCM_CREDENTIALS: descriptors sent over sockets.
func rights() {
	put("sent", "what was sent")
	for _, kind := range []int{unix.SOCK_STREAM, unix.SOCK_DGRAM} {
		fds, _ := unix.Socketpair(unix.AF_UNIX, kind, 0)
		file := open("sent", unix.O_RDONLY)
		p := make([]int, 2)
		unix.Pipe(p)
		n, err := unix.SendmsgN(fds[0], []byte("with"), unix.UnixRights(file, p[1]), nil, 0)
		say("send", n, err)
		unix.Close(file)
		b, oob := make([]byte, 10), make([]byte, 100)
		n, m, flags, _, err := unix.Recvmsg(fds[1], b, oob, unix.MSG_CMSG_CLOEXEC)
		say("receive", n, m, fmt.Sprintf("%#x", flags), err, string(b[:max(n, 0)]))
		messages, err := unix.ParseSocketControlMessage(oob[:m])
		if err != nil || len(messages) != 1 {
			say("no descriptors came", err, len(messages))
			continue
		}
		got, err := unix.ParseUnixRights(&messages[0])
		say("descriptors", len(got), err)
		n, err = unix.Pread(got[0], b, 5)
		say("the file", n, err, string(b[:max(n, 0)]))
		flag, err := unix.FcntlInt(uintptr(got[0]), unix.F_GETFD, 0)
		say("close-on-exec", flag, err)
		unix.Write(got[1], []byte("pipe"))
		n, err = unix.Read(p[0], b)
		say("the pipe", string(b[:max(n, 0)]), err)
		unix.SendmsgN(fds[0], []byte("cut"), unix.UnixRights(p[0], p[1]), nil, 0)
		n, m, flags, _, err = unix.Recvmsg(fds[1], b, make([]byte, unix.CmsgLen(4)), 0)
		say("no room for both", n, m, fmt.Sprintf("%#x", flags), err)
		unix.SendmsgN(fds[0], []byte("none"), unix.UnixRights(p[0]), nil, 0)
		n, err = unix.Read(fds[1], b)
		say("read without them", n, err)
		_, err = unix.SendmsgN(fds[0], []byte("bad"), unix.UnixRights(1000), nil, 0)
		say("send no descriptor", err)
		unix.SetsockoptInt(fds[1], unix.SOL_SOCKET, unix.SO_PASSCRED, 1)
		unix.Write(fds[0], []byte("who"))
		n, m, _, _, err = unix.Recvmsg(fds[1], b, oob, 0)
		say("credentials", n, m, err)
		for _, fd := range []int{fds[0], fds[1], got[0], got[1], p[0], p[1]} {
			unix.Close(fd)
		}
	}
}

// options is setsockopt(2) and getsockopt(2).
func options() {
	tcp := socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	unix.SetsockoptInt(tcp, unix.IPPROTO_TCP, unix.TCP_NODELAY, 0) // here it is on at first: docs/syscalls.md
	for _, o := range []struct {
		name          string
		level, option int
		values        []int
	}{
		{"SO_REUSEADDR", unix.SOL_SOCKET, unix.SO_REUSEADDR, []int{1, 0}},
		{"SO_REUSEPORT", unix.SOL_SOCKET, unix.SO_REUSEPORT, []int{1, 0}},
		{"SO_KEEPALIVE", unix.SOL_SOCKET, unix.SO_KEEPALIVE, []int{1, 5, 0}},
		{"SO_BROADCAST", unix.SOL_SOCKET, unix.SO_BROADCAST, []int{1}},
		{"SO_OOBINLINE", unix.SOL_SOCKET, unix.SO_OOBINLINE, []int{1, 0}},
		{"SO_PRIORITY", unix.SOL_SOCKET, unix.SO_PRIORITY, []int{3}},
		{"SO_ERROR", unix.SOL_SOCKET, unix.SO_ERROR, nil},
		{"SO_TYPE", unix.SOL_SOCKET, unix.SO_TYPE, []int{1}},
		{"SO_DOMAIN", unix.SOL_SOCKET, unix.SO_DOMAIN, nil},
		{"SO_PROTOCOL", unix.SOL_SOCKET, unix.SO_PROTOCOL, nil},
		{"SO_ACCEPTCONN", unix.SOL_SOCKET, unix.SO_ACCEPTCONN, nil},
		{"SO_RCVLOWAT", unix.SOL_SOCKET, unix.SO_RCVLOWAT, []int{4}},
		{"SO_BUSY_POLL", unix.SOL_SOCKET, unix.SO_BUSY_POLL, nil},
		{"TCP_NODELAY", unix.IPPROTO_TCP, unix.TCP_NODELAY, []int{1, 0}},
		{"TCP_CORK", unix.IPPROTO_TCP, unix.TCP_CORK, []int{1, 0}},
		{"TCP_KEEPIDLE", unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, []int{33, 0}},
		{"TCP_KEEPINTVL", unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, []int{11, -1}},
		{"TCP_KEEPCNT", unix.IPPROTO_TCP, unix.TCP_KEEPCNT, []int{5, 200}},
		{"TCP_USER_TIMEOUT", unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, []int{3000}},
		{"TCP_DEFER_ACCEPT", unix.IPPROTO_TCP, unix.TCP_DEFER_ACCEPT, []int{0}},
		{"TCP_QUICKACK", unix.IPPROTO_TCP, unix.TCP_QUICKACK, []int{1}},
		{"TCP_LINGER2", unix.IPPROTO_TCP, unix.TCP_LINGER2, []int{20}},
		{"TCP_SYNCNT", unix.IPPROTO_TCP, unix.TCP_SYNCNT, []int{4}},
		{"TCP_FASTOPEN", unix.IPPROTO_TCP, unix.TCP_FASTOPEN, []int{5}},
		{"IP_TOS", unix.IPPROTO_IP, unix.IP_TOS, []int{0x10}},
		{"IP_TTL", unix.IPPROTO_IP, unix.IP_TTL, []int{33, 300}},
		{"IP_MTU_DISCOVER", unix.IPPROTO_IP, unix.IP_MTU_DISCOVER, []int{2}},
		{"IP_BIND_ADDRESS_NO_PORT", unix.IPPROTO_IP, 24, []int{1}},
		{"IP_FREEBIND", unix.IPPROTO_IP, unix.IP_FREEBIND, []int{1}},
		{"unknown", unix.SOL_SOCKET, 9999, []int{1}},
		{"unknown TCP", unix.IPPROTO_TCP, 9999, []int{1}},
		{"unknown level", 9999, 1, []int{1}},
	} {
		v, err := unix.GetsockoptInt(tcp, o.level, o.option)
		answers := []any{"at first", v, err}
		for _, value := range o.values {
			set := unix.SetsockoptInt(tcp, o.level, o.option, value)
			v, err := unix.GetsockoptInt(tcp, o.level, o.option)
			answers = append(answers, "|", value, set, v, err)
		}
		for i, a := range answers {
			if e, ok := a.(unix.Errno); ok {
				answers[i] = unix.ErrnoName(e)
			}
		}
		say(o.name, answers...)
	}
	say("SO_SNDBUF", unix.SetsockoptInt(tcp, unix.SOL_SOCKET, unix.SO_SNDBUF, 50000))
	v, err := unix.GetsockoptInt(tcp, unix.SOL_SOCKET, unix.SO_SNDBUF)
	say("is twice that", v, err)
	say("SO_RCVBUF", unix.SetsockoptInt(tcp, unix.SOL_SOCKET, unix.SO_RCVBUF, 50000))
	v, err = unix.GetsockoptInt(tcp, unix.SOL_SOCKET, unix.SO_RCVBUF)
	say("is twice that", v, err)
	say("SO_LINGER", unix.SetsockoptLinger(tcp, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1, Linger: 7}))
	tv := unix.Timeval{Sec: 3, Usec: 500000}
	say("SO_RCVTIMEO", unix.SetsockoptTimeval(tcp, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &tv))
	say("SO_SNDTIMEO", unix.SetsockoptTimeval(tcp, unix.SOL_SOCKET, unix.SO_SNDTIMEO, &unix.Timeval{Usec: 2e6}))
	say("SO_BINDTODEVICE", unix.SetsockoptString(tcp, unix.SOL_SOCKET, unix.SO_BINDTODEVICE, "nosuch0"))
	say("SO_BINDTODEVICE lo", unix.SetsockoptString(tcp, unix.SOL_SOCKET, unix.SO_BINDTODEVICE, "lo"))
	info, err := unix.GetsockoptTCPInfo(tcp, unix.IPPROTO_TCP, unix.TCP_INFO)
	say("TCP_INFO", err, info != nil && info.State == 7)
	_, err = unix.GetsockoptInt(1000, unix.SOL_SOCKET, unix.SO_TYPE)
	say("of nothing", err)
	unix.Close(tcp)
	udp := socket(unix.AF_INET6, unix.SOCK_DGRAM, 0)
	for name, option := range map[string]int{"IPV6_V6ONLY": unix.IPV6_V6ONLY, "IPV6_RECVPKTINFO": unix.IPV6_RECVPKTINFO} {
		_ = name
		set := unix.SetsockoptInt(udp, unix.IPPROTO_IPV6, option, 1)
		v, err := unix.GetsockoptInt(udp, unix.IPPROTO_IPV6, option)
		if set != nil || v != 1 || err != nil {
			say("IPv6 option", name, set, v, err)
		}
	}
	for _, option := range []int{unix.IPV6_UNICAST_HOPS, unix.IPV6_MULTICAST_HOPS, unix.IPV6_TCLASS, unix.IPV6_RECVTCLASS, unix.IPV6_MULTICAST_LOOP} {
		set := unix.SetsockoptInt(udp, unix.IPPROTO_IPV6, option, 1)
		v, err := unix.GetsockoptInt(udp, unix.IPPROTO_IPV6, option)
		say(fmt.Sprintf("IPv6 option %d", option), set, v, err)
	}
	unix.Close(udp)
}

// listener returns a socket that listens on the loopback interface.
func listener(options ...int) (fd, port int) {
	fd = socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	for _, o := range options {
		unix.SetsockoptInt(fd, unix.SOL_SOCKET, o, 1)
	}
	if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		say("bind", err)
	}
	if err := unix.Listen(fd, 10); err != nil {
		say("listen", err)
	}
	me, _ := unix.Getsockname(fd)
	return fd, me.(*unix.SockaddrInet4).Port
}

// streams is TCP: who may listen where, how connections begin and end.
func streams() {
	l, port := listener(unix.SO_REUSEPORT)
	here := &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}, Port: port}
	same := socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	say("bind to what is taken", unix.Bind(same, here))
	unix.SetsockoptInt(same, unix.SOL_SOCKET, unix.SO_REUSEPORT, 1)
	say("bind with SO_REUSEPORT", unix.Bind(same, here), unix.Listen(same, 10))
	say("bind again", unix.Bind(same, here))
	unix.Close(same)
	foreign := socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	say("bind elsewhere", unix.Bind(foreign, &unix.SockaddrInet4{Addr: [4]byte{192, 0, 2, 77}}))
	unix.Close(foreign)
	_, _, err := unix.Accept4(l, 0x1)
	say("accept with a flag", err)
	unix.SetNonblock(l, true)
	_, _, err = unix.Accept4(l, unix.SOCK_CLOEXEC)
	say("accept nobody", err)
	unix.SetNonblock(l, false)
	c := socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	_, err = unix.Getpeername(c)
	say("getpeername of nobody", err)
	_, err = unix.SendmsgN(c, []byte("x"), nil, nil, unix.MSG_NOSIGNAL)
	say("write to nobody", err)
	_, err = unix.Read(c, make([]byte, 1))
	say("read from nobody", err)
	say("connect", unix.Connect(c, here))
	say("connect again", unix.Connect(c, here))
	s, from, err := unix.Accept4(l, unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK)
	say("accept", address(from), err)
	peer, err := unix.Getpeername(c)
	say("getpeername", address(peer), err)
	_, err = unix.Read(s, make([]byte, 1))
	say("read nothing", err)
	n, err := unix.SendmsgBuffers(c, [][]byte{[]byte("one "), []byte("two "), nil, []byte("three")}, nil, nil, 0)
	say("send pieces", n, err)
	a, b := make([]byte, 6), make([]byte, 20)
	time.Sleep(20 * time.Millisecond)
	waiting, err := unix.IoctlGetInt(s, unix.TIOCINQ)
	say("FIONREAD", waiting, err)
	n, _, flags, _, err := unix.RecvmsgBuffers(s, [][]byte{a, b}, nil, unix.MSG_PEEK)
	say("peek pieces", n, flags, err, fmt.Sprintf("%q %q", a, strings.TrimRight(string(b), "\x00")))
	n, _, _, _, err = unix.RecvmsgBuffers(s, [][]byte{a, b}, nil, 0)
	say("receive pieces", n, err, fmt.Sprintf("%q", a))
	unix.Write(c, []byte("abc"))
	go func() { time.Sleep(20 * time.Millisecond); unix.Write(c, []byte("def")) }()
	unix.SetNonblock(s, false)
	n, _, _, _, err = unix.Recvmsg(s, a, nil, unix.MSG_WAITALL)
	say("MSG_WAITALL", n, err, string(a))
	_, _, _, _, err = unix.Recvmsg(s, a, nil, unix.MSG_DONTWAIT)
	say("MSG_DONTWAIT", err)
	_, _, _, _, err = unix.Recvmsg(s, a, nil, unix.MSG_OOB)
	say("MSG_OOB of nothing", err)
	tv := unix.Timeval{Usec: 50000}
	unix.SetsockoptTimeval(s, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &tv)
	begin := time.Now()
	_, err = unix.Read(s, a)
	say("SO_RCVTIMEO", err, time.Since(begin) >= 45*time.Millisecond)
	say("shutdown", unix.Shutdown(c, unix.SHUT_WR))
	_, err = unix.SendmsgN(c, []byte("x"), nil, nil, unix.MSG_NOSIGNAL)
	say("write behind a shutdown", err)
	n, err = unix.Read(s, a)
	say("end", n, err)
	n, err = unix.Write(s, []byte("still"))
	say("the other way", n, err)
	n, err = unix.Read(c, b)
	say("arrives", n, err)
	unix.SetsockoptLinger(s, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
	unix.Close(s)
	time.Sleep(20 * time.Millisecond)
	_, err = unix.Read(c, b)
	say("closed without lingering", err)
	unix.Close(c)
	unix.Close(l)
	c = socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	say("connect to nobody", unix.Connect(c, here))
	unix.Close(c)
	c = socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_NONBLOCK, 0)
	l, port = listener()
	say("connect later", unix.Connect(c, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}, Port: port}))
	poll := []unix.PollFd{{Fd: int32(c), Events: unix.POLLOUT}}
	n, err = unix.Poll(poll, 1000)
	v, _ := unix.GetsockoptInt(c, unix.SOL_SOCKET, unix.SO_ERROR)
	say("poll", n, err, poll[0].Revents, v)
	say("connect once more", unix.Connect(c, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}, Port: port}))
	unix.Close(c)
	unix.Close(l)
	say("listen on a datagram socket", unix.Listen(socket(unix.AF_INET, unix.SOCK_DGRAM, 0), 1))
}

// datagrams is UDP and the datagrams of AF_UNIX.
func datagrams() {
	one, two := socket(unix.AF_INET, unix.SOCK_DGRAM, 0), socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	unix.Bind(one, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}})
	me, _ := unix.Getsockname(one)
	unix.SetsockoptInt(one, unix.IPPROTO_IP, unix.IP_PKTINFO, 1)
	unix.SetsockoptInt(one, unix.IPPROTO_IP, unix.IP_RECVTTL, 1)
	say("sendto", unix.Sendto(two, []byte("hello"), 0, me))
	b, oob := make([]byte, 3), make([]byte, 100)
	n, m, flags, from, err := unix.Recvmsg(one, b, oob, 0)
	say("receive", n, m, fmt.Sprintf("%#x", flags), address(from), err)
	messages, err := unix.ParseSocketControlMessage(oob[:m])
	for _, message := range messages {
		say("message", message.Header.Level, message.Header.Type, len(message.Data))
	}
	unix.Sendto(two, []byte("longer"), 0, me)
	n, _, err = unix.Recvfrom(one, b, unix.MSG_TRUNC)
	say("MSG_TRUNC", n, err)
	n, err = unix.Write(two, []byte("x"))
	say("write to nobody", n, err)
	say("connect", unix.Connect(two, me))
	n, err = unix.Write(two, nil)
	say("write nothing", n, err)
	n, _, err = unix.Recvfrom(one, b, 0)
	say("receive nothing", n, err)
	say("too long", unix.Sendto(one, make([]byte, 70000), 0, me))
	say("to everybody", unix.Sendto(one, []byte("x"), 0, &unix.SockaddrInet4{Addr: [4]byte{255, 255, 255, 255}, Port: 9}))
	unix.Close(one)
	unix.Write(two, []byte("x"))
	time.Sleep(20 * time.Millisecond)
	_, err = unix.Write(two, []byte("x"))
	say("refused", err)
	unix.Close(two)
	server, client := socket(unix.AF_UNIX, unix.SOCK_DGRAM, 0), socket(unix.AF_UNIX, unix.SOCK_DGRAM, 0)
	say("bind to a name", unix.Bind(server, &unix.SockaddrUnix{Name: "name"}))
	say("bind to it again", unix.Bind(client, &unix.SockaddrUnix{Name: "name"}))
	say("sendto a name", unix.Sendto(client, []byte("hi"), 0, &unix.SockaddrUnix{Name: "name"}))
	n, from, err = unix.Recvfrom(server, b, 0)
	say("from", n, address(from), err)
	say("bind to no file", unix.Bind(client, &unix.SockaddrUnix{Name: "no/name"}))
	say("connect to a file", unix.Connect(client, &unix.SockaddrUnix{Name: "main.go"}))
	put("plain", "")
	say("connect to a plain file", unix.Connect(client, &unix.SockaddrUnix{Name: "plain"}))
	say("bind abstract", unix.Bind(client, &unix.SockaddrUnix{Name: "@abstract"}))
	unix.Sendto(client, []byte("hi"), 0, &unix.SockaddrUnix{Name: "name"})
	n, from, err = unix.Recvfrom(server, b, 0)
	say("from", n, address(from), err)
	stream := socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	say("connect to another kind", unix.Connect(stream, &unix.SockaddrUnix{Name: "name"}))
	os.Remove("name")
	say("sendto what is gone", unix.Sendto(client, []byte("hi"), 0, &unix.SockaddrUnix{Name: "name"}))
	for _, fd := range []int{server, client, stream} {
		unix.Close(fd)
	}
}

// interfaces is what package net asks netlink for, and ioctl(2) of interfaces.
func interfaces() {
	lo, err := net.InterfaceByName("lo")
	say("lo", err)
	if err == nil {
		say("flags", lo.Flags, lo.MTU > 1000, lo.Index)
		addresses, err := lo.Addrs()
		say("addresses", addresses[0], err) // those of IPv6 may be switched off
	}
	_, err = net.InterfaceByName("nosuch0")
	say("nosuch0", err)
	nl := socket(unix.AF_NETLINK, unix.SOCK_RAW, unix.NETLINK_ROUTE)
	say("bind", unix.Bind(nl, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}))
	unix.Close(nl)
	fd := socket(unix.AF_INET, unix.SOCK_DGRAM, 0)
	request, _ := unix.NewIfreq("lo")
	say("SIOCGIFINDEX", unix.IoctlIfreq(fd, unix.SIOCGIFINDEX, request), request.Uint32())
	say("SIOCGIFFLAGS", unix.IoctlIfreq(fd, unix.SIOCGIFFLAGS, request), request.Uint16()&unix.IFF_LOOPBACK != 0)
	request, _ = unix.NewIfreq("lo")
	say("SIOCGIFADDR", unix.IoctlIfreq(fd, unix.SIOCGIFADDR, request))
	request, _ = unix.NewIfreq("nosuch0")
	say("SIOCGIFINDEX of none", unix.IoctlIfreq(fd, unix.SIOCGIFINDEX, request))
	unix.Close(fd)
}
