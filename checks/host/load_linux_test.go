package host_test

import (
	"math"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/host"
)

// busy is a machine with four processors, one of them offline, and that load.
func busy(t *testing.T, loadavg string) string {
	t.Helper()
	return machine(t, map[string]string{
		"proc/loadavg": loadavg,
		"proc/stat":    "cpu  9 9 9\ncpu0 3 3 3\ncpu1 3 3 3\ncpu2 3 3 3\ncpu4 3 3 3\nintr 5 0\nctxt 7\n",
	})
}

func TestLoadIsComparedPerProcessor(t *testing.T) {
	t.Parallel()
	run := func(l host.Load, loadavg string) answer {
		return call(t.Context(), must(t)(l.BuildAt(busy(t, loadavg))))
	}
	run(host.Load{}, "99.00 15.96 99.00 1/200 1234\n").passed(t, "load 99.00 15.96 99.00 on 4 CPUs")
	run(host.Load{}, "0.00 16.00 0.00 1/200 1234\n").
		warned(t, "load 0.00 16.00 0.00 on 4 CPUs", "5-minute load is 4 per CPU, want below 4")
	run(host.Load{}, "400.00 400.00 400.00 1/200 1234\n").
		warned(t, "load 400.00 400.00 400.00 on 4 CPUs", "5-minute load is 100 per CPU, want below 4")
	run(host.Load{WarnPerCPU: 1, FailPerCPU: 2.5, Minutes: 1}, "10.10 0.00 0.00 1/200 1234\n").
		failed(t, checks.ReasonThreshold, "1-minute load is 2.53 per CPU, want below 2.5")
	run(host.Load{FailPerCPU: 0.004}, "1.00 1.00 1.00 1/200 1234\n").
		failed(t, checks.ReasonThreshold, "5-minute load is 0.25 per CPU, want below 0.004")
	run(host.Load{FailPerCPU: 8, Minutes: 15}, "99.00 99.00 31.00 1/200 1234\n").
		passed(t, "load 99.00 99.00 31.00 on 4 CPUs")
}

func TestOneProcessorIsNamedSo(t *testing.T) {
	t.Parallel()
	root := machine(t, map[string]string{"proc/loadavg": "1.00 2.00 3.00 1/2 3\n", "proc/stat": "cpu  9 9 9\ncpu0 3 3 3\nintr 5 0\n"})
	call(t.Context(), must(t)(host.Load{}.BuildAt(root))).passed(t, "load 1.00 2.00 3.00 on 1 CPU")
}

func TestLoadObservesAllThreeAverages(t *testing.T) {
	t.Parallel()
	a := call(t.Context(), must(t)(host.Load{FailPerCPU: 0.5}.BuildAt(busy(t, "1.00 2.00 4.00 1/2 3\n"))))
	a.failed(t, checks.ReasonThreshold, "5-minute load is 0.5 per CPU, want below 0.5")
	a.observed(t, map[string]float64{"load1_ratio": 0.25, "load5_ratio": 0.5, "load15_ratio": 1})
}

func TestUnreadableLoadIsOurTrouble(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	call(t.Context(), must(t)(host.Load{}.BuildAt(root))).
		failed(t, checks.ReasonInternal, "local: open "+filepath.Join(root, "proc/stat")+": no such file or directory")
	for _, nonsense := range []string{"NaN 1 1", "1 -1 1", "1 1 +Inf"} {
		a := call(t.Context(), must(t)(host.Load{}.BuildAt(busy(t, nonsense))))
		if checks.ReasonOf(a.err) != checks.ReasonInternal {
			t.Errorf("%q gives %q and %v, want a failure of ours", nonsense, a.output, a.err)
		}
	}
}

func TestLoadOfThisMachine(t *testing.T) {
	t.Parallel()
	a := call(t.Context(), must(t)(host.Load{WarnPerCPU: 10000}.Build()))
	if a.err != nil || !regexp.MustCompile(`^load \d+\.\d\d \d+\.\d\d \d+\.\d\d on \d+ CPUs?$`).MatchString(a.output) {
		t.Errorf("got %q and error %v, want the three averages", a.output, a.err)
	}
}

func TestLoadSettingsAreValidatedAtOnce(t *testing.T) {
	t.Parallel()
	_, err := host.Load{WarnPerCPU: -4, FailPerCPU: math.Inf(1), Minutes: 10}.Build()
	wantFaults(t, err,
		"warn_per_cpu: -4, want more than 0 and at most 10000",
		"fail_per_cpu: +Inf, want more than 0 and at most 10000",
		"minutes: 10, want 1, 5 or 15")
	_, err = host.Load{WarnPerCPU: 8, FailPerCPU: 4}.Build()
	wantFaults(t, err, "warn_per_cpu: 8, want at most fail_per_cpu, which is 4")
}

func TestLoadIsReadFromYAML(t *testing.T) {
	t.Parallel()
	want := host.Load{WarnPerCPU: 4, FailPerCPU: 8, Minutes: 15}
	if got := decode[host.Load](t, `{warn_per_cpu: 4, fail_per_cpu: 8, minutes: 15}`); got != want {
		t.Errorf("decoded %+v, want %+v", got, want)
	}
}
