package httpapi_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

// The golden answers of the Python library are compared to the byte, with
// nothing normalised: the report is made of their own numbers.
func TestSameBytesAsThePythonLibrary(t *testing.T) {
	for _, name := range []string{
		"all_pass", "one_fail", "all_fail", "exception", "empty", "cached_t0", "cached_t1",
		"cached_short_t0", "cached_short_t1_fail_expired", "cached_short_t2_both_expired",
		"ttl_none_t0", "ttl_none_t1", "filter_one_ok", "filter_one_fail", "wrong_arity_one", "custom_section",
	} {
		t.Run(name, func(t *testing.T) {
			want := golden(t, name+".json")
			o := httpapi.Options{Hostname: "vm"}
			if name == "custom_section" {
				o.Sections = pythonSections()
			}
			res := get(t, httpapi.Healthcheck(reportOf(t, want), o), "/healthcheck")
			if res.body != want {
				t.Errorf("body is\n%s\nwant\n%s", res.body, want)
			}
			head := golden(t, name+".headers")
			if status := strings.Fields(head)[1]; strconv.Itoa(res.Code) != status {
				t.Errorf("status %d, want %s", res.Code, status)
			}
			for _, key := range []string{"Content-Type", "Content-Length"} {
				if got, want := res.Header().Get(key), goldenHeader(head, key); got != want {
					t.Errorf("%s: %q, want %q", key, got, want)
				}
			}
		})
	}
}

func pythonSections() []httpapi.Section {
	return []httpapi.Section{
		{Name: "version", Value: "1.2.3"},
		{Name: "application", Value: json.RawMessage(`{"maintainer":"me","git_repo":"https://x"}`)},
	}
}

func TestOwnStatusHeaderAndBodyAsInPython(t *testing.T) {
	o := httpapi.Options{Failed: httpapi.Answer{
		Status: http.StatusServiceUnavailable,
		Header: http.Header{"content-type": {"text/plain"}, "X-Health": {"bad"}},
		Body: func(r collector.Report) ([]byte, error) {
			failed := 0
			for _, result := range r.Results {
				if !result.Passed {
					failed++
				}
			}
			return []byte("FAIL " + strconv.Itoa(failed)), nil
		},
	}}
	res := get(t, httpapi.Healthcheck(reportOf(t, golden(t, "one_fail.json")), o), "/healthcheck")
	head := golden(t, "custom_codes.headers")
	if want := golden(t, "custom_codes.json"); res.Code != 503 || res.body != want {
		t.Errorf("answer is %d %q, want 503 %q", res.Code, res.body, want)
	}
	for _, key := range []string{"Content-Type", "X-Health", "Content-Length"} {
		if got, want := res.Header().Get(key), goldenHeader(head, key); got != want {
			t.Errorf("%s: %q, want %q", key, got, want)
		}
	}
}

func TestPlainFormatIsPythonWithoutFormatter(t *testing.T) {
	for name, source := range map[string]string{"no_handler_ok": "all_pass", "no_handler_fail": "one_fail"} {
		reporter := reportOf(t, golden(t, source+".json"))
		for _, o := range []httpapi.Options{{Format: httpapi.FormatPlain}, {}} {
			path := "/healthcheck"
			if o.Format == "" {
				path += "?format=plain"
			}
			res := get(t, httpapi.Healthcheck(reporter, o), path)
			if want := golden(t, name+".json"); res.body != want {
				t.Errorf("%s: body %q, want %q", name, res.body, want)
			}
			if got, want := res.Header().Get("Content-Type"), goldenHeader(golden(t, name+".headers"), "Content-Type"); got != want {
				t.Errorf("%s: Content-Type %q, want %q", name, got, want)
			}
			if want := strings.Fields(golden(t, name+".headers"))[1]; strconv.Itoa(res.Code) != want {
				t.Errorf("%s: status %d, want %s", name, res.Code, want)
			}
		}
	}
}

// reportOf makes the report that a golden answer shows.
func reportOf(t *testing.T, body string) *fake {
	t.Helper()
	var answer struct {
		Status    string
		Timestamp json.Number
		Results   []struct {
			Checker, Output    string
			Passed             bool
			Timestamp, Expires json.Number
			ResponseTime       json.Number `json:"response_time"`
		}
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		t.Fatal(err)
	}
	rep := collector.Report{Status: collector.StatusPassed, Time: moment(t, answer.Timestamp), Version: 1}
	if answer.Status == "failure" {
		rep.Status = collector.StatusFailed
	}
	for _, r := range answer.Results {
		result := &collector.Result{
			Check: r.Checker, Output: r.Output, Passed: r.Passed, State: collector.StatePassed,
			Time: moment(t, r.Timestamp), Duration: time.Duration(number(t, r.ResponseTime) * 1e9),
		}
		ttl := time.Duration((number(t, r.Expires) - number(t, r.Timestamp)) * 1e9)
		result.Expires = result.Time.Add(ttl.Round(time.Millisecond))
		if !r.Passed {
			result.State, result.Reason = collector.StateFailed, checks.ReasonError
		}
		rep.Results = append(rep.Results, result)
	}
	return &fake{report: rep}
}

// moment reads Unix seconds as they are written, to the nanosecond.
func moment(t *testing.T, n json.Number) time.Time {
	t.Helper()
	whole, fraction, _ := strings.Cut(n.String(), ".")
	nanoseconds, err := strconv.ParseInt(whole+(fraction + "000000000")[:9], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return time.Unix(0, nanoseconds)
}

func number(t *testing.T, n json.Number) float64 {
	t.Helper()
	f, err := n.Float64()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func golden(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "golden", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func goldenHeader(head, key string) string {
	for line := range strings.Lines(head) {
		if value, found := strings.CutPrefix(line, key+": "); found {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
