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
	for _, test := range []struct {
		word, want string
		known      []string
	}{
		{"INFO", "info", []string{"debug", "info", "warn"}},
		{"Warning", "warn", []string{"debug", "info", "warn"}},
		{"on", "", []string{"off", "classic", "native"}},
		{"hc", "ch", []string{"ab", "ch"}},
		{"fail_used_percent", "fail_percent", []string{"warn_percent", "fail_percent"}},
		{"ca", "ca_file", []string{"ca_file", "server_name"}},
		{"expected_status", "status", []string{"status", "body"}},
		{"fail", "", []string{"fail_percent", "fail_free"}},
		{"percent_", "", []string{"warn_percent", "fail_percent"}},
		{"hostname", "", []string{"name", "port"}},
		{"-", "", []string{"name"}},
	} {
		if got := spell.Nearest(test.word, test.known); got != test.want {
			t.Errorf("Nearest(%q, %q) = %q, want %q", test.word, test.known, got, test.want)
		}
	}
	if got := spell.Nearest("tcp", nil); got != "" {
		t.Errorf("Nearest of no words = %q", got)
	}
}
