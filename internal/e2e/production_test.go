//go:build linux

package e2e_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

// A desk is where an operator works: a folder, a shell with the program in its
// PATH, and a running exporter that the commands find by themselves.
type desk struct {
	t        testing.TB
	dir      string
	env      []string
	exporter *exporter
}

// newDesk starts the exporter of testdata/production.yml as its unit does: with a
// socket and a state directory from systemd's variables.
func newDesk(t testing.TB) *desk {
	t.Helper()
	dir := testservers.Dir(t) // Short: a socket's path may have 107 characters.
	for _, name := range []string{"bin", "run", "state"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(binary(t), filepath.Join(dir, "bin", "healthcheck_exporter")); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "healthcheck.yml")
	write(t, file, read(t, "internal/e2e/testdata/production.yml"))
	d := &desk{t: t, dir: dir, env: []string{
		"PATH=" + filepath.Join(dir, "bin") + ":/usr/local/bin:/usr/bin:/bin", "HOME=" + dir, "LC_ALL=C", "TZ=UTC",
		"RUNTIME_DIRECTORY=" + filepath.Join(dir, "run"), "STATE_DIRECTORY=" + filepath.Join(dir, "state"),
	}}
	path := binary(t)
	server := testservers.LaunchOnPort(t, func(addr string) testservers.Program {
		return testservers.Program{
			Path: path, Dir: dir, Env: d.env,
			Args:  []string{"--config.file=" + file, "--web.listen-address=" + addr, "--web.enable-lifecycle"},
			Ready: func(ctx context.Context) error { return answers(ctx, "http://"+addr+"/-/ready") },
		}
	})
	d.exporter = &exporter{Server: server, url: "http://" + server.Addr}
	return d
}

// do runs a command and compares what it prints with what the document shows,
// but for numbers. An … in the document stands for anything. A comment "# exit status 1" says that it does not end with 0.
func (d *desk) do(s step) {
	d.t.Helper()
	want := 0
	if _, status, is := strings.Cut(s.command, "# exit status "); is {
		var err error
		if want, err = strconv.Atoi(status); err != nil {
			d.t.Fatalf("%s: %s: %v", s.where, s.command, err)
		}
	}
	// The documents show the default port.
	shell := exec.CommandContext(d.t.Context(), "/bin/sh", "-c", strings.ReplaceAll(s.command, "127.0.0.1:10927", d.exporter.Addr))
	shell.Dir, shell.Env = d.dir, d.env
	out, err := shell.CombinedOutput()
	if _, is := errors.AsType[*exec.ExitError](err); err != nil && !is {
		d.t.Fatalf("%s: %s: %v", s.where, s.command, err)
	}
	if got := shell.ProcessState.ExitCode(); got != want {
		d.t.Errorf("%s: %s: exit status %d, want %d\n%s", s.where, s.command, got, want, out)
	}
	if got := withoutProgress(string(out)); !shows(flat(got), flat(s.output)) {
		d.t.Errorf("%s: %s\nprints\n%s\nwant\n%s", s.where, s.command, got, s.output)
	}
}

var (
	anyTime = regexp.MustCompile(`\b(\d+(\.\d+)?(ns|µs|ms|[smhd]))+\b`)
	anyGap  = regexp.MustCompile(`[ \t]+`)
)

// flat returns a text without numbers, durations, the host name and the widths of
// columns.
func flat(text string) string {
	text = anyHostname.ReplaceAllString(anyTime.ReplaceAllString(text, "T"), `"hostname": "h"`)
	return strings.TrimSpace(anyGap.ReplaceAllString(anyNumber.ReplaceAllString(text, "N"), " "))
}

// shows reports whether got is want, where … in want is anything.
func shows(got, want string) bool {
	parts := strings.Split(strings.ReplaceAll(want, "\n…", "…"), "…") // Anything may be nothing.
	rest, is := strings.CutPrefix(got, parts[0])
	for i, part := range parts[1:] {
		at := strings.Index(rest, part)
		if last := i == len(parts)-2; last {
			at = strings.LastIndex(rest, part)
		}
		if at < 0 {
			return false
		}
		rest = rest[at+len(part):]
	}
	return is && rest == ""
}

// withoutProgress leaves out the table that curl prints while it works.
func withoutProgress(out string) string {
	var kept strings.Builder
	for line := range strings.Lines(out) {
		if !strings.Contains(line, "% Total") && !strings.Contains(line, "Dload  Upload") && !strings.Contains(line, "--:--:--") {
			kept.WriteString(line)
		}
	}
	return kept.String()
}

// Each `$ ` line of a console block in docs/production.md is run, in the order of
// the page, against one exporter; those of systemctl are run by another test. A new
// section needs no change here, but perhaps
// a check in testdata/production.yml.
func TestEveryCommandOfTheProductionPageWorks(t *testing.T) {
	t.Parallel()
	testservers.Need(t, "curl")
	d := newDesk(t)
	all := steps(t, "docs/production.md")
	if len(all) < 8 {
		t.Fatalf("found %d commands", len(all))
	}
	for _, s := range all {
		if !strings.HasPrefix(s.command, "systemctl ") {
			d.do(s)
		}
	}
	if status, body, err := get(t.Context(), d.exporter.url+"/healthcheck/database"); status != http.StatusOK {
		t.Errorf("the page leaves something behind: %d %s %v", status, body, err)
	}
}
