package service

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/go-kit/log"
	"github.com/go-kit/log/level"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/envinfo"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

// A Service is a collector of checks with its HTTP handlers and its metrics. New
// makes one. All methods are safe for concurrent use.
type Service struct {
	*collector.Collector

	registry Registry
	routes   *httpapi.Router

	healthcheck, environment, metrics, page http.Handler
	live, ready                             *httpapi.Handler
	views                                   map[string]*httpapi.Handler
}

// New makes a service of checks, and registers its metrics in Options.Registry.
// The error joins all faults of the options and the checks; if New fails,
// nothing stays registered.
func New(o Options, cs ...checks.Check) (*Service, error) {
	o = o.withDefaults()
	c, checksErr := collector.New(o.Collector, cs...)
	dump, dumpErr := envinfo.New(o.Environment)
	info, infoErr := envinfo.NewBuildInfo(o.Environment)
	if err := errors.Join(o.Healthcheck.Validate(), checksErr, dumpErr, infoErr); err != nil {
		return nil, err
	}
	requests := httpapi.NewRequests()
	views, err := newViews(c, o)
	if err != nil {
		return nil, err
	}
	o.Healthcheck.Views = views
	healthy := httpapi.ViewMetrics(func() map[string]*httpapi.Handler { return views })
	registry, err := register(o.Registry, c, info, requests, healthy)
	if err != nil {
		return nil, err
	}
	s := &Service{Collector: c, registry: registry, views: views}
	s.mount(o, dump, requests)
	return s, nil
}

// mount makes the handlers for any path and the routes of ServeHTTP.
func (s *Service) mount(o Options, dump *envinfo.Dump, requests *httpapi.Requests) {
	pollers := new(httpapi.Pollers)
	asked := func(handler string, h http.Handler) http.Handler {
		return requests.Wrap(handler, pollers.Wrap(handler, h))
	}
	health := func(o httpapi.Options) http.Handler { return asked("healthcheck", httpapi.Healthcheck(s.Collector, o)) }
	environment := func(prefix string) http.Handler {
		shown := httpapi.Environment(dump, httpapi.EnvironmentOptions{Prefix: prefix})
		return requests.Wrap("environment", httpapi.Guard(shown, o.Access))
	}
	s.healthcheck, s.environment = health(o.Healthcheck), environment("")
	s.live, s.ready = httpapi.Live(s.Collector, httpapi.Options{}), httpapi.Ready(s.Collector, o.Healthcheck)
	s.metrics = asked("metrics", httpapi.Metrics(s.registry, errorLog{o.Logger}))
	page := httpapi.PageOptions{
		Links: links(), Started: time.Now(), Trusted: o.Access.Allows, Pollers: pollers.All, Scrubber: s.Collector.Scrubber(),
	}
	s.page = requests.Wrap("page", httpapi.Page(s.Collector, page))

	o.Healthcheck.Prefix = "/healthcheck"
	if o.Healthcheck.Trusted == nil {
		o.Healthcheck.Trusted = o.Access.Allows
	}
	s.routes = httpapi.Routes(map[string]http.Handler{
		"/":             s.page,
		"/checks/":      requests.Wrap("page", httpapi.CheckPage(s.Collector, "/checks", page)),
		"/healthcheck/": health(o.Healthcheck),
		"/environment/": environment("/environment"),
		"/heartbeat/":   requests.Wrap("heartbeat", httpapi.Heartbeat(s.Collector, "/heartbeat")),
		"/metrics":      s.metrics,
	})
}

// register registers all of cs, or nothing if one of them fails.
func register(r Registry, cs ...prometheus.Collector) (Registry, error) {
	if r == nil {
		r = prometheus.NewRegistry()
		cs = append(cs, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	}
	for i, c := range cs {
		if err := r.Register(c); err != nil {
			for _, registered := range cs[:i] {
				r.Unregister(registered)
			}
			return nil, err
		}
	}
	return r, nil
}

// links are relative, so that they also work below a prefix.
func links() []httpapi.Link {
	return []httpapi.Link{
		{Path: "healthcheck", Text: "the report in JSON, for haproxy"},
		{Path: "healthcheck?format=text", Text: "the report as text"},
		{Path: "metrics", Text: "metrics, for Prometheus"},
		{Path: "environment", Text: "what this host and process are"},
	}
}

// ServeHTTP serves /healthcheck and /environment with the paths below them,
// /metrics, the paths below /heartbeat for checks that receive heartbeats, and
// pages for people at / and /checks/{check}. /environment is limited to local
// clients and those that Options.Access lets through. Other paths are 404, and
// no path is redirected.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.routes.ServeHTTP(w, r) }

// HealthcheckHandler returns a handler for any path that answers like
// /healthcheck.
func (s *Service) HealthcheckHandler() http.Handler { return s.healthcheck }

// EnvironmentHandler returns a handler for any path that answers like
// /environment, for the same clients.
func (s *Service) EnvironmentHandler() http.Handler { return s.environment }

// MetricsHandler returns the handler of /metrics.
func (s *Service) MetricsHandler() http.Handler { return s.metrics }

// PageHandler returns the handler of the page.
func (s *Service) PageHandler() http.Handler { return s.page }

// LiveHandler returns a handler for liveness probes: it passes as long as it is
// served, also while the service is drained.
func (s *Service) LiveHandler() *httpapi.Handler { return s.live }

// ReadyHandler returns a handler for readiness probes: it answers like
// HealthcheckHandler, but fails during a drain even if Options.Healthcheck
// ignores drains.
func (s *Service) ReadyHandler() *httpapi.Handler { return s.ready }

// Registry returns the registry of the service's metrics, so that the caller
// can add more.
func (s *Service) Registry() Registry { return s.registry }

// errorLog logs errors of gathering.
type errorLog struct{ log.Logger }

// Println implements promhttp.Logger.
func (l errorLog) Println(v ...any) {
	level.Error(l.Logger).Log("msg", "gathering metrics", "err", strings.TrimSpace(fmt.Sprintln(v...)))
}
