package server_test

import (
	"slices"
	"strconv"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/server"
)

func TestTheStartIsAnEventWithTheVersionIfItIsKnown(t *testing.T) {
	for version, want := range map[string]string{"": "the exporter was started", "1.2.3": "the exporter was started, version 1.2.3"} {
		if got := server.Started(version, 0); !slices.Equal(got, []string{want}) {
			t.Errorf("version %q: %q, want %q", version, got, want)
		}
	}
}

func TestTheOldestEventsAreForgotten(t *testing.T) {
	got := server.Started("", 40)
	if len(got) != 32 {
		t.Fatalf("%d events are remembered, want 32", len(got))
	}
	for i, text := range got {
		if want := strconv.Itoa(8 + i); text != want {
			t.Errorf("event %d is %q, want %q", i, text, want)
		}
	}
}
