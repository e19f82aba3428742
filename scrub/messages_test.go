package scrub_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// prefixes are what stands before a message: the name of a check, whatever it is
// called, as outputs and logs have it.
var prefixes = []string{
	"", "auth-api: ", "token: ", "AUTH: ", "password: ", "secret.key: ", `check "auth-api": `, `check "token": auth: `,
	"down #pass-through: ", `msg="check failed" check=auth-api reason=auth err="`,
}

// fillIns are what a message may be about, by its verbs. The lists are turned so
// that each verb has each value.
var fillIns = map[byte][]string{
	'q': {`"sessions:leader"`, `"auth-api"`, `"address"`, `"token"`, `"password"`, `"PGPASSWORD"`, `"2026-01-02T03:04:05Z"`},
	's': {"127.0.0.1:6379", "keycloak.invalid", "auth", "WRONGPASS invalid username-password pair or user is disabled.",
		"user:…@tcp(host:3306)", "/run/secrets/db_password", "tls.min_version", "connection refused"},
	'v': {"5s", "12", "[200 204]", "connecting to auth-db:5432: connection refused", "tls: private key does not match public key"},
	'w': {"connecting to token-service:8080: connection refused", "no such host", "FATAL: password authentication failed for user \"app\" (SQLSTATE 28P01)"},
	'd': {"3", "401", "65536"}, 'x': {"2f"}, 'c': {"x"}, 'T': {"string"}, 't': {"true"}, 'g': {"1.5"}, 'f': {"0.25"}, 'U': {"U+0041"}, 'e': {"1e3"}, 'p': {"x"}, 'b': {"1"}, 'o': {"644"},
}

var verb = regexp.MustCompile(`%[-+# 0]*(?:\d+|\*)?(?:\.(?:\d+|\*))?(?:\[\d+\])?([a-zA-Z%])`)

// filled returns a message with its verbs filled in for the n-th time.
func filled(message string, n int) string {
	return verb.ReplaceAllStringFunc(message, func(v string) string {
		kind := v[len(v)-1]
		if kind == '%' {
			return "%"
		}
		values := fillIns[kind]
		if values == nil {
			return v
		}
		n++
		return values[n%len(values)]
	})
}

// messages returns every text of more than one word in the sources of the
// product, tests and helpers of tests apart.
func messages(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			switch d.Name() {
			case "scrub", "testdata", "e2e", "browsertest", "faulttest", "housetest", "schematest", "screentest", "testservers", "tools", "bench", "docs", "scripts", "deploy", ".git":
				return filepath.SkipDir
			}
			return nil
		case !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Field: // Tags say nothing.
				return n.Tag == nil
			case *ast.BasicLit:
				if text, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING && strings.Contains(strings.TrimSpace(text), " ") {
					found[text] = path
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestEveryMessageOfTheProductSurvives(t *testing.T) {
	s := scrub.New(scrub.Rules{})
	all := messages(t)
	if len(all) < 600 {
		t.Fatalf("%d messages, want at least 600", len(all))
	}
	for message, path := range all {
		if verb.ReplaceAllString(message, "") == "" || strings.Contains(message, scrub.Mask) {
			continue
		}
		for n := 0; n < 8; n++ {
			text := filled(message, n)
			for _, prefix := range prefixes {
				if got := s.Text(prefix + text); got != prefix+text {
					t.Errorf("%s: %q became %q", path, prefix+text, got)
					n = 8 // The others say the same.
					break
				}
			}
		}
	}
	t.Logf("%d messages", len(all))
}

// Faults of configurations are what config/testdata says, with their file before
// them.
func TestEveryFaultOfAConfigurationSurvives(t *testing.T) {
	files, err := filepath.Glob("../config/testdata/*.yml")
	if err != nil {
		t.Fatal(err)
	}
	s := scrub.New(scrub.Rules{})
	faults := 0
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(raw)) {
			want, is := strings.CutPrefix(strings.TrimRight(line, "\n"), "# want: ")
			if !is {
				continue
			}
			faults++
			for _, text := range []string{want, file + ":" + want, `level=error msg="not reloaded" err="` + strings.ReplaceAll(want, `"`, `\"`) + `"`} {
				if got := s.Text(text); got != text {
					t.Errorf("%s: %q became %q", file, text, got)
				}
			}
		}
	}
	if faults < 300 {
		t.Errorf("%d faults, want at least 300", faults)
	}
}
