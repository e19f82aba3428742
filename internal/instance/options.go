package instance

import (
	"github.com/prometheus/common/version"

	"github.com/healthcheck-exporter/healthcheck_exporter/config"
	"github.com/healthcheck-exporter/healthcheck_exporter/envinfo"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// HealthOptions returns the options of /healthcheck in cfg.
func HealthOptions(cfg *config.Config, s *scrub.Scrubber) httpapi.Options {
	o := cfg.Healthcheck
	o.Prefix, o.Scrubber = "/healthcheck", s
	return o
}

// EnvironmentOptions returns the options of /environment in cfg.
func EnvironmentOptions(cfg *config.Config, s *scrub.Scrubber) envinfo.Options {
	o := cfg.Environment
	o.Build = envinfo.Build{
		Version: version.Version, Revision: known(version.GetRevision()), Branch: version.Branch, Tags: known(version.GetTags()),
	}
	o.Scrubber = s
	return o
}

// known returns s, or the empty string if s is "unknown", which package version
// returns for a value that the toolchain did not set.
func known(s string) string {
	if s == "unknown" {
		return ""
	}
	return s
}
