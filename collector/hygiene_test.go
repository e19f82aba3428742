package collector_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// A generator makes sets of checks that say and observe whatever they like.
type generator struct {
	*rand.Rand
	t *testing.T
}

const nameCharacters = "abcxyzABCXYZ0123456789_.:-"

func (g generator) name() string {
	b := []byte{nameCharacters[g.IntN(len(nameCharacters)-3)]}
	for range g.IntN(20) {
		b = append(b, nameCharacters[g.IntN(len(nameCharacters))])
	}
	return string(b)
}

// text is anything, with what an exposition must escape more often than by chance.
func (g generator) text() string {
	var b strings.Builder
	for range g.IntN(12) {
		switch g.IntN(5) {
		case 0:
			b.WriteString([]string{"\"", "\\", "\n", "\r\n", "\\n", "{}", ",", "# EOF\n", " ", "\x00", "\u2028", "=\"", "𝔘", "\ufffd", "\ufeff"}[g.IntN(15)])
		case 1:
			b.WriteByte(byte(g.UintN(256)))
		case 2:
			b.WriteRune(rune(g.IntN(0x11000)))
		default:
			b.WriteByte(byte(' ' + g.IntN(95)))
		}
	}
	return b.String()
}

func (g generator) runbook() string {
	keep := func(r rune) rune {
		if strings.ContainsRune("\"'<>@ \t\r\n\f", r) {
			return -1
		}
		return r
	}
	return "https://" + strings.Map(keep, "x"+g.text())
}

func (g generator) value() float64 {
	return []float64{0, 1, -1, 0.1, math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, math.SmallestNonzeroFloat64, g.NormFloat64()}[g.IntN(10)]
}

// check makes a check whose every run is another.
func (g generator) check(name string, others []string) checks.Check {
	def := checks.Check{
		Name: name, Type: g.text(), Runbook: g.runbook(), Description: g.text(), Optional: g.IntN(2) == 0,
		FailureThreshold: g.IntN(3), SuccessThreshold: g.IntN(3),
	}
	for range g.IntN(4) {
		def.Tags = append(def.Tags, g.name())
	}
	if len(others) > 0 && g.IntN(3) == 0 {
		def.DependsOn = []string{others[g.IntN(len(others))]}
	}
	// One generator for each check: they run beside each other.
	mine := generator{Rand: rand.New(rand.NewPCG(g.Uint64(), g.Uint64())), t: g.t}
	def.Func = func(ctx context.Context) (string, error) { return mine.run(ctx) }
	return def
}

func (g generator) run(ctx context.Context) (string, error) {
	for range g.IntN(20) {
		checks.Observe(ctx, strings.NewReplacer(".", "", ":", "", "-", "_").Replace(g.name()), g.value())
	}
	if g.IntN(4) == 0 {
		checks.Observe(ctx, g.text(), g.value())
	}
	switch g.IntN(8) {
	case 0:
		panic(g.text())
	case 1:
		return g.text(), checks.Warnf("%s", g.text())
	case 2:
		return "", errors.New(g.text())
	case 3, 4:
		return "", checks.Fail(checks.Reasons()[g.IntN(len(checks.Reasons()))], errors.New(g.text()))
	case 5:
		return "", checks.Fail(checks.Reason(g.text()), errors.New(g.text()))
	}
	return g.text(), nil
}

func TestMetricsOfAnyChecksAreClean(t *testing.T) {
	sets := 100
	if os.Getenv("HEALTHCHECK_LONG") == "1" {
		sets = 10_000
	}
	for i := range sets {
		synctest.Test(t, func(t *testing.T) {
			g := generator{Rand: rand.New(rand.NewPCG(2026, uint64(i))), t: t}
			var names []string
			c := newCollector(t, collector.Options{})
			for range 1 + g.IntN(5) {
				name := g.name()
				if err := c.Add(g.check(name, names)); err == nil {
					names = append(names, name)
				}
			}
			for range 4 {
				report(t, c)
				wantClean(t, c)
				time.Sleep(time.Duration(g.Int64N(int64(30 * time.Second))))
			}
			if t.Failed() {
				t.Fatalf("set %d", i)
			}
		})
	}
}

// wantClean checks what holds for the metrics of any collector, in both formats
// and in both ways of getting them.
func wantClean(t *testing.T, c *collector.Collector) {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(c)
	for name, gatherer := range map[string]prometheus.Gatherer{"a registry": registry, "Gather": c} {
		families, err := gatherer.Gather()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		wantFewSeries(t, families)
		for _, format := range []expfmt.Format{expfmt.NewFormat(expfmt.TypeTextPlain), expfmt.NewFormat(expfmt.TypeOpenMetrics)} {
			page := encode(t, families, format)
			wantParses(t, page)
			if format.FormatType() == expfmt.TypeOpenMetrics && strings.Index("\n"+page, "\n# EOF\n") != len(page)-len("# EOF\n") {
				t.Errorf("the mark of the end is not just at the end:\n%s", page)
			}
		}
	}
}

func encode(t *testing.T, families []*dto.MetricFamily, format expfmt.Format) string {
	t.Helper()
	var b bytes.Buffer
	encoder := expfmt.NewEncoder(&b, format)
	for _, f := range families {
		if err := encoder.Encode(f); err != nil {
			t.Fatal(err)
		}
	}
	if closer, is := encoder.(expfmt.Closer); is {
		if err := closer.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

// wantParses checks that a page is understood, and has no series twice. Its
// lines are compared as they are: labels are in the order of their names.
func wantParses(t *testing.T, page string) {
	t.Helper()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	if _, err := parser.TextToMetricFamilies(strings.NewReader(page)); err != nil {
		t.Errorf("%v in\n%s", err, page)
	}
	series := map[string]bool{}
	for line := range strings.Lines(page) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		id := line[:strings.LastIndexByte(line, ' ')]
		if series[id] {
			t.Errorf("%s is there twice", id)
		}
		series[id] = true
	}
}

// wantFewSeries checks that a check has at most 15 series, and one for each
// reason that was seen and each value that was observed.
func wantFewSeries(t *testing.T, families []*dto.MetricFamily) {
	t.Helper()
	series := map[string]int{}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				if l.GetName() == "check" && f.GetName() != "healthcheck_failures_total" && f.GetName() != "healthcheck_value" {
					series[l.GetValue()]++
				}
			}
		}
	}
	for check, n := range series {
		if n > 15 {
			t.Errorf("%s has %d series, want at most 15", check, n)
		}
	}
}

func TestLabelsThatAreNotTextAreMadeText(t *testing.T) {
	c := newCollector(t, collector.Options{}, checks.Check{
		Name: "a", Type: "a\xff", Runbook: "https://b\xfe", Func: func(context.Context) (string, error) { return "ok", nil },
	})
	wantMetrics(t, c, fmt.Sprintf(`healthcheck_check_info{check="a",optional="false",runbook="https://b%c",severity="critical",tags="",type="a%[1]c"} 1`, '\uFFFD'))
}
