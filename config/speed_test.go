package config_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/healthcheck-exporter/healthcheck_exporter/config"
)

// thousandChecks is a file as a fleet's generator writes it.
func thousandChecks() string {
	var b strings.Builder
	b.WriteString("global: {timeout: 2s}\nchecks:\n")
	for i := range 1000 {
		fmt.Fprintf(&b, `  - name: service-%d
    tcp: {address: "10.0.%d.%d:6379", send: "PING\r\n"}
    timeout: 2s
    success_ttl: 27s
    optional: false
    tags: [ready, "shard-%d"]
    description: the cache of shard %d
    runbook: https://wiki.example.org/redis
`, i, i/256, i%256, i%7, i)
	}
	return b.String()
}

// plain is what a program without any of our promises would decode into.
type plain struct {
	Global map[string]string
	Checks []struct {
		Name, Timeout, Description, Runbook string
		SuccessTTL                          string `yaml:"success_ttl"`
		Optional                            bool
		Tags                                []string
		TCP                                 struct{ Address, Send string }
	}
}

func TestThousandChecksLoadInAFewTimesTheParsersOwnTime(t *testing.T) {
	content := thousandChecks()
	file := filepath.Join(t.TempDir(), "thousand.yml")
	write(t, file, content)
	var ours, theirs []time.Duration
	for range 5 { // In turn, so that a busy machine slows both.
		start := time.Now()
		if _, err := config.Load(file); err != nil {
			t.Fatal(err)
		}
		ours = append(ours, time.Since(start))
		start = time.Now()
		if err := yaml.Unmarshal([]byte(content), &plain{}); err != nil {
			t.Fatal(err)
		}
		theirs = append(theirs, time.Since(start))
	}
	ratio := float64(slices.Min(ours)) / float64(slices.Min(theirs))
	t.Logf("Load takes %v, the parser alone %v: %.1f times that", slices.Min(ours), slices.Min(theirs), ratio)
	// 3 is the promise, with threefold room for a machine that is shared; the race
	// detector slows us and not the parser's tables.
	if ratio > 9*slowness {
		t.Errorf("Load takes %.1f times the parser's own time, want at most 3", ratio)
	}
}

func BenchmarkLoad(b *testing.B) {
	content := thousandChecks()
	file := filepath.Join(b.TempDir(), "thousand.yml")
	write(b, file, content)
	b.Run("config", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := config.Load(file); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("yaml alone", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := yaml.Unmarshal([]byte(content), &plain{}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
