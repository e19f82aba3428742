//go:build linux

package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

// A message is what Alertmanager posts to a receiver.
type message struct {
	receiver    string // the path of its URL
	GroupLabels map[string]string
	Alerts      []struct{ Labels, Annotations map[string]string }
}

func TestAlertTravelsToAReceiverAsOneMessage(t *testing.T) {
	t.Parallel()
	alertmanager, messages := alertmanager(t)

	// A redis that two hosts share is dead, and ten checks on each wait for it.
	redis := testservers.Redis(t)
	redis.Stop()
	checks := fmt.Sprintf(`
global: {success_ttl: 500ms, failed_ttl: 500ms, timeout: 2s}
checks:
  - name: redis
    redis: {address: "%s"}
    runbook: https://wiki.example.org/redis
    labels: {team: shop}
`, redis.Addr)
	for i := range 10 {
		checks += fmt.Sprintf("  - {name: waits-%d, exec: {command: [/bin/true]}, depends_on: [redis]}\n", i)
	}
	one, two := start(t, checks), start(t, checks)
	p := scrapeBy(t, testservers.Need(t, "prometheus"), alertmanager.Addr, one, two)
	p.waitFor(t, `count(healthcheck_failure_info{reason="skipped"})`, "20")

	got := wantMessage(t, messages, "pager", "redis", 2)
	var instances []string
	for _, alert := range got.Alerts {
		instances = append(instances, alert.Labels["instance"])
		if alert.Labels["severity"] != "critical" || alert.Labels["team"] != "shop" || alert.Annotations["runbook_url"] != "https://wiki.example.org/redis" ||
			!strings.HasSuffix(alert.Annotations["description"], "reason refused.") {
			t.Errorf("alert %v %v, want critical, for the team shop, with the reason and the check's runbook", alert.Labels, alert.Annotations)
		}
	}
	slices.Sort(instances)
	if want := slices.Sorted(slices.Values([]string{one.Addr, two.Addr})); !slices.Equal(instances, want) {
		t.Errorf("alerts of %v, want %v", instances, want)
	}
	wantNoMessage(t, messages)
}

// wantMessage waits for a message about a failed check that names so many instances.
// Earlier messages may name fewer.
func wantMessage(t testing.TB, messages <-chan message, receiver, check string, instances int) message {
	t.Helper()
	for {
		select {
		case got := <-messages:
			if got.receiver != receiver || got.GroupLabels["alertname"] != "HealthcheckFailed" || got.GroupLabels["check"] != check {
				t.Fatalf("message to %s about %v, want HealthcheckFailed of %s to %s", got.receiver, got.GroupLabels, check, receiver)
			}
			if len(got.Alerts) == instances {
				return got
			}
		case <-time.After(patience):
			t.Fatalf("no message about %s on %d instances", check, instances)
		}
	}
}

// wantNoMessage fails if a message arrives within three seconds. Alertmanager sends
// new alerts after one.
func wantNoMessage(t testing.TB, messages <-chan message) {
	t.Helper()
	select {
	case more := <-messages:
		t.Errorf("one more message, to %s about %v: %v", more.receiver, more.GroupLabels, more.Alerts)
	case <-time.After(3 * time.Second):
	}
}

// alertmanager runs Alertmanager with the file of deploy/prometheus, except for the
// receivers' address and the pace. It also returns the messages to the receivers.
func alertmanager(t *testing.T) (*testservers.Server, <-chan message) {
	t.Helper()
	messages := make(chan message, 100)
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var m message
		if err := json.NewDecoder(r.Body).Decode(&m); err != nil {
			t.Error(err)
		}
		m.receiver = strings.TrimPrefix(r.URL.Path, "/")
		messages <- m
	}))
	t.Cleanup(receiver.Close)
	path := testservers.Need(t, "prometheus-alertmanager")
	dir := testservers.Dir(t)
	file := filepath.Join(dir, "alertmanager.yml")
	write(t, file, replace(t, read(t, "deploy/prometheus/alertmanager.yml"),
		"127.0.0.1:9099", receiver.Listener.Addr().String(), "group_wait: 30s", "group_wait: 1s", "group_interval: 5m", "group_interval: 1s"))
	return testservers.LaunchOnPort(t, func(addr string) testservers.Program {
		return testservers.Program{
			Path: path,
			Args: []string{
				"--config.file=" + file, "--storage.path=" + filepath.Join(dir, "data"), "--cluster.listen-address=",
				"--web.listen-address=" + addr, "--log.level=warn",
			},
			Ready: func(ctx context.Context) error { return answers(ctx, "http://"+addr+"/-/ready") },
		}
	}), messages
}
