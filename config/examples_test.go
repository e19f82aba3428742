package config_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/config"
)

// examplesIn returns the YAML examples in the comments of the types of some Go
// files: indented by a tab, beginning with name: or global:.
func examplesIn(t *testing.T, pattern string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	examples := map[string]string{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, declaration := range tree.Decls {
			general, is := declaration.(*ast.GenDecl)
			if !is || general.Tok != token.TYPE {
				continue
			}
			for block := range strings.SplitSeq(general.Doc.Text(), "\n\n") {
				if strings.HasPrefix(block, "\tname:") || strings.HasPrefix(block, "\tglobal:") || strings.HasPrefix(block, "\tchecks:") {
					name := filepath.Base(file) + " " + strings.SplitN(strings.TrimSpace(block), "\n", 2)[0]
					examples[name] = strings.ReplaceAll(block[1:], "\n\t", "\n")
				}
			}
		}
	}
	return examples
}

var secretPath = regexp.MustCompile(`/run/secrets/[a-z0-9_-]+`)

// withSecrets returns an example whose secret files exist.
func withSecrets(t *testing.T, dir, example string) string {
	t.Helper()
	return secretPath.ReplaceAllStringFunc(example, func(path string) string {
		file := filepath.Join(dir, filepath.Base(path))
		write(t, file, "long-enough-secret")
		return file
	})
}

func TestExamplesInCommentsLoad(t *testing.T) {
	dir := t.TempDir()
	examples := examplesIn(t, "../checks/*/*.go")
	maps.Copy(examples, examplesIn(t, "file.go"))
	seen := map[string]bool{}
	for name, example := range examples {
		t.Run(name, func(t *testing.T) {
			if strings.HasPrefix(example, "name:") {
				example = "checks:\n  - " + strings.ReplaceAll(example, "\n", "\n    ") + "\n"
			}
			c := load(t, withSecrets(t, dir, example))
			for _, one := range c.Checks {
				seen[one.Type] = true
			}
		})
	}
	for _, name := range config.TypeNames() {
		if !seen[name] {
			t.Errorf("type %s has no example in its comment", name)
		}
	}
}

func TestReferenceHasEveryTypeWithItsKeys(t *testing.T) {
	data, err := os.ReadFile("types.txt")
	if err != nil {
		t.Fatal(err)
	}
	all := string(data)
	last := -1
	for _, name := range config.TypeNames() {
		text, found := config.ReferenceOf(name)
		at := strings.Index(all, text)
		if !found || at <= last || !strings.HasPrefix(text, "== "+name+"\n") || !strings.Contains(text, "\nKeys:\n  ") || strings.Count(text, "\n== ") > 0 {
			t.Errorf("ReferenceOf(%s) = %q, %v", name, text, found)
		}
		last = at
	}
	for _, name := range []string{"", "htt", "http ", "tl", "nonsense", "http\n"} {
		if text, found := config.ReferenceOf(name); found {
			t.Errorf("ReferenceOf(%q) = %q, want none", name, text)
		}
	}
	for line := range strings.Lines(all) {
		if len([]rune(line)) > 81 && !strings.HasPrefix(line, "    ") {
			t.Errorf("longer than 80 columns: %s", line)
		}
	}
}

// Every struct with a Build in the packages of check types is a check type.
func TestEveryCheckTypeIsInTheFile(t *testing.T) {
	files, err := filepath.Glob("../checks/*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for f := range fields(reflect.TypeFor[config.Types]()) {
		known[f.Type.Elem().Name()] = true
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, declaration := range tree.Decls {
			f, is := declaration.(*ast.FuncDecl)
			if !is || f.Name.Name != "Build" || f.Recv == nil {
				continue
			}
			if receiver, is := f.Recv.List[0].Type.(*ast.Ident); is && !known[receiver.Name] {
				t.Errorf("%s: %s has no field in config.Types", file, receiver.Name)
			}
		}
	}
}

func TestDesignsKeysOfTheTypesExist(t *testing.T) {
	// DESIGN's main fields of the types that there are.
	for name, key := range map[string]string{
		"http": "url", "tcp": "address", "dns": "server", "redis": "address", "postgres": "dsn", "mysql": "dsn",
		"disk": "path", "memory": "warn_percent", "load": "warn_per_cpu", "exec": "command",
	} {
		text, _ := config.ReferenceOf(name)
		if !slices.Contains(config.TypeNames(), name) || !strings.Contains(text, "\n  "+key+" (") {
			t.Errorf("%s has no key %s", name, key)
		}
	}
}

func TestYAMLOfTheGeneratedPagesLoads(t *testing.T) {
	dir := t.TempDir()
	for _, page := range []string{"checks.md", "configuration.md"} {
		data, err := os.ReadFile(filepath.Join("..", "docs", page))
		if err != nil {
			t.Fatal(err)
		}
		blocks := strings.Split(string(data), "```yaml\n")[1:]
		if len(blocks) == 0 {
			t.Errorf("%s has no YAML", page)
		}
		for _, block := range blocks {
			example, _, _ := strings.Cut(block, "\n```")
			if strings.HasPrefix(example, "name:") {
				example = "checks:\n  - " + strings.ReplaceAll(example, "\n", "\n    ") + "\n"
			}
			load(t, withSecrets(t, dir, example))
		}
	}
}
