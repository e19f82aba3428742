//go:build unix

package store_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gomodule/redigo/redis"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/store"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

func TestRedisPasses(t *testing.T) {
	s := testservers.Redis(t)
	redisDo(t, s, "SET", "greeting", "hello")
	redisDo(t, s, "RPUSH", "list", "a", "b")
	for _, c := range []struct {
		name string
		spec store.Redis
		want string
	}{
		{"by PING", store.Redis{}, "PONG"},
		{"as a master", store.Redis{Role: "master"}, "PONG, master"},
		{"with a key", store.Redis{Key: "greeting"}, `PONG, key "greeting" is there`},
		{"with a key of that value", store.Redis{Key: "greeting", Expect: "hello"}, `PONG, key "greeting" is there`},
		{"with a key of another type", store.Redis{Key: "list"}, `PONG, key "list" is there`},
		{"with a command", store.Redis{Command: []string{"STRLEN", "greeting"}, Expect: "5"}, `PONG, STRLEN replied "5"`},
		{"with a list", store.Redis{Command: []string{"LRANGE", "list", "0", "-1"}, Expect: "a b"}, `PONG, LRANGE replied "a b"`},
		{"with nothing", store.Redis{Command: []string{"GET", "none"}, Expect: "(nil)"}, `PONG, GET replied "(nil)"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.spec.Address = s.Addr
			leavesNothing(t, func() { passes(t, c.spec, c.want) })
		})
	}
	t.Run("over a unix socket", func(t *testing.T) {
		passes(t, store.Redis{Address: s.Socket}, "PONG")
		passes(t, store.Redis{Address: "unix:" + s.Socket}, "PONG")
		passes(t, store.Redis{Address: "unix://" + s.Socket}, "PONG")
	})
	t.Run("and observes", func(t *testing.T) {
		o := passes(t, store.Redis{Address: s.Addr, Role: "master"}, "PONG, master")
		for _, name := range []string{"connect_seconds", "ping_seconds", "replication_offset_bytes"} {
			if _, observed := o.observed[name]; !observed {
				t.Errorf("%s is not observed, want it: %v", name, o.observed)
			}
		}
	})
}

func TestRedisFails(t *testing.T) {
	s := testservers.Redis(t)
	redisDo(t, s, "SET", "greeting", "hello")
	for _, c := range []struct {
		name   string
		spec   store.Redis
		reason checks.Reason
		want   string
	}{
		{"with another role", store.Redis{Role: "replica"}, checks.ReasonAssertion, "role master, want replica"},
		{"without the key", store.Redis{Key: "none"}, checks.ReasonAssertion, `key "none" is not there`},
		{"in another database", store.Redis{Key: "greeting", DB: 3}, checks.ReasonAssertion, `key "greeting" is not there`},
		{"with another value", store.Redis{Key: "greeting", Expect: "bye"}, checks.ReasonAssertion, `key "greeting": "hello", want "bye"`},
		{"with another reply", store.Redis{Command: []string{"DBSIZE"}, Expect: "2"}, checks.ReasonAssertion, `DBSIZE: "1", want "2"`},
		{"without such a command", store.Redis{Command: []string{"NOPE"}}, checks.ReasonStatus, "NOPE: ERR unknown command"},
		{"without such a database", store.Redis{DB: 99}, checks.ReasonStatus, "SELECT: ERR DB index is out of range"},
		{"with a password too many", store.Redis{Password: planted}, checks.ReasonAuth, "AUTH: ERR AUTH"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.spec.Address = s.Addr
			leavesNothing(t, func() { fails(t, c.spec, c.reason, c.want) })
		})
	}
	t.Run("where no socket is", func(t *testing.T) {
		fails(t, store.Redis{Address: s.Socket + ".none"}, checks.ReasonRefused, "no such file")
	})
	t.Run("with a reply beyond 64 KiB", func(t *testing.T) {
		redisDo(t, s, "SET", "big", strings.Repeat("x", 1<<20))
		fails(t, store.Redis{Address: s.Addr, Command: []string{"GET", "big"}}, checks.ReasonProtocol, "waiting for the reply to GET from "+s.Addr+": larger than 64KiB")
	})
}

func TestRedisPasswords(t *testing.T) {
	s := testservers.Redis(t, "--requirepass", planted, "--user", "app", "on", ">"+planted+"2", "~*", "+ping", "+auth")
	app := store.Redis{Address: s.Addr, Username: "app", Password: planted + "2"}

	passes(t, store.Redis{Address: s.Addr, Password: planted}, "PONG")
	passes(t, store.Redis{Address: s.Addr, PasswordFile: checks.SecretFile(file(t, planted+"\n"))}, "PONG")
	passes(t, app, "PONG")

	fails(t, store.Redis{Address: s.Addr}, checks.ReasonAuth, "PING: NOAUTH")
	fails(t, store.Redis{Address: s.Addr, Password: planted + "x"}, checks.ReasonAuth, "AUTH: WRONGPASS")
	app.Role = "master"
	fails(t, app, checks.ReasonAuth, "ROLE: NOPERM")
	fails(t, store.Redis{Address: s.Addr, PasswordFile: "/no/such/file"}, checks.ReasonInternal, "local: secret file /no/such/file")
}

func TestRedisHidesThePasswordThatTheServerRepeats(t *testing.T) {
	s := testservers.Redis(t, "--rename-command", "AUTH", "")
	fails(t, store.Redis{Address: s.Addr, Password: planted}, checks.ReasonAuth, "unknown command 'AUTH', with args beginning with: '********'")
}

func TestRedisReadsItsPasswordFileAtEveryRun(t *testing.T) {
	s := testservers.Redis(t, "--requirepass", planted)
	path := file(t, "old")
	check, err := store.Redis{Address: s.Addr, PasswordFile: checks.SecretFile(path)}.Build()
	if err != nil {
		t.Fatal(err)
	}
	if _, err = check(t.Context()); checks.ReasonOf(err) != checks.ReasonAuth {
		t.Errorf("with the old password: %v, want the reason auth", err)
	}
	if err = os.WriteFile(path, []byte(planted), 0o600); err != nil {
		t.Fatal(err)
	}
	var received []string
	ctx := checktype.WithSecretReceiver(t.Context(), func(secret string) { received = append(received, secret) })
	if _, err = check(ctx); err != nil {
		t.Errorf("with the new password: %v, want a pass", err)
	}
	if len(received) != 1 || received[0] != planted {
		t.Errorf("the scrubber was told %d secrets, want the new password", len(received))
	}
}

func TestRedisOverTLS(t *testing.T) {
	s := testservers.RedisTLS(t)
	localhost := "localhost:" + s.Port()
	o := passes(t, store.Redis{Address: localhost, TLS: &checks.TLS{CAFile: s.CAFile}}, "PONG")
	if o.observed["tls_not_after_timestamp_seconds"] < float64(time.Now().Unix()) {
		t.Errorf("observed %v, want when the certificate ends", o.observed)
	}
	passes(t, store.Redis{Address: s.Addr, TLS: &checks.TLS{InsecureSkipVerify: true}}, "PONG")
	fails(t, store.Redis{Address: localhost, TLS: &checks.TLS{}}, checks.ReasonTLS, "unknown authority")
	fails(t, store.Redis{Address: localhost, TLS: &checks.TLS{CAFile: s.CAFile, ServerName: "other.example.org"}},
		checks.ReasonTLS, "not other.example.org")
	fails(t, store.Redis{Address: localhost, TLS: &checks.TLS{CAFile: "/no/such/ca.pem"}}, checks.ReasonInternal, "local: tls: ca_file /no/such/ca.pem")
	leavesNothing(t, func() {
		fails(t, store.Redis{Address: s.Addr}, checks.ReasonProtocol, "waiting for the reply to PING from "+s.Addr+": connection ")
	})
	timesOut(t, store.Redis{Address: testservers.Redis(t).Addr, TLS: &checks.TLS{}}, "tls handshake with ")
}

func TestRedisWithTooManyClientsHasAStatus(t *testing.T) {
	s := testservers.Redis(t, "--maxclients", "1", "--requirepass", planted)
	conn, err := net.Dial("tcp", s.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	// The server has seen conn when it answers.
	fmt.Fprint(conn, "PING\r\n")
	if _, err = conn.Read(make([]byte, 64)); err != nil {
		t.Fatal(err)
	}
	fails(t, store.Redis{Address: s.Addr, Password: planted}, checks.ReasonStatus, "max number of clients reached")
}

func TestRedisReplicaWarnsOfABrokenLink(t *testing.T) {
	master := testservers.Redis(t)
	replica := testservers.Redis(t, "--replicaof", "127.0.0.1 "+master.Port(), "--repl-ping-replica-period", "1")
	spec := store.Redis{Address: replica.Addr, Role: "replica"}
	eventually(t, "replica", "PONG, replica", func() string {
		if o := run(t, spec, 5*time.Second); o.err == nil {
			return o.output
		}
		return ""
	})
	fails(t, store.Redis{Address: replica.Addr, Role: "master"}, checks.ReasonAssertion, "role replica, want master")

	master.Stop()
	eventually(t, "warning", `link to the master is "connect", want connected`, func() string {
		o := run(t, spec, 5*time.Second)
		text, _ := checks.Warning(o.err)
		if o.output != "PONG, replica" {
			t.Errorf("output %q, want it kept", o.output)
		}
		return text
	})
}

func TestRedisFollowsItsServer(t *testing.T) {
	s := testservers.Redis(t)
	spec := store.Redis{Address: s.Addr}
	s.Freeze()
	timesOut(t, spec, "waiting for the reply to PING from ")
	isCancelled(t, spec)
	s.Thaw()
	passes(t, spec, "PONG")
	eventually(t, "clients but ours", "", func() string { return redisClients(t, s) })
	s.Stop()
	leavesNothing(t, func() { fails(t, spec, checks.ReasonRefused, "connection refused") })
	s.Start()
	passes(t, spec, "PONG")
}

func TestRedisSlowCommandEndsWithItsTimeout(t *testing.T) {
	s := testservers.Redis(t)
	timesOut(t, store.Redis{Address: s.Addr, Command: []string{"BLPOP", "nothing", "0"}}, "waiting for the reply to BLPOP from ")
	isCancelled(t, store.Redis{Address: s.Addr, Command: []string{"BLPOP", "nothing", "0"}})
	eventually(t, "clients but ours", "", func() string { return redisClients(t, s) })
}

func TestRedisBuildSaysAllFaultsAtOnce(t *testing.T) {
	const address = "redis:6379"
	buildFails(t, store.Redis{}, "address: is missing, want host:port or the path of a unix socket")
	buildFails(t, store.Redis{Address: "redis"}, `address "redis": want host:port with a port of 1 to 65535, or the path of a unix socket`)
	buildFails(t, store.Redis{Address: "redis:0"}, `address "redis:0": want host:port with a port of 1 to 65535, or the path of a unix socket`)
	buildFails(t, store.Redis{Address: ":6379"}, `address ":6379": want host:port with a port of 1 to 65535, or the path of a unix socket`)
	buildFails(t, store.Redis{Address: "redis://:" + planted + "@redis:6379"},
		"address: looks like a URL, want host:port or the path of a unix socket")
	buildFails(t, store.Redis{Address: "unix:"}, "address: unix: has no path after it")
	buildFails(t, store.Redis{Address: "/run/redis.sock", TLS: &checks.TLS{}}, "tls: is given for a unix socket, want host:port")
	buildFails(t, store.Redis{Address: address, Password: planted, PasswordFile: "/p"}, "password: given beside password_file, want one of them")
	buildFails(t, store.Redis{Address: address, TLS: &checks.TLS{CertFile: "/c"}}, "tls.cert_file: given without key_file")
	buildFails(t, store.Redis{Address: address, Role: "slave"}, `role "slave": want master, replica or sentinel`)
	buildFails(t, store.Redis{Address: address, Username: "app"}, "username: is given without password or password_file")
	buildFails(t, store.Redis{Address: address, DB: -1}, "db -1: want 0 or more")
	buildFails(t, store.Redis{Address: address, Key: "a", Command: []string{"GET", "a"}}, "key and command are both given, want one of them")
	buildFails(t, store.Redis{Address: address, Command: []string{""}}, "command: has no name")
	buildFails(t, store.Redis{Address: address, Expect: "x"}, "expect: is given without key or command")
	buildFails(t, store.Redis{Role: "x", DB: -2},
		"address: is missing, want host:port or the path of a unix socket", `role "x": want master, replica or sentinel`, "db -2: want 0 or more")
}

func TestRedisPrintsNoPassword(t *testing.T) {
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if got := fmt.Sprintf(verb, store.Redis{Password: planted}); strings.Contains(got, planted) {
			t.Errorf("%s of a Redis = %s, want no password in it", verb, got)
		}
	}
}

func TestRedisStandsTheFaultTable(t *testing.T) {
	s := testservers.Redis(t, "--requirepass", planted)
	spec := func(address string) store.Redis { return store.Redis{Address: address, Password: planted} }
	faulttest.Run(t, faulttest.Subject{
		Type: "redis",
		Spec: func(address string) checks.Spec { return spec(address) },
		TLS: func(address string, settings checks.TLS) checks.Spec {
			r := spec(address)
			r.TLS = &settings
			return r
		},
		Secret:   planted,
		Good:     faulttest.Proxy(s.Addr),
		Preamble: "$60000\r\n",
	})
}

// FuzzRedisReplies looks for replies that make the client panic, hang, or take
// memory for what is only announced.
func FuzzRedisReplies(f *testing.F) {
	for _, reply := range []string{
		"+PONG\r\n", "-ERR no\r\n", "$4\r\nPONG\r\n", "*1000000000\r\n", "$9999999999999999999\r\n", "*-1\r\n", ":-\r\n",
		strings.Repeat("*1\r\n", 5000), "HTTP/1.1 400 Bad Request\r\n\r\n", "$-2\r\n", "*2\r\n$60000\r\n", "\r\n", "*\r\n",
	} {
		f.Add([]byte(reply))
	}
	// A socket for all inputs, which come one after another: with a port for each,
	// the machine has none left after a minute.
	socket := filepath.Join(testservers.Dir(f), "redis.sock")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { listener.Close() })
	var current atomic.Pointer[[]byte]
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			conn.Read(make([]byte, 64))
			conn.Write(*current.Load())
			conn.Close()
		}
	}()
	f.Fuzz(func(t *testing.T, reply []byte) {
		current.Store(&reply)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		check, err := store.Redis{Address: socket, Role: "master"}.Build()
		if err != nil {
			t.Fatal(err)
		}
		if _, err = check(ctx); err != nil && checks.ReasonOf(err) == checks.ReasonTimeout {
			t.Errorf("reply %q: %v, want an end before the timeout", reply, err)
		}
	})
}

// redisDo runs a command on the server.
func redisDo(t *testing.T, s *testservers.Server, command string, args ...any) any {
	t.Helper()
	conn, err := redis.DialContext(t.Context(), "tcp", s.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	reply, err := conn.Do(command, args...)
	if err != nil {
		t.Fatal(err)
	}
	return reply
}

// redisClients lists the server's clients but the one that asks.
func redisClients(t *testing.T, s *testservers.Server) string {
	t.Helper()
	list, _ := redis.String(redisDo(t, s, "CLIENT", "LIST"), nil)
	var others []string
	for line := range strings.Lines(list) {
		if !strings.Contains(line, "cmd=client") {
			others = append(others, line)
		}
	}
	return strings.Join(others, "")
}
