package httpapi

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/collector"
)

// A selection is the set of checks that a handler reports on: [Options.Filter]
// and [Options.IgnoreDrain].
type selection struct {
	reporter    Reporter // nil only for a handler that has none
	filter      collector.Filter
	nothing     bool // no check at all
	ignoreDrain bool
}

func newSelection(r Reporter, o Options) selection {
	f := o.Filter
	return selection{
		reporter: r, filter: f, ignoreDrain: o.IgnoreDrain,
		nothing: f.Names != nil && len(f.Names) == 0,
	}
}

// report returns the part of the handler's own selection that asked selects.
func (s *selection) report(ctx context.Context, asked collector.Filter) (collector.Report, error) {
	if s.reporter == nil {
		return collector.Report{}, errNoReporter
	}
	if s.nothing {
		return s.reportNothing(ctx, asked)
	}
	filter, tags, err := s.narrow(asked)
	if err != nil {
		return collector.Report{}, err
	}
	rep, err := s.reporter.Report(ctx, filter)
	if err != nil {
		return rep, err
	}
	if len(tags) > 0 {
		if rep, err = tagged(rep, tags); err != nil {
			return rep, err
		}
	}
	if rep.Draining != "" && s.ignoreDrain {
		rep.Draining, rep.Status = "", collector.Overall(rep.Results)
	}
	return rep, nil
}

// reportNothing is the report of a selection without checks: it passes unless
// the service is drained.
func (s *selection) reportNothing(ctx context.Context, asked collector.Filter) (collector.Report, error) {
	if len(asked.Names)+len(asked.Tags)+len(asked.Exclude) > 0 {
		return collector.Report{}, fmt.Errorf("%w: the handler shows no checks", collector.ErrUnknownCheck)
	}
	if s.ignoreDrain {
		return collector.Report{Status: collector.StatusPassed, Time: time.Now()}, nil
	}
	rep, err := s.reporter.Report(ctx, collector.Filter{})
	if err != nil {
		return rep, err
	}
	rep.Results, rep.Version = nil, 0
	if rep.Draining == "" {
		rep.Status = collector.StatusPassed
	}
	return rep, nil
}

// narrow returns the filter for the part of the handler's own selection that
// asked selects. A collector treats tags as alternatives; if both filters have
// tags, the results must also match the returned tags.
func (s *selection) narrow(asked collector.Filter) (f collector.Filter, tags []string, err error) {
	own := s.filter
	if len(own.Names)+len(own.Tags)+len(own.Exclude) == 0 {
		return asked, nil, nil
	}
	f = own
	if len(asked.Names) > 0 {
		for _, name := range asked.Names {
			if len(own.Names) > 0 && !slices.Contains(own.Names, name) {
				return f, nil, fmt.Errorf("%w %q", collector.ErrUnknownCheck, quoted(name))
			}
		}
		f.Names = asked.Names
	}
	if len(asked.Exclude) > 0 {
		f.Exclude = slices.Concat(own.Exclude, asked.Exclude)
	}
	switch {
	case len(own.Tags) == 0:
		f.Tags = asked.Tags
	case len(asked.Tags) > 0:
		tags = asked.Tags
	}
	return f, tags, nil
}

// tagged returns rep with the results that have any of the tags.
func tagged(rep collector.Report, tags []string) (collector.Report, error) {
	var results []*collector.Result
	for _, r := range rep.Results {
		if slices.ContainsFunc(r.Tags, func(tag string) bool { return slices.Contains(tags, tag) }) {
			results = append(results, r)
		}
	}
	if len(results) == 0 {
		return rep, fmt.Errorf("%w: no selected check has the tag %q", collector.ErrUnknownCheck, quoted(tags[0]))
	}
	rep.Results, rep.Version = results, 0
	if rep.Draining == "" {
		rep.Status = collector.Overall(results)
	}
	return rep, nil
}
