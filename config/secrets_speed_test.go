package config_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/config"
)

// secretiveFiles writes a directory of files with checks that have four secrets
// each.
func secretiveFiles(t testing.TB, secrets int) string {
	t.Helper()
	dir := t.TempDir()
	const each = 4
	for file := range 3 {
		var b strings.Builder
		b.WriteString("checks:\n")
		for i := range secrets / each / 3 {
			fmt.Fprintf(&b, `  - name: c%d-%d
    http:
      url: https://h%[2]d.example.org/?token=q%[1]d-%[2]d-7f3a
      bearer_token: b%[1]d-%[2]d-9c1e
      headers: {X-Api-Key: k%[1]d-%[2]d-5d20, X-Auth-Token: t%[1]d-%[2]d-e8b4}
`, file, i)
		}
		write(t, filepath.Join(dir, fmt.Sprintf("%d.yml", file)), b.String())
	}
	return dir
}

func TestThousandsOfSecretsLoadInASecond(t *testing.T) {
	const secrets = 12_000
	dir := secretiveFiles(t, secrets)
	start := time.Now()
	c, err := config.Load(dir)
	took := time.Since(start)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Secrets) < secrets {
		t.Errorf("%d secrets were found, want %d", len(c.Secrets), secrets)
	}
	t.Logf("%d secrets load in %v", len(c.Secrets), took)
	// 1 s is the promise, with room for a machine that is shared.
	if took > 5*slowness*time.Second {
		t.Errorf("%d secrets load in %v, want at most 1s", len(c.Secrets), took)
	}
}
