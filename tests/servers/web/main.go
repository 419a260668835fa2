// web starts servers that are built on popular libraries, and asks each
// something as its clients do.
package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/gofiber/fiber/v2"
	"github.com/gorilla/websocket"
	"github.com/miekg/dns"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/redis/go-redis/v9"
	"github.com/tidwall/redcon"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
)

func get(url, want string) error {
	r, err := http.Get(url)
	if err != nil {
		return err
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != 200 || !strings.Contains(string(b), want) {
		return fmt.Errorf("%d %.200q %v", r.StatusCode, b, err)
	}
	return nil
}

func main() {
	try("HTTP with parameters and JSON", "github.com/gin-gonic/gin", ginServer)
	try("HTTP with parameters", "github.com/go-chi/chi/v5", chiServer)
	try("HTTP by fasthttp", "github.com/gofiber/fiber/v2", fiberServer)
	try("a health check over HTTP/2", "google.golang.org/grpc", grpcServer)
	try("SET and GET by go-redis", "github.com/tidwall/redcon", redisServer)
	try("names over UDP and TCP", "github.com/miekg/dns", dnsServer)
	try("publish, subscribe, JetStream in files", "github.com/nats-io/nats-server/v2", natsServer)
	try("metrics of the process and of Go", "github.com/prometheus/client_golang", metrics)
	try("an echo", "github.com/gorilla/websocket", webSocket)
	try("HTTP/3 over QUIC", "github.com/quic-go/quic-go", quic)
	fmt.Println("DONE")
}

func ginServer() error {
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	r.GET("/hello/:name", func(c *gin.Context) { c.JSON(200, gin.H{"hello": c.Param("name")}) })
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go r.RunListener(l)
	return get("http://"+l.Addr().String()+"/hello/egg", `{"hello":"egg"}`)
}

func chiServer() error {
	r := chi.NewRouter()
	r.Get("/x/{id}", func(w http.ResponseWriter, q *http.Request) { fmt.Fprint(w, "id ", chi.URLParam(q, "id")) })
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go http.Serve(l, r)
	return get("http://"+l.Addr().String()+"/x/42", "id 42")
}

func fiberServer() error {
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Get("/f", func(c *fiber.Ctx) error { return c.SendString("fiber") })
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go app.Listener(l)
	return get("http://"+l.Addr().String()+"/f", "fiber")
}

func grpcServer() error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s := grpc.NewServer()
	healthpb.RegisterHealthServer(s, health.NewServer())
	go s.Serve(l)
	c, err := grpc.NewClient(l.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	a, err := healthpb.NewHealthClient(c).Check(ctx, &healthpb.HealthCheckRequest{})
	if err == nil && a.Status != healthpb.HealthCheckResponse_SERVING {
		err = fmt.Errorf("%v", a)
	}
	return err
}

func redisServer() error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	m := map[string]string{}
	go redcon.Serve(l, func(c redcon.Conn, cmd redcon.Command) {
		switch string(cmd.Args[0]) {
		case "set", "SET":
			m[string(cmd.Args[1])] = string(cmd.Args[2])
			c.WriteString("OK")
		case "get", "GET":
			c.WriteBulkString(m[string(cmd.Args[1])])
		default:
			c.WriteError("ERR unknown command")
		}
	}, func(redcon.Conn) bool { return true }, nil)
	r := redis.NewClient(&redis.Options{Addr: l.Addr().String(), Protocol: 2, DisableIdentity: true})
	ctx := context.Background()
	if err := r.Set(ctx, "k", "v", 0).Err(); err != nil {
		return err
	}
	v, err := r.Get(ctx, "k").Result()
	if err == nil && v != "v" {
		err = fmt.Errorf("%q", v)
	}
	return err
}

func dnsServer() error {
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s := &dns.Server{PacketConn: pc, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		m := new(dns.Msg)
		m.SetReply(q)
		rr, _ := dns.NewRR("egg.example. 60 IN A 192.0.2.1")
		m.Answer = append(m.Answer, rr)
		w.WriteMsg(m)
	})}
	go s.ActivateAndServe()
	q := new(dns.Msg)
	q.SetQuestion("egg.example.", dns.TypeA)
	a, err := dns.Exchange(q, pc.LocalAddr().String())
	if err == nil && len(a.Answer) != 1 {
		err = fmt.Errorf("%v", a)
	}
	if err != nil {
		return err
	}
	t := &dns.Server{Addr: "127.0.0.1:5353", Net: "tcp", ReusePort: true, Handler: s.Handler}
	go t.ListenAndServe()
	time.Sleep(100 * time.Millisecond)
	c := dns.Client{Net: "tcp"}
	_, _, err = c.Exchange(q, "127.0.0.1:5353")
	return err
}

func natsServer() error {
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, JetStream: true, StoreDir: "/tmp/nats", NoSigs: false, HTTPPort: -1, HTTPHost: "127.0.0.1"})
	if err != nil {
		return err
	}
	go s.Start()
	if !s.ReadyForConnections(10 * time.Second) {
		return fmt.Errorf("not ready")
	}
	c, err := nats.Connect(s.ClientURL())
	if err != nil {
		return err
	}
	sub, err := c.SubscribeSync("x")
	if err != nil {
		return err
	}
	c.Publish("x", []byte("hello"))
	m, err := sub.NextMsg(5 * time.Second)
	if err != nil || string(m.Data) != "hello" {
		return fmt.Errorf("%v %v", m, err)
	}
	js, err := c.JetStream()
	if err != nil {
		return err
	}
	if _, err = js.AddStream(&nats.StreamConfig{Name: "S", Subjects: []string{"s.*"}, Storage: nats.FileStorage}); err != nil {
		return err
	}
	_, err = js.Publish("s.1", []byte("kept"))
	return err
}

func metrics() error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go http.Serve(l, promhttp.Handler())
	for _, want := range []string{"go_goroutines", "process_resident_memory_bytes", "process_open_fds", "process_cpu_seconds_total", "process_max_fds", "process_network_receive_bytes_total"} {
		if err := get("http://"+l.Addr().String(), want); err != nil {
			return fmt.Errorf("%s: %w", want, err)
		}
	}
	return nil
}

func webSocket() error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	up := websocket.Upgrader{}
	go http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := up.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		for {
			k, b, err := c.ReadMessage()
			if err != nil {
				return
			}
			c.WriteMessage(k, b)
		}
	}))
	c, _, err := websocket.DefaultDialer.Dial("ws://"+l.Addr().String(), nil)
	if err != nil {
		return err
	}
	c.WriteMessage(websocket.TextMessage, []byte("echo"))
	_, b, err := c.ReadMessage()
	if err == nil && string(b) != "echo" {
		err = fmt.Errorf("%q", b)
	}
	return err
}
