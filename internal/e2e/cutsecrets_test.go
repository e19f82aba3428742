//go:build unix

package e2e_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	network "github.com/healthcheck-exporter/healthcheck_exporter/checks/probe"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/redis"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// A peer shows a secret of its own, which only its shape gives away, where the check
// cuts what it quotes: half of it would not be recognized.
func TestNoCutTextShowsHalfASecret(t *testing.T) {
	t.Parallel()
	const password = "kAnArIeNvOgEl-in-een-lange-kooi-van-goud"
	said := func(offset int) string {
		return strings.Repeat("x", offset) + " postgres://app:" + password + "@db/shop and more"
	}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		offset, _ := strconv.Atoi(r.URL.Path[1:])
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprint(w, said(offset))
	}))
	defer web.Close()
	for offset := 0; offset <= 200; offset += 7 {
		line := peer(t, said(offset)+"\r\n")
		refusal := peer(t, "-ERR "+said(offset)+"\r\n")
		specs := map[string]checks.Spec{
			"http":       network.HTTP{URL: fmt.Sprint(web.URL, "/", offset)},
			"http match": network.HTTP{URL: fmt.Sprint(web.URL, "/", offset), Status: []string{"503"}, BodyRegexp: "fine"},
			"tcp":        network.TCP{Address: line, Expect: "fine$"},
			"redis":      redis.Check{Address: refusal},
		}
		c, err := collector.New(collector.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for name, spec := range specs {
			check, err := checks.New(strings.ReplaceAll(name, " ", "_"), spec)
			if err != nil {
				t.Fatal(err)
			}
			if err := c.Add(check); err != nil {
				t.Fatal(err)
			}
		}
		report, err := c.Report(t.Context(), collector.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range report.Results {
			last, _ := c.Evidence(r.Check)
			shown := r.Output + "\n" + strings.Join(last.Lines(), "\n")
			if strings.Contains(shown, password[:2]) || r.Passed || offset < 20 && !strings.Contains(shown, "xx") && offset > 1 {
				t.Errorf("%s, offset %d: %s", r.Check, offset, shown)
			}
		}
	}
}

// peer starts a server that sends a reply to each connection, and returns its address.
func peer(t *testing.T, reply string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Write([]byte(reply)) // If the check has gone, it has failed already.
			_ = conn.(*net.TCPConn).CloseWrite()
		}
	}()
	return l.Addr().String()
}
