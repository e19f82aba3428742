package main

import (
	"github.com/healthcheck-exporter/healthcheck_exporter/config"
	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// secrets is the process's one Scrubber. Its rules are those of the
// configuration in use; it keeps the literal secrets of every configuration,
// because a run of an older one may still show its own.
type secrets struct{ *scrub.Scrubber }

func newSecrets() *secrets { return &secrets{scrub.New(scrub.Rules{})} }

// use makes the rules of cfg those in use, and masks secrets in the descriptions
// of its checks. The returned func restores the previous rules but keeps learned
// literals.
func (s *secrets) use(cfg *config.Config) (restore func()) {
	s.Learn(cfg.Secrets...)
	before := s.Rules()
	s.SetRules(scrub.Rules{Names: cfg.Environment.ScrubNames, Allow: cfg.Environment.ScrubAllow})
	for i := range cfg.Checks {
		cfg.Checks[i].Description = s.Text(cfg.Checks[i].Description)
	}
	return func() { s.SetRules(before) }
}

// learn adds a secret that was read while in use.
func (s *secrets) learn(secret string) { s.Learn(secret) }

func (s *secrets) scrubber() *scrub.Scrubber { return s.Scrubber }

func (s *secrets) text(t string) string { return s.Text(t) }
