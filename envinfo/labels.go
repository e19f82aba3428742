package envinfo

import (
	"errors"
	"io/fs"
	"maps"
	"runtime"
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
)

// labelNames are the labels that healthcheck_build_info always has, in the
// order in which they are documented.
var labelNames = [...]string{
	"version", "revision", "branch", "goversion", "goos", "goarch", "tags",
	"platform", "platform_version", "kernel_version", "virtualization",
}

// Labels returns the labels of healthcheck_build_info: those of the build and of
// the system, and o.Labels. A label whose value is not known is empty. Every value
// is scrubbed and valid UTF-8. It reads a few files. It fails, with all faults
// joined, if a label of o is not allowed.
func Labels(o Options) (prometheus.Labels, error) {
	if err := validateLabels(o.Labels); err != nil {
		return nil, err
	}
	labels := make(prometheus.Labels, len(labelNames)+len(o.Labels))
	maps.Copy(labels, o.Labels)
	maps.Copy(labels, o.Build.labels())
	maps.Copy(labels, systemLabels(o.files()))
	for name, value := range labels {
		labels[name] = strings.ToValidUTF8(o.Scrubber.Value(name, value), "\uFFFD")
	}
	return labels, nil
}

// systemLabels describe this host. The platform is the distribution (debian,
// alpine) if there is one, else the operating system.
func systemLabels(root fs.FS) map[string]string {
	labels := map[string]string{
		"platform":         runtime.GOOS,
		"platform_version": "",
		"kernel_version":   uname()[2],
		"virtualization":   currentVirtualization(root),
	}
	if d := readDistribution(root); d != nil && d.ID != "" {
		labels["platform"], labels["platform_version"] = d.ID, d.VersionID
	}
	return labels
}

// validateLabels returns the faults of the names, in their order.
func validateLabels(labels map[string]string) error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		switch {
		case !validLabel(name):
			errs = append(errs, faultOf("labels."+name, "label %q: want a letter or underscore, then letters, digits and underscores", name))
		case strings.HasPrefix(name, "__"):
			errs = append(errs, faultOf("labels."+name, "label %q: names that begin with __ belong to Prometheus", name))
		case slices.Contains(labelNames[:], name):
			errs = append(errs, faultOf("labels."+name, "label %q: healthcheck_build_info has it already", name))
		}
	}
	return errors.Join(errs...)
}

// validLabel reports whether every version of Prometheus takes the name.
func validLabel(name string) bool {
	for i := range len(name) {
		c := name[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c == '_':
		case i > 0 && '0' <= c && c <= '9':
		default:
			return false
		}
	}
	return name != ""
}
