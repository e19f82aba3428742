package scrub_test

import (
	"slices"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// found removes what was found twice: it is learned once.
func found(secrets []string) []string {
	slices.Sort(secrets)
	return slices.Compact(secrets)
}

func TestFindReturnsWhatIsWorthLearning(t *testing.T) {
	s := scrub.New(scrub.Rules{Names: []string{"patient"}})
	for _, c := range []struct {
		name, value string
		want        []string
	}{
		{"DB_PASSWORD", "hunter2!x", []string{"hunter2!x"}},
		{"DB_PASSWORD", "is not 4 you", nil},
		{"DB_PASSWORD", "production", nil},
		{"CLIENT_SECRET", "hunter2!x", []string{"hunter2!x"}},
		{"PATIENT_ID", "hunter2!x", []string{"hunter2!x"}},
		{"AUTH", "hunter2!x", nil},
		{"AUTH", "abCD12efGH34", []string{"abCD12efGH34"}},
		{"HOST", "abCD12efGH34", nil},
		{"PASSENGER_ENV", "production", nil},
		{"TIMEOUT", "hunter2!x", nil},
		{"URL", "https://app:secret@h/x", []string{"secret"}},
		{"URL", "https://h/?token=abCD12efGH34&a=b", []string{"abCD12efGH34"}},
		{"CONNECTION", "host=h password=production", nil},
		{"Authorization", "Bearer abCD12efGH34", []string{"Bearer abCD12efGH34", "abCD12efGH34"}},
		{"X", "Basic Ym9iOmh1bnRlcjIheA==", []string{"Ym9iOmh1bnRlcjIheA==", "hunter2!x"}},
		{"X", "Basic training", nil},
	} {
		if got := found(s.Find(c.name, c.value)); !slices.Equal(got, c.want) {
			t.Errorf("Find(%s, %s) = %q, want %q", c.name, c.value, got, c.want)
		}
	}
}

func TestPasswordsAreFoundWhateverTheirShape(t *testing.T) {
	s := scrub.New(scrub.Rules{})
	for dsn, want := range map[string][]string{
		"app:secret@tcp(db:3306)/shop":      {"secret"},
		"host=h password=production user=u": {"production"},
		"postgres://app:pw@db/shop":         {"pw"},
		"host=h user=u":                     nil,
	} {
		if got := found(s.Passwords(dsn)); !slices.Equal(got, want) {
			t.Errorf("Passwords(%s) = %q, want %q", dsn, got, want)
		}
	}
}

func TestFindArgvReturnsMaskedWordsThatLookLikeSecrets(t *testing.T) {
	s := scrub.New(scrub.Rules{})
	for _, c := range []struct{ argv, want []string }{
		{[]string{"mysql", "-phunter2!x"}, []string{"hunter2!x"}},
		{[]string{"mysql", "-pproduction"}, nil},
		{[]string{"app", "--password", "hunter2!x", "--host", "h1a2b3c4"}, []string{"hunter2!x"}},
		{[]string{"app", "--password=localhost"}, nil},
		{[]string{"check_redis", "-H", "localhost", "-p", "6379"}, nil},
		{[]string{"sh", "-c", "curl -u bob:hunter2!x h"}, []string{"hunter2!x"}},
	} {
		if got := found(s.FindArgv(c.argv)); !slices.Equal(got, c.want) {
			t.Errorf("FindArgv(%q) = %q, want %q", c.argv, got, c.want)
		}
	}
}

func TestCountsTellsNamesOfSecretsFromNamesThatContainOne(t *testing.T) {
	s := scrub.New(scrub.Rules{Names: []string{"patient"}, Allow: []string{"API_TOKEN"}})
	for name, want := range map[string]bool{
		"DB_PASSWORD": true, "X-Api-Key": true, "auth": true, "patient_no": true,
		"PASSENGER_ENV": false, "MONKEY": false, "API_TOKEN": false, "TOKEN_FILE": false, "HOST": false,
	} {
		if got := s.Counts(name); got != want {
			t.Errorf("Counts(%s) = %v, want %v", name, got, want)
		}
	}
}
