package main

import (
	"strings"
	"testing"
)

// gotest runs this command over packages of testdata/module.
func gotest(t *testing.T, strict bool, args ...string) (output string, err error) {
	t.Helper()
	t.Chdir("testdata/module")
	var out strings.Builder
	err = run(t.Context(), args, &out, strict)
	return out.String(), err
}

func TestPrintsTheLinesOfGoTestAndWhatWasSkipped(t *testing.T) {
	out, err := gotest(t, false, "./good", "./none")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"ok  \texample.org/tested/good\t",
		"?   \texample.org/tested/none\t[no test files]\n",
		"skipped 1 tests:\n  example.org/tested/good TestNeedsHaproxy: good_test.go:7: no haproxy on this machine\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("output has no %q:\n%s", want, out)
		}
	}
	if strings.Contains(out, "words of a test that passes") {
		t.Errorf("output has the words of a test that passes:\n%s", out)
	}
}

func TestASkipIsAFailureInCI(t *testing.T) {
	_, err := gotest(t, true, "./good")
	if err == nil || err.Error() != "1 tests skipped, and in CI none may be" {
		t.Errorf("error %v, want one that counts the skipped tests", err)
	}
}

func TestPrintsWhatFailedTestsSaid(t *testing.T) {
	out, err := gotest(t, false, "./bad")
	if err == nil {
		t.Errorf("no error although tests fail:\n%s", out)
	}
	for _, want := range []string{"two is not three", "out of the blue", "FAIL\texample.org/tested/bad"} {
		if !strings.Contains(out, want) {
			t.Errorf("output has no %q:\n%s", want, out)
		}
	}
}

func TestPrintsWhatTheCompilerSaid(t *testing.T) {
	out, err := gotest(t, false, "./absent")
	if err == nil || !strings.Contains(out, "[setup failed]") {
		t.Errorf("error %v, want one, and [setup failed] in:\n%s", err, out)
	}
}
