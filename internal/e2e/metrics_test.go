//go:build unix

package e2e_test

import (
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// A family is a metric as its users know it.
type family struct{ name, kind, labels string }

// families is every metric of the program, in the order of docs/metrics.md.
// What is here is a promise: dashboards and alerts break with it.
var families = []family{
	{"healthcheck_passed", "gauge", "check"},
	{"healthcheck_warning", "gauge", "check"},
	{"healthcheck_state", "gauge", "check"},
	{"healthcheck_duration_seconds", "gauge", "check"},
	{"healthcheck_healthy", "gauge", ""},
	{"healthcheck_degraded", "gauge", ""},
	{"healthcheck_draining", "gauge", ""},
	{"healthcheck_drain_end_timestamp_seconds", "gauge", ""},
	{"healthcheck_state_directory_usable", "gauge", ""},
	{"healthcheck_view_healthy", "gauge", "view"},
	{"healthcheck_runs_total", "counter", "check, result"},
	{"healthcheck_failures_total", "counter", "check, reason"},
	{"healthcheck_failure_info", "gauge", "check, reason"},
	{"healthcheck_last_run_timestamp_seconds", "gauge", "check"},
	{"healthcheck_last_success_timestamp_seconds", "gauge", "check"},
	{"healthcheck_last_change_timestamp_seconds", "gauge", "check"},
	{"healthcheck_result_expires_timestamp_seconds", "gauge", "check"},
	{"healthcheck_consecutive_failures", "gauge", "check"},
	{"healthcheck_run_stuck", "gauge", "check"},
	{"healthcheck_muted", "gauge", "check"},
	{"healthcheck_checks_running", "gauge", ""},
	{"healthcheck_checks_waiting", "gauge", ""},
	{"healthcheck_check_info", "gauge", "check, optional, runbook, severity, tags, type"},
	{"healthcheck_value", "gauge", "check, name"},
	{"healthcheck_run_duration_seconds", "histogram", "check"},
	{"healthcheck_cache_requests_total", "counter", "outcome"},
	{"healthcheck_build_info", "gauge", "branch, goarch, goos, goversion, kernel_version, platform, platform_version, revision, tags, version, virtualization"},
	{"healthcheck_config_last_reload_successful", "gauge", ""},
	{"healthcheck_config_last_reload_success_timestamp_seconds", "gauge", ""},
	{"healthcheck_config_hash", "gauge", ""},
	{"healthcheck_http_requests_total", "counter", "code, handler"},
	{"healthcheck_log_lines_dropped_total", "counter", ""},
}

// everything has a check of each outcome, so that no metric is without a series.
const everything = `
global: {success_ttl: 500ms, failed_ttl: 500ms}
checks:
  - {name: disk, disk: {path: /}}
  - {name: nowhere, tcp: {address: "127.0.0.1:1"}}
  - {name: behind, exec: {command: [/bin/true]}, depends_on: [nowhere]}
views: {live: {checks: []}}
`

func TestEveryPromisedMetricIsThereAndNoOther(t *testing.T) {
	e := start(t, everything, "--metrics.run-duration-histogram=classic", "--web.enable-lifecycle", "--state.directory="+t.TempDir())
	post(t, e.url+"/-/drain?for=1h") // Its end is a metric of its own.
	got := exposed(t, e)
	for _, want := range families {
		f := got[want.name]
		if f == nil {
			t.Errorf("no %s", want.name)
			continue
		}
		if kind := strings.ToLower(f.GetType().String()); kind != want.kind {
			t.Errorf("%s is a %s, want a %s", want.name, kind, want.kind)
		}
		for _, m := range f.GetMetric() {
			if labels := labelsOf(m); labels != want.labels {
				t.Errorf("%s has the labels %q, want %q", want.name, labels, want.labels)
			}
		}
		if help := f.GetHelp(); !strings.HasSuffix(help, ".") {
			t.Errorf("%s: help %q, want a sentence", want.name, help)
		}
		delete(got, want.name)
	}
	for name := range got {
		if strings.HasPrefix(name, "healthcheck") {
			t.Errorf("%s is exposed, but not promised", name)
		} else if !regexp.MustCompile(`^(go|process|promhttp)_`).MatchString(name) {
			t.Errorf("%s is neither ours nor of the Go runtime", name)
		}
	}
}

func TestOnlyOurMetricsAreLeftWhenTheExportersOwnAreDisabled(t *testing.T) {
	for name := range exposed(t, start(t, everything, "--web.disable-exporter-metrics")) {
		if !strings.HasPrefix(name, "healthcheck_") {
			t.Errorf("%s is exposed", name)
		}
		if name == "healthcheck_run_duration_seconds" {
			t.Error("the histogram is on by default")
		}
	}
}

// Reasons, results, outcomes and codes are closed sets: a series for each word
// that a peer can think of would be no metric any more.
func TestLabelsTakeTheirValuesFromClosedSets(t *testing.T) {
	e := start(t, everything)
	fetch(t, http.StatusNotFound, e.url+"/healthcheck/no-such-check")
	fetch(t, http.StatusNotFound, e.url+"/no/such/path")
	sets := map[string]*regexp.Regexp{
		"reason":   regexp.MustCompile(`^(timeout|refused|unreachable|dns|tls|auth|protocol|status|assertion|threshold|exit_code|panic|skipped|internal|error)$`),
		"result":   regexp.MustCompile(`^(passed|failed)$`),
		"outcome":  regexp.MustCompile(`^(hit|miss|coalesced|stale)$`),
		"optional": regexp.MustCompile(`^(true|false)$`),
		"check":    regexp.MustCompile(`^(disk|nowhere|behind)$`),
		"code":     regexp.MustCompile(`^([1-5]\d\d|other)$`),
		"handler":  regexp.MustCompile(`^[a-z]+$`),
	}
	for name, f := range exposed(t, e) {
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				set := sets[l.GetName()]
				if strings.HasPrefix(name, "healthcheck_") && set != nil && !set.MatchString(l.GetValue()) {
					t.Errorf("%s has %s=%q", name, l.GetName(), l.GetValue())
				}
			}
		}
	}
}

func TestTheTableOfMetricsInTheDocumentsIsComplete(t *testing.T) {
	var rows []family
	for line := range strings.Lines(read(t, "docs/metrics.md")) {
		cells := strings.Split(line, "|")
		if len(cells) != 6 || !strings.HasPrefix(strings.TrimSpace(cells[1]), "`healthcheck_") {
			continue
		}
		cell := func(i int) string { return strings.ReplaceAll(strings.TrimSpace(cells[i]), "`", "") }
		rows = append(rows, family{cell(1), cell(2), cell(3)})
	}
	for i := range max(len(rows), len(families)) {
		switch {
		case i >= len(rows):
			t.Errorf("docs/metrics.md has no row for %v", families[i])
		case i >= len(families):
			t.Errorf("docs/metrics.md has a row for %v, which is not there", rows[i])
		case rows[i] != families[i]:
			t.Errorf("docs/metrics.md, row %d: %q, want %q", i+1, rows[i], families[i])
		}
	}
}

// exposed returns the families of the text format.
func exposed(t testing.TB, e *exporter) map[string]*dto.MetricFamily {
	t.Helper()
	page := fetch(t, http.StatusOK, e.url+"/metrics")
	parser := expfmt.NewTextParser(model.LegacyValidation)
	all, err := parser.TextToMetricFamilies(strings.NewReader(page))
	if err != nil {
		t.Fatalf("%v\n%s", err, page)
	}
	return all
}

// labelsOf returns the names of the labels in order.
func labelsOf(m *dto.Metric) string {
	names := map[string]bool{}
	for _, l := range m.GetLabel() {
		names[l.GetName()] = true
	}
	return strings.Join(slices.Sorted(maps.Keys(names)), ", ")
}

// fetchAs returns an answer in the format that is asked for.
func fetchAs(t testing.TB, url, accept string) (string, http.Header) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Accept", accept)
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: status %d, %v", url, response.StatusCode, err)
	}
	return string(data), response.Header
}
