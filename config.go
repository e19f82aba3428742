package main

import (
	"fmt"
	"io"

	"github.com/healthcheck-exporter/healthcheck_exporter/config"
)

// runConfigCheck says what is wrong with the configuration, or warns.
func runConfigCheck(f *flags, stdout, stderr io.Writer) int {
	cfg, err := config.Load(f.configFile, nil)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return exitFailed
	}
	for _, warning := range cfg.Warnings {
		fmt.Fprintln(stderr, "warning:", warning)
	}
	known := newSecrets()
	known.use(cfg)
	if err := healthOptions(cfg, known).Validate(); err != nil {
		fmt.Fprintln(stderr, err)
		return exitFailed
	}
	fmt.Fprintf(stdout, "valid: %d checks\n", len(cfg.Checks))
	return exitPassed
}

// runConfigShow prints the configuration without its secrets.
func runConfigShow(f *flags, stdout, stderr io.Writer) int {
	cfg, err := config.Load(f.configFile, nil)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return exitFailed
	}
	known := newSecrets()
	known.use(cfg)
	text, err := cfg.YAML(known.scrubber().Value)
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

// runConfigTypes prints the names of the check types.
func runConfigTypes(_ *flags, stdout, _ io.Writer) int {
	for _, name := range config.TypeNames() {
		fmt.Fprintln(stdout, name)
	}
	return exitPassed
}
