//go:build unix

package redis_test

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

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/redis"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

func TestRedisPasses(t *testing.T) {
	s := testservers.Redis(t)
	redisDo(t, s, "SET", "greeting", "hello")
	redisDo(t, s, "RPUSH", "list", "a", "b")
	for _, c := range []struct {
		name string
		spec redis.Check
		want string
	}{
		{"by PING", redis.Check{}, "PONG"},
		{"as a master", redis.Check{Role: "master"}, "PONG, master"},
		{"with a key", redis.Check{Key: "greeting"}, `PONG, key "greeting" exists`},
		{"with a key of that value", redis.Check{Key: "greeting", Expect: "hello"}, `PONG, key "greeting" exists`},
		{"with a key of another type", redis.Check{Key: "list"}, `PONG, key "list" exists`},
		{"with a command", redis.Check{Command: []string{"STRLEN", "greeting"}, Expect: "5"}, `PONG, STRLEN replied "5"`},
		{"with a pattern", redis.Check{Key: "greeting", Expect: "/^h.*o$/"}, `PONG, key "greeting" exists`},
		{"with a slash", redis.Check{Command: []string{"ECHO", "/"}, Expect: "/"}, `PONG, ECHO replied "/"`},
		{"with a list", redis.Check{Command: []string{"LRANGE", "list", "0", "-1"}, Expect: "a b"}, `PONG, LRANGE replied "a b"`},
		{"with nothing", redis.Check{Command: []string{"GET", "none"}, Expect: "(nil)"}, `PONG, GET replied "(nil)"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.spec.Address = s.Addr
			faulttest.LeavesNothing(t, func() { faulttest.Passes(t, c.spec, c.want) })
		})
	}
	t.Run("over a unix socket", func(t *testing.T) {
		faulttest.Passes(t, redis.Check{Address: s.Socket}, "PONG")
		faulttest.Passes(t, redis.Check{Address: "unix:" + s.Socket}, "PONG")
		faulttest.Passes(t, redis.Check{Address: "unix://" + s.Socket}, "PONG")
	})
	t.Run("and observes", func(t *testing.T) {
		o := faulttest.Passes(t, redis.Check{Address: s.Addr, Role: "master"}, "PONG, master")
		for _, name := range []string{"connect_seconds", "ping_seconds", "replication_offset_bytes"} {
			if _, observed := o.Observed[name]; !observed {
				t.Errorf("%s is not observed, want it: %v", name, o.Observed)
			}
		}
	})
}

func TestRedisFails(t *testing.T) {
	s := testservers.Redis(t)
	redisDo(t, s, "SET", "greeting", "hello")
	for _, c := range []struct {
		name   string
		spec   redis.Check
		reason checks.Reason
		want   string
	}{
		{"with another role", redis.Check{Role: "replica"}, checks.ReasonAssertion, "role master, want replica"},
		{"without the key", redis.Check{Key: "none"}, checks.ReasonAssertion, `key "none" does not exist`},
		{"without the key that has a value", redis.Check{Key: "none", Expect: "(nil)"}, checks.ReasonAssertion, `key "none" does not exist`},
		{"without the key that matches", redis.Check{Key: "none", Expect: "/./"}, checks.ReasonAssertion, `key "none" does not exist`},
		{"in another database", redis.Check{Key: "greeting", DB: 3}, checks.ReasonAssertion, `key "greeting" does not exist`},
		{"with another value", redis.Check{Key: "greeting", Expect: "bye"}, checks.ReasonAssertion, `key "greeting": "hello", want "bye"`},
		{"with no match", redis.Check{Key: "greeting", Expect: "/^b/"}, checks.ReasonAssertion, `key "greeting": "hello", want a match of /^b/`},
		{"outside of a cluster", redis.Check{Cluster: "ok"}, checks.ReasonStatus, "CLUSTER: ERR This instance has cluster support disabled"},
		{"with another reply", redis.Check{Command: []string{"DBSIZE"}, Expect: "2"}, checks.ReasonAssertion, `DBSIZE: "1", want "2"`},
		{"without such a command", redis.Check{Command: []string{"NOPE"}}, checks.ReasonStatus, "NOPE: ERR unknown command"},
		{"without such a database", redis.Check{DB: 99}, checks.ReasonStatus, "SELECT: ERR DB index is out of range"},
		{"with a password too many", redis.Check{Password: faulttest.Planted}, checks.ReasonAuth, "AUTH: ERR AUTH"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.spec.Address = s.Addr
			faulttest.LeavesNothing(t, func() { faulttest.Fails(t, c.spec, c.reason, c.want) })
		})
	}
	t.Run("where no socket is", func(t *testing.T) {
		faulttest.Fails(t, redis.Check{Address: s.Socket + ".none"}, checks.ReasonRefused, "no such file")
	})
	t.Run("with a reply beyond 64 KiB", func(t *testing.T) {
		redisDo(t, s, "SET", "big", strings.Repeat("x", 1<<20))
		faulttest.Fails(t, redis.Check{Address: s.Addr, Command: []string{"GET", "big"}}, checks.ReasonProtocol, "waiting for the reply to GET from "+s.Addr+": larger than 64KiB")
	})
}

func TestRedisPasswords(t *testing.T) {
	s := testservers.Redis(t, "--requirepass", faulttest.Planted, "--user", "app", "on", ">"+faulttest.Planted+"2", "~*", "+ping", "+auth")
	app := redis.Check{Address: s.Addr, Username: "app", Password: faulttest.Planted + "2"}

	faulttest.Passes(t, redis.Check{Address: s.Addr, Password: faulttest.Planted}, "PONG")
	faulttest.Passes(t, redis.Check{Address: s.Addr, PasswordFile: faulttest.SecretFile(t, faulttest.Planted+"\n")}, "PONG")
	faulttest.Passes(t, app, "PONG")

	faulttest.Fails(t, redis.Check{Address: s.Addr}, checks.ReasonAuth, "PING: NOAUTH")
	faulttest.Fails(t, redis.Check{Address: s.Addr, Password: faulttest.Planted + "x"}, checks.ReasonAuth, "AUTH: WRONGPASS")
	app.Role = "master"
	faulttest.Fails(t, app, checks.ReasonAuth, "ROLE: NOPERM")
	faulttest.Fails(t, redis.Check{Address: s.Addr, PasswordFile: "/no/such/file"}, checks.ReasonInternal, "local: secret file /no/such/file")
}

func TestRedisUserWithoutAPassword(t *testing.T) {
	s := testservers.Redis(t, "--requirepass", faulttest.Planted, "--user", "open", "on", "nopass", "~*", "+ping")
	faulttest.Passes(t, redis.Check{Address: s.Addr, Username: "open"}, "PONG")
	faulttest.Fails(t, redis.Check{Address: s.Addr, Username: "nobody"}, checks.ReasonAuth, "AUTH: WRONGPASS")
}

func TestRedisCluster(t *testing.T) {
	s := testservers.Redis(t, "--cluster-enabled", "yes")
	spec := redis.Check{Address: s.Addr, Cluster: "ok"}
	faulttest.Fails(t, spec, checks.ReasonAssertion, "cluster state is fail, want ok")
	redisDo(t, s, "CLUSTER", "ADDSLOTSRANGE", "0", "16383")
	faulttest.Eventually(t, "check", "PONG, cluster ok", func() string { return faulttest.RunOnce(t, spec, 5*time.Second).Text() })
}

func TestRedisHidesThePasswordThatTheServerRepeats(t *testing.T) {
	s := testservers.Redis(t, "--rename-command", "AUTH", "")
	faulttest.Fails(t, redis.Check{Address: s.Addr, Password: faulttest.Planted}, checks.ReasonAuth, "unknown command 'AUTH', with args beginning with: '********'")
}

func TestRedisReadsItsPasswordFileAtEveryRun(t *testing.T) {
	s := testservers.Redis(t, "--requirepass", faulttest.Planted)
	path := faulttest.SecretFile(t, "old")
	check, err := redis.Check{Address: s.Addr, PasswordFile: path}.Build()
	if err != nil {
		t.Fatal(err)
	}
	if _, err = check(t.Context()); checks.ReasonOf(err) != checks.ReasonAuth {
		t.Errorf("with the old password: %v, want the reason auth", err)
	}
	if err = os.WriteFile(string(path), []byte(faulttest.Planted), 0o600); err != nil {
		t.Fatal(err)
	}
	var received []string
	ctx := checktype.WithSecretReceiver(t.Context(), func(secret string) { received = append(received, secret) })
	if _, err = check(ctx); err != nil {
		t.Errorf("with the new password: %v, want a pass", err)
	}
	if len(received) != 1 || received[0] != faulttest.Planted {
		t.Errorf("the scrubber was told %d secrets, want the new password", len(received))
	}
}

func TestRedisOverTLS(t *testing.T) {
	s := testservers.RedisTLS(t)
	localhost := "localhost:" + s.Port()
	o := faulttest.Passes(t, redis.Check{Address: localhost, TLS: &checks.TLS{CAFile: s.CAFile}}, "PONG")
	if o.Observed["tls_not_after_timestamp_seconds"] < float64(time.Now().Unix()) {
		t.Errorf("observed %v, want when the certificate ends", o.Observed)
	}
	faulttest.Passes(t, redis.Check{Address: s.Addr, TLS: &checks.TLS{InsecureSkipVerify: true}}, "PONG")
	faulttest.Fails(t, redis.Check{Address: localhost, TLS: &checks.TLS{}}, checks.ReasonTLS, "unknown authority")
	faulttest.Fails(t, redis.Check{Address: localhost, TLS: &checks.TLS{CAFile: s.CAFile, ServerName: "other.example.org"}},
		checks.ReasonTLS, "not other.example.org")
	faulttest.Fails(t, redis.Check{Address: localhost, TLS: &checks.TLS{CAFile: "/no/such/ca.pem"}}, checks.ReasonInternal, "local: tls: ca_file /no/such/ca.pem")
	faulttest.LeavesNothing(t, func() {
		faulttest.Fails(t, redis.Check{Address: s.Addr}, checks.ReasonProtocol, "waiting for the reply to PING from "+s.Addr+": connection ")
	})
	faulttest.TimesOut(t, redis.Check{Address: testservers.Redis(t).Addr, TLS: &checks.TLS{}}, "tls handshake with ")
}

func TestRedisWithTooManyClientsHasAStatus(t *testing.T) {
	s := testservers.Redis(t, "--maxclients", "1", "--requirepass", faulttest.Planted)
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
	faulttest.Fails(t, redis.Check{Address: s.Addr, Password: faulttest.Planted}, checks.ReasonStatus, "max number of clients reached")
}

func TestRedisReplicaWarnsOfABrokenLink(t *testing.T) {
	master := testservers.Redis(t)
	replica := testservers.Redis(t, "--replicaof", "127.0.0.1 "+master.Port(), "--repl-ping-replica-period", "1")
	spec := redis.Check{Address: replica.Addr, Role: "replica"}
	faulttest.Eventually(t, "replica", "PONG, replica", func() string {
		if o := faulttest.RunOnce(t, spec, 5*time.Second); o.Err == nil {
			return o.Output
		}
		return ""
	})
	faulttest.Fails(t, redis.Check{Address: replica.Addr, Role: "master"}, checks.ReasonAssertion, "role replica, want master")

	master.Stop()
	faulttest.Eventually(t, "warning", `link to the master is "connect", want connected`, func() string {
		o := faulttest.RunOnce(t, spec, 5*time.Second)
		text, _ := checks.Warning(o.Err)
		if o.Output != "PONG, replica" {
			t.Errorf("output %q, want it kept", o.Output)
		}
		return text
	})
}

func TestRedisFollowsItsServer(t *testing.T) {
	s := testservers.Redis(t)
	spec := redis.Check{Address: s.Addr}
	s.Freeze()
	faulttest.TimesOut(t, spec, "waiting for the reply to PING from ")
	faulttest.IsCancelled(t, spec)
	s.Thaw()
	faulttest.Passes(t, spec, "PONG")
	faulttest.Eventually(t, "clients but ours", "", func() string { return redisClients(t, s) })
	s.Stop()
	faulttest.LeavesNothing(t, func() { faulttest.Fails(t, spec, checks.ReasonRefused, "connection refused") })
	s.Start()
	faulttest.Passes(t, spec, "PONG")
}

func TestRedisSlowCommandEndsWithItsTimeout(t *testing.T) {
	s := testservers.Redis(t)
	faulttest.TimesOut(t, redis.Check{Address: s.Addr, Command: []string{"BLPOP", "nothing", "0"}}, "waiting for the reply to BLPOP from ")
	faulttest.IsCancelled(t, redis.Check{Address: s.Addr, Command: []string{"BLPOP", "nothing", "0"}})
	faulttest.Eventually(t, "clients but ours", "", func() string { return redisClients(t, s) })
}

func TestRedisBuildSaysAllFaultsAtOnce(t *testing.T) {
	const address = "redis:6379"
	faulttest.BuildFails(t, redis.Check{}, "address: missing, want host:port or the path of a unix socket")
	faulttest.BuildFails(t, redis.Check{Address: "redis"}, `address: "redis", want host:port with a port of 1 to 65535, or the path of a unix socket`)
	faulttest.BuildFails(t, redis.Check{Address: "redis:0"}, `address: "redis:0", want host:port with a port of 1 to 65535, or the path of a unix socket`)
	faulttest.BuildFails(t, redis.Check{Address: ":6379"}, `address: ":6379", want host:port with a port of 1 to 65535, or the path of a unix socket`)
	faulttest.BuildFails(t, redis.Check{Address: "redis://:" + faulttest.Planted + "@redis:6379"},
		"address: looks like a URL, want host:port or the path of a unix socket")
	faulttest.BuildFails(t, redis.Check{Address: "unix:"}, "address: unix: has no path after it")
	faulttest.BuildFails(t, redis.Check{Address: "/run/redis.sock", TLS: &checks.TLS{}}, "tls: given for a unix socket, want host:port")
	faulttest.BuildFails(t, redis.Check{Address: address, Password: faulttest.Planted, PasswordFile: "/p"}, "password: given beside password_file, want one of them")
	faulttest.BuildFails(t, redis.Check{Address: address, TLS: &checks.TLS{CertFile: "/c"}}, "tls.cert_file: given without key_file")
	faulttest.BuildFails(t, redis.Check{Address: address, Role: "slave"}, `role: "slave", want master, replica or sentinel`)
	faulttest.BuildFails(t, redis.Check{Address: address, Cluster: "up"}, `cluster: "up", want ok`)
	faulttest.BuildFails(t, redis.Check{Address: address, Key: "a", Expect: "/(/"}, "expect: error parsing regexp: missing closing ): `(`")
	faulttest.BuildFails(t, redis.Check{Address: address, DB: -1}, "db: -1, want 0 or more")
	faulttest.BuildFails(t, redis.Check{Address: address, Key: "a", Command: []string{"GET", "a"}}, "key: given beside command, want one of them")
	faulttest.BuildFails(t, redis.Check{Address: address, Command: []string{""}}, "command: has no name")
	faulttest.BuildFails(t, redis.Check{Address: address, Expect: "x"}, "expect: given without key or command")
	faulttest.BuildFails(t, redis.Check{Role: "x", DB: -2},
		"address: missing, want host:port or the path of a unix socket", `role: "x", want master, replica or sentinel`, "db: -2, want 0 or more")
}

func TestRedisPrintsNoPassword(t *testing.T) {
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if got := fmt.Sprintf(verb, redis.Check{Password: faulttest.Planted}); strings.Contains(got, faulttest.Planted) {
			t.Errorf("%s of a Redis = %s, want no password in it", verb, got)
		}
	}
}

func TestRedisStandsTheFaultTable(t *testing.T) {
	s := testservers.Redis(t, "--requirepass", faulttest.Planted)
	spec := func(address string) redis.Check { return redis.Check{Address: address, Password: faulttest.Planted} }
	faulttest.Run(t, faulttest.Subject{
		Type: "redis",
		Spec: func(address string) checks.Spec { return spec(address) },
		TLS: func(address string, settings checks.TLS) checks.Spec {
			r := spec(address)
			r.TLS = &settings
			return r
		},
		Secret:   faulttest.Planted,
		Good:     faulttest.Proxy(s.Addr),
		Preamble: "$60000\r\n",
	})
}

// FuzzReplies looks for replies that make the client panic, hang, or take
// memory for what is only announced.
func FuzzReplies(f *testing.F) {
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
		check, err := redis.Check{Address: socket, Role: "master"}.Build()
		if err != nil {
			t.Fatal(err)
		}
		if _, err = check(ctx); err != nil && checks.ReasonOf(err) == checks.ReasonTimeout {
			t.Errorf("reply %q: %v, want an end before the timeout", reply, err)
		}
	})
}

// redisDo runs a command on the server.
func redisDo(t *testing.T, s *testservers.Server, argv ...string) string {
	t.Helper()
	reply, err := redis.Do(s.Addr, argv...)
	if err != nil {
		t.Fatal(err)
	}
	return reply
}

// redisClients lists the server's clients but the one that asks.
func redisClients(t *testing.T, s *testservers.Server) string {
	t.Helper()
	var others []string
	for line := range strings.Lines(redisDo(t, s, "CLIENT", "LIST")) {
		if !strings.Contains(line, "cmd=client") {
			others = append(others, line)
		}
	}
	return strings.Join(others, "")
}
