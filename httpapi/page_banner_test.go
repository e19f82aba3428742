package httpapi_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

func TestFiveMutedChecksHaveABannerEachAndTheRestAreCounted(t *testing.T) {
	for muted, rest := range map[int]string{5: "", 6: "1 more check is muted.", 7: "2 more checks are muted.", 8: "3 more checks are muted."} {
		f := &fake{report: manyPassed(10)}
		for i, r := range f.report.Results[:muted] {
			r.Muted = &collector.Mute{Reason: fmt.Sprintf("moving %d", i)}
		}
		body := get(t, httpapi.Page(f, httpapi.PageOptions{}), "/").body
		if n := strings.Count(body, " is muted: moving "); n != 5 || !strings.Contains(body, rest) || strings.Contains(body, " more check") != (rest != "") {
			t.Errorf("%d muted: %d banners, want 5 and %q:\n%s", muted, n, rest, belowTheStyle(body))
		}
	}
}

func TestABannerSaysWhetherResultsAreMissingOrLate(t *testing.T) {
	const starting, behind = "Starting: 2 of 5 checks have no result yet.", "Behind: the results of 2 of 5 checks have expired and their runs have not ended."
	for _, test := range []struct {
		missing, late int
		want          string
	}{{0, 0, ""}, {2, 0, starting}, {0, 2, behind}, {2, 1, starting}} {
		f := &fake{report: manyPassed(5)}
		for i, r := range f.report.Results[:test.missing+test.late] {
			r.State, r.Passed = collector.StateUnknown, false
			if i < test.missing {
				r.Since = time.Time{}
			}
		}
		body := get(t, httpapi.Page(f, httpapi.PageOptions{}), "/").body
		for _, banner := range []string{starting, behind} {
			kind, _, _ := strings.Cut(banner, " ")
			if strings.Contains(body, banner) != (banner == test.want) || strings.Contains(body, kind) != (banner == test.want) {
				t.Errorf("%d missing, %d late: want the banner %q:\n%s", test.missing, test.late, test.want, belowTheStyle(body))
			}
		}
	}
}

func TestAPageSaysWhenTheNextRunIs(t *testing.T) {
	for left, want := range map[time.Duration]string{-time.Second: "next is due", 0: "next is due", time.Second: "next in 1s"} {
		f := &fake{report: pageReport()}
		f.report.Results[3].Expires = f.report.Time.Add(left)
		if body := get(t, httpapi.CheckPage(f, "/checks", httpapi.PageOptions{}), "/checks/db").body; !strings.Contains(body, want) {
			t.Errorf("%v left: no %q:\n%s", left, want, belowTheStyle(body))
		}
	}
}
