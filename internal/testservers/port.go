//go:build unix

package testservers

import (
	"math/rand/v2"
	"net"
	"strconv"
	"testing"
)

// Servers get ports below the range of ephemeral client ports (32768 and up), so
// that no client connection takes the port of a stopped server.
const (
	lowestPort  = 20000
	highestPort = 32000
)

// FreeAddr returns 127.0.0.1 with a port that is free now. Another process may take
// the port before the caller does: be ready to ask for another one.
func FreeAddr(t testing.TB) string {
	t.Helper()
	for range 100 {
		port := lowestPort + rand.IntN(highestPort-lowestPort)
		addr := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
		l, err := net.Listen("tcp", addr)
		if err != nil {
			continue
		}
		l.Close()
		return addr
	}
	t.Fatalf("no free port among 100 tries between %d and %d", lowestPort, highestPort)
	return ""
}

// portOf returns the port of an address.
func portOf(addr string) string {
	_, port, _ := net.SplitHostPort(addr)
	return port
}
