package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// build makes a program as it is shipped, static and stripped, and returns its
// path.
func (b *bench) build(name, dir, pkg string) (string, error) {
	path := filepath.Join(b.dir, name)
	cmd := exec.Command("go", "build", "-C", dir, "-trimpath", "-ldflags=-s -w", "-o", path, pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build %s: %w\n%s", pkg, err, out)
	}
	return path, nil
}

// exporter starts the program with a configuration, and flags beside it.
func (b *bench) exporter(config string, flags ...string) (*process, error) {
	program, err := b.build("healthcheck_exporter", "..", ".")
	if err != nil {
		return nil, err
	}
	file, err := os.CreateTemp(b.dir, "*.yml")
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if _, err := file.WriteString(config); err != nil {
		return nil, err
	}
	flags = append([]string{"--config.file=" + file.Name(), "--log.level=error"}, flags...)
	return daemon(program, "--web.listen-address=", "/-/ready", flags...)
}

// httpChecks is a configuration of n checks of URLs below one, whose results
// are kept for ttl; extra is put into each check of the type.
func httpChecks(n int, url, ttl, extra string) string {
	var s strings.Builder
	fmt.Fprintf(&s, "global: {success_ttl: %s}\nchecks:\n", ttl)
	for i := range n {
		fmt.Fprintf(&s, "  - {name: %s, http: {url: %q%s}}\n", checkName(i), fmt.Sprintf("%s/%d", url, i), extra)
	}
	return s.String()
}
