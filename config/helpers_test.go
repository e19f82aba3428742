package config_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/config"
	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

var update = flag.Bool("update", false, "write the golden results and the want lines of the bad files anew")

// canary stands in the files wherever a secret can; no message may have it.
const canary = "CANARY-s3cr3t-9f27"

func write(t testing.TB, file, content string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// shown is what config show prints.
func shown(t *testing.T, c *config.Config) string {
	t.Helper()
	data, err := c.YAML(scrubber(c))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func compare(t *testing.T, golden, got string) {
	t.Helper()
	if *update {
		write(t, golden, got)
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// scrubber is the one that main makes of a Config.
func scrubber(c *config.Config) *scrub.Scrubber {
	s := scrub.New(c.Rules)
	s.Learn(c.Secrets...)
	return s
}

// load loads a file of that content, which must be good.
func load(t *testing.T, content string) *config.Config {
	t.Helper()
	file := filepath.Join(t.TempDir(), "healthcheck.yml")
	write(t, file, content)
	c, err := config.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
