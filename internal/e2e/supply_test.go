//go:build linux

package e2e_test

import (
	"debug/buildinfo"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// script runs a script of the module and returns what it prints.
func script(t testing.TB, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), filepath.Join("scripts", name), args...)
	cmd.Dir = root
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("scripts/%s: %v\n%s", name, err, errs.String())
	}
	return string(out)
}

func TestTheLicencesAreThoseOfTheModules(t *testing.T) {
	if got, want := script(t, "licences"), read(t, "docs/licences.md"); got != want {
		t.Errorf("docs/licences.md is not what scripts/licences prints (make licences):\n%s", got)
	}
}

func TestTheBillOfMaterialsNamesEveryModuleOfTheProgram(t *testing.T) {
	path := binary(t)
	text := script(t, "sbom", path)
	var bill struct {
		BOMFormat, SpecVersion string
		Components             []struct {
			Name, Version, PURL string
			Licenses            []struct{ Expression string }
			Properties          []struct{ Name, Value string }
		}
		Dependencies []struct{ DependsOn []string }
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
		if c.Name != "std" && (len(c.Properties) != 1 || !strings.HasPrefix(c.Properties[0].Value, "h1:")) {
			t.Errorf("%s has no sum: %v", c.Name, c.Properties)
		}
	}
	for name := range want {
		t.Errorf("%s is missing", name)
	}
	if len(bill.Dependencies) != 1 || len(bill.Dependencies[0].DependsOn) != len(bill.Components) {
		t.Errorf("the program depends on %v", bill.Dependencies)
	}
	if script(t, "sbom", path) != text {
		t.Error("a second bill is another one")
	}
}
