package collector_test

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/go-kit/log"
	"github.com/go-kit/log/level"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

func TestSlogGetsLevelsAndOneMessage(t *testing.T) {
	var out strings.Builder
	handler := slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}})
	l := collector.SlogLogger(slog.New(handler))
	odd := []any{"msg", "x", "odd"}
	for _, test := range []struct {
		log  func() error
		want string
	}{
		{func() error { return level.Debug(l).Log("msg", "a", "n", 1) }, `level=DEBUG msg=a n=1`},
		{func() error { return level.Info(l).Log("msg", "a b") }, `level=INFO msg="a b"`},
		{func() error {
			return level.Warn(l).Log("check", "db", "msg", "check failed", "duration", 2*time.Second)
		}, `level=WARN msg="check failed" check=db duration=2s`},
		{func() error { return level.Error(l).Log("err", errors.New("no"), "msg", "x") }, `level=ERROR msg=x err=no`},
		{func() error { return l.Log("n", 1) }, `level=INFO msg="" n=1`},
		{func() error {
			return log.With(l, "v", log.Valuer(func() any { return "bound" })).Log(odd...)
		}, `level=INFO msg=x v=bound odd=(MISSING)`},
		{func() error { return log.With(l, level.Key(), "nonsense").Log(7, nil) }, `level=INFO msg="" 7=<nil>`}, //nolint:loggercheck // That is the test.
	} {
		out.Reset()
		if err := test.log(); err != nil || out.String() != test.want+"\n" {
			t.Errorf("%v, %s, want %s", err, out.String(), test.want)
		}
	}
}

func TestANilSlogLoggerDiscards(t *testing.T) {
	if err := collector.SlogLogger(nil).Log("msg", "nowhere"); err != nil {
		t.Error(err)
	}
}
