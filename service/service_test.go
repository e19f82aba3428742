package service_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/go-kit/log"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	dto "github.com/prometheus/client_model/go"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/envinfo"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
	"github.com/healthcheck-exporter/healthcheck_exporter/service"
)

var (
	_ http.Handler         = (*service.Service)(nil)
	_ prometheus.Collector = (*service.Service)(nil)
	_ httpapi.Reporter     = (*service.Service)(nil)
)

func redisOK() checks.Check {
	return checks.Check{Name: "redis", Func: checks.Bool(func() (bool, string) { return true, "redis ok" })}
}

func newService(t *testing.T, o service.Options, cs ...checks.Check) *service.Service {
	t.Helper()
	s, err := service.New(o, cs...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// get asks as a client at that address does.
func get(t *testing.T, h http.Handler, peer, path string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
	r.RemoteAddr, r.Host = peer, "localhost"
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

const local, remote = "127.0.0.1:5000", "192.0.2.1:5000"

func TestOneValueAnswersEverything(t *testing.T) {
	s := newService(t, service.Options{}, redisOK())
	mux := http.NewServeMux()
	mux.Handle("/internal/", http.StripPrefix("/internal", s))
	for _, c := range []struct {
		path, peer string
		status     int
		want       string
	}{
		{"/", remote, 200, "redis ok"},
		{"/healthcheck", remote, 200, `{"checker": "redis", "output": "redis ok", "passed": true`},
		{"/healthcheck/redis", remote, 200, `"redis ok"`},
		{"/healthcheck/typo", remote, 404, `{"error": "unknown check \"typo\""}`},
		{"/environment", local, 200, `{"os": {`},
		{"/environment/go", local, 200, `{"go": {`},
		{"/environment", remote, 403, "forbidden: the client is not on this machine"},
		{"/metrics", remote, 200, `healthcheck_passed{check="redis"} 1`},
		{"/metrics", remote, 200, "\nhealthcheck_build_info{"},
		{"/metrics", remote, 200, `healthcheck_http_requests_total{code="200",handler="healthcheck"} `},
		{"/metrics", remote, 200, "\ngo_goroutines "},
		{"/elsewhere", remote, 404, `{"error": "not found"}`},
	} {
		for name, h := range map[string]struct {
			http.Handler
			prefix string
		}{"alone": {s, ""}, "below a prefix": {mux, "/internal"}} {
			if w := get(t, h, c.peer, h.prefix+c.path); w.Code != c.status || !strings.Contains(w.Body.String(), c.want) {
				t.Errorf("%s, %s from %s: %d, want %d with %s:\n%.500s", name, c.path, c.peer, w.Code, c.status, c.want, w.Body)
			}
		}
	}
}

func TestThePageShowsOperatorsWhoAsks(t *testing.T) {
	s := newService(t, service.Options{}, redisOK())
	get(t, s, "10.0.0.9:4000", "/healthcheck")
	const want = "<td>without a name</td><td>private</td>"
	if page := get(t, s, local, "/").Body.String(); !strings.Contains(page, want) {
		t.Errorf("a local client does not see who asks:\n%s", page)
	}
	if page := get(t, s, remote, "/").Body.String(); strings.Contains(page, want) {
		t.Errorf("a remote client sees who asks:\n%s", page)
	}
}

func TestEachHandlerIsToBeHadAlone(t *testing.T) {
	s := newService(t, service.Options{Access: httpapi.Access{AllowRemote: true}}, redisOK())
	handlers := map[string]http.Handler{
		`"redis ok"`: s.HealthcheckHandler(), `{"os": {`: s.EnvironmentHandler(), "healthcheck_passed": s.MetricsHandler(),
		"<!DOCTYPE html>": s.PageHandler(), `"results": []`: s.LiveHandler(), `"results": [{"checker": "redis"`: s.ReadyHandler(),
	}
	for want, h := range handlers {
		if w := get(t, h, remote, "/any/path"); w.Code != 200 || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d %.300s", want, w.Code, w.Body)
		}
	}
	s.Drain(errors.New("deploy"))
	for _, c := range []struct {
		handler http.Handler
		status  int
	}{{s.LiveHandler(), 200}, {s.ReadyHandler(), 503}, {s.HealthcheckHandler(), 503}, {s, 503}} {
		if w := get(t, c.handler, remote, "/healthcheck"); w.Code != c.status {
			t.Errorf("drained: status %d, want %d: %s", w.Code, c.status, w.Body)
		}
	}
}

func TestAPathOfYourOwnReadsNamesWithAPrefix(t *testing.T) {
	s := newService(t, service.Options{Healthcheck: httpapi.Options{Prefix: "/status"}}, redisOK())
	if w := get(t, s.HealthcheckHandler(), remote, "/status/typo"); w.Code != 404 {
		t.Errorf("/status/typo: %d", w.Code)
	}
	if w := get(t, s, remote, "/healthcheck/redis"); w.Code != 200 {
		t.Errorf("/healthcheck/redis: %d", w.Code)
	}
}

// A lockedText is what was logged, by goroutines that may still log.
type lockedText struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lockedText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lockedText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func TestOneScrubberServesAllParts(t *testing.T) {
	scrubber := scrub.New(scrub.Rules{})
	scrubber.Learn("correct horse battery")
	var logged lockedText
	leak := func(context.Context) (any, error) { return "a correct horse battery", nil }
	s := newService(t, service.Options{
		Scrubber: scrubber, Logger: log.NewLogfmtLogger(&logged), Access: httpapi.Access{AllowRemote: true},
		Healthcheck: httpapi.Options{Sections: []httpapi.Section{{Name: "extra", Func: leak}}},
		Environment: envinfo.Options{Sections: []envinfo.Section{{Name: "extra", Func: leak}}},
	}, checks.Check{Name: "leaks", Func: func(context.Context) (string, error) { return "", errors.New("no correct horse battery") }})
	all := ""
	for _, path := range []string{"/healthcheck", "/healthcheck?format=text", "/environment", "/"} {
		all += get(t, s, remote, path).Body.String()
	}
	if strings.Contains(all, "correct horse") || strings.Contains(logged.String(), "correct horse") || strings.Count(all, "********") < 5 {
		t.Errorf("a secret is shown, or nothing is masked:\n%s\n%s", all, logged.String())
	}
}

func TestAPartKeepsAScrubberAndALoggerOfItsOwn(t *testing.T) {
	shared, own := scrub.New(scrub.Rules{}), scrub.New(scrub.Rules{})
	shared.Learn("correct horse")
	own.Learn("battery staple")
	leak := func(context.Context) (any, error) { return "correct horse, battery staple", nil }
	health := func(s *scrub.Scrubber) httpapi.Options {
		return httpapi.Options{Scrubber: s, Sections: []httpapi.Section{{Name: "extra", Func: leak}}}
	}
	checked := checks.Check{Name: "leaks", Func: func(context.Context) (string, error) { return "", errors.New("correct horse, battery staple") }}
	for _, c := range []struct {
		scrubber *scrub.Scrubber // of the parts
		want     string
	}{{nil, "********, battery staple"}, {own, "correct horse, ********"}} {
		var mine, common lockedText
		o := service.Options{
			Scrubber: shared, Logger: log.NewLogfmtLogger(&common), Access: httpapi.Access{AllowRemote: true},
			Collector: collector.Options{Scrubber: c.scrubber}, Healthcheck: health(c.scrubber),
			Environment: envinfo.Options{Scrubber: c.scrubber, Sections: []envinfo.Section{{Name: "extra", Func: leak}}},
			Views:       map[string]httpapi.Options{"v": health(c.scrubber)},
		}
		if c.scrubber != nil {
			o.Collector.Logger = log.NewLogfmtLogger(&mine)
		}
		s := newService(t, o, checked)
		for path, n := range map[string]int{"/healthcheck": 2, "/healthcheck?view=v": 2, "/environment/extra": 1} {
			if body := get(t, s, remote, path).Body.String(); strings.Count(body, c.want) != n {
				t.Errorf("%s: %s, want %s in %d places", path, body, c.want, n)
			}
		}
		if err := s.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		logged, silent := &common, &mine
		if c.scrubber != nil {
			logged, silent = silent, logged
		}
		if !strings.Contains(logged.String(), `msg="check failed" check=leaks`) || silent.String() != "" {
			t.Errorf("logged %q, and %q elsewhere", logged, silent)
		}
	}
}

func TestTheSameClientsSeeTheEvidenceUnlessSomethingElseIsGiven(t *testing.T) {
	failed := checks.Check{Name: "search", Func: func(ctx context.Context) (string, error) {
		checks.TraceOf(ctx).Note("shards", "3")
		return "", errors.New("no answer")
	}}
	for _, c := range []struct {
		name  string
		given func(*http.Request) bool
		peer  string
		want  bool
	}{
		{"Access, local", nil, local, true},
		{"Access, remote", nil, remote, false},
		{"nobody, local", func(*http.Request) bool { return false }, local, false},
		{"everybody, remote", func(*http.Request) bool { return true }, remote, true},
	} {
		o := httpapi.Options{Trusted: c.given}
		s := newService(t, service.Options{Healthcheck: o, Views: map[string]httpapi.Options{"v": o}}, failed)
		for _, path := range []string{"/healthcheck?verbose", "/healthcheck?verbose&view=v"} {
			if body := get(t, s, c.peer, path).Body.String(); strings.Contains(body, "shards") != c.want {
				t.Errorf("%s: %s: %s, want evidence: %t", c.name, path, body, c.want)
			}
		}
	}
}

func TestFaultsOfTheMetricsAreLoggedIfThereIsALog(t *testing.T) {
	var logged lockedText
	for _, logger := range []log.Logger{nil, log.NewLogfmtLogger(&logged)} {
		registry := faulty{prometheus.NewRegistry()}
		s := newService(t, service.Options{Registry: registry, Logger: logger}, redisOK())
		if w := get(t, s, remote, "/metrics"); !strings.Contains(w.Body.String(), "healthcheck_passed") {
			t.Errorf("%d %s, want what could be gathered", w.Code, w.Body)
		}
	}
	if got := logged.String(); strings.Count(got, "level=error") != 1 || !strings.Contains(got, "a part is missing") {
		t.Errorf("logged %q, want one error", got)
	}
}

// A faulty registry gathers all metrics and an error.
type faulty struct{ *prometheus.Registry }

func (f faulty) Gather() ([]*dto.MetricFamily, error) {
	families, _ := f.Registry.Gather()
	return families, errors.New("a part is missing")
}

func TestTheRegistryMayBeYours(t *testing.T) {
	registry := prometheus.NewPedanticRegistry()
	s := newService(t, service.Options{Registry: registry}, redisOK())
	if s.Registry() != service.Registry(registry) {
		t.Error("Registry() is another one")
	}
	if n, err := testutil.GatherAndCount(registry, "healthcheck_passed", "healthcheck_build_info"); n != 2 || err != nil {
		t.Errorf("%d series, %v, want healthcheck_passed and healthcheck_build_info", n, err)
	}
	if n, err := testutil.GatherAndCount(registry, "go_goroutines"); n != 0 || err != nil {
		t.Errorf("%d series of the Go runtime in a registry of yours, %v", n, err)
	}

	// A second service does not fit into the same registry, and leaves it as it was.
	if _, err := service.New(service.Options{Registry: registry}, redisOK()); err == nil {
		t.Error("two services in one registry gave no error")
	}
	if n, err := testutil.GatherAndCount(registry, "healthcheck_passed"); n != 1 || err != nil {
		t.Errorf("%d series, %v, want the first service's", n, err)
	}
}

func TestTwoServicesInOneRegistryHaveALabelEach(t *testing.T) {
	registry := prometheus.NewPedanticRegistry()
	for _, part := range []string{"one", "two"} {
		wrapped := wrappedRegistry{prometheus.WrapRegistererWith(prometheus.Labels{"part": part}, registry), registry}
		s := newService(t, service.Options{Registry: wrapped}, redisOK())
		get(t, s, remote, "/healthcheck")
	}
	if n, err := testutil.GatherAndCount(registry, "healthcheck_passed", "healthcheck_build_info"); n != 4 || err != nil {
		t.Errorf("%d series, %v, want two of each service", n, err)
	}
}

type wrappedRegistry struct {
	prometheus.Registerer
	prometheus.Gatherer
}

func TestWrongOptionsAreErrors(t *testing.T) {
	for name, o := range map[string]service.Options{
		"collector":   {Collector: collector.Options{Timeout: -1}},
		"healthcheck": {Healthcheck: httpapi.Options{DrainingStatus: 1}},
		"environment": {Environment: envinfo.Options{Disable: []string{"nothing"}}},
		"labels":      {Environment: envinfo.Options{Labels: map[string]string{"1": "x"}}},
	} {
		if s, err := service.New(o, redisOK()); err == nil || s != nil {
			t.Errorf("%s: %v, want an error", name, err)
		}
	}
	_, err := service.New(service.Options{
		Healthcheck: httpapi.Options{DrainingStatus: 1},
		Environment: envinfo.Options{Disable: []string{"nothing"}, Labels: map[string]string{"1": "x"}},
	}, redisOK(), redisOK())
	for _, part := range []string{"draining_status", "the name is taken", "no such section", `label "1"`} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("New() = %v, want %s too", err, part)
		}
	}
}

// A service that imports collector and httpapi alone links nothing for the facts
// of hosts.
func TestCollectorAndHandlersLinkNoGopsutil(t *testing.T) {
	const module = "github.com/healthcheck-exporter/healthcheck_exporter/"
	for packages, want := range map[string]bool{"collector httpapi": false, "service": true} {
		arguments := []string{"list", "-deps"}
		for p := range strings.FieldsSeq(packages) {
			arguments = append(arguments, module+p)
		}
		out, err := exec.CommandContext(t.Context(), "go", arguments...).Output()
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(string(out), "github.com/shirou/gopsutil"); got != want {
			t.Errorf("%s link gopsutil: %t, want %t", packages, got, want)
		}
	}
}
