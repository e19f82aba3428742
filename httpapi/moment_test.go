package httpapi_test

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

func TestMomentsAreWrittenAsAnyFloat(t *testing.T) {
	r := passed("c")
	random := rand.New(rand.NewPCG(1, 2))
	var want []string
	add := func(f float64) {
		r.Values = append(r.Values, collector.Value{Name: "v", Value: f})
		text := strconv.FormatFloat(f, 'f', -1, 64)
		if !strings.Contains(text, ".") {
			text += ".0"
		}
		want = append(want, `"v": `+text)
	}
	for _, start := range []float64{1<<30 - 3, 1 << 30, 1 << 31, 1795335663, 1<<31 - 2} {
		for k := range 500 {
			add(start + float64(k)/(1<<22))
			add(start - float64(k)/(1<<22))
			add(start + float64(k)/1e6)
			add(start + float64(k)/1e3)
		}
	}
	for range 20_000 {
		add(1<<30 + random.Float64()*(1<<30))
	}
	_, body, _ := strings.Cut(answerOf(t, r), `"values": {`)
	body, _, _ = strings.Cut(body, "}")
	got := strings.Split(body, ", ")
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%s, want %s", got[i], want[i])
		}
	}
}
