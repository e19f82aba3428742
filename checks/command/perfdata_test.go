package command_test

import (
	"fmt"
	"math"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/command"
)

func TestPerformanceData(t *testing.T) {
	t.Parallel()
	type values = []command.Measure
	for _, c := range []struct {
		in   string
		want values
	}{
		{"", nil},
		{" \t\r\n", nil},
		{"users=5;20;50;0", values{{"users", 5}}},
		{"load1=0.010;5.000;9.000;0; load5=0.060;;;", values{{"load1", 0.01}, {"load5", 0.06}}},
		{"/=2643MB;5948;5958;0;5968 /boot=68MB;88;93;0;98", values{{"value_bytes", 2643 << 20}, {"boot_bytes", 68 << 20}}},
		{"time=0.012345s;;;0 size=4096B;;;0", values{{"time_seconds", 0.012345}, {"size_bytes", 4096}}},
		{"rta=3.1ms;100;500;0 pl=25%;20;60;;", values{{"rta_seconds", 0.0031}, {"pl_ratio", 0.25}}},
		{"t=5us u=7ns v=2µs", values{{"t_seconds", 5e-6}, {"u_seconds", 7e-9}, {"v_seconds", 2e-6}}},
		{"requests=12345c", values{{"requests_total", 12345}}},
		{"a=1KB b=1kB c=1KiB d=1GB e=1TB f=1PB", values{
			{"a_bytes", 1024}, {"b_bytes", 1024}, {"c_bytes", 1024}, {"d_bytes", 1 << 30}, {"e_bytes", 1 << 40}, {"f_bytes", 1 << 50},
		}},
		{"cpu=41C fan=1200rpm", values{{"cpu_celsius", 41}, {"fan_rpm", 1200}}},
		{"'swap used'=7% 'it''s'=1 'a=b'=2", values{{"swap_used_ratio", 0.07}, {"it_s", 1}, {"a_b", 2}}},
		{"a=-1.5e3ms b=+2 c=.5 d=5. e=1e3 f=2E", values{{"a_seconds", -1.5}, {"b", 2}, {"c", 0.5}, {"d", 5}, {"e", 1000}, {"f_e", 2}}},
		{"a=1e+3 b=1E-3s c=1e- d=2e+x", values{{"a", 1000}, {"b_seconds", 1e-3}, {"c_e", 1}, {"d_e_x", 2}}},
		{"a=1MiB b=1GiB c=1TiB d=1PiB e=2V f=3A g=4W", values{
			{"a_bytes", 1 << 20}, {"b_bytes", 1 << 30}, {"c_bytes", 1 << 40}, {"d_bytes", 1 << 50}, {"e_volts", 2}, {"f_amperes", 3}, {"g_watts", 4},
		}},
		{"aAzZ09=1 0a=2 9a=3 a@[b=4 c`{d=5 e/:f=6 -x-=7", values{{"aazz09", 1}, {"_0a", 2}, {"_9a", 3}, {"a_b", 4}, {"c_d", 5}, {"e_f", 6}, {"x", 7}}},
		{"'a'=1;2 'b'3=4 c=5", values{{"a", 1}, {"c", 5}}},
		{"used_bytes=5B wait_seconds=1s ratio=50%", values{{"used_bytes", 5}, {"wait_seconds", 1}, {"ratio", 0.5}}},
		{"5min=3 Größe=2", values{{"_5min", 3}, {"gr_e", 2}}},
		{"same=1 SAME=2 s-a=3 s.a=4", values{{"same", 1}, {"s_a", 3}}},
		{"unknown=U known=1", values{{"known", 1}}},
		{"words without equals =5 a= b=x c=inf d=NaN e=0x10 f=1_000 g=1,5s h=1.2.3 ok=1", values{{"ok", 1}}},
		{"'never closed=1 a=1", values{{"closed", 1}, {"a", 1}}},
		{"''=5 '=6 a=1", values{{"a", 1}}},
		{"big=1e999 ok=2", values{{"ok", 2}}},
	} {
		got := command.ParsePerfdata(c.in)
		if len(got) != len(c.want) {
			t.Errorf("%q gives %v, want %v", c.in, got, c.want)
			continue
		}
		for i, m := range got {
			if m.Name != c.want[i].Name || math.Abs(m.Value-c.want[i].Value) > 1e-12*math.Abs(m.Value) {
				t.Errorf("%q gives %v, want %v", c.in, m, c.want[i])
			}
		}
	}
}

func TestAtMostSixteenValuesAreKept(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := range 100 {
		fmt.Fprintf(&b, "v%d=1 ", i)
	}
	if got := command.ParsePerfdata(b.String()); len(got) != checks.MaxObserved || got[15].Name != "v15" {
		t.Errorf("kept %v, want the first 16", got)
	}
}

func TestLongLabelKeepsItsUnit(t *testing.T) {
	t.Parallel()
	got := command.ParsePerfdata(strings.Repeat("x", 500) + "=1s")
	if len(got) != 1 || len(got[0].Name) != 100 || !strings.HasSuffix(got[0].Name, "x_seconds") {
		t.Errorf("got %v, want a name of 100 bytes that ends in _seconds", got)
	}
}

func TestLongNamesHaveAHundredBytes(t *testing.T) {
	t.Parallel()
	label, unit := strings.Repeat("x", 500), strings.Repeat("u", 500)
	for in, want := range map[string]string{
		label + "=1":        label[:100],
		label + "=1" + unit: label[:49] + "_" + unit[:50],
		"x=1" + unit:        "x_" + unit[:50],
	} {
		if got := command.ParsePerfdata(in); len(got) != 1 || got[0].Name != want {
			t.Errorf("got %v, want the name %s", got, want)
		}
	}
}

// FuzzPerfdata looks for input that panics, or that gives a name which cannot
// be observed or a value that is no number.
func FuzzPerfdata(f *testing.F) {
	for _, seed := range []string{
		"/=2643MB;5948;5958;0;5968 'it''s'=1%", "a=1e", "'", "''", "'a'", "'a'=", "=", "a==1", "a=1e+", "a='b'=2", "\x00=1", "é=1µs", "a=-", "a=.", "a=.e5",
	} {
		f.Add(seed)
	}
	valid := regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]{0,99}$`)
	f.Fuzz(func(t *testing.T, s string) {
		all := command.ParsePerfdata(s)
		for _, m := range all {
			if !valid.MatchString(m.Name) {
				t.Errorf("%q gives the name %q", s, m.Name)
			}
			if math.IsNaN(m.Value) || math.IsInf(m.Value, 0) {
				t.Errorf("%q gives the value %v", s, m.Value)
			}
		}
		if again := command.ParsePerfdata(s); !reflect.DeepEqual(all, again) {
			t.Errorf("%q gives %v, then %v", s, all, again)
		}
	})
}
