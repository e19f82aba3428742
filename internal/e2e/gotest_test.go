//go:build unix

package e2e_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// skippingTest is a module with a test that passes, one that fails if FAIL is
// set, and one that is skipped.
const skippingTest = `package tested

import (
	"os"
	"testing"
)

func TestPasses(t *testing.T) { t.Log("words of a test that passes") }

func TestNeedsHaproxy(t *testing.T) { t.Skip("no haproxy on this machine") }

func TestFails(t *testing.T) {
	if os.Getenv("FAIL") != "" {
		t.Error("two is not three")
	}
}
`

// gotest runs scripts/gotest over that module.
func gotest(t *testing.T, env ...string) (output string, err error) {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "go.mod"), "module example.org/tested\n\ngo 1.26\n")
	write(t, filepath.Join(dir, "tested_test.go"), skippingTest)
	path, err := filepath.Abs(filepath.Join(root, "scripts", "gotest"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), path, "./...")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func TestSkippedTestsAreListed(t *testing.T) {
	t.Parallel()
	out, err := gotest(t, "CI=")
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{"ok  \texample.org/tested", "TestNeedsHaproxy", "no haproxy on this machine", "DONE 3 tests, 1 skipped"} {
		if !strings.Contains(out, want) {
			t.Errorf("output has no %q:\n%s", want, out)
		}
	}
	if strings.Contains(out, "words of a test that passes") {
		t.Errorf("output has the words of a test that passes:\n%s", out)
	}
}

func TestASkippedTestIsAFailureInCI(t *testing.T) {
	t.Parallel()
	out, err := gotest(t, "CI=true")
	if err == nil || !strings.Contains(out, "gotest: skipped tests, and in CI none may be skipped:\n  example.org/tested TestNeedsHaproxy\n") {
		t.Errorf("error %v, want one that names the skipped test:\n%s", err, out)
	}
}

func TestAFailedTestIsShownWithItsMessage(t *testing.T) {
	t.Parallel()
	out, err := gotest(t, "CI=", "FAIL=1")
	if err == nil || !strings.Contains(out, "two is not three") || !strings.Contains(out, "DONE 3 tests, 1 skipped, 1 failure") {
		t.Errorf("error %v, want one, and the test's message:\n%s", err, out)
	}
}
