package httpapi_test

import (
	"math"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

func TestNagiosSaysItInOneLine(t *testing.T) {
	passed := &collector.Result{Check: "a", State: collector.StatePassed, Output: "fine", Duration: 1500 * time.Microsecond}
	warns := &collector.Result{Check: "b", State: collector.StatePassed, Output: "90%", Warning: "above 85%"}
	failed := &collector.Result{Check: "c", State: collector.StateFailed, Output: "refused | rm -rf\nnow"}
	optional := &collector.Result{Check: "d", State: collector.StateFailed, Output: "gone", Optional: true}
	measured := &collector.Result{Check: "e", State: collector.StatePassed, Values: []collector.Value{
		{Name: "connect_seconds", Value: 0.25}, {Name: "free_bytes", Value: 1 << 30}, {Name: "used_ratio", Value: 0.5},
		{Name: "tls_not_after_timestamp_seconds", Value: 1.8e9}, {Name: "reads_total", Value: 7}, {Name: "nan", Value: math.NaN()}, {Name: "it's=|", Value: 1},
	}}
	limited := &collector.Result{Check: "f", State: collector.StatePassed,
		Values: []collector.Value{{Name: "used_ratio", Value: 1e-7}, {Name: "free_bytes", Value: 2e16}, {Name: "both", Value: 5}, {Name: "warn", Value: 1}},
		Limits: []checks.Limit{
			{Name: "used_ratio", Thresholds: checks.Thresholds{WarnAbove: 0.85, FailAbove: 0.95}},
			{Name: "free_bytes", Thresholds: checks.Thresholds{WarnBelow: 1000, FailBelow: 500}},
			{Name: "both", Thresholds: checks.Thresholds{FailBelow: 1, FailAbove: 9}}, {Name: "warn", Thresholds: checks.Thresholds{WarnAbove: 2}},
		}}
	for _, test := range []struct {
		report collector.Report
		hide   bool
		want   string
		status int
	}{
		{report: collector.Report{Status: collector.StatusPassed, Results: []*collector.Result{passed}}, want: "OK - 1 check passed | 'a'=0.001500s"},
		{report: collector.Report{Status: collector.StatusPassed}, want: "OK - 0 checks passed"},
		{report: collector.Report{Status: collector.StatusPassed, Results: []*collector.Result{passed, passed}}, want: "OK - 2 checks passed | 'a'=0.001500s 'a'=0.001500s"},
		{report: collector.Report{Status: collector.StatusDegraded, Results: []*collector.Result{passed, warns}},
			want: "WARNING - b: above 85% | 'a'=0.001500s 'b'=0.000000s", status: 1},
		// What is critical comes first, and causes before what waits for them.
		{report: collector.Report{Status: collector.StatusFailed, Results: []*collector.Result{
			{Check: "app", State: collector.StateSkipped, Output: "skipped: c fails"}, optional, failed,
		}}, want: "CRITICAL - c: refused / rm -rf; now; app: skipped: c fails; d: gone | 'app'=0.000000s 'd'=0.000000s 'c'=0.000000s", status: 2},
		{report: collector.Report{Status: collector.StatusFailed, Results: []*collector.Result{warns, optional, failed}},
			want: "CRITICAL - c: refused / rm -rf; now; b: above 85%; d: gone | 'b'=0.000000s 'd'=0.000000s 'c'=0.000000s", status: 2},
		{report: collector.Report{Status: collector.StatusFailed, Draining: "deploy", Results: []*collector.Result{passed}},
			want: "CRITICAL - draining: deploy | 'a'=0.001500s", status: 2},
		{report: collector.Report{Status: collector.StatusPassed, Results: []*collector.Result{measured}},
			want: "OK - 1 check passed | 'e'=0.000000s 'e connect_seconds'=0.25s 'e free_bytes'=1073741824B 'e used_ratio'=0.5" +
				" 'e tls_not_after_timestamp_seconds'=1800000000 'e reads_total'=7c 'e nan'=U 'e it_s__'=1"},
		{report: collector.Report{Status: collector.StatusPassed, Results: []*collector.Result{limited}},
			want: "OK - 1 check passed | 'f'=0.000000s 'f used_ratio'=0.0000001;0.85;0.95 'f free_bytes'=20000000000000000B;1000:;500: 'f both'=5;;1:9 'f warn'=1;2"},
		{report: collector.Report{Status: collector.StatusFailed, Results: []*collector.Result{warns, failed, measured}}, hide: true,
			want: "CRITICAL - c: failed; b: warning | 'b'=0.000000s 'c'=0.000000s 'e'=0.000000s", status: 2},
	} {
		h := httpapi.Healthcheck(&fake{report: test.report}, httpapi.Options{HideOutput: test.hide})
		res := get(t, h, "/healthcheck?format=nagios")
		if res.body != test.want+"\n" || res.Header().Get("Content-Type") != "text/plain; charset=utf-8" {
			t.Errorf("%s %q, want %q", res.Header().Get("Content-Type"), res.body, test.want)
		}
		if got := httpapi.NagiosStatus(test.report.Status); got != test.status {
			t.Errorf("exit status of %s is %d, want %d", test.report.Status, got, test.status)
		}
	}
}
