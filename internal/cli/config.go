package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/config"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/instance"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/listen"
	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// runConfigCheck prints the faults of the configuration, or its warnings.
func runConfigCheck(f *flags, stdout, stderr io.Writer) int {
	cfg, err := config.Check(f.configFile)
	if err == nil {
		err = f.needs().Check(cfg)
	}
	if err != nil {
		fmt.Fprintln(stderr, err)
		return exitFailed
	}
	for _, warning := range cfg.Warnings {
		fmt.Fprintln(stderr, "warning:", warning)
	}
	if n := len(cfg.Checks); n == 1 {
		fmt.Fprintln(stdout, "valid: 1 check")
	} else {
		fmt.Fprintf(stdout, "valid: %d checks\n", n)
	}
	return exitPassed
}

// needs lists what the flags require of the configuration.
func (f *flags) needs() instance.Needs {
	n := instance.Needs{TelemetryPath: f.telemetryPath}
	for _, address := range f.agentAddresses {
		if _, view, err := listen.AgentView(address); err == nil && view != "" {
			n.AgentViews = append(n.AgentViews, view)
		}
	}
	return n
}

// runConfigShow prints the configuration without its secrets.
func runConfigShow(f *flags, stdout, stderr io.Writer) int {
	known := scrub.New(scrub.Rules{})
	cfg, err := instance.Load(f.configFile, known)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return exitFailed
	}
	instance.UseRules(known, cfg)
	text, err := cfg.YAML(known)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return exitFailed
	}
	stdout.Write(text)
	return exitPassed
}

// runConfigDefault prints the file that is used when none is given.
func runConfigDefault(stdout io.Writer) int {
	stdout.Write(config.Default())
	return exitPassed
}

// runConfigTypes prints a list of the check types, or the keys of some.
func runConfigTypes(f *flags, stdout, stderr io.Writer) int {
	if len(f.typeNames) == 0 {
		for _, name := range config.TypeNames() {
			text, _ := config.ReferenceOf(name)
			fmt.Fprintf(stdout, "%-12s %s\n", name, firstSentence(text))
		}
		fmt.Fprintln(stdout, "\nconfig types NAME prints the keys of a type.")
		return exitPassed
	}
	for i, name := range f.typeNames {
		text, known := config.ReferenceOf(name)
		if !known {
			fmt.Fprintf(stderr, "unknown check type %q, %s\n", name, meant(name, config.TypeNames()))
			return exitMisuse
		}
		if i > 0 {
			fmt.Fprintln(stdout)
		}
		fmt.Fprintln(stdout, strings.TrimSpace(text))
	}
	return exitPassed
}

// firstSentence returns the first sentence of a type's reference, whose first
// line is a heading.
func firstSentence(text string) string {
	_, text, _ = strings.Cut(text, "\n")
	sentence, _, _ := strings.Cut(strings.Join(strings.Fields(text), " "), ". ")
	return strings.TrimSuffix(sentence, ".") + "."
}
