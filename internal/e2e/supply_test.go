//go:build linux

package e2e_test

import (
	"debug/buildinfo"
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// document returns what internal/docs prints.
func document(t testing.TB, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"run", "./internal/docs"}, args...)...)
	cmd.Dir = root
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("docs %v: %v\n%s", args, err, errs.String())
	}
	return string(out)
}

func TestTheLicencesAreThoseOfTheModules(t *testing.T) {
	t.Parallel()
	if got, want := document(t, "licences"), read(t, "docs/licences.md"); got != want {
		t.Errorf("docs/licences.md is out of date: run make licences. It should be:\n%s", got)
	}
}

// A dependency is one entry of a bill's dependency graph.
type dependency struct {
	Ref       string
	DependsOn []string
}

func TestTheBillOfMaterialsNamesEveryModuleOfTheProgram(t *testing.T) {
	t.Parallel()
	path := binary(t)
	text := document(t, "bill", path)
	var bill struct {
		BOMFormat, SpecVersion string
		Components             []struct {
			Name, Version, PURL string
			Licenses            []struct{ Expression string }
			Hashes              []struct{ Alg, Content string }
		}
		Dependencies []dependency
	}
	if err := json.Unmarshal([]byte(text), &bill); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	if bill.BOMFormat != "CycloneDX" || bill.SpecVersion != "1.5" {
		t.Errorf("it is %s %s, want CycloneDX 1.5", bill.BOMFormat, bill.SpecVersion)
	}
	info, err := buildinfo.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"std": info.GoVersion}
	for _, module := range info.Deps {
		want[module.Path] = module.Version
	}
	for _, c := range bill.Components {
		if want[c.Name] != c.Version {
			t.Errorf("%s %s is listed, the program has %q", c.Name, c.Version, want[c.Name])
		}
		delete(want, c.Name)
		if len(c.Licenses) != 1 || c.Licenses[0].Expression == "" {
			t.Errorf("%s has no licence", c.Name)
		}
		if !strings.HasPrefix(c.PURL, "pkg:golang/"+c.Name+"@") {
			t.Errorf("%s has the URL %s", c.Name, c.PURL)
		}
		if c.Name != "std" && (len(c.Hashes) != 1 || c.Hashes[0].Content == "") {
			t.Errorf("%s has no hash: %v", c.Name, c.Hashes)
		}
	}
	for name := range want {
		t.Errorf("%s is missing", name)
	}
	direct := slices.IndexFunc(bill.Dependencies, func(d dependency) bool {
		return strings.HasPrefix(d.Ref, "pkg:golang/"+info.Main.Path+"@")
	})
	// The standard library is a component, but the graph has only modules.
	if direct < 0 || len(bill.Dependencies[direct].DependsOn) != len(bill.Components)-1 {
		t.Errorf("dependencies: %v, want the program to depend on %d modules", bill.Dependencies, len(bill.Components)-1)
	}
	if document(t, "bill", path) != text {
		t.Error("a second bill of the same program differs")
	}
}
