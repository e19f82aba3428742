package service

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

// newViews returns the handlers of all views, by their names. The error has a line
// for each fault, in the order of the names.
func newViews(c *collector.Collector, o Options) (map[string]*httpapi.Handler, error) {
	all := maps.Clone(o.Healthcheck.Views)
	if all == nil {
		all = map[string]*httpapi.Handler{}
	}
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(o.Views)) {
		v := o.Views[name]
		if _, taken := all[name]; taken {
			errs = append(errs, fmt.Errorf("view %q: is in Healthcheck.Views too", name))
			continue
		}
		if err := errors.Join(v.Validate(), selects(c, v.Filter)); err != nil {
			errs = append(errs, fmt.Errorf("view %q: %w", name, err))
			continue
		}
		v.Prefix, v.Views = "", nil
		if v.Scrubber == nil {
			v.Scrubber = o.Scrubber
		}
		if v.Trusted == nil {
			v.Trusted = o.Access.Allows
		}
		all[name] = httpapi.Healthcheck(c, v)
	}
	return all, errors.Join(errs...)
}

// selects returns an error if f selects nothing, or leaves out a check that it
// names. An empty list of names selects nothing on purpose.
func selects(c *collector.Collector, f collector.Filter) error {
	if f.Names != nil && len(f.Names) == 0 {
		return nil
	}
	report, err := c.Peek(f)
	if err != nil {
		return err
	}
	for _, name := range f.Names {
		if !slices.ContainsFunc(report.Results, func(r *collector.Result) bool { return r.Check == name }) {
			return fmt.Errorf("%q is left out by tags or exclude", name)
		}
	}
	return nil
}

// ViewHandler returns a handler for any path that answers like
// /healthcheck?view=name, or nil if there is no such view. It is also a Reporter,
// for an agentcheck.Server.
func (s *Service) ViewHandler(name string) *httpapi.Handler { return s.views[name] }
