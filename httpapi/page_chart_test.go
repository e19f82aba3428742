package httpapi_test

import (
	"strings"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

// The text of a line takes 14 pixels; where the timeout is nearer than that to a
// power of ten, only the timeout has its line.
func TestTheTextsOfTheChartDoNotOverlap(t *testing.T) {
	for _, test := range []struct {
		slowest, timeout time.Duration
		drawn            bool
	}{
		{2 * time.Millisecond, 2100 * time.Millisecond, true}, // 14 pixels above the line of a second
		{2 * time.Millisecond, 2000 * time.Millisecond, false},
		{10 * time.Second, 400 * time.Millisecond, true}, // 14 pixels below it
		{10 * time.Second, 430 * time.Millisecond, false},
		{10 * time.Second, 0, true},
	} {
		s := nineChecks()
		s.runs["redis"] = []collector.Run{{Time: sceneTime(), Duration: 2 * time.Millisecond}, {Time: sceneTime(), Duration: test.slowest}}
		def := s.definitions["redis"]
		def.Timeout = test.timeout
		s.definitions["redis"] = def
		body := get(t, httpapi.CheckPage(s, "/checks", sceneOptions()), "/checks/redis").body
		if drawn := strings.Contains(body, ">1s</text>"); drawn != test.drawn || strings.Contains(body, ">timeout ") != (test.timeout > 0) {
			t.Errorf("slowest %v, timeout %v: line of a second: %t, want %t:\n%s", test.slowest, test.timeout, drawn, test.drawn, belowTheStyle(body))
		}
	}
}

func TestTheChartHasABarForEachRunInTheirOrder(t *testing.T) {
	s := nineChecks()
	s.runs["redis"] = []collector.Run{
		{Time: sceneTime(), Duration: 10 * time.Millisecond},
		{Time: sceneTime(), Duration: time.Second, Reason: checks.ReasonTimeout},
		{Time: sceneTime(), Duration: 100 * time.Millisecond},
	}
	s.definitions["redis"] = checks.Check{Name: "redis"}
	body := get(t, httpapi.CheckPage(s, "/checks", sceneOptions()), "/checks/redis").body
	for _, want := range []string{
		`"M0 160V158h.8V160zM2 160V88h.8V160z"`, `"M1 160V18h.8V160z"`, // passed, failed
		`y1="88" y2="88"`, `y="85">100ms</text>`, `y1="18" y2="18"`, `y="15">1s</text>`, "median 100ms, slowest 1s",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in\n%s", want, belowTheStyle(body))
		}
	}
	if strings.Contains(body, ">10ms</text>") {
		t.Error("the lowest line has a text, for which there is no room")
	}
}
