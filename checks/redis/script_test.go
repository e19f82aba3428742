package redis_test

import (
	"bufio"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/redis"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/faulttest"
)

// scripted starts a server that gives the replies one after another, whatever the
// commands are.
func scripted(t *testing.T, replies ...string) (address string) {
	t.Helper()
	return faulttest.Serve(t, func(conn net.Conn) {
		r := bufio.NewReader(conn)
		for _, reply := range replies {
			header, err := r.ReadString('\n') // "*2": two lines for each word follow.
			if err != nil {
				return
			}
			for range 2 * int(header[1]-'0') {
				r.ReadString('\n')
			}
			io.WriteString(conn, reply+"\r\n")
		}
		io.Copy(io.Discard, r)
	})
}

const pong = "+PONG"

func TestEachCommandsErrorIsTheFailure(t *testing.T) {
	const no = "-ERR no such luck"
	for _, c := range []struct {
		spec    redis.Check
		replies []string
		reason  checks.Reason
		want    string
	}{
		{redis.Check{DB: 3}, []string{no}, checks.ReasonStatus, "SELECT: ERR no such luck"},
		{redis.Check{Role: "master"}, []string{pong, no}, checks.ReasonStatus, "ROLE: ERR no such luck"},
		{redis.Check{Role: "master"}, []string{pong, "*0"}, checks.ReasonProtocol, "ROLE: reply is not a list"},
		{redis.Check{Role: "master"}, []string{pong, "+master"}, checks.ReasonProtocol, "ROLE: reply is not a list"},
		{redis.Check{Cluster: "ok"}, []string{pong, no}, checks.ReasonStatus, "CLUSTER: ERR no such luck"},
		{redis.Check{Cluster: "ok"}, []string{pong, "+cluster_size:3"}, checks.ReasonProtocol, "CLUSTER INFO: reply has no cluster_state"},
		{redis.Check{Cluster: "ok"}, []string{pong, "$34\r\ncluster_size:3\r\ncluster_state:fail"}, checks.ReasonAssertion, "cluster state is fail, want ok"},
		{redis.Check{Key: "k"}, []string{pong, no}, checks.ReasonStatus, "EXISTS: ERR no such luck"},
		{redis.Check{Key: "k"}, []string{pong, ":0"}, checks.ReasonAssertion, `key "k" does not exist`},
		{redis.Check{Key: "k", Expect: "v"}, []string{pong, no}, checks.ReasonStatus, "GET: ERR no such luck"},
		{redis.Check{Command: []string{"INFO"}}, []string{pong, no}, checks.ReasonStatus, "INFO: ERR no such luck"},
		{redis.Check{}, []string{"+PANG"}, checks.ReasonProtocol, `PING: reply "PANG", want PONG`},
	} {
		c.spec.Address = scripted(t, c.replies...)
		faulttest.Fails(t, c.spec, c.reason, c.want)
	}
}

func TestOffsetOfReplicationIsObserved(t *testing.T) {
	const replica = "*5\r\n$5\r\nslave\r\n$1\r\nm\r\n:6379\r\n"
	const linked, syncing = "$9\r\nconnected\r\n", "$4\r\nsync\r\n"
	for _, c := range []struct {
		role, reply, warning string
		offset               float64
	}{
		{"master", "*3\r\n$6\r\nmaster\r\n:42\r\n*0", "", 42},
		{"master", "*2\r\n$6\r\nmaster\r\n:42", "", 42},
		{"master", "*1\r\n$6\r\nmaster", "", 0},
		{"replica", replica + linked + ":43", "", 43},
		{"replica", replica + syncing + ":44", `link to the master is "sync", want connected`, 44},
		{"replica", strings.Replace(replica, "*5", "*4", 1) + strings.TrimSuffix(syncing, "\r\n"), "", 0},
	} {
		o := faulttest.RunOnce(t, redis.Check{Address: scripted(t, pong, c.reply), Role: c.role}, 10*time.Second)
		if warning, _ := checks.Warning(o.Err); o.Output != "PONG, "+c.role || warning != c.warning || (o.Err != nil) != (c.warning != "") {
			t.Errorf("ROLE %q: %q, %v, want %s and the warning %q", c.reply, o.Output, o.Err, c.role, c.warning)
		}
		if got := o.Observed["replication_offset_bytes"]; got != c.offset {
			t.Errorf("ROLE %q: offset %v, want %v", c.reply, got, c.offset)
		}
	}
}

func TestCommandsAreJudgedInOrder(t *testing.T) {
	state := "$35\r\ncluster_state:ok\r\ncluster_known:3\r\n"
	spec := redis.Check{
		Address:  scripted(t, "+OK", "+OK", pong, "*1\r\n$8\r\nsentinel", state, ":1"),
		Username: "app", Password: faulttest.Planted, DB: 2, Role: "sentinel", Cluster: "ok", Key: "k",
	}
	faulttest.Passes(t, spec, `PONG, sentinel, cluster ok, key "k" exists`)
}
