package instance

import (
	"slices"

	"github.com/healthcheck-exporter/healthcheck_exporter/config"
	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// Load loads a configuration and teaches s its secrets. The rules of s stay.
func Load(file string, s *scrub.Scrubber) (*config.Config, error) {
	cfg, err := config.Load(file)
	if err != nil {
		return nil, err
	}
	s.Learn(cfg.Secrets...)
	return cfg, nil
}

// UseRules sets the rules of s to those of cfg, and masks secrets in the
// descriptions of the checks of cfg.
func UseRules(s *scrub.Scrubber, cfg *config.Config) {
	s.SetRules(cfg.Rules)
	maskDescriptions(s, cfg)
}

func maskDescriptions(s *scrub.Scrubber, cfg *config.Config) {
	for i := range cfg.Checks {
		cfg.Checks[i].Description = s.Text(cfg.Checks[i].Description)
	}
}

// bothRules masks what either a or b masks: while a configuration replaces
// another, results of both are published.
func bothRules(a, b scrub.Rules) scrub.Rules {
	both := scrub.Rules{Names: slices.Concat(a.Names, b.Names)}
	for _, name := range a.Allow {
		if slices.Contains(b.Allow, name) {
			both.Allow = append(both.Allow, name)
		}
	}
	return both
}
