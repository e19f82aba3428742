package instance

import (
	"github.com/healthcheck-exporter/healthcheck_exporter/config"
	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// Load loads a configuration whose checks teach s what they read.
func Load(file string, s *scrub.Scrubber) (*config.Config, error) {
	return config.Load(file, func(secret string) { s.Learn(secret) })
}

// UseSecrets makes the rules of cfg those of s, learns its secrets, and masks
// secrets in the descriptions of its checks. The returned func restores the
// previous rules but keeps learned literals: a run of an older configuration may
// still show its own.
func UseSecrets(s *scrub.Scrubber, cfg *config.Config) (restore func()) {
	s.Learn(cfg.Secrets...)
	before := s.Rules()
	s.SetRules(cfg.Rules)
	for i := range cfg.Checks {
		cfg.Checks[i].Description = s.Text(cfg.Checks[i].Description)
	}
	return func() { s.SetRules(before) }
}
