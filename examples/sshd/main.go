// sshd is an SSH server with a small shell: cat, ls, date, top, cpuinfo. Those
// whose keys are in a file may log in.
//
//	mkdir -p files/etc/ssh; cp ~/.ssh/id_ed25519.pub files/etc/ssh/authorized_keys
//	eggcup set NET=y VFS=y VIRTIO_NET=y ROOTFS_DIR=files
//	eggcup run examples/sshd -- -nic user,model=virtio-net-pci,hostfwd=tcp::2222-:2222
//	ssh -p 2222 localhost
//
// It is an ordinary Go program on golang.org/x/crypto/ssh: on Linux it does the
// same.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/term"
)

func main() {
	address := flag.String("listen", ":2222", "address to listen on")
	keys := flag.String("keys", "/etc/ssh/authorized_keys", "public keys of those who may log in")
	hostKey := flag.String("host-key", "/etc/ssh/host_key", "private key of the server; a new one each time if it is not there")
	flag.Parse()
	config, err := configure(*keys, *hostKey)
	if err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp", *address)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("sshd: listening on", listener.Addr())
	for {
		connection, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go serve(connection, config)
	}
}

// configure reads who may log in, and the key by which clients know the server.
func configure(keys, hostKey string) (*ssh.ServerConfig, error) {
	text, err := os.ReadFile(keys)
	if err != nil {
		return nil, err
	}
	var allowed [][]byte
	for len(bytes.TrimSpace(text)) > 0 {
		key, _, _, rest, err := ssh.ParseAuthorizedKey(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", keys, err)
		}
		allowed, text = append(allowed, key.Marshal()), rest
	}
	config := &ssh.ServerConfig{
		PublicKeyCallback: func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
			for _, a := range allowed {
				if bytes.Equal(a, key.Marshal()) {
					return nil, nil
				}
			}
			return nil, errors.New("unknown key")
		},
	}
	signer, err := loadHostKey(hostKey)
	if err != nil {
		return nil, err
	}
	config.AddHostKey(signer)
	return config, nil
}

func loadHostKey(path string) (ssh.Signer, error) {
	text, err := os.ReadFile(path)
	if err == nil {
		return ssh.ParsePrivateKey(text)
	}
	if !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	return ssh.NewSignerFromKey(key)
}

// serve speaks with one client, who has half a minute to log in.
func serve(connection net.Conn, config *ssh.ServerConfig) {
	defer connection.Close()
	connection.SetDeadline(time.Now().Add(30 * time.Second))
	server, channels, requests, err := ssh.NewServerConn(connection, config)
	if err != nil {
		log.Print(connection.RemoteAddr(), ": ", err)
		return
	}
	connection.SetDeadline(time.Time{})
	log.Print(connection.RemoteAddr(), ": ", server.User(), " logged in")
	go ssh.DiscardRequests(requests)
	for wanted := range channels {
		if wanted.ChannelType() != "session" {
			wanted.Reject(ssh.UnknownChannelType, "there are sessions only")
			continue
		}
		channel, requests, err := wanted.Accept()
		if err != nil {
			return
		}
		go session(channel, requests)
	}
}

// session answers what a client asks for: a terminal, then a shell, or one
// command.
func session(channel ssh.Channel, requests <-chan *ssh.Request) {
	terminal := term.NewTerminal(channel, "eggcup> ")
	hasTerminal := false
	for request := range requests {
		switch request.Type {
		case "pty-req":
			var wanted struct {
				Name                         string
				Columns, Rows, Width, Height uint32
				Modes                        string
			}
			hasTerminal = ssh.Unmarshal(request.Payload, &wanted) == nil
			resize(terminal, wanted.Columns, wanted.Rows)
			request.Reply(hasTerminal, nil)
		case "window-change":
			var size struct{ Columns, Rows, Width, Height uint32 }
			if ssh.Unmarshal(request.Payload, &size) == nil {
				resize(terminal, size.Columns, size.Rows)
			}
		case "env":
			request.Reply(true, nil)
		case "exec":
			var command struct{ Line string }
			err := ssh.Unmarshal(request.Payload, &command)
			request.Reply(err == nil, nil)
			go func() { finish(channel, run(command.Line, channel, channel.Stderr())) }()
		case "shell":
			request.Reply(true, nil)
			if hasTerminal {
				go func() { finish(channel, shell(terminal, terminal)) }()
			} else {
				go func() { finish(channel, shell(lines{newScanner(channel)}, channel)) }()
			}
		default:
			request.Reply(false, nil)
		}
	}
}

// resize follows the client's window. One that has no size is taken for one of
// the usual size.
func resize(terminal *term.Terminal, columns, rows uint32) {
	if columns > 0 && rows > 0 {
		terminal.SetSize(int(columns), int(rows))
	}
}

// finish tells the client how it ended.
func finish(channel ssh.Channel, code int) {
	channel.SendRequest("exit-status", false, ssh.Marshal(struct{ Code uint32 }{uint32(code)}))
	channel.Close()
}

// reader is where a shell's lines come from: a terminal, or a plain channel.
type reader interface{ ReadLine() (string, error) }

// shell runs commands until there are no more, and returns the last one's code.
func shell(from reader, out io.Writer) int {
	code := 0
	for {
		line, err := from.ReadLine()
		if err != nil || line == "exit" {
			return code
		}
		code = run(line, out, out)
	}
}
