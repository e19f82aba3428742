//go:build unix

package e2e_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

// documents are the README and what is in docs/, without the references that
// package config writes and tests by itself.
func documents(t testing.TB) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil || len(found) < 5 {
		t.Fatalf("documents: %v, %v", found, err)
	}
	paths := []string{"README.md"}
	for _, path := range found {
		if name := filepath.Base(path); name != "checks.md" && name != "configuration.md" {
			paths = append(paths, filepath.Join("docs", name))
		}
	}
	return paths
}

func TestYAMLInTheDocumentsIsValid(t *testing.T) {
	t.Parallel()
	promtool := testservers.Need(t, "promtool")
	for _, path := range documents(t) {
		for _, b := range blocks(t, path, "yaml") {
			switch {
			case strings.Contains(b.text, "scrape_configs:"):
				checkBy(t, b, promtool, "check", "config")
			case strings.Contains(b.text, "groups:"):
				checkBy(t, b, promtool, "check", "rules")
			default:
				checkConfig(t, b.where, b.text)
			}
		}
	}
}

// haproxyAround is what a backend needs to be accepted without a warning.
const haproxyAround = `
defaults
    mode http
    timeout connect 5s
    timeout client 30s
    timeout server 30s
    timeout check 5s
frontend www
    bind 127.0.0.1:8080
    default_backend app
`

func TestHAProxyInTheDocumentsIsValid(t *testing.T) {
	t.Parallel()
	haproxy := testservers.Need(t, "haproxy")
	for _, path := range documents(t) {
		for _, b := range blocks(t, path, "haproxy") {
			b.text = haproxyAround + b.text
			checkBy(t, b, haproxy, "-q", "-dW", "-c", "-f")
		}
	}
}

// checkBy wants a program to have nothing against a block, whose file is its
// last argument.
func checkBy(t testing.TB, b block, program string, args ...string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, b.text)
	if out, err := exec.CommandContext(t.Context(), program, append(args, file)...).CombinedOutput(); err != nil {
		t.Errorf("%s: %v\n%s\n%s", b.where, err, out, b.text)
	}
}

func TestQueriesInTheDocumentsAreAnswered(t *testing.T) {
	t.Parallel()
	p := scrape(t, start(t, everything))
	p.waitFor(t, `healthcheck_passed{check="disk"}`, "1")
	for _, path := range documents(t) {
		for _, b := range blocks(t, path, "promql") {
			p.query(t, b.text)
		}
	}
}

// The JSON that the documents show has the members of a real answer. A block that
// begins with a member is a part of a verbose result.
func TestJSONInTheDocumentsIsThatOfAnAnswer(t *testing.T) {
	names := regexp.MustCompile(`"([a-z_]+)": `)
	e := start(t, "checks:\n  - {name: shell, exec: {command: [/bin/true]}}\n")
	want := names.FindAllString(fetch(t, http.StatusOK, e.url+"/healthcheck"), -1)
	document := openAPI(t)
	for _, path := range documents(t) {
		for _, b := range blocks(t, path, "json") {
			if strings.HasPrefix(b.text, `"`) {
				var part map[string]any
				if err := json.Unmarshal([]byte("{"+b.text+"}"), &part); err != nil {
					t.Errorf("%s: %v", b.where, err)
				}
				for name, value := range part {
					if err := document.Valid(document.Resolve("#/components/schemas/result/properties/"+name), value, b.where+" "+name); err != nil {
						t.Error(err)
					}
				}
				continue
			}
			if got := names.FindAllString(b.text, -1); !json.Valid([]byte(b.text)) || !slices.Equal(got, want) {
				t.Errorf("%s: the members are %v, want %v", b.where, got, want)
			}
		}
	}
}

var (
	helpFlag = regexp.MustCompile(`--(?:\[no-\])?([a-z][a-z.-]+)`)
	anyFlag  = regexp.MustCompile(`--([a-z][a-z.-]*[a-z])`)
	rowFlag  = regexp.MustCompile("(?m)^\\| `--([a-z][a-z.-]*)")
)

// flagsOfOthers belong to other programs, to the parser of the command line itself,
// or are examples of secrets in a command line.
var flagsOfOthers = []string{
	"ask", "build-arg", "cap-drop", "check", "cookie", "enable-feature", "help-long", "help-man", "home-dir", "ignore-missing", "init", "name", "no", "now",
	"password", "read-only", "root", "shell", "system", "texts", "user",
}

func TestFlagsInTheDocumentsExist(t *testing.T) {
	known := knownFlags(t)
	for _, path := range append(documents(t), deployed(t)...) {
		for _, found := range anyFlag.FindAllStringSubmatch(read(t, path), -1) {
			if name := strings.TrimPrefix(found[1], "no-"); !slices.Contains(known, name) && !slices.Contains(flagsOfOthers, name) {
				t.Errorf("%s: there is no flag %s", path, found[0])
			}
		}
	}
}

// deployed returns the files below deploy that are about our flags: all but the
// scripts of the packages, which call other programs.
func deployed(t testing.TB) []string {
	t.Helper()
	var all []string
	err := fs.WalkDir(os.DirFS(root), "deploy", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && !strings.HasPrefix(path, "deploy/packages/") {
			all = append(all, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestEveryFlagIsInItsDocument(t *testing.T) {
	var documented []string
	for _, row := range rowFlag.FindAllStringSubmatch(read(t, "docs/flags.md"), -1) {
		documented = append(documented, row[1])
	}
	slices.Sort(documented)
	known := slices.DeleteFunc(knownFlags(t), func(name string) bool { return strings.HasPrefix(name, "help-") })
	if !slices.Equal(documented, known) {
		t.Errorf("docs/flags.md has %v,\nthe program %v: run make docs", documented, known)
	}
}

// knownFlags returns the names of all flags of the program and its commands.
func knownFlags(t testing.TB) []string {
	t.Helper()
	stdout, stderr, status := command(t, []string{"COLUMNS=1000"}, "--help-long")
	if status != 0 {
		t.Fatalf("--help-long: status %d: %s", status, stderr)
	}
	var names []string
	for line := range strings.Lines(stdout) {
		if line = strings.TrimPrefix(strings.TrimSpace(line), "-h, "); strings.HasPrefix(line, "--") {
			names = append(names, helpFlag.FindStringSubmatch(line)[1])
		}
	}
	slices.Sort(names)
	return names
}

var (
	link       = regexp.MustCompile(`\]\(([^)#]*)(#[^)]*)?\)`)
	headline   = regexp.MustCompile(`(?m)^#+ (.*)$`)
	notInLinks = regexp.MustCompile(`[^\pL\pN _-]`)
)

func TestLinksInTheDocumentsLeadSomewhere(t *testing.T) {
	var paths []string
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/adr/*.md", "docs/runbooks/*.md"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		for _, path := range found {
			paths = append(paths, filepath.Join(filepath.Dir(pattern), filepath.Base(path)))
		}
	}
	for _, path := range paths {
		for _, found := range link.FindAllStringSubmatch(read(t, path), -1) {
			target, section := filepath.Join(filepath.Dir(path), found[1]), found[2]
			if found[1] == "" {
				target = path
			}
			if strings.Contains(found[1], "://") {
				continue
			}
			if _, err := os.Stat(filepath.Join(root, target)); err != nil {
				t.Errorf("%s: nothing at %s", path, found[1])
			} else if section != "" && !slices.Contains(sections(t, target), section) {
				t.Errorf("%s: no section %s in %s", path, section, target)
			}
		}
	}
}

// sections returns the links to the sections of a document, as GitHub makes them.
func sections(t *testing.T, path string) []string {
	t.Helper()
	var all []string
	for _, found := range headline.FindAllStringSubmatch(read(t, path), -1) {
		name := notInLinks.ReplaceAllString(strings.ToLower(found[1]), "")
		all = append(all, "#"+strings.ReplaceAll(name, " ", "-"))
	}
	return all
}

func TestEachRecordHasANumberOfItsOwn(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(root, "docs", "adr", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for i, path := range paths {
		name := filepath.Base(path)
		if want := fmt.Sprintf("%04d-", i+1); !strings.HasPrefix(name, want) {
			t.Errorf("docs/adr/%s: want the number %s", name, want)
		}
		if want := fmt.Sprintf("# %d. ", i+1); !strings.HasPrefix(read(t, filepath.Join("docs", "adr", name)), want) {
			t.Errorf("docs/adr/%s does not begin with %q", name, want)
		}
	}
}

func TestEveryReasonHasItsRemedy(t *testing.T) {
	_, list, _ := strings.Cut(read(t, "docs/metrics.md"), "## Reasons")
	list, _, _ = strings.Cut(list, "No other value")
	want := slices.Sorted(slices.Values(regexp.MustCompile("`[a-z_]+`").FindAllString(list, -1)))
	var got []string
	for _, row := range regexp.MustCompile("(?m)^\\| (`[a-z_]+`) \\| .+ \\| .+ \\|$").FindAllStringSubmatch(read(t, "docs/troubleshooting.md"), -1) {
		got = append(got, row[1])
	}
	if slices.Sort(got); len(want) == 0 || !slices.Equal(got, want) {
		t.Errorf("docs/troubleshooting.md explains %v, want %v", got, want)
	}
}
