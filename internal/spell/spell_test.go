package spell_test

import (
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/spell"
)

func TestTheNearestWordIsFoundIfItIsNear(t *testing.T) {
	known := []string{"address", "timeout", "tcp", "up"}
	for word, want := range map[string]string{
		"adress": "address", "addres": "address", "time_out": "timeout", "tpc": "tcp", "tc": "tcp", "address": "address",
		"": "", "hostname": "", "xy": "", "addressaddress": "",
	} {
		if got := spell.Nearest(word, known); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", word, got, want)
		}
	}
	if got := spell.Nearest("tcp", nil); got != "" {
		t.Errorf("Nearest of no words = %q", got)
	}
}
