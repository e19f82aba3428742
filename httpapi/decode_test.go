package httpapi_test

import (
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

func TestDecodeReadsWhatEncodeWrites(t *testing.T) {
	full := rich()
	full.Severity, full.Labels = checks.SeverityInfo, map[string]string{"team": "shop", "area": "eu"}
	full.Muted = &collector.Mute{Reason: "disk is being replaced", Until: time.Unix(1795340000, 0)}
	full.Output, full.Value = `{"used":0.86}`, json.RawMessage(`{"used":0.86}`)
	full.Opposite, full.Threshold = 1, 3
	full.Values = []collector.Value{{Name: "z_bytes", Value: 3}, {Name: "a_ratio", Value: 0.86}, {Name: "b"}}
	full.Limits = []checks.Limit{
		{Name: "a_ratio", Thresholds: checks.Thresholds{WarnAbove: 0.85, FailAbove: 0.95}},
		{Name: "b", Thresholds: checks.Thresholds{FailBelow: 2, WarnBelow: 3}},
	}
	timeout := failed("db", "line one\nline \"two\"")
	timeout.Reason = checks.ReasonTimeout
	skipped := failed("api", "skipped: db fails")
	skipped.State, skipped.Reason, skipped.Cause = collector.StateSkipped, checks.ReasonSkipped, []string{"db"}
	unknown := failed("slow", "not checked yet")
	unknown.State, unknown.Reason, unknown.Since, unknown.LastSuccess = collector.StateUnknown, checks.ReasonInternal, time.Time{}, time.Time{}
	for _, want := range []collector.Report{
		{Status: collector.StatusPassed, Time: time.Unix(1795335664, 123456000), Results: []*collector.Result{}},
		{Status: collector.StatusDegraded, Time: time.Unix(1795335664, 0), Results: []*collector.Result{full}},
		{Status: collector.StatusFailed, Time: time.Unix(1795335664, 0), Draining: "deploy ünd", Results: []*collector.Result{passed("redis"), timeout, skipped, unknown}},
	} {
		got, err := httpapi.Decode(httpapi.Encode(want, nil))
		if err != nil {
			t.Errorf("%v: %s", err, httpapi.Encode(want, nil))
			continue
		}
		if len(got.Results) != len(want.Results) {
			t.Fatalf("%d results, want %d", len(got.Results), len(want.Results))
		}
		for i := range want.Results {
			got.Results[i].Type = want.Results[i].Type // It is not in the JSON.
			if !reflect.DeepEqual(got.Results[i], want.Results[i]) {
				t.Errorf("result is\n%+v\nwant\n%+v", got.Results[i], want.Results[i])
			}
		}
		got.Results, want.Results = nil, nil
		if !reflect.DeepEqual(got, want) {
			t.Errorf("report is %+v, want %+v", got, want)
		}
	}
}

func TestDecodeReadsThePythonLibrary(t *testing.T) {
	for _, name := range []string{"all_pass", "one_fail", "all_fail", "empty", "custom_section", "ttl_none_t0"} {
		body := golden(t, name+".json")
		rep, err := httpapi.Decode([]byte(body))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		// The report, shown again, is the same.
		o := httpapi.Options{Hostname: "vm"}
		if name == "custom_section" {
			o.Sections = pythonSections()
		}
		if got := string(httpapi.Render(t.Context(), rep, o, httpapi.FormatJSON)); got != body {
			t.Errorf("%s: body is\n%s\nwant\n%s", name, got, body)
		}
	}
}

func TestDecodeRefusesWhatIsNoReport(t *testing.T) {
	for _, body := range []string{"", "null", "[]", "{}", "<html>", `{"status": "up"}`, `{"status": "success", "results": {}}`, `{"status": 1}`, `{"error": {"rate": 0.1}}`,
		`{"status": "success", "results": [{"values": {"a": "b"}}]}`} {
		if _, err := httpapi.Decode([]byte(body)); !errors.Is(err, httpapi.ErrNoReport) {
			t.Errorf("%s: %v, want ErrNoReport", body, err)
		}
	}
	_, err := httpapi.Decode([]byte(`{"error": "unknown check \"nope\""}`))
	if refusal, ok := errors.AsType[httpapi.Refusal](err); !ok || refusal.Error() != `unknown check "nope"` {
		t.Errorf("%v, want the refusal", err)
	}
}

func TestDecodeTakesOtherOutputsAndNumbers(t *testing.T) {
	rep, err := httpapi.Decode([]byte(`{"status": "failure", "error": {"rate": 1}, "results": [{"checker": "a", "output": {"depth": 3}, "passed": false, "values": {"x": null}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	r := rep.Results[0]
	if r.Output != `{"depth":3}` || string(r.Value) != r.Output || r.State != collector.StateFailed || r.Reason != checks.ReasonError || !math.IsNaN(r.Values[0].Value) {
		t.Errorf("result is %+v", r)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"status": "success", "timestamp": 1e300, "results": [{"checker": "a", "output": 1, "passed": true, "timestamp": -1e300, "response_time": 1e300, "values": {}}]}`))
	f.Add(httpapi.Encode(plain().report, nil))
	f.Fuzz(func(t *testing.T, body []byte) {
		rep, err := httpapi.Decode(body)
		if err != nil {
			return
		}
		if again := httpapi.Encode(rep, nil); !json.Valid(again) {
			t.Errorf("Encode(Decode(%q)) is not JSON: %s", body, again)
		}
	})
}

func TestRenderIsTheBodyOfTheHandler(t *testing.T) {
	f := &fake{report: plain().report}
	o := httpapi.Options{Hostname: "h", HideOutput: true, Sections: []httpapi.Section{{Name: "a", Func: value(1, nil)}, {Name: "b", Value: 2}}}
	for _, format := range httpapi.Formats() {
		want := get(t, httpapi.Healthcheck(f, o), "/?format="+strings.ReplaceAll(string(format), "+", "%2B")).body
		if got := string(httpapi.Render(t.Context(), f.report, o, format)); got != want {
			t.Errorf("%s: %s, want %s", format, got, want)
		}
	}
}
