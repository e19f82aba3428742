package wire_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/internal/wire"
)

func TestServerGetsNineTenthsOfTheTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for limit, want := range map[time.Duration]time.Duration{
			10 * time.Second: 9 * time.Second, 100 * time.Millisecond: 90 * time.Millisecond, 0: time.Millisecond, -time.Second: time.Millisecond,
		} {
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			if got := wire.StatementTime(ctx); got != want {
				t.Errorf("StatementTime with %v left = %v, want %v", limit, got, want)
			}
			cancel()
		}
		if got := wire.StatementTime(context.Background()); got != 0 {
			t.Errorf("StatementTime without a deadline = %v, want 0", got)
		}
	})
}

func TestRowsAreComparedWithWhatIsExpected(t *testing.T) {
	for _, c := range []struct {
		row       wire.Row
		expect    string
		said, err string
	}{
		{wire.Row{}, "", "query returned no row", ""},
		{wire.Row{}, "1", "", `query returned no row, want "1"`},
		{wire.Row{Rows: 1, Text: "1"}, "", `query returned "1"`, ""},
		{wire.Row{Rows: 2, Text: "1"}, "1", `query returned "1"`, ""},
		{wire.Row{Rows: 1, Text: "NULL"}, "1", "", `query returned "NULL", want "1"`},
		{wire.Row{Rows: 1, Text: "a\nb"}, "", `query returned "a…"`, ""},
	} {
		said, err := c.row.Sentence(c.expect)
		if said != c.said || (err != nil) != (c.err != "") || err != nil && (err.Error() != c.err || checks.ReasonOf(err) != checks.ReasonAssertion) {
			t.Errorf("Sentence of %+v, expecting %q = %q, %v; want %q, %q", c.row, c.expect, said, err, c.said, c.err)
		}
	}
}

func TestLocalFaultNamesItsFile(t *testing.T) {
	cause := errors.New("dsn: has no user")
	err := wire.LocalFault("/run/secrets/dsn", cause)
	if err.Error() != "local: file /run/secrets/dsn: dsn: has no user" || checks.ReasonOf(err) != checks.ReasonInternal || !errors.Is(err, cause) {
		t.Errorf("LocalFault = %v (%s), want the file and the reason internal", err, checks.ReasonOf(err))
	}
}

func TestLimitIsRounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for limit, want := range map[time.Duration]time.Duration{
			2040 * time.Millisecond: 2 * time.Second, 1250 * time.Millisecond: 1300 * time.Millisecond, time.Second: time.Second,
			996 * time.Millisecond: time.Second, 304 * time.Millisecond: 300 * time.Millisecond, 50400 * time.Microsecond: 50 * time.Millisecond,
			50 * time.Millisecond: 50 * time.Millisecond, 12300 * time.Microsecond: 12 * time.Millisecond,
		} {
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			r := wire.Start(ctx, "peer")
			if got := r.Limit(); got != want {
				t.Errorf("Limit of %v = %v, want %v", limit, got, want)
			}
			r.Close()
			cancel()
		}
		r := wire.Start(context.Background(), "peer")
		defer r.Close()
		time.Sleep(1234 * time.Millisecond)
		if got := r.Limit(); got != 1234*time.Millisecond {
			t.Errorf("Limit without a deadline = %v, want the time since the start", got)
		}
		if r.Ended() != nil {
			t.Errorf("Ended without a deadline = %v, want nil", r.Ended())
		}
	})
}

func TestWarningsAreJoined(t *testing.T) {
	r := wire.Start(t.Context(), "peer")
	defer r.Close()
	if err := r.Warning(); err != nil {
		t.Errorf("Warning of none = %v, want nil", err)
	}
	r.Warn(checks.Warnf("one"))
	r.Warn(checks.Warnf("two"))
	if text, ok := checks.Warning(r.Warning()); !ok || text != "one; two" {
		t.Errorf("Warning = %q, %v, want both", text, ok)
	}
}

func TestClipKeepsWhatFits(t *testing.T) {
	if whole := strings.Repeat("x", 200); wire.Clip(whole) != whole {
		t.Error("Clip cuts a text of 200 bytes, want it whole")
	}
}
