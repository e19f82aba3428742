package housetest_test

import (
	"flag"
	"os"
	"path/filepath"
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
