package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/healthcheck-exporter/healthcheck_exporter/envinfo"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/instance"
	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// runEnvironment prints the scrubbed dump of this host and of a process started
// like this one, or a list of the values that were masked in the dump.
func runEnvironment(ctx context.Context, f *flags, stdout, stderr io.Writer) int {
	known := scrub.New(scrub.Rules{})
	cfg, err := instance.Load(f.configFile, known)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return exitMisuse
	}
	instance.UseRules(known, cfg)
	dump, err := envinfo.New(instance.EnvironmentOptions(cfg, known))
	if err != nil {
		fmt.Fprintln(stderr, err)
		return exitMisuse
	}
	if f.environmentExplain {
		for _, masked := range dump.Explain(ctx) {
			path := masked.Section
			if masked.Path != "" {
				path += "." + masked.Path
			}
			fmt.Fprintf(stdout, "%s\t%s\t%s\n", path, masked.Rule, scrub.Meaning(masked.Rule))
		}
		return exitPassed
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, dump.JSON(ctx), "", "  "); err != nil {
		fmt.Fprintln(stderr, err)
		return exitFailed
	}
	fmt.Fprintln(stdout, pretty.String())
	return exitPassed
}
