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
// and one where nothing listens before both.
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
	good, err := net.ListenPacket("udp4", "127.9.9.3:53")
	if err != nil {
		t.Skip(err)
	}
	defer good.Close()
	go func() {
		buffer := make([]byte, 4096)
		for {
			n, peer, err := good.ReadFrom(buffer)
			if err != nil {
				return
			}
			for _, reply := range once(answerA("127.0.0.1"))(buffer[:n]) {
				good.WriteTo(reply, peer)
			}
		}
	}()
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
