package server

import (
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/common/version"

	"github.com/healthcheck-exporter/healthcheck_exporter/httpapi"
)

// pageOptions are those of the pages for people.
func (d *daemon) pageOptions() httpapi.PageOptions {
	authenticated := authenticator(d.WebConfigFile)
	return httpapi.PageOptions{
		Links:    d.links(),
		Footer:   about(),
		Started:  time.Now(),
		Banners:  d.banners,
		Events:   d.events.all,
		Trusted:  d.trusted(),
		Pollers:  d.pollers.All,
		Settings: d.instance.Settings,
		RunNow: func(r *http.Request) string {
			if d.lifecycleFault(r, authenticated) != nil {
				return ""
			}
			return runPrefix
		},
		PrometheusURL: d.PrometheusURL,
		Scrubber:      d.Instance.Scrubber,
	}
}

// about returns what is known of the program.
func about() []string {
	facts := []string{strings.TrimSpace("healthcheck_exporter " + version.Version)}
	if revision := version.GetRevision(); revision != "unknown" {
		facts = append(facts, "revision "+revision)
	}
	return facts
}

// banners warns that the file on disk is not in use.
func (d *daemon) banners() []string {
	failure := d.instance.Failure()
	if failure == nil {
		return nil
	}
	return []string{"The reload at " + failure.Time.UTC().Format(time.RFC3339) + " failed, the previous configuration is in use: " + failure.Err}
}
