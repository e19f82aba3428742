//go:build unix

package testservers

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"testing"
)

// redisPrograms are servers with the protocol and the arguments of Redis.
var redisPrograms = []string{"redis-server", "valkey-server"}

// Redis starts a redis-server. The arguments are redis-server's, such as
// "--requirepass", "hush", or "--maxclients", "1", or "--replicaof", "127.0.0.1 6379".
func Redis(t testing.TB, args ...string) *Server {
	t.Helper()
	path, dir := Need(t, redisPrograms...), Dir(t)
	socket := dir + "/redis.sock"
	s := LaunchOnPort(t, func(addr string) Program {
		base := []string{"--port", portOf(addr), "--unixsocket", socket}
		return Program{Path: path, Dir: dir, Args: append(redisArgs(base), args...), Ready: redisReady(addr, nil)}
	})
	s.Socket = socket
	return s
}

// RedisTLS is Redis with TLS and without plain text; the certificate is for
// localhost and 127.0.0.1.
func RedisTLS(t testing.TB, args ...string) *Server {
	t.Helper()
	path, dir, ca := Need(t, redisPrograms...), Dir(t), NewCA(t)
	cert, key := ca.Issue(t, dir, "localhost", "127.0.0.1")
	s := LaunchOnPort(t, func(addr string) Program {
		base := []string{
			"--port", "0", "--tls-port", portOf(addr), "--tls-cert-file", cert, "--tls-key-file", key,
			"--tls-ca-cert-file", ca.File, "--tls-auth-clients", "optional",
		}
		config := &tls.Config{RootCAs: ca.Pool, ServerName: "localhost", MinVersion: tls.VersionTLS12}
		return Program{Path: path, Dir: dir, Args: append(redisArgs(base), args...), Ready: redisReady(addr, config)}
	})
	s.CAFile = ca.File
	return s
}

// redisArgs adds the arguments of every server: loopback only, nothing on disk.
func redisArgs(base []string) []string {
	return append(base, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--daemonize", "no")
}

// redisReady asks for a PONG. An error reply that demands a password also shows
// that the server is ready.
func redisReady(addr string, config *tls.Config) func(context.Context) error {
	return func(ctx context.Context) error {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
		if err != nil {
			return err
		}
		defer conn.Close()
		if config != nil {
			conn = tls.Client(conn, config)
		}
		if deadline, ok := ctx.Deadline(); ok {
			_ = conn.SetDeadline(deadline)
		}
		if _, err := fmt.Fprint(conn, "PING\r\n"); err != nil {
			return err
		}
		answer := make([]byte, 64)
		n, err := conn.Read(answer)
		if err != nil {
			return err
		}
		if got := string(answer[:n]); got[0] != '+' && got[:min(n, 7)] != "-NOAUTH" && got[:min(n, 7)] != "-NOPERM" {
			return errors.New(got)
		}
		return nil
	}
}
