package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/healthcheck-exporter/healthcheck_exporter/config"
	"github.com/healthcheck-exporter/healthcheck_exporter/envinfo"
	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// texts measures what is done with texts: to mask secrets, to dump the
// environment, to load a configuration.
func texts(b *bench) error {
	rules := scrub.New(scrub.Rules{})
	rules.Learn("hunter2-hunter2", "another-secret")
	page := strings.Repeat("2026-11-22T13:00:00Z level=info caller=main.go:12 msg=\"request done\" path=/api/v1/items?id=17 took=12ms\n", 640)[:64<<10]
	failure := `Get "https://user:secret@shop.example.org/health?token=abc": dial tcp 10.0.0.7:443: connect: connection refused`
	f := race(b.effort,
		contestant{"page", func(n int) {
			for range n {
				rules.Text(page)
			}
		}},
		contestant{"error", func(n int) {
			for range n {
				rules.Text(failure)
			}
		}})
	rate := float64(len(page)) / f[0].cost * 1e3
	b.add(
		row{work: "scrubbing 64 KiB of log lines, MB/s", ours: f[0].cell(), verdict: atLeast(rate, 20, 5, " MB/s")},
		row{work: "scrubbing an ordinary error", ours: f[1].cell(), verdict: atMost(f[1].cost/1e3, 20, 100, " µs")},
	)
	if err := dumping(b); err != nil {
		return err
	}
	return loading(b)
}

// dumping measures /environment with about a hundred variables.
func dumping(b *bench) error {
	for i := len(os.Environ()); i < 100; i++ {
		if err := os.Setenv(fmt.Sprintf("BENCH_VARIABLE_%d", i), "https://example.org/some/path?with=value"); err != nil {
			return err
		}
	}
	dump, err := envinfo.New(envinfo.Options{})
	if err != nil {
		return err
	}
	f := race(b.effort, contestant{"dump", func(n int) {
		for range n {
			dump.JSON(context.Background())
		}
	}})
	b.add(row{work: "the environment dump of 100 variables", ours: f[0].cell(), verdict: atMost(f[0].cost/1e6, 2, 10, " ms")})
	return nil
}

// loading measures a configuration of 1,000 checks beside the parser alone.
func loading(b *bench) error {
	content := []byte(httpChecks(1000, "http://shop.example.org", "27s", `, headers: {Accept: "application/json"}`))
	file := filepath.Join(b.dir, "thousand.yml")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		return err
	}
	var failed error
	f := race(b.effort,
		contestant{"parser", func(n int) {
			for range n {
				var plain struct {
					Global map[string]string
					Checks []struct {
						Name string
						HTTP struct {
							URL     string
							Headers map[string]string
						}
					}
				}
				failed = yaml.Unmarshal(content, &plain)
			}
		}},
		contestant{"ours", func(n int) {
			for range n {
				_, failed = config.Load(file)
			}
		}})
	b.add(with(row{work: "loading a configuration of 1,000 checks", ours: f[1].cell(), limit: "parser " + f[0].cell()}, atMost(f[1].ratio, 3, 9, "×")))
	return failed
}
