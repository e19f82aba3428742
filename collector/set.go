package collector

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/spell"
)

// An entry is one check of one set: its definition, with every default filled
// in, its place among the others, and the newest result under that definition.
// A line connects the entries of several sets whose definition is the same.
type entry struct {
	checks.Check
	deps, dependents []*entry
	index            int // in the order of registration
	// patience is how long the checks it depends on may take before it starts.
	patience time.Duration
	// chain is the sum of its timeout and those of the longest chain before it.
	chain time.Duration

	line       *line
	counters   *counters // set before readers see the entry
	labelNames []string  // of all checks of the set, sorted
	mute       *muting   // its own or that of a dependency; guarded by the engine's lock

	// current is the newest result, nil before the first. Readers load it
	// without a lock; it no longer changes when the set has been replaced.
	current atomic.Pointer[published]
	// rendered is the metrics of a result, made when they are first collected.
	rendered atomic.Pointer[rendered]
}

// maxStartup bounds how long readers wait for first results by default.
const maxStartup = 5 * time.Second

// A set is all checks at one moment, in the order of registration.
type set struct {
	epoch   uint64
	entries []*entry
	byName  map[string]*entry
	tags    map[string]bool
	all     *selection
	// startup is the longest chain of timeouts among the checks that are not
	// optional, at most maxStartup.
	startup time.Duration

	mu         sync.Mutex // held while a filter is added to those remembered
	selections atomic.Pointer[map[string]*selection]
}

// newSet makes a set of complete definitions, or returns all their faults,
// joined. The caller gives each entry its line.
func newSet(epoch uint64, defs []checks.Check) (*set, error) {
	s := &set{epoch: epoch, byName: make(map[string]*entry, len(defs)), tags: map[string]bool{}}
	var errs []error
	for _, def := range defs {
		if s.byName[def.Name] != nil {
			errs = append(errs, fmt.Errorf("check %q: %w", def.Name, ErrNameTaken))
			continue
		}
		e := &entry{Check: def, index: len(s.entries)}
		s.entries = append(s.entries, e)
		s.byName[def.Name] = e
		for _, tag := range def.Tags {
			s.tags[tag] = true
		}
	}
	errs = append(errs, s.connect(), s.shareLabels())
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	s.all = &selection{set: s, entries: s.entries}
	return s, nil
}

// shareLabels gives each entry the label names of all checks, because all
// series of a metric have the same label names.
func (s *set) shareLabels() error {
	union := map[string]bool{}
	for _, e := range s.entries {
		for name := range e.Labels {
			union[name] = true
		}
	}
	if len(union) > checks.MaxLabels {
		return fmt.Errorf("%d names of labels, want at most %d for all checks together", len(union), checks.MaxLabels)
	}
	names := slices.Sorted(maps.Keys(union))
	for _, e := range s.entries {
		e.labelNames = names
	}
	return nil
}

// complete validates definitions and fills in the defaults.
func (o Options) complete(defs []checks.Check) ([]checks.Check, error) {
	var whole []checks.Check
	var errs []error
	for _, def := range defs {
		if err := def.Validate(); err != nil {
			errs = append(errs, err)
			continue
		}
		whole = append(whole, resolve(def, o))
		errs = append(errs, o.wrap(&whole[len(whole)-1]))
	}
	return whole, errors.Join(errs...)
}

// wrap puts Options.Wrap around the function of a definition.
func (o Options) wrap(def *checks.Check) (err error) {
	if o.Wrap == nil {
		return nil
	}
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("check %q: wrapping panicked: %v", def.Name, v)
		}
	}()
	f := o.Wrap(*def)
	if f == nil {
		return fmt.Errorf("check %q: wrapping returned no function", def.Name)
	}
	def.Func = f
	return nil
}

// resolve fills in the defaults of a definition.
func resolve(def checks.Check, o Options) checks.Check {
	def.Type = strings.ToValidUTF8(either(def.Type, "func"), "\uFFFD") // It is a label, and so is the next.
	def.Runbook = strings.ToValidUTF8(def.Runbook, "\uFFFD")
	def.Description = strings.ToValidUTF8(def.Description, "\uFFFD")
	def.Timeout = either(def.Timeout, o.Timeout)
	def.SuccessTTL = either(def.SuccessTTL, o.SuccessTTL)
	def.FailedTTL = either(def.FailedTTL, o.FailedTTL)
	def.FailureThreshold = either(def.FailureThreshold, 1)
	def.SuccessThreshold = either(def.SuccessThreshold, 1)
	if def.Severity == "" {
		def.Severity = checks.SeverityCritical
		if def.Optional {
			def.Severity = checks.SeverityWarning
		}
	}
	def.Labels = maps.Clone(def.Labels)
	for name, value := range def.Labels {
		def.Labels[name] = strings.ToValidUTF8(value, "\uFFFD")
	}
	def.Tags = slices.Clone(def.Tags)
	def.DependsOn = slices.Clone(def.DependsOn)
	return def
}

// connect turns the names in DependsOn into entries.
func (s *set) connect() error {
	var errs []error
	for _, e := range s.entries {
		for _, name := range e.DependsOn {
			dep := s.byName[name]
			if dep == nil {
				errs = append(errs, fmt.Errorf("check %q: depends on %q, which does not exist", e.Name, name))
				continue
			}
			e.deps = append(e.deps, dep)
			dep.dependents = append(dep.dependents, e)
		}
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	for _, cycle := range checks.Cycles(s.definitions(), len(s.entries)) {
		errs = append(errs, fmt.Errorf("check %q: depends on itself: %s", cycle[0], cycle))
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	s.order()
	return nil
}

// order walks the dependencies, which have no cycles, depth first and computes
// how long each check may have to wait for its dependencies.
func (s *set) order() {
	done := make(map[*entry]bool, len(s.entries))
	var walk func(*entry)
	walk = func(e *entry) {
		if done[e] {
			return
		}
		done[e] = true
		for _, dep := range e.deps {
			walk(dep)
			e.patience = max(e.patience, addDurations(dep.patience, dep.Timeout, grace, longestWait(dep)))
			e.chain = max(e.chain, dep.chain)
		}
		e.chain = addDurations(e.chain, e.Timeout)
		if !e.Optional {
			s.startup = min(max(s.startup, e.chain), maxStartup)
		}
	}
	for _, e := range s.entries {
		walk(e)
	}
}

// definitions returns what the set was made of.
func (s *set) definitions() []checks.Check {
	defs := make([]checks.Check, len(s.entries))
	for i, e := range s.entries {
		defs[i] = e.Check
	}
	return defs
}

// unknown returns the error for a name that no check has. It suggests the name
// that was probably meant.
func (s *set) unknown(name string) error {
	names := make([]string, len(s.entries))
	for i, e := range s.entries {
		names[i] = e.Name
	}
	if near := spell.Nearest(name, names); near != "" {
		return fmt.Errorf("%w %q, did you mean %q?", ErrUnknownCheck, name, near)
	}
	return fmt.Errorf("%w %.100q", ErrUnknownCheck, name)
}

// inherit gives the entries of s the lines of the set that it is made from.
func (s *set) inherit(from *set) {
	for _, e := range from.entries {
		if heir := s.byName[e.Name]; heir != nil {
			heir.line = e.line
		}
	}
}
