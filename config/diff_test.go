package config_test

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestDiffNamesChecksAndKeysAndNoValues(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	write(t, secret, canary)
	t.Setenv("HC_HOST", "one.example.org")
	before := load(t, `global: {timeout: 2s, concurrency: 5}
checks:
  - {name: same, tcp: {address: "h:1"}, tags: [a, b]}
  - {name: gone, memory: {}}
  - {name: key, redis: {address: "h:1", password: `+canary+`1, tls: {server_name: a}}, timeout: 1s}
  - {name: type, memory: {}}
  - {name: file, redis: {address: "h:1", password_file: `+secret+`}}
  - {name: variable, tcp: {address: "${HC_HOST}:1"}}
  - {name: style, tcp: {address: 'h:1', send: "5"}, optional: false}
views: {ready: {tags: [a]}}
environment: {labels: {cluster: eu1, zone: a}}
`)
	write(t, secret, canary+"2")
	t.Setenv("HC_HOST", "two.example.org")
	after := load(t, `global: {concurrency: 5}
checks:
  - {name: new, memory: {}}
  - {name: style, optional: false, tcp: {send: 5, address: "h:1"}}
  - {name: same, tcp: {address: "h:1"}, tags: [a, b]}
  - {name: key, redis: {address: "h:1", password: `+canary+`3, tls: {server_name: b}}, tags: [a]}
  - {name: type, load: {}}
  - {name: file, redis: {address: "h:1", password_file: `+secret+`}}
  - {name: variable, tcp: {address: "${HC_HOST}:1"}}
views: {ready: {tags: [b]}}
environment: {labels: {cluster: eu2, zone: a}, disable: [os]}
`)
	d := before.Diff(after)
	want := `+ new
- gone
~ key: redis.password, redis.tls.server_name, tags, timeout
~ type: load, memory
~ file: a variable or the content of a file
~ variable: a variable or the content of a file
~ global.timeout
~ views.ready.tags
~ environment.labels.cluster
~ environment.disable
`
	if got := d.String(); got != want {
		t.Errorf("Diff =\n%swant\n%s", got, want)
	}
	if strings.Contains(d.String(), "CANARY") {
		t.Error("the diff shows a secret")
	}
	for _, c := range d.Changed {
		if !c.Definition {
			t.Errorf("%s: Definition = false, want true: its type or settings differ", c.Name)
		}
	}
	if same := after.Diff(after); !same.Empty() || same.String() != "" {
		t.Errorf("Diff of the same = %q, want none", same)
	}
}

func TestDiffTellsHowACheckIsRunFromWhatItIs(t *testing.T) {
	before := load(t, "checks:\n  - {name: a, memory: {}, timeout: 1s}\n")
	after := load(t, "checks:\n  - {name: a, memory: {}, timeout: 2s}\n")
	if d := before.Diff(after); len(d.Changed) != 1 || d.Changed[0].Definition || d.String() != "~ a: timeout\n" {
		t.Errorf("Diff = %+v, want a change of timeout that is no change of the definition", d)
	}
}
