package instance

import (
	"net/http"

	"github.com/prometheus/common/version"

	"github.com/healthcheck-exporter/healthcheck_exporter/config"
	"github.com/healthcheck-exporter/healthcheck_exporter/envinfo"
	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// HealthOptions returns the options of /healthcheck in cfg.
func HealthOptions(cfg *config.Config, s *scrub.Scrubber) httpapi.Options {
	h := cfg.Healthcheck
	o := httpapi.Options{
		Prefix:         "/healthcheck",
		Success:        httpapi.Answer{Status: h.SuccessStatus, Header: header(h.SuccessHeaders)},
		Failed:         httpapi.Answer{Status: h.FailedStatus, Header: header(h.FailedHeaders)},
		DrainingStatus: h.DrainingStatus,
		Format:         httpapi.Format(h.Format),
		Scrub:          s,
	}
	for _, section := range h.Sections {
		o.Sections = append(o.Sections, httpapi.Section{Name: section.Name, Value: section.Value})
	}
	return o
}

// EnvironmentOptions returns the options of /environment in cfg.
func EnvironmentOptions(cfg *config.Config, s *scrub.Scrubber) envinfo.Options {
	o := envinfo.Options{
		Config:   func() any { return cfg.JSON() },
		Disable:  cfg.Environment.Disable,
		Labels:   cfg.Environment.Labels,
		Build:    envinfo.Build{Version: version.Version, Revision: version.GetRevision(), Branch: version.Branch, Tags: version.GetTags()},
		Scrubber: s,
	}
	for _, section := range cfg.Environment.Sections {
		o.Sections = append(o.Sections, envinfo.Section{Name: section.Name, Value: section.Value})
	}
	return o
}

// header canonicalizes the names of fields.
func header(fields map[string]string) http.Header {
	h := make(http.Header, len(fields))
	for name, value := range fields {
		h.Set(name, value)
	}
	return h
}
