package main

import (
	"strings"
	"testing"
	"time"
)

func mutate(t *testing.T, patterns ...string) (string, error) {
	t.Helper()
	var out strings.Builder
	err := run(t.Context(), options{dir: "testdata/module", patterns: patterns, sample: 20, seed: 1, timeout: time.Minute}, &out)
	return out.String(), err
}

func TestUntestedCodeSurvives(t *testing.T) {
	out, err := mutate(t, "./half", "./untested")
	if err != nil {
		t.Fatal(err)
	}
	const want = `survived: example.org/half/half/half.go:11: "+" becomes "-"

| package | mutants | tried | killed | |
|---|---|---|---|---|
| ` + "`example.org/half/half`" + ` | 2 | 2 | 1 | 50 % |
`
	if out != want {
		t.Errorf("printed\n%s\nwant\n%s", out, want)
	}
}

func TestTestsThatFailWithoutAMutantAreAnError(t *testing.T) {
	out, err := mutate(t, "./broken")
	if err == nil || !strings.Contains(err.Error(), "the tests fail without a mutant") {
		t.Errorf("error %v, want one about the tests:\n%s", err, out)
	}
}
