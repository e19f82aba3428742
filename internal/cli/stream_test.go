package cli_test

import (
	"bytes"
	"context"
	"io"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/cli"
)

// A pipe keeps what a command has printed so far.
type pipe struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (p *pipe) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(b)
}

func (p *pipe) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

// has waits until the pipe has a text; the machine may be busy.
func (p *pipe) has(text string) bool {
	for range 1000 {
		if strings.Contains(p.String(), text) {
			return true
		}
		time.Sleep(10 * time.Millisecond)
	}
	return false
}

// A busy machine may take seconds to start a program.
const mixed = `
global: {timeout: 1m}
checks:
  - {name: hang, tags: [slow], exec: {command: [sleep, "100"]}, timeout: 2m}
  - {name: fine, tags: [fast], exec: {command: [echo, all is well]}, description: a program}
  - {name: db, tags: [fast, ready], runbook: "https://wiki.example.org/db", exec: {command: [sh, -c, "echo no disk; exit 2"]}}
  - {name: application, tags: [fast], depends_on: [db], runbook: "https://wiki.example.org/app", exec: {command: [echo]}}
  - {name: mail, optional: true, tags: [fast], exec: {command: [sh, -c, "exit 3"]}}
`

func TestResultsArePrintedAsTheyComeAndCtrlCKeepsThem(t *testing.T) {
	f := newFile(t, mixed)
	ctx, interrupt := context.WithCancel(t.Context())
	out, ended := &pipe{}, make(chan int, 1)
	go func() { ended <- cli.Run(ctx, []string{"--config.file=" + f.path, "check"}, out, io.Discard) }()
	for _, line := range []string{
		"[+] fine: ", "[-] db: ", "exit status 2: no disk\n      runbook: https://wiki.example.org/db\n",
		"[-] application:         skipped: db fails\n      cause: db\n", "[-] mail: ",
	} {
		if !out.has(line) {
			t.Fatalf("no %q while a check hangs:\n%s", line, out)
		}
	}
	interrupt()
	if status := <-ended; status != 130 {
		t.Errorf("exit status %d, want 130", status)
	}
	last := regexp.MustCompile(`\nnot finished: hang\ninterrupted after \S+s: 2 of 5 failed \(1 optional\), 1 skipped, 1 not finished\n$`)
	if !last.MatchString(out.String()) {
		t.Errorf("the end is not %s:\n%s", last, out)
	}
	if strings.Contains(out.String(), "[-] hang") || strings.Contains(out.String(), "\x1b") {
		t.Errorf("a result of a check that has none, or an escape sequence:\n%s", out)
	}
}

func TestResultsAreAligned(t *testing.T) {
	f := newFile(t, mixed)
	_, out, _ := runCommand(t, "--config.file="+f.path, "check", "--exclude=hang")
	line := regexp.MustCompile(`^\[.\] (fine:|db:|mail:|application:) {1,8} {0,6}(\S+s)?  \S`)
	column := 0
	for text := range strings.Lines(out) {
		if !strings.HasPrefix(text, "[") {
			continue
		}
		at := line.FindStringIndex(text)
		if at == nil || column != 0 && at[1] != column {
			t.Errorf("%q is not aligned:\n%s", text, out)
			continue
		}
		column = at[1]
	}
	if !regexp.MustCompile(`(?m)^2 of 4 failed \(1 optional\), 1 skipped in \S+s$`).MatchString(out) {
		t.Errorf("no summary:\n%s", out)
	}
}

func TestTagsAndExclusionsSelectChecksInEveryFormat(t *testing.T) {
	f := newFile(t, mixed)
	for _, test := range []struct {
		args   []string
		status int
		want   string // names, in any order
	}{
		{[]string{"--tag=ready"}, cli.ExitFailed, "db"},
		{[]string{"--tag=ready", "--tag=fast", "--exclude=mail"}, cli.ExitFailed, "fine db application"},
		{[]string{"--tag=fast", "fine", "hang"}, cli.ExitPassed, "fine"},
		{[]string{"--exclude=hang", "--exclude=db"}, cli.ExitFailed, "fine application mail"}, // db is run for application.
	} {
		for _, output := range []string{"text", "json", "nagios", "prometheus"} {
			status, out, errs := runCommand(t, append([]string{"--config.file=" + f.path, "check", "--output=" + output}, test.args...)...)
			if output == "nagios" && test.status == cli.ExitFailed {
				status-- // CRITICAL
			}
			if status != test.status || errs != "" {
				t.Errorf("%v as %s: %d %q", test.args, output, status, errs)
			}
			for _, name := range []string{"hang", "fine", "db", "application", "mail"} {
				shown := regexp.MustCompile(`\[.\] ` + name + `:|"checker": "` + name + `"|'` + name + `'=|healthcheck_passed\{check="` + name + `"`).MatchString(out)
				dependency := output == "prometheus" && name == "db"
				if wanted := strings.Contains(" "+test.want+" ", " "+name+" "); shown != wanted && !dependency {
					t.Errorf("%v as %s: %s is shown: %v\n%s", test.args, output, name, shown, out)
				}
			}
		}
	}
	for args, want := range map[string]string{
		"--tag=fats":          `unknown tag "fats", did you mean "fast"?`,
		"--exclude=mial":      `unknown check "mial", did you mean "mail"?`,
		"--tag=slow fine":     "the names, --tag and --exclude leave no check",
		"fine --exclude=fine": "the names, --tag and --exclude leave no check",
	} {
		status, out, errs := runCommand(t, append([]string{"--config.file=" + f.path, "check"}, strings.Fields(args)...)...)
		if status != cli.ExitMisuse || out != "" || strings.TrimSpace(errs) != want {
			t.Errorf("%s: %d %q %q, want %s", args, status, out, errs, want)
		}
	}
}

func TestVerboseAddsWhatIsKnownAboutAResult(t *testing.T) {
	f := newFile(t, mixed)
	_, out, _ := runCommand(t, "--config.file="+f.path, "check", "-v", "db", "fine")
	for _, want := range []string{"      reason: exit_code\n", "      description: a program\n", "      tags: fast, ready\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if evidence := regexp.MustCompile(`      phases: starting \(sh\) \S+, running \(/\S+/sh\) \S+, reading the output \S+\n      exit: status 2\n`); !evidence.MatchString(out) {
		t.Errorf("no evidence of the failure in\n%s", out)
	}
	f.write("checks: [{name: disk, disk: {path: /}}]")
	if _, out, _ := runCommand(t, "--config.file="+f.path, "check", "--verbose"); !regexp.MustCompile(`values: .*used_ratio=\S+ \(warns from 0\.85, fails from 0\.95\)`).MatchString(out) {
		t.Errorf("no values:\n%s", out)
	}
}

func TestColoursAreForTerminalsOrOnRequest(t *testing.T) {
	f := newFile(t, mixed)
	for args, want := range map[string]bool{"": false, "--color=auto": false, "--color=never": false, "--color=always": true} {
		t.Setenv("NO_COLOR", "1") // --color=always says more.
		_, out, _ := runCommand(t, append([]string{"--config.file=" + f.path, "check", "fine", "mail"}, strings.Fields(args)...)...)
		if got := strings.Contains(out, "\x1b[32m[+]\x1b[0m") && strings.Contains(out, "\x1b[33m[-]\x1b[0m"); got != want {
			t.Errorf("%q: colours: %v, want %v\n%q", args, got, want, out)
		}
	}
	if status, _, errs := runCommand(t, "check", "--color=yes"); status != cli.ExitMisuse || !strings.Contains(errs, "--color") {
		t.Errorf("--color=yes: %d %q", status, errs)
	}
}

func TestPerformanceDataHasValuesAndThresholds(t *testing.T) {
	f := newFile(t, `checks: [{name: disk, disk: {path: /, warn_percent: 99, fail_percent: 100, warn_free: 1, fail_inodes_percent: 100}}]`)
	number := `[-0-9.]+`
	want := regexp.MustCompile(`^\w+ - .* \| 'disk'=` + number + `s 'disk used_ratio'=` + number + `;0\.99;1 'disk free_bytes'=` + number + `B;1: 'disk size_bytes'=` + number + `B( 'disk inodes_used_ratio'=` + number + `;;1)?\n$`)
	if _, out, errs := runCommand(t, "--config.file="+f.path, "check", "--output=nagios"); !want.MatchString(out) {
		t.Errorf("%q %q, want %s", out, errs, want)
	}
}
