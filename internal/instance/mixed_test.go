package instance_test

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/instance"
)

// twoFaced is a configuration in which everything that an answer shows has the
// word WORD.
const twoFaced = `
checks:
  - {name: first, exec: {command: [echo, check-WORD]}, description: about-WORD}
  - {name: check-WORD, exec: {command: ["true"]}}
environment:
  labels: {cluster: label-WORD}
  sections: {mine: {value: environment-WORD}}
healthcheck: {success_headers: {X-Served-By: header-WORD}, sections: {version: section-WORD}}
`

// mixed reports whether a text has the words of both configurations, or of none.
func mixed(text string) bool {
	return strings.Contains(text, "-old") == strings.Contains(text, "-new")
}

func TestNoAnswerMixesTwoConfigurations(t *testing.T) {
	text := map[bool]string{false: strings.ReplaceAll(twoFaced, "WORD", "old"), true: strings.ReplaceAll(twoFaced, "WORD", "new")}
	f := newFile(t, text[false])
	i := loaded(t, f.path)
	registry := prometheus.NewRegistry()
	registry.MustRegister(i.Collectors()...)
	registry.MustRegister(i.Collector())

	var over atomic.Bool
	var asked, seenNew atomic.Int64
	var readers sync.WaitGroup
	look := func(ask func() string) {
		readers.Go(func() {
			for !over.Load() {
				got := ask()
				asked.Add(1)
				time.Sleep(200 * time.Microsecond)
				if strings.Contains(got, "-new") {
					seenNew.Add(1)
				}
				if mixed(got) {
					t.Errorf("of both or none:\n%s", got)
					return
				}
			}
		})
	}
	answer := func(h http.Handler, path string) func() string {
		return func() string {
			w := get(h, path)
			return strings.Join(w.Header()["X-Served-By"], "") + "\n" + w.Body.String()
		}
	}
	look(answer(i.Health(), "/healthcheck"))
	look(answer(i.Health(), "/healthcheck?verbose"))
	look(answer(i.Public(), "/healthcheck?format=text"))
	look(answer(i.Environment(), "/environment"))
	look(func() string { return scrape(t, i, registry) })

	const reloads = 20
	for n := range reloads {
		f.write(text[n%2 == 0])
		if err := i.Reload(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Millisecond)
	}
	over.Store(true)
	readers.Wait()
	if asked.Load() < reloads || seenNew.Load() == 0 || seenNew.Load() == asked.Load() {
		t.Errorf("%d answers, %d of them new: the test has seen too little", asked.Load(), seenNew.Load())
	}
}

// scrape gathers as the server does.
func scrape(t *testing.T, i *instance.Instance, registry *prometheus.Registry) string {
	var b strings.Builder
	i.Consistently(func() {
		b.Reset()
		families, err := registry.Gather()
		if err != nil {
			t.Error(err)
		}
		for _, family := range families {
			b.WriteString(family.String())
		}
	})
	return b.String()
}
