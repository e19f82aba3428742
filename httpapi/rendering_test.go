package httpapi_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

// forms are paths that show the same report in different forms.
var forms = []string{"/healthcheck", "/healthcheck?verbose", "/healthcheck?format=text", "/healthcheck?format=health%2Bjson", "/healthcheck?tag=a", "/healthcheck?tag=a&format=text"}

// Two selections may have one place, and then they take it from each other: each
// is asked for without the other.
func TestAKeptRenderingIsUsedForItsVersionOnly(t *testing.T) {
	for _, selection := range forms[4:] {
		t.Run(selection, func(t *testing.T) {
			keptForItsVersion(t, append(slices.Clone(forms[:4]), selection))
		})
	}
}

func keptForItsVersion(t *testing.T, forms []string) {
	t.Helper()
	f := &warm{manyPassed(3)}
	h := httpapi.Healthcheck(f, httpapi.Options{Prefix: "/healthcheck"})
	for _, path := range forms {
		get(t, h, path)
	}
	// A result is shared and never changed; that is how we see who looks at it.
	f.report.Results[1].Output = "seen"
	for _, path := range forms {
		if strings.Contains(get(t, h, path).body, "seen") {
			t.Errorf("%s: rendered again without a change", path)
		}
	}
	changed := *f.report.Results[2]
	changed.Output = "changed"
	f.report.Results = []*collector.Result{f.report.Results[0], f.report.Results[1], &changed}
	f.report.Version = 2
	for _, path := range forms {
		body := get(t, h, path).body
		if strings.Contains(body, "seen") {
			t.Errorf("%s: rendered a result that has not changed", path)
		}
		if !strings.Contains(body, "changed") && !strings.Contains(path, "health%2B") {
			t.Errorf("%s: the change is not shown: %s", path, body)
		}
	}
	f.report.Version = 0
	for _, path := range forms {
		get(t, h, path)
		f.report.Results = []*collector.Result{passed("other")}
		if body := get(t, h, path).body; !strings.Contains(body, "other") {
			t.Errorf("%s: a rendering of version 0 was kept: %s", path, body)
		}
	}
}

func TestARenderingAfterChangesIsThatOfAFreshHandler(t *testing.T) {
	f := &warm{manyPassed(5)}
	h := httpapi.Healthcheck(f, httpapi.Options{Prefix: "/healthcheck"})
	for step := range 50 {
		results := append([]*collector.Result(nil), f.report.Results...)
		switch i := step * 7 % len(results); step % 4 {
		case 0:
			results[i] = failed(fmt.Sprint("new_", step), "no answer")
		case 1:
			results = append(results, passed(fmt.Sprint("added_", step)))
		case 2:
			results = append(results[:i], results[i+1:]...)
		case 3:
			results[0], results[i] = results[i], results[0]
		}
		f.report.Results, f.report.Version = results, f.report.Version+1
		for _, path := range forms {
			before := f.report.Time
			got := get(t, h, path).body
			f.report.Time = before
			if want := get(t, httpapi.Healthcheck(f, httpapi.Options{Prefix: "/healthcheck"}), path).body; got != want {
				t.Fatalf("step %d, %s: body is\n%s\nwant\n%s", step, path, got, want)
			}
		}
	}
}

func TestTheMomentMovesWhileTheResultsStay(t *testing.T) {
	f := &fake{report: manyPassed(2)}
	h := httpapi.Healthcheck(f, httpapi.Options{Prefix: "/healthcheck", Hostname: "h"})
	for _, at := range []time.Time{time.Unix(1795335663, 0), time.Unix(1795335663, 181005000), time.Unix(1795335664, 500000000)} {
		f.report.Time = at
		res := get(t, h, "/healthcheck")
		want := fmt.Sprintf(`{"hostname": "h", "status": "success", "timestamp": %s, "results": [{`, strings.TrimSuffix(fmt.Sprintf("%.6f", float64(at.UnixMicro())/1e6), "00000"))
		if !strings.HasPrefix(res.body, want) || res.Header().Get("Content-Length") != fmt.Sprint(len(res.body)) {
			t.Errorf("%s, Content-Length %s of %d, want %s", res.body[:80], res.Header().Get("Content-Length"), len(res.body), want)
		}
	}
}

func TestReadersMayComeTogether(t *testing.T) {
	h := httpapi.Healthcheck(plain(), httpapi.Options{Sections: []httpapi.Section{{Name: "n", Func: value(1, nil)}}})
	var readers sync.WaitGroup
	for i := range 32 {
		readers.Go(func() {
			for _, path := range forms[:4] {
				if res := get(t, h, path); res.Code != 500 {
					t.Errorf("reader %d: status %d", i, res.Code)
				}
			}
		})
	}
	readers.Wait()
}
