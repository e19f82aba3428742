package checks_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

func TestNamesAreOfOneHundredHarmlessCharacters(t *testing.T) {
	for name, want := range map[string]bool{
		"redis": true, "R": true, "0": true, "_": true, "a.b:c-d_E9": true, "_.": true, "a-": true,
		strings.Repeat("a", 100): true,
		"":                       false, ".a": false, "-a": false, ":a": false, "a b": false, "a/b": false, "é": false,
		"a\n": false, "a\x00": false, "a%": false, "a,b": false,
		strings.Repeat("a", 101): false,
	} {
		if got := checks.ValidName(name); got != want {
			t.Errorf("ValidName(%q) = %v, want %v", name, got, want)
		}
	}
}

func TestCheckOfNameAndFunctionIsValid(t *testing.T) {
	c := checks.Check{Name: "redis", Func: passes}
	if err := c.Validate(); err != nil {
		t.Errorf("Validate() = %v, want nil", err)
	}
	c = checks.Check{
		Name: "redis", Func: passes, Type: "redis", Timeout: time.Second, SuccessTTL: -1, FailedTTL: -1,
		FailureThreshold: 3, SuccessThreshold: 2, Tags: []string{"ready", "a.b"}, DependsOn: []string{"db"},
	}
	if err := c.Validate(); err != nil {
		t.Errorf("Validate() = %v, want nil", err)
	}
}

func TestRunbookIsAnAddressForABrowser(t *testing.T) {
	for runbook, want := range map[string]bool{
		"": true, "https://w": true, "http://wiki.example.org/redis?x=1#y": true,
		"https://": false, "http://": false, "wiki.example.org": false, "ftp://w": false, "https://u@w": false, "https://w/a b": false, "https://w/\n": false,
		`https://w/"`: false, "https://w/<": false,
	} {
		if err := (checks.Check{Name: "a", Func: passes, Runbook: runbook}).Validate(); (err == nil) != want {
			t.Errorf("Validate with the runbook %q = %v, want valid %v", runbook, err, want)
		}
	}
}

func TestValidateSaysAllFaultsAtOnce(t *testing.T) {
	err := checks.Check{
		Name: "a b", Timeout: -time.Second, FailureThreshold: -1, SuccessThreshold: -2, Tags: []string{"ok", "", "b c"},
	}.Validate()
	if err == nil {
		t.Fatal("Validate() = nil, want errors")
	}
	want := []string{
		`check "a b": a name is 1 to 100 letters, digits and _ . : - and begins with a letter, a digit or _`,
		`check "a b": has no function`,
		`check "a b": timeout -1s, want a positive duration`,
		`check "a b": failure threshold -1, want at least 1`,
		`check "a b": success threshold -2, want at least 1`,
		`check "a b": tag "": a tag is 1 to 100 letters, digits and _ . : - and begins with a letter, a digit or _`,
		`check "a b": tag "b c": a tag is 1 to 100 letters, digits and _ . : - and begins with a letter, a digit or _`,
	}
	if got := strings.Split(err.Error(), "\n"); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("Validate() =\n%v\nwant\n%s", err, strings.Join(want, "\n"))
	}
}

func passes(context.Context) (string, error) { return "ok", nil }
