package checks_test

import (
	"fmt"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
)

func TestLimitsOfCertificatesAreInDays(t *testing.T) {
	for want, settings := range map[string]*checks.TLS{
		"[]": nil,
		"[{tls_not_after_timestamp_seconds  once it is over {0 0 0 0}}]":              {},
		"[{tls_not_after_timestamp_seconds 1 days before once it is over {0 0 0 0}}]": {WarnDays: 1},
		"[{tls_not_after_timestamp_seconds 14 days before 1 days before {0 0 0 0}}]":  {WarnDays: 14, FailDays: 1},
	} {
		if got := fmt.Sprint(settings.Limits()); got != want {
			t.Errorf("Limits of %+v = %s, want %s", settings, got, want)
		}
	}
}

// A plainSpec explains nothing, an explained one does.
type plainSpec struct{}

func (plainSpec) Type() string                { return "plain" }
func (plainSpec) Build() (checks.Func, error) { return checks.Ping(nil), nil }

type explained struct{ plainSpec }

func (explained) ByHand() []string       { return []string{"ping", "h"} }
func (explained) Limits() []checks.Limit { return []checks.Limit{{Name: "rtt_seconds"}} }

func TestNewAsksTheSpecHowToRepeatItAndForItsLimits(t *testing.T) {
	for want, spec := range map[string]checks.Spec{"a plain [] []": plainSpec{}, "a plain [ping h] [{rtt_seconds   {0 0 0 0}}]": explained{}} {
		c, err := checks.New("a", spec)
		if got := fmt.Sprint(c.Name, " ", c.Type, " ", c.ByHand, " ", c.Limits); got != want || err != nil || c.Func == nil {
			t.Errorf("New = %s, %v, want %s", got, err, want)
		}
	}
}
