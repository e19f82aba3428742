package main

import (
	"encoding/json"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/healthcheck-exporter/healthcheck_exporter/config"
	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// secrets is the scrubber of the configuration in use, and every literal secret
// that any configuration had: a run of an older one may still show its own.
type secrets struct {
	rules atomic.Pointer[scrub.Scrubber]

	mu  sync.Mutex
	all []string
}

func newSecrets() *secrets {
	s := &secrets{}
	s.rules.Store(scrub.New(scrub.Rules{}))
	return s
}

// use makes the rules of cfg those in use, and masks what is shown of its checks
// as it stands in the file. What it returns undoes the former, but for the
// literals, which are kept.
func (s *secrets) use(cfg *config.Config) (restore func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, secret := range cfg.Secrets {
		if !slices.Contains(s.all, secret) {
			s.all = append(s.all, secret)
		}
	}
	before := s.rules.Load()
	before.Add(s.all...)
	s.rules.Store(scrub.New(scrub.Rules{Names: cfg.Environment.ScrubNames, Allow: cfg.Environment.ScrubAllow, Literals: s.all}))
	for i := range cfg.Checks {
		cfg.Checks[i].Description = s.text(cfg.Checks[i].Description)
	}
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		before.Add(s.all...) // And what was learnt meanwhile.
		s.rules.Store(before)
	}
}

// learn adds a secret that was read while in use.
func (s *secrets) learn(secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Contains(s.all, secret) {
		s.all = append(s.all, secret)
	}
	s.rules.Load().Add(secret)
}

func (s *secrets) scrubber() *scrub.Scrubber { return s.rules.Load() }

func (s *secrets) text(t string) string { return s.rules.Load().Text(t) }

// Name, Text and Tree implement httpapi.Scrubber with the rules in use.
func (s *secrets) Name(name string) bool { return s.rules.Load().Name(name) }

// Text masks the secrets in a text.
func (s *secrets) Text(t string) string { return s.text(t) }

// Tree masks the secrets in a value and encodes it as JSON.
func (s *secrets) Tree(v any) json.RawMessage { return s.rules.Load().Tree(v) }
