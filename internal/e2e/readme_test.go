//go:build unix

package e2e_test

import (
	"fmt"
	"go/format"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

// A block is what stands between ``` and ``` in a document.
type block struct {
	where    string // file:line
	language string
	text     string
}

// blocks returns the blocks of a document in some language.
func blocks(t testing.TB, path, language string) []block {
	t.Helper()
	var all []block
	var current *block
	for i, line := range strings.Split(read(t, path), "\n") {
		fence, isFence := strings.CutPrefix(strings.TrimSpace(line), "```")
		switch {
		case isFence && current == nil:
			current = &block{where: fmt.Sprintf("%s:%d", path, i+1), language: fence}
		case isFence:
			if current.language == language {
				all = append(all, *current)
			}
			current = nil
		case current != nil:
			current.text += line + "\n"
		}
	}
	if current != nil {
		t.Fatalf("%s: a block without an end", current.where)
	}
	return all
}

// oneBlock returns the block that contains a text.
func oneBlock(t testing.TB, path, language, containing string) block {
	t.Helper()
	for _, b := range blocks(t, path, language) {
		if strings.Contains(b.text, containing) {
			return b
		}
	}
	t.Fatalf("%s: no block of %s with %q", path, language, containing)
	return block{}
}

// A step is a line of a console with what it prints.
type step struct{ where, command, output string }

func steps(t testing.TB, path string) []step {
	t.Helper()
	var all []step
	for _, b := range blocks(t, path, "console") {
		for line := range strings.Lines(b.text) {
			if command, is := strings.CutPrefix(line, "$ "); is {
				all = append(all, step{where: b.where, command: strings.TrimSpace(command)})
				continue
			}
			if len(all) == 0 {
				t.Fatalf("%s: output before a command", b.where)
			}
			all[len(all)-1].output += line
		}
	}
	return all
}

var (
	anyNumber   = regexp.MustCompile(`-?\d+(\.\d+)?(e[+-]?\d+)?([KMGTP]i?B)?`)
	anyDuration = regexp.MustCompile(`N[mµ]?s\b`)
	anyHostname = regexp.MustCompile(`"hostname": "[^"]*"`)
	anyWarning  = regexp.MustCompile(`(?m) \(warning: .*\)$`)
)

// normal returns a text without everything that differs from run to run: numbers,
// the host name, the warnings of a busy machine, and the order in which checks end.
func normal(text string) string {
	text = anyHostname.ReplaceAllString(text, `"hostname": "h"`)
	text = strings.ReplaceAll(anyWarning.ReplaceAllString(text, ""), "[!]", "[+]")
	text = strings.ReplaceAll(text, "healthcheck: degraded", "healthcheck: passed")
	text = anyDuration.ReplaceAllString(anyNumber.ReplaceAllString(text, "N"), "N")
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for i, line := range lines {
		lines[i] = strings.Join(strings.Fields(line), " ")
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func TestCommandsOfTheDocumentsPrintWhatTheyShow(t *testing.T) {
	t.Parallel()
	curl := testservers.Need(t, "curl")
	redis := testservers.Redis(t)
	down := []string{"127.0.0.1:6379", testservers.FreeAddr(t), "127.0.0.1:8080", testservers.FreeAddr(t)}
	shop := oneBlock(t, "README.md", "yaml", "shop").text
	for _, c := range []struct {
		document string
		served   string // by the exporter that curl asks; empty: the default
		file     string // healthcheck.yml
	}{
		{"README.md", "", replace(t, shop, down...)},
		{"docs/start.md", "file", replace(t, blocks(t, "docs/start.md", "yaml")[0].text, "127.0.0.1:6379", redis.Addr)},
		{"docs/troubleshooting.md", "file", replace(t, shop, down...)},
		{"docs/run-once.md", "file", replace(t, blocks(t, "docs/run-once.md", "yaml")[0].text, down...)},
	} {
		file := filepath.Join(t.TempDir(), "healthcheck.yml")
		write(t, file, c.file)
		var e *exporter
		if c.served == "" {
			e = startWith(t)
		} else {
			e = startWith(t, "--config.file="+file)
		}
		for _, s := range steps(t, c.document) {
			words := strings.Fields(strings.ReplaceAll(s.command, "=healthcheck.yml", "="+file))
			switch words[0] {
			case "make": // See TestTargetsOfTheREADMEExist.
			case "curl":
				address := strings.Trim(replace(t, words[1], "localhost:10927", e.Addr), "'")
				out, err := exec.CommandContext(t.Context(), curl, "--globoff", "--silent", "--show-error", address).Output()
				if err != nil {
					t.Errorf("%s: %s: %v", s.where, s.command, err)
				}
				compare(t, s, string(out))
			case "./healthcheck_exporter":
				if s.output == "" { // It serves.
					_, body, err := get(t.Context(), startWith(t, words[1:]...).url+"/healthcheck")
					if err != nil || !strings.Contains(body, `"results": [{`) {
						t.Errorf("%s: %s: answers %s, %v", s.where, s.command, body, err)
					}
					continue
				}
				stdout, _, _ := command(t, nil, words[1:]...)
				compare(t, s, stdout)
			default:
				t.Errorf("%s: %s: this test does not know the command", s.where, s.command)
			}
		}
	}
}

func compare(t testing.TB, s step, got string) {
	t.Helper()
	if normal(got) != normal(s.output) {
		t.Errorf("%s: %s\nprints\n%s\nwant\n%s", s.where, s.command, got, s.output)
	}
}

func TestTargetsOfTheREADMEExist(t *testing.T) {
	makefile := read(t, "Makefile")
	found := 0
	for _, s := range steps(t, "README.md") {
		if target, is := strings.CutPrefix(s.command, "make "); is {
			found++
			if !strings.Contains(makefile, "\n"+target+":") {
				t.Errorf("%s: no target %s", s.where, target)
			}
		}
	}
	if found != 2 {
		t.Errorf("README.md shows %d commands of make, want run and test", found)
	}
}

func TestHAProxyOfTheREADMEFollowsTheChecks(t *testing.T) {
	t.Parallel()
	redis := testservers.Redis(t)
	e := start(t, dependentChecks(redis.Addr))
	b := balance(t, replace(t, oneBlock(t, "README.md", "haproxy", "option httpchk").text,
		"127.0.0.1:8081", "APP", "port 10927", "port "+e.Port(), "inter 2s", "inter 200ms"))
	b.waitFor(t, "UP")
	redis.Stop()
	b.waitFor(t, "DOWN")
	redis.Start()
	b.waitFor(t, "UP")
}

// What real Prometheus evaluates is deploy/prometheus: the documents show pieces
// of it, word for word.
func TestPrometheusOfTheDocumentsIsThatOfDeploy(t *testing.T) {
	for _, c := range []struct{ document, containing, path string }{
		{"README.md", "scrape_configs:", "deploy/prometheus/prometheus.yml"},
		{"docs/prometheus.md", "alert:", "deploy/prometheus/rules.yml"},
	} {
		b := oneBlock(t, c.document, "yaml", c.containing)
		if file := withoutComments(read(t, c.path)); !strings.Contains(file, b.text) {
			t.Errorf("%s is no piece of %s:\n%s", b.where, c.path, b.text)
		}
	}
}

func withoutComments(yaml string) string {
	return regexp.MustCompile(`(?m)^ *#.*\n`).ReplaceAllString(yaml, "")
}

func TestGoOfTheREADMECompiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	here, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	text := oneBlock(t, "README.md", "go", "package main").text
	write(t, filepath.Join(dir, "main.go"), text)
	write(t, filepath.Join(dir, "go.mod"), replace(t, read(t, "examples/embedded/go.mod"), "=> ../..", "=> "+here))
	write(t, filepath.Join(dir, "go.sum"), read(t, "examples/embedded/go.sum"))
	cmd := exec.CommandContext(t.Context(), "go", "vet", ".")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("go vet: %v\n%s", err, out)
	}
	if formatted, err := format.Source([]byte(text)); err != nil || string(formatted) != text {
		t.Errorf("the program is not formatted: %v", err)
	}
}

// The cells of YAML in the table of Python's options.
func TestYAMLForPythonsOptionsIsValid(t *testing.T) {
	t.Parallel()
	cells := regexp.MustCompile("`((?:healthcheck|global|environment|checks): [^`]*)`").FindAllStringSubmatch(read(t, "docs/migration.md"), -1)
	if len(cells) < 8 {
		t.Errorf("found %d pieces of YAML in the table", len(cells))
	}
	for _, cell := range cells {
		checkConfig(t, cell[0], cell[1])
	}
}

var secretFile = regexp.MustCompile(`/run/secrets/([a-z]+)`)

// checkConfig wants a configuration without a fault. Files of secrets are there.
func checkConfig(t testing.TB, where, yaml string) {
	t.Helper()
	dir := t.TempDir()
	for _, found := range secretFile.FindAllStringSubmatch(yaml, -1) {
		write(t, filepath.Join(dir, found[1]), "a-secret-of-an-example")
	}
	file := filepath.Join(dir, "healthcheck.yml")
	write(t, file, strings.ReplaceAll(yaml, "/run/secrets/", dir+"/"))
	if _, stderr, status := command(t, nil, "--config.file="+file, "config", "check"); status != 0 {
		t.Errorf("%s: %s\n%s", where, stderr, yaml)
	}
}
