package server_test

import (
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/server"
)

const withView = `
checks: [{name: a, tags: [ready], exec: {command: ["true"]}}, {name: b, exec: {command: ["false"]}}]
views: {ready: {tags: [ready]}}
`

func TestEachAgentAddressTellsTheStateOfItsView(t *testing.T) {
	e := start(t, withView, func(o *server.Options) {
		o.Listen.Agent = append(o.Listen.Agent, "unix:"+o.Listen.Admin+".ready?view=ready")
	})
	e.want("GET", "/healthcheck", 500, "failure") // Every check has a result.
	for socket, want := range map[string]string{"agent": "down", "admin.ready": "up"} {
		conn, err := net.Dial("unix", e.path(socket))
		if err != nil {
			t.Fatal(err)
		}
		line, _ := io.ReadAll(conn)
		conn.Close()
		if !strings.HasPrefix(string(line), want) {
			t.Errorf("%s: %q, want %s", socket, line, want)
		}
	}
}

func TestEveryUnknownViewOfAnAgentAddressIsAnErrorAndNothingStaysOpen(t *testing.T) {
	e := newExporter(t, withView)
	o := e.options()
	for _, view := range []string{"redy", "ready", "live"} {
		o.Listen.Agent = append(o.Listen.Agent, "unix:"+e.path(view)+"?view="+view)
	}
	err := server.Run(t.Context(), o)
	want := "--agent.listen-address=unix:" + e.path("redy") + `?view=redy: there is no view "redy", want one of ready` + "\n" +
		"--agent.listen-address=unix:" + e.path("live") + `?view=live: there is no view "live", want one of ready`
	if err == nil || err.Error() != want {
		t.Errorf("Run returned %v, want %s", err, want)
	}
	for _, socket := range []string{"web", "health", "agent", "admin", "ready"} {
		if _, err := os.Lstat(e.path(socket)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the socket %s is still there: %v", socket, err)
		}
	}
}
