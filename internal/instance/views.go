package instance

import (
	"net/http"

	"github.com/healthcheck-exporter/healthcheck_exporter/config"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

// reports are the handlers of the reports of one configuration.
type reports struct {
	all   *httpapi.Handler            // of /healthcheck, with the views for ?view=
	paths map[string]*httpapi.Handler // of the views, by their own paths
}

// newReports makes the handlers of cfg. If hide is true, the outputs of checks
// are hidden even if cfg does not hide them.
func (i *Instance) newReports(cfg *config.Config, hide bool) reports {
	handler := func(o httpapi.Options) *httpapi.Handler {
		o.Scrubber, o.HideOutput = i.scrubber, o.HideOutput || hide
		return httpapi.Healthcheck(i.collector, o)
	}
	all := HealthOptions(cfg, i.scrubber)
	all.Views = make(map[string]*httpapi.Handler, len(cfg.Views))
	r := reports{paths: map[string]*httpapi.Handler{}}
	for _, v := range cfg.Views {
		h := handler(v.Options)
		all.Views[v.Name] = h
		if v.Path != "" {
			r.paths[v.Path] = h
		}
	}
	r.all = handler(all)
	return r
}

// at returns the handler for a path: the view with that path, or else the handler
// of /healthcheck, which answers 404 for an unknown path.
func (r *reports) at(path string) *httpapi.Handler {
	if h := r.paths[path]; h != nil {
		return h
	}
	return r.all
}

// HealthView returns the handler of the view with that path, or nil if the
// configuration in use has none. The handler follows reloads.
func (i *Instance) HealthView(path string) http.Handler {
	return i.view(path, func(c *configuration) *reports { return &c.health })
}

// PublicView is HealthView for clients without authentication: see Public.
func (i *Instance) PublicView(path string) http.Handler {
	return i.view(path, func(c *configuration) *reports { return &c.public })
}

func (i *Instance) view(path string, of func(*configuration) *reports) http.Handler {
	if of(i.current.value.Load()).paths[path] == nil {
		return nil
	}
	return i.reports(func(c *configuration) *httpapi.Handler { return of(c).at(path) })
}
