package logging_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/go-kit/log"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/logging"
)

func newLog(b *strings.Builder, level string) logging.Logging {
	return logging.New(b, logging.Options{Level: level, Format: "logfmt", Scrub: func(s string) string { return s }})
}

func TestEachLineHasOneTime(t *testing.T) {
	var b strings.Builder
	l := newLog(&b, "info")
	when := time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("", 3600))
	l.Structured.Info("theirs", "time", "noon", "at", when)
	line := b.String()
	if !strings.HasPrefix(line, "ts=20") || strings.Count(line, "ts=") != 1 || strings.Contains(line, " time=20") {
		t.Errorf("%s, want the time as ts and nowhere else", line)
	}
	// Only slog's own key is renamed.
	if !strings.Contains(line, "time=noon") || !strings.Contains(line, `at="2026-01-02 03:04:05 `) {
		t.Errorf("%s, want the other values as they are", line)
	}
}

func TestALineWithoutATimeIsWrittenAsItIs(t *testing.T) {
	var b strings.Builder
	r := slog.NewRecord(time.Time{}, slog.LevelWarn, "theirs", 0)
	r.Add("url", "http://h", "at", "noon")
	if err := newLog(&b, "info").Structured.Handler().Handle(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if line := b.String(); strings.Contains(line, "ts=") || !strings.Contains(line, "msg=theirs url=http://h at=noon\n") {
		t.Errorf("%s, want no time and the rest", line)
	}
}

func TestLinesOfTheServerAreOfLevelDebug(t *testing.T) {
	for level, want := range map[string]string{
		"info": "",
		"debug": `msg=metrics err="gathering: timeout"` + "\n" + "msg=metrics err=alone\n" +
			`msg="http server" err="TLS handshake error"` + "\n",
	} {
		var b strings.Builder
		e := logging.ErrorLog{Logger: newLog(&b, level).Logger}
		e.Println("error gathering metrics:", "gathering: timeout")
		e.Println()
		e.Println("alone")
		if n, err := e.Write([]byte("TLS handshake error")); n != len("TLS handshake error") || err != nil {
			t.Errorf("Write() = %d, %v", n, err)
		}
		var got strings.Builder
		for line := range strings.Lines(b.String()) {
			_, text, _ := strings.Cut(line, "level=debug ")
			got.WriteString(text)
		}
		if got.String() != want {
			t.Errorf("%s: logged\n%swant\n%s", level, got.String(), want)
		}
	}
}

func TestAnUnknownLevelIsInfo(t *testing.T) {
	var b strings.Builder
	l := newLog(&b, "")
	l.Structured.Debug("not shown")
	l.Structured.Log(t.Context(), slog.LevelInfo, "shown")
	_ = log.With(l.Logger, "a", 1).Log("msg", "also shown")
	if got := strings.Count(b.String(), "\n"); got != 2 || strings.Contains(b.String(), "not shown") {
		t.Errorf("%d lines, want 2:\n%s", got, b.String())
	}
}
