package scrub_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

func TestSetRulesReplacesNamesAndKeepsLiterals(t *testing.T) {
	s := scrub.New(scrub.Rules{Names: []string{"patient"}, Allow: []string{"API_KEY"}})
	s.Learn("correct-horse-battery")
	s.SetRules(scrub.Rules{Names: []string{"customer"}})
	for name, want := range map[string]bool{"PATIENT_ID": false, "API_KEY": true, "CUSTOMER_ID": true} {
		if got := s.Name(name); got != want {
			t.Errorf("Name(%q) = %v, want %v", name, got, want)
		}
	}
	if got, want := s.Text("said correct-horse-battery"), "said ********"; got != want {
		t.Errorf("Text = %q, want %q", got, want)
	}
}

func TestRulesReturnsACopy(t *testing.T) {
	given := scrub.Rules{Names: []string{"patient"}, Allow: []string{"API_KEY"}}
	s := scrub.New(given)
	given.Names[0], given.Allow[0] = "x", "y"
	got := s.Rules()
	if !slices.Equal(got.Names, []string{"patient"}) || !slices.Equal(got.Allow, []string{"API_KEY"}) {
		t.Fatalf("Rules() = %v", got)
	}
	got.Names[0] = "z"
	if !s.Name("PATIENT_ID") || s.Name("API_KEY") {
		t.Error("a caller changed the rules by way of its copy")
	}
}

func TestANilScrubberHasTheBuiltInRules(t *testing.T) {
	var s *scrub.Scrubber
	s.Learn("correct-horse-battery")
	s.SetRules(scrub.Rules{Names: []string{"patient"}})
	if got := s.Rules(); got.Names != nil || got.Allow != nil {
		t.Errorf("Rules() = %v, want none", got)
	}
	if !s.Name("PASSWORD") || s.Name("PATIENT_ID") {
		t.Error("a nil Scrubber does not have the built-in rules")
	}
}

// Run with -race: readers and writers at the same time.
func TestASecretLearnedWhileInUseIsMasked(t *testing.T) {
	s := scrub.New(scrub.Rules{})
	const secret = "correct-horse-battery"
	var wg sync.WaitGroup
	learned := make(chan struct{})
	for range 4 {
		wg.Go(func() {
			for done := false; !done; {
				select {
				case <-learned:
					done = true
				default:
				}
				got := s.Text("said " + secret)
				if done && strings.Contains(got, "horse") {
					t.Errorf("shown after it was learned: %q", got)
				}
			}
		})
	}
	for _, name := range []string{"a_", "b_", "c_"} {
		s.SetRules(scrub.Rules{Names: []string{name}})
	}
	s.Learn(secret)
	close(learned)
	wg.Wait()
}
