package instance_test

import (
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/config"
	"github.com/healthcheck-exporter/healthcheck_exporter/envinfo"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/instance"
)

func TestLabelsOfABuildWithoutTagsAreEmpty(t *testing.T) {
	labels, err := envinfo.Labels(instance.EnvironmentOptions(&config.Config{}, nil))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"tags", "revision", "version"} {
		if labels[name] == "unknown" {
			t.Errorf("label %s is %q, want nothing", name, labels[name])
		}
	}
}
