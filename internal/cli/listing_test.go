package cli_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/cli"
)

func TestDurationsAreShort(t *testing.T) {
	const day = 24 * time.Hour
	for _, test := range []struct {
		d                   time.Duration
		short, lasted, took string
	}{
		{-time.Second, "-1000.0ms", "?", "-1s"},
		{0, "0.0ms", "0s", "0s"},
		{350 * time.Microsecond, "0.3ms", "0s", "350µs"},
		{time.Millisecond, "1.0ms", "1ms", "1ms"},
		{9900 * time.Microsecond, "9.9ms", "10ms", "10ms"},
		{10 * time.Millisecond, "10ms", "10ms", "10ms"},
		{120 * time.Millisecond, "120ms", "120ms", "120ms"},
		{time.Second, "1.0s", "1s", "1s"},
		{8100 * time.Millisecond, "8.1s", "8s", "8.1s"},
		{59949 * time.Millisecond, "59.9s", "1m0s", "59.949s"},
		{59950 * time.Millisecond, "1m0s", "1m0s", "59.95s"},
		{125 * time.Second, "2m5s", "2m5s", "2m5s"},
		{time.Hour, "1h0m", "1h0m", "1h0m0s"},
		{26*time.Hour + 3*time.Minute, "26h3m", "1d2h", "26h3m0s"},
		{day, "24h0m", "1d0h", "24h0m0s"},
		{100 * time.Hour, "4d", "4d4h", "100h0m0s"},
	} {
		if short, lasted, took := cli.ShortDuration(test.d), cli.Lasted(test.d), cli.Took(test.d); short != test.short || lasted != test.lasted || took != test.took {
			t.Errorf("%v: %s, %s and %s; want %s, %s and %s", test.d, short, lasted, took, test.short, test.lasted, test.took)
		}
	}
}

// result is one of a check that took a second.
func result(name string, state collector.State, change func(*collector.Result)) *collector.Result {
	r := &collector.Result{Check: name, State: state, Passed: state == collector.StatePassed, Output: "said", Duration: time.Second}
	if change != nil {
		change(r)
	}
	return r
}

func TestASummaryCountsWhatHasNotPassed(t *testing.T) {
	passed, failed := result("a", collector.StatePassed, nil), result("b", collector.StateFailed, nil)
	warns := result("w", collector.StatePassed, func(r *collector.Result) { r.Warning = "soon" })
	optional := result("o", collector.StateFailed, func(r *collector.Result) { r.Optional = true })
	muted := result("m", collector.StateFailed, func(r *collector.Result) { r.Muted = &collector.Mute{} })
	skipped, unknown := result("s", collector.StateSkipped, nil), result("u", collector.StateUnknown, nil)
	for want, results := range map[string][]*collector.Result{
		"0 checks passed":                             nil,
		"1 check passed":                              {passed},
		"2 checks passed":                             {passed, passed},
		"1 of 2 failed":                               {passed, failed},
		"1 check passed, 1 warns":                     {warns},
		"3 checks passed, 2 warn":                     {warns, passed, warns},
		"0 of 1 failed, 1 skipped":                    {skipped},
		"0 of 2 failed, 1 not finished":               {passed, unknown},
		"3 of 3 failed (1 optional, 1 muted)":         {failed, optional, muted},
		"2 of 6 failed (2 muted), 1 skipped, 1 warns": {muted, muted, skipped, warns, passed, passed},
	} {
		if got := cli.Summarize(results); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func wantLines(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n%s\nwant\n%s", what, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestAResultIsALineAndWhatHelps(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	fine := result("fine", collector.StatePassed, func(r *collector.Result) {
		r.Time, r.Since, r.Runbook, r.Tags = at, at.Add(-time.Hour), "https://wiki.example.org/fine", []string{"a", "b"}
		r.Values = []collector.Value{{Name: "used", Value: 81.5}, {Name: "free", Value: 3}}
		r.Limits = []checks.Limit{{Name: "used", Thresholds: checks.Thresholds{WarnAbove: 90, FailAbove: 95}}, {Name: "free", Thresholds: checks.Thresholds{WarnBelow: 2, FailBelow: 1}}}
	})
	broken := result("db", collector.StateFailed, func(r *collector.Result) {
		r.Time, r.Since, r.Runbook, r.Reason, r.Description = at, at.Add(-time.Minute), "https://wiki.example.org/db", checks.ReasonTimeout, "the one"
	})
	fresh := result("new", collector.StateFailed, func(r *collector.Result) { r.Time, r.Since = at, at.Add(-999*time.Millisecond) })
	second := result("old", collector.StateFailed, func(r *collector.Result) { r.Time, r.Since = at, at.Add(-time.Second) })
	skipped := result("app", collector.StateSkipped, func(r *collector.Result) { r.Cause, r.Runbook = []string{"db", "mq"}, "https://wiki.example.org/app" })
	warns := result("disk", collector.StatePassed, func(r *collector.Result) { r.Warning = "nearly full" })
	wantLines(t, "plainly", cli.Blocks(0, false, false, fine, broken, fresh, second, skipped),
		"[+] fine:   1.0s  said",
		"[-] db:     1.0s  said", "      since: 2026-01-02 03:03:05 (1m0s)", "      runbook: https://wiki.example.org/db",
		"[-] new:    1.0s  said",
		"[-] old:    1.0s  said", "      since: 2026-01-02 03:04:04 (1.0s)",
		"[-] app:          said", "      cause: db, mq")
	wantLines(t, "verbosely", cli.Blocks(0, true, false, fine, broken),
		"[+] fine:   1.0s  said", "      tags: a, b", "      values: used=81.5 (warns from 90, fails from 95) free=3 (warns below 2, fails below 1)",
		"[-] db:     1.0s  said", "      since: 2026-01-02 03:03:05 (1m0s)", "      runbook: https://wiki.example.org/db", "      reason: timeout", "      description: the one")
	optional := result("o", collector.StateFailed, func(r *collector.Result) { r.Optional = true })
	colours := cli.Blocks(0, false, true, result("p", collector.StatePassed, nil), fresh, optional, warns, skipped, result("u", collector.StateUnknown, nil))
	var signs []string
	for _, line := range colours {
		if sign, _, is := strings.Cut(line, "\x1b[0m"); is && strings.Contains(sign, "m[") {
			signs = append(signs, sign)
		}
	}
	wantLines(t, "colours", signs, "\x1b[32m[+]", "\x1b[31m[-]", "\x1b[33m[-]", "\x1b[33m[!]", "\x1b[2m[-]", "\x1b[2m[-]")
}

func TestATerminalCutsWhatIsWellAndWrapsWhatIsNot(t *testing.T) {
	long := strings.TrimSpace(strings.Repeat("word ", 12))
	passes := result("ok", collector.StatePassed, func(r *collector.Result) { r.Output = long })
	fails := result("db", collector.StateFailed, func(r *collector.Result) {
		r.Output, r.Runbook = long, "https://wiki.example.org/"+strings.Repeat("x", 40)
	})
	for _, columns := range []int{20, 40, 50, 60, 200} {
		lines := cli.Blocks(columns, false, false, passes, fails)
		for i, line := range lines {
			if n := len([]rune(line)); n > columns && !strings.Contains(line, "runbook") {
				t.Errorf("line %d of %d columns has %d: %q", i, columns, n, line)
			}
		}
		if cut := strings.Contains(lines[0], "…"); cut != (columns < 200) || strings.HasPrefix(lines[1], "  ") {
			t.Errorf("%d columns: %q, want the text cut: %v", columns, lines[:2], columns < 200)
		}
		text := strings.Join(lines[1:], " ")
		if n := strings.Count(text, "word"); n != 12 {
			t.Errorf("%d columns: %d words of the failure, want 12:\n%s", columns, n, strings.Join(lines, "\n"))
		}
		if last := lines[len(lines)-1]; last != "      runbook: "+fails.Runbook {
			t.Errorf("%d columns: the address is not whole: %q", columns, last)
		}
	}
	wantLines(t, "beside the names", cli.Blocks(50, false, false, fails)[:2],
		"[-] db:   1.0s  word word word word word word word", "                word word word word word")
	wantLines(t, "below the names", cli.Blocks(40, false, false, fails)[:2],
		"[-] db:   1.0s  word word word word word", "      word word word word word word word")
}

func TestALongNamePushesOnlyItsOwnLine(t *testing.T) {
	long := strings.Repeat("n", 40)
	wantLines(t, "40 characters", cli.Blocks(0, false, false, result(long, collector.StatePassed, nil), result("a", collector.StatePassed, nil)),
		"[+] "+long+":   1.0s  said", "[+] a:   1.0s  said")
	fits := long[1:]
	wantLines(t, "39 characters", cli.Blocks(0, false, false, result(fits, collector.StatePassed, nil), result("a", collector.StatePassed, nil)),
		"[+] "+fits+":   1.0s  said", "[+] a:"+strings.Repeat(" ", 38)+"   1.0s  said")
}

func TestTheScreenShowsTheUrgentFirstAndCountsTheRest(t *testing.T) {
	now := time.Date(2026, 1, 2, 12, 3, 4, 0, time.UTC)
	results := []*collector.Result{
		result("ok", collector.StatePassed, nil),
		result("warns", collector.StatePassed, func(r *collector.Result) { r.Warning = "soon" }),
		result("wait", collector.StateUnknown, nil),
		result("app", collector.StateSkipped, nil),
		result("mail", collector.StateFailed, func(r *collector.Result) { r.Optional = true }),
		result("db", collector.StateFailed, func(r *collector.Result) { r.Runbook = "https://wiki.example.org/db" }),
	}
	f := cli.Frame{Report: collector.Report{Status: collector.StatusFailed, Results: results}, At: now}
	order := func(lines []string) (names []string) {
		for _, line := range lines {
			if strings.HasPrefix(line, "[") {
				name, _, _ := strings.Cut(line[4:], ":")
				names = append(names, name)
			}
		}
		return names
	}
	whole := f.Lines(100, 40, now)
	wantLines(t, "order", order(whole), "db", "mail", "app", "wait", "warns", "ok")
	const status = "2 of 6 failed (1 optional), 1 skipped, 1 not finished, 1 warns"
	if want := status + strings.Repeat(" ", 100-len(status)-len("q quits")) + "q quits"; whole[0] != want {
		t.Errorf("first line %q, want %q", whole[0], want)
	}
	if whole[1] != "shop.yml  12:03:04" || whole[2] != "" || len(whole) != 10 {
		t.Errorf("%d lines:\n%s\nwant the title, an empty line and seven more", len(whole), strings.Join(whole, "\n"))
	}
	if exact := f.Lines(100, len(whole), now); !slices.Equal(exact, whole) {
		t.Errorf("as many rows as lines:\n%s\nwant all of them", strings.Join(exact, "\n"))
	}
	short := f.Lines(100, len(whole)-1, now)
	wantLines(t, "a row too few", order(short), "db", "mail", "app", "wait")
	if !slices.Contains(short, "      runbook: https://wiki.example.org/db") {
		t.Errorf("a row too few:\n%s\nwant the details of the failure rather than a check that waits", strings.Join(short, "\n"))
	}
	for rows := 5; rows < len(whole); rows++ {
		lines := f.Lines(100, rows, now)
		if last := lines[len(lines)-1]; len(lines) > rows || !strings.HasPrefix(last, "… ") || !strings.Contains(last, " more: ") {
			t.Errorf("%d rows: %d lines:\n%s", rows, len(lines), strings.Join(lines, "\n"))
		}
	}
	if lines := f.Lines(100, 2, now); len(lines) != 2 {
		t.Errorf("2 rows: %d lines", len(lines))
	}
	if lines := f.Lines(100, 6, now); slices.Contains(lines, "      runbook: https://wiki.example.org/db") || lines[5] != "… 4 more: 0 of 4 failed, 1 skipped, 1 not finished, 1 warns" {
		t.Errorf("6 rows:\n%s\nwant one line for each check, and the others counted", strings.Join(lines, "\n"))
	}
	if narrow := f.Lines(len(status)+len("q quits"), 40, now); narrow[0] != status {
		t.Errorf("first line %q, want no room for the key", narrow[0])
	}
}

func TestTheScreenSaysHowOldItsResultsAre(t *testing.T) {
	now := time.Date(2026, 1, 2, 12, 3, 4, 0, time.UTC)
	fault := errors.New("ask 127.0.0.1:1: connection refused")
	if lines := (cli.Frame{}).Lines(80, 10, now); !strings.HasPrefix(lines[0], "no results yet") {
		t.Errorf("at first %q", lines)
	}
	if lines := (cli.Frame{Fault: fault}).Lines(80, 10, now); lines[2] != fault.Error() {
		t.Errorf("%q, want only the fault", lines[2])
	}
	old := cli.Frame{Report: collector.Report{Draining: "deploy"}, At: now.Add(-90 * time.Second), Fault: fault}
	lines := old.Lines(80, 10, now)
	if lines[2] != fault.Error()+" (results of 1m30s ago)" || !strings.HasPrefix(lines[0], "0 checks passed, drained: deploy  ") {
		t.Errorf("%q, want the drain, the fault and the age", lines)
	}
}

func TestAHistoryShowsTheLastRunsAndHowLongAStateLasted(t *testing.T) {
	at := time.Now().Add(-time.Hour)
	var runs []collector.Run
	for n := range 25 {
		r := collector.Run{Time: at.Add(time.Duration(n) * time.Second), Duration: 20 * time.Millisecond}
		if n%5 == 0 {
			r.Reason = checks.ReasonTimeout
		}
		runs = append(runs, r)
	}
	history := func(runs []collector.Run) string {
		var b strings.Builder
		cli.PrintHistory(&b, []httpapi.History{{Check: "db", Runs: runs, Transitions: []collector.Transition{
			{Time: at, State: collector.StateFailed, Reason: checks.ReasonTimeout, Output: "too\nslow"}, {Time: at.Add(90 * time.Second), State: collector.StatePassed, Output: "ok"},
		}}}, false)
		return b.String()
	}
	text := history(runs)
	for _, want := range []string{"\n5 of the last 25 runs failed; the last 20:\n", "  db  failed  for 1m30s   timeout  too", "  db  passed  last known  -        ok\n", "  failed  20ms  timeout\n", "  passed  20ms  -\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if n := strings.Count(text, "  20ms  "); n != 20 {
		t.Errorf("%d runs, want 20", n)
	}
	if text := history(runs[:20]); !strings.Contains(text, "\n4 of the last 20 runs failed:\n") {
		t.Errorf("not all of 20 runs:\n%s", text)
	}
	if text := history(nil); strings.Contains(text, "runs failed") {
		t.Errorf("runs of a check that has none:\n%s", text)
	}
}

func TestNamesAreSuggestedOrListed(t *testing.T) {
	var many []string
	for n := range 21 {
		many = append(many, string(rune('a'+n))+"________")
	}
	for _, test := range []struct {
		known []string
		want  string
	}{
		{[]string{"redis", "postgres"}, "want one of redis, postgres"},
		{many[:20], "want one of " + strings.Join(many[:20], ", ")},
		{many, "want one of " + strings.Join(many[:20], ", ") + ", …"},
	} {
		if got := cli.Meant("x", test.known); got != test.want {
			t.Errorf("%s, want %s", got, test.want)
		}
	}
	if got := cli.Meant("rediss", []string{"redis", "postgres"}); got != `did you mean "redis"?` {
		t.Errorf("%s, want a suggestion", got)
	}
	for all, want := range map[int]string{2: "a, b", 3: "a, b and 1 more"} {
		if got := cli.AndMore([]string{"a", "b"}, all); got != want {
			t.Errorf("%d: %s, want %s", all, got, want)
		}
	}
}

func TestACheckUnderWayKeepsItsFailureWhileItIsWaitedFor(t *testing.T) {
	before := collector.Report{Results: []*collector.Result{
		result("db", collector.StateFailed, nil), result("app", collector.StateSkipped, nil), result("ok", collector.StatePassed, nil), result("mq", collector.StateFailed, nil),
	}}
	after := collector.Report{Version: 7, Results: []*collector.Result{
		result("db", collector.StateUnknown, nil), result("app", collector.StateUnknown, nil), result("ok", collector.StateUnknown, nil), result("mq", collector.StatePassed, nil),
	}}
	got := cli.Latest(before, after)
	var states []string
	for _, r := range got.Results {
		states = append(states, r.Check+" "+string(r.State))
	}
	wantLines(t, "states", states, "db failed", "app skipped", "ok unknown", "mq passed")
	if got.Version != 0 || after.Results[0].State != collector.StateUnknown {
		t.Errorf("version %d, and the report itself is changed or not: %v", got.Version, after.Results[0].State)
	}
	got.Results = append(got.Results, result("mail", collector.StateFailed, func(r *collector.Result) { r.Optional = true }))
	if line, want := cli.WaitProgress(2900*time.Millisecond, got, nil), "2s of 1m0s, 1/5 passed, db: said; app: said; ok: said"; line != want {
		t.Errorf("%q, want %q", line, want)
	}
	if line, want := cli.WaitProgress(time.Second, got, errors.New("refused")), "1s of 1m0s, refused"; line != want {
		t.Errorf("%q, want %q", line, want)
	}
}
