package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	_ "embed"
)

// A library is the part of a module that one licence file covers.
type library struct {
	name    string // the common import path of its packages
	version string
	licence string // SPDX
	path    string // of the licence's text
}

// libraryLine is go-licenses' template: one library a line, cells apart by tabs.
const libraryLine = "{{range .}}{{.Name}}\t{{.Version}}\t{{.LicenseName}}\t{{.LicensePath}}\n{{end}}"

// systems are the operating systems that releases are built for. The linked
// modules differ between them.
func systems() []string { return []string{"linux", "darwin", "windows", "freebsd"} }

// severalLicences are the files that hold more than one licence. go-licenses
// names only the licence that it is most certain of.
func severalLicences() map[string]string {
	return map[string]string{
		"go.yaml.in/yaml/v2": "Apache-2.0 AND MIT",
		"go.yaml.in/yaml/v3": "Apache-2.0 AND MIT",
	}
}

// libraries returns what the program links on any system, in the order of the
// names. A licence that go-licenses does not recognise is an error, because a
// person must read it.
func libraries(ctx context.Context, root string) ([]library, error) {
	program, err := tool(ctx, root, "go-licenses")
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "licences")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	template := filepath.Join(dir, "libraries.tmpl")
	if err := os.WriteFile(template, []byte(libraryLine), 0o600); err != nil {
		return nil, err
	}
	all := map[string]library{}
	for _, system := range systems() {
		if err := collect(ctx, all, root, program, template, system); err != nil {
			return nil, err
		}
	}
	return slices.SortedFunc(maps.Values(all), func(a, b library) int { return strings.Compare(a.name, b.name) }), nil
}

// collect adds the libraries of one system to all.
func collect(ctx context.Context, all map[string]library, root, program, template, system string) error {
	goroot, err := output(exec.CommandContext(ctx, "go", "env", "GOROOT"))
	if err != nil {
		return err
	}
	//nolint:gosec // The program is the one that tool has built.
	cmd := exec.CommandContext(ctx, program, "report", ".", "--template", template, "--ignore", ownModule)
	cmd.Dir = root
	// go-licenses also looks up the web page of each licence, which is not needed
	// here. The nonexistent proxy blocks its access to the network.
	cmd.Env = append(os.Environ(), "GOOS="+system, "CGO_ENABLED=0", "GOROOT="+strings.TrimSpace(string(goroot)),
		"HTTP_PROXY=http://127.0.0.1:9", "HTTPS_PROXY=http://127.0.0.1:9")
	out, err := output(cmd)
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(out)) {
		cells := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(cells) != 4 || cells[2] == "Unknown" {
			return fmt.Errorf("go-licenses does not know the licence of %q", line)
		}
		l := library{name: cells[0], version: cells[1], licence: cells[2], path: cells[3]}
		if several, is := severalLicences()[l.name]; is {
			l.licence = several
		}
		// The common import path of the packages depends on the system: keep the shortest.
		if known, is := all[l.path]; !is || len(l.name) < len(known.name) {
			all[l.path] = l
		}
	}
	return nil
}

const ownModule = "github.com/healthcheck-exporter/healthcheck_exporter"

//go:embed licences.md
var licencesHead string

// printLicences prints docs/licences.md.
func printLicences(ctx context.Context, root string, out io.Writer) error {
	all, err := libraries(ctx, root)
	if err != nil {
		return err
	}
	fmt.Fprint(out, licencesHead)
	for _, l := range all {
		fmt.Fprintf(out, "| `%s` | %s |\n", l.name, l.licence)
	}
	return nil
}

// printTexts prints each library's licence and the notices beside it.
func printTexts(ctx context.Context, root string, out io.Writer) error {
	all, err := libraries(ctx, root)
	if err != nil {
		return err
	}
	for _, l := range all {
		notices, err := filepath.Glob(filepath.Join(filepath.Dir(l.path), "NOTICE*"))
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "\n==== %s %s ====\n", l.name, l.version)
		for _, file := range append([]string{l.path}, notices...) {
			text, err := os.ReadFile(file)
			if err != nil {
				return err
			}
			if _, err := out.Write(text); err != nil {
				return err
			}
		}
	}
	return nil
}
