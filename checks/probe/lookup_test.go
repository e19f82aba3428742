//go:build linux

package probe_test

import (
	"context"
	"net"
	"os"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/probe"
)

func TestLookupThatIsGivenUpLeavesNoSocket(t *testing.T) {
	silent, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	before := net.DefaultResolver
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{Resolver: before}).DialContext(ctx, "udp4", silent.LocalAddr().String())
	}}
	defer func() { net.DefaultResolver = before }()

	open := descriptors(t)
	ctx, cancel := contextFor(t, 200*time.Millisecond)
	defer cancel()
	runIn(ctx, t, probe.TCP{Address: "shop.example.org:80"}).fails(t, checks.ReasonTimeout, "resolving shop.example.org: timeout after 200ms")
	// The resolver notices in a goroutine of its own; alone it would take 5 s.
	for range 200 {
		if descriptors(t) <= open {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d descriptors are open 2 s after the run, want %d", descriptors(t), open)
}

func descriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}
