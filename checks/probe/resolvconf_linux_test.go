package probe_test

import (
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/probe"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

// TestNextServerOfResolvConfIsAsked has a silent resolver before one that replies,
// one that cannot reply, and one where nothing listens before all of them.
func TestNextServerOfResolvConfIsAsked(t *testing.T) {
	t.Parallel()
	if !testservers.InNamespace(t, "--mount") {
		return
	}
	silent, err := net.ListenPacket("udp4", "127.9.9.2:53")
	if err != nil {
		t.Skip(err)
	}
	defer silent.Close()
	serve := func(address string, f answerer) {
		conn, err := net.ListenPacket("udp4", address)
		if err != nil {
			t.Skip(err)
		}
		t.Cleanup(func() { conn.Close() })
		go func() {
			buffer := make([]byte, 4096)
			for {
				n, peer, err := conn.ReadFrom(buffer)
				if err != nil {
					return
				}
				for _, reply := range once(f)(buffer[:n]) {
					conn.WriteTo(reply, peer)
				}
			}
		}()
	}
	serve("127.9.9.3:53", answerA("127.0.0.1"))
	serve("127.9.9.4:53", answerRcode(2))
	resolvers := func(list string) {
		if err := os.WriteFile("/etc/resolv.conf", []byte(list), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(t.TempDir(), "resolv.conf")
	if err := os.WriteFile(file, []byte("nameserver 127.9.9.1\nnameserver 127.9.9.2\nnameserver 127.9.9.3\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount(file, "/etc/resolv.conf", "", syscall.MS_BIND, ""); err != nil {
		t.Skip(err)
	}
	defer syscall.Unmount("/etc/resolv.conf", 0)

	ctx, cancel := contextFor(t, 2*time.Second)
	defer cancel()
	runIn(ctx, t, probe.DNS{Name: asked}).passes(t, "127.0.0.1")
	// The one that cannot reply counts only if it is the last.
	resolvers("nameserver 127.9.9.4\nnameserver 127.9.9.3\n")
	runIn(ctx, t, probe.DNS{Name: asked}).passes(t, "127.0.0.1")
	resolvers("nameserver 127.9.9.4\n")
	runIn(ctx, t, probe.DNS{Name: asked}).fails(t, checks.ReasonDNS, "rcode SERVFAIL, want NOERROR")
	resolvers("nameserver 127.9.9.1\nnameserver 127.9.9.2\nnameserver 127.9.9.3\n")
	_, port, _ := net.SplitHostPort(peerOf(httpServer(t, status(200, ""))))
	for name, spec := range map[string]checks.Spec{
		"http": probe.HTTP{URL: "http://shop.example.org:" + port},
		"tcp":  probe.TCP{Address: "shop.example.org:" + port},
	} {
		ctx, cancel := contextFor(t, 1500*time.Millisecond)
		defer cancel()
		if r := runIn(ctx, t, spec); r.err != nil {
			t.Errorf("%s: %v, want the third server to be asked", name, r.err)
		}
	}
}
