package vfs

import (
	"syscall"

	"eggcup/kernel/config"
	"eggcup/kernel/netconf"
)

// etcFiles are the files of /etc that programs and the standard library look
// for. Those of ROOTFS_DIR come before them.
var etcFiles = [...]struct{ name, text string }{
	{"hostname", config.Hostname + "\n"},
	{"hosts", "127.0.0.1\tlocalhost\n" +
		"127.0.1.1\t" + config.Hostname + "\n" +
		"::1\tlocalhost ip6-localhost ip6-loopback\n"},
	{"nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\nservices: files\nprotocols: files\n"},
	{"passwd", "root:x:0:0:root:/root:/program\nnobody:x:65534:65534:nobody:/nonexistent:/program\n"},
	{"group", "root:x:0:\nnogroup:x:65534:\n"},
	{"os-release", "NAME=eggcup\nID=eggcup\nPRETTY_NAME=\"eggcup\"\n"},
	{"protocols", "ip\t0\tIP\nicmp\t1\tICMP\ntcp\t6\tTCP\nudp\t17\tUDP\nipv6-icmp\t58\tIPv6-ICMP\n"},
	{"services", "ftp\t21/tcp\nssh\t22/tcp\ntelnet\t23/tcp\nsmtp\t25/tcp\tmail\ndomain\t53/tcp\ndomain\t53/udp\n" +
		"http\t80/tcp\twww\nkerberos\t88/tcp\npop3\t110/tcp\nntp\t123/udp\nimap2\t143/tcp\timap\nsnmp\t161/udp\n" +
		"ldap\t389/tcp\nhttps\t443/tcp\nhttps\t443/udp\nsubmission\t587/tcp\nldaps\t636/tcp\nimaps\t993/tcp\npop3s\t995/tcp\n" +
		"mysql\t3306/tcp\npostgresql\t5432/tcp\nredis\t6379/tcp\nhttp-alt\t8080/tcp\n"},
}

// fillEtc adds what the configuration says. Texts are not copied before
// somebody writes to them.
func (s *System) fillEtc(etc *inode) {
	for _, file := range etcFiles {
		s.make(etc, file.name, syscall.S_IFREG|0o644, &data{fs: etc.fs, base: file.text, length: int64(len(file.text))})
	}
	s.make(etc, "resolv.conf", syscall.S_IFREG|0o644, generated(netconf.ResolvConf))
	s.make(etc, "mtab", syscall.S_IFLNK|0o777, symlink("/proc/self/mounts"))
}
