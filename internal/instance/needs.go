package instance

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/config"
)

// Needs are requirements of the command line that every configuration must meet.
type Needs struct {
	// TelemetryPath is the path of the metrics. No view may have it. Empty means
	// that there are no metrics.
	TelemetryPath string
	// AgentViews names the views that addresses for agent checks use.
	AgentViews []string
}

// Check returns an error that has a line for each need that cfg does not meet.
func (n Needs) Check(cfg *config.Config) error {
	var errs []error
	var names []string
	for _, v := range cfg.Views {
		names = append(names, v.Name)
		if v.Path != "" && n.serves(v.Path) {
			errs = append(errs, fmt.Errorf("%s: view %q: %s is the path of the metrics (--web.telemetry-path)", v.Place, v.Name, v.Path))
		}
	}
	for _, name := range slices.Compact(slices.Sorted(slices.Values(n.AgentViews))) {
		if !slices.Contains(names, name) {
			errs = append(errs, fmt.Errorf("agent checks: %w", noView(name, names)))
		}
	}
	return errors.Join(errs...)
}

// serves reports whether the metrics are at path: a telemetry path that ends in a
// slash stands for all paths below it, too.
func (n Needs) serves(path string) bool {
	return path == strings.TrimSuffix(n.TelemetryPath, "/") ||
		strings.HasSuffix(n.TelemetryPath, "/") && strings.HasPrefix(path, n.TelemetryPath)
}

// noView is the error for a view that is not among the known views.
func noView(name string, known []string) error {
	if len(known) == 0 {
		return fmt.Errorf("there is no view %q, the configuration has no views", name)
	}
	return fmt.Errorf("there is no view %q, want one of %s", name, strings.Join(known, ", "))
}
