package housetest_test

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/housetest"
)

var update = flag.Bool("update", false, "write the complaints about testdata anew")

func TestTheHouseKeepsItsRules(t *testing.T) {
	for _, complaint := range examine(t, filepath.Join("..", "..")) {
		t.Error(complaint)
	}
}

// Each folder of testdata is a small module with our path in which something is
// wrong, and want.txt has what must be said about it.
func TestPlantedFaultsAreFound(t *testing.T) {
	wants, err := filepath.Glob("testdata/*/want.txt")
	if err != nil || len(wants) == 0 {
		t.Fatalf("no planted faults: %v", err)
	}
	for _, file := range wants {
		dir := filepath.Dir(file)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			got := strings.Join(examine(t, dir), "\n") + "\n"
			if *update {
				write(t, file, got)
			}
			if want := read(t, file); got != want {
				t.Errorf("complaints:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

// A name that is shown has a type that other modules can name.
func TestInternalTypesThatAreShownAreFound(t *testing.T) {
	dir := t.TempDir()
	for _, folder := range []string{"scrub", "internal/clip"} {
		if err := os.MkdirAll(filepath.Join(dir, filepath.FromSlash(folder)), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(dir, "go.mod"), read(t, "testdata/sound/go.mod"))
	write(t, filepath.Join(dir, "internal", "clip", "clip.go"), `package clip

type Mark string

const Hidden = "hidden"

func New() *Mark { return nil }
`)
	write(t, filepath.Join(dir, "scrub", "scrub.go"), `package scrub

import words "github.com/healthcheck-exporter/healthcheck_exporter/internal/clip"

const Mask = words.Hidden // A constant is not a type.
const Typed words.Mark = "typed"
var First = words.New()
var own = words.New()

type Func func(words.Mark) []*words.Mark

type Scrubber struct {
	own words.Mark
	Marks map[string]words.Mark
}

type Embedding struct { *words.Mark }

func (s *Scrubber) Text(string) string { m := words.New(); return string(*m) + string(s.own) + string(*own) }

func (s *Scrubber) Mark() (m words.Mark) { return s.own }

type list[T any] []T

func (l *list[T]) Mark() words.Mark { return "" } // Of a type that is not shown.

func Make[T interface{ Mark() words.Mark }]() string { return string((&list[T]{}).Mark()) }
`)
	want := []string{
		"scrub/scrub.go:6: exported Typed shows Mark of internal/clip",
		"scrub/scrub.go:7: exported First shows New of internal/clip",
		"scrub/scrub.go:10: exported Func shows Mark of internal/clip",
		"scrub/scrub.go:12: exported Scrubber shows Mark of internal/clip",
		"scrub/scrub.go:17: exported Embedding shows Mark of internal/clip",
		"scrub/scrub.go:21: exported Mark shows Mark of internal/clip",
		"scrub/scrub.go:27: exported Make shows Mark of internal/clip",
	}
	slices.Sort(want)
	if got := examine(t, dir); !slices.Equal(got, want) {
		t.Errorf("complaints:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestASoundModuleIsLeftAlone(t *testing.T) {
	for _, complaint := range examine(t, "testdata/sound") {
		t.Error(complaint)
	}
}

func examine(t *testing.T, dir string) []string {
	t.Helper()
	complaints, err := housetest.Examine(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return complaints
}

func read(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func write(t *testing.T, file, content string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}
