//go:build !linux

package faulttest

import (
	"net"
	"testing"
)

// Refused returns an address at which nobody listens any more.
func Refused(tb testing.TB) (address string) {
	tb.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		tb.Fatalf("listen: %v", err)
	}
	defer l.Close()
	return l.Addr().String()
}
