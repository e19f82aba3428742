//go:build linux

package e2e_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

// unitFiles are the units of deploy/systemd, the service first.
func unitFiles(t testing.TB) []string {
	t.Helper()
	sockets, err := filepath.Glob(filepath.Join(root, "deploy/systemd/*.socket"))
	if err != nil || len(sockets) != 3 {
		t.Fatalf("%d sockets, want one for web, health and agent each: %v", len(sockets), err)
	}
	return append([]string{filepath.Join(root, "deploy/systemd/healthcheck_exporter.service")}, sockets...)
}

// setting returns the values of a setting in a unit.
func setting(t testing.TB, unit, name string) (values []string) {
	t.Helper()
	for line := range strings.Lines(read(t, "deploy/systemd/"+unit)) {
		if value, is := strings.CutPrefix(line, name+"="); is {
			values = append(values, strings.TrimSpace(value))
		}
	}
	if len(values) == 0 {
		t.Errorf("%s has no %s", unit, name)
	}
	return values
}

// systemdUnits copies deploy/systemd to a folder, with the path of our binary in
// the units, and returns the paths of the units.
func systemdUnits(t *testing.T) (dir string, units []string) {
	t.Helper()
	dir = t.TempDir()
	for _, path := range unitFiles(t) {
		units = append(units, filepath.Join(dir, filepath.Base(path)))
		write(t, units[len(units)-1], strings.ReplaceAll(readFile(t, path), "=healthcheck_exporter ", "="+binary(t)+" "))
	}
	return dir, units
}

func TestSystemdAcceptsTheUnits(t *testing.T) {
	t.Parallel()
	analyze := testservers.Need(t, "systemd-analyze")
	verify := func(what string, units ...string) {
		t.Helper()
		out, err := exec.CommandContext(t.Context(), analyze, append([]string{"verify"}, units...)...).CombinedOutput()
		if err != nil || len(bytes.TrimSpace(out)) > 0 {
			t.Errorf("systemd-analyze verify with %s: %v\n%s", what, err, out)
		}
	}
	_, units := systemdUnits(t)
	verify("nothing else", units...)

	dropIns, err := filepath.Glob(filepath.Join(root, "deploy/systemd/drop-ins/*.conf"))
	if err != nil || len(dropIns) == 0 {
		t.Fatalf("no drop-ins: %v", err)
	}
	for _, path := range dropIns {
		dir, units := systemdUnits(t)
		if err := os.Mkdir(units[0]+".d", 0o700); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(units[0]+".d", filepath.Base(path)), strings.ReplaceAll(readFile(t, path), "=healthcheck_exporter ", "="+binary(t)+" "))
		write(t, filepath.Join(dir, "shop.service"), "[Service]\nExecStart=/bin/true\n")
		verify(filepath.Base(path), units[0])
	}
}

func TestTheUnitIsHardened(t *testing.T) {
	t.Parallel()
	_, units := systemdUnits(t)
	out, err := exec.CommandContext(t.Context(), testservers.Need(t, "systemd-analyze"),
		"security", "--offline=true", "--threshold=15", units[0]).CombinedOutput()
	if err != nil {
		t.Errorf("exposure above 1.5: %v\n%s", err, out)
	}
	text := readFile(t, units[0])
	for _, blinds := range []string{"\nProtectProc=", "\nPrivateUsers="} { // They hide processes and owners from checks.
		if strings.Contains(text, blinds) {
			t.Errorf("the unit has %s", blinds)
		}
	}
}

// A service that gives up is a server that haproxy takes out for ever.
func TestTheUnitNeverGivesUp(t *testing.T) {
	const unit = "healthcheck_exporter.service"
	for name, want := range map[string]string{
		"Type": "notify", "Restart": "always", "StartLimitIntervalSec": "0", "PrivateMounts": "yes", "User": "healthcheck-exporter",
		"StateDirectory": "healthcheck_exporter", "RuntimeDirectory": "healthcheck_exporter", "ExecReload": "healthcheck_exporter reload",
	} {
		if got := setting(t, unit, name); !slices.Equal(got, []string{want}) {
			t.Errorf("%s is %q, want %s", name, got, want)
		}
	}
}
