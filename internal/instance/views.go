package instance

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/healthcheck-exporter/healthcheck_exporter/agentcheck"
	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/config"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

// reports are the handlers of the reports of one configuration.
type reports struct {
	all   *httpapi.Handler            // of /healthcheck, with the views for ?view=
	views map[string]*httpapi.Handler // by their names
	paths map[string]*httpapi.Handler // of the views, by their own paths
}

// newReports makes the handlers of cfg. If hide is true, the outputs of checks
// are hidden even if cfg does not hide them. Requests that are trusted see the
// evidence of failed runs.
func (i *Instance) newReports(cfg *config.Config, hide bool, trusted func(*http.Request) bool) reports {
	handler := func(o httpapi.Options) *httpapi.Handler {
		o.Scrubber, o.HideOutput, o.Trusted = i.scrubber, o.HideOutput || hide, trusted
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
	r.views, r.all = all.Views, handler(all)
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

// RequireView adds a view to Needs.AgentViews. It is an error if the configuration
// in use does not have it.
func (i *Instance) RequireView(name string) error {
	i.reloading.Lock()
	defer i.reloading.Unlock()
	i.options.Needs.AgentViews = append(i.options.Needs.AgentViews, name)
	if views := i.current.value.Load().health.views; views[name] == nil {
		return noView(name, slices.Sorted(maps.Keys(views)))
	}
	return nil
}

// Agent returns the reporter of a view for agent checks, or that of all checks
// for an empty name. It follows reloads.
func (i *Instance) Agent(view string) agentcheck.Reporter {
	if view == "" {
		return i.collector
	}
	return viewReporter{i, view}
}

// A viewReporter reports on the checks of a view.
type viewReporter struct {
	*Instance
	view string
}

// Report implements [agentcheck.Reporter]. Like serveEpoch it does not apply a
// view to checks of another configuration.
func (r viewReporter) Report(ctx context.Context, f collector.Filter) (collector.Report, error) {
	for next := r.current.value.Load(); ; next, _ = r.current.settled() {
		view := next.health.views[r.view]
		if view == nil {
			return collector.Report{}, fmt.Errorf("there is no view %q", r.view)
		}
		rep, err := view.Report(ctx, f)
		if rep.Epoch == 0 || rep.Epoch == next.epoch {
			return rep, err
		}
	}
}
