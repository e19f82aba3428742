//go:build unix

package e2e_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/testservers"
)

// configs writes files and returns their folder.
func configs(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		write(t, filepath.Join(dir, name), text)
	}
	return dir
}

func TestCheckRunsOnceAndTellsByItsExitStatus(t *testing.T) {
	dir := configs(t, map[string]string{
		"pass.yml": "checks:\n  - {name: a, exec: {command: [/bin/echo, fine]}}\n",
		"warn.yml": "checks:\n  - {name: a, exec: {command: [/bin/sh, -c, 'echo careful; exit 1'], nagios: true}}\n",
		"fail.yml": "checks:\n  - {name: a, exec: {command: [/bin/sh, -c, 'echo broken; exit 2']}}\n  - {name: b, exec: {command: [/bin/echo, fine]}}\n",
		"bad.yml":  "checks:\n  - {name: a, exce: {}}\n",
	})
	for _, test := range []struct {
		args   []string
		status int
		stdout string // regular expression
		stderr string
	}{
		{[]string{"--config.file=pass.yml", "check"}, 0, `^\[\+\] a: +\S+ms  fine\n1 check passed in \S+s\n$`, ""},
		{[]string{"check", "--config.file=pass.yml"}, 0, `^\[\+\] a: +\S+ms  fine\n`, ""},
		{[]string{"--config.file=fail.yml", "check"}, 1, `(?m)^\[-\] a: .*broken(.|\n)*^1 of 2 failed in \S+s$`, ""},
		{[]string{"--config.file=fail.yml", "check", "b"}, 0, `^\[\+\] b: +\S+ms  fine\n`, ""},
		{[]string{"--config.file=fail.yml", "check", "nope"}, 2, `^$`, `unknown check "nope"`},
		{[]string{"--config.file=bad.yml", "check"}, 2, `^$`, `bad.yml:2: check "a": unknown key "exce", did you mean "exec"\?`},
		{[]string{"--config.file=missing.yml", "check"}, 2, `^$`, `missing.yml: no such file or directory`},
		{[]string{"check", "--output=xml"}, 2, `^$`, `--output: unknown value "xml", want one of text, json, nagios, prometheus`},
		{[]string{"--bogus"}, 2, `^$`, `unknown flag "--bogus" \(try --help\)`},
		{[]string{"--config.file=pass.yml", "check", "--output=json"}, 0, `^\{"hostname": .*"results": \[\{"checker": "a", "output": "fine", "passed": true, .*\}\n$`, ""},
		{[]string{"--config.file=pass.yml", "check", "--output=prometheus"}, 0, `(?m)^healthcheck_passed\{check="a"\} 1$`, ""},
		{[]string{"--config.file=pass.yml", "check", "--output=nagios"}, 0, `^OK - 1 check passed \| 'a'=\d+\.\d{6}s\n$`, ""},
		{[]string{"--config.file=warn.yml", "check", "--output=nagios"}, 1, `^WARNING - a: .* \| 'a'=`, ""},
		{[]string{"--config.file=fail.yml", "check", "--output=nagios"}, 2, `^CRITICAL - a: .*broken.* \| 'a'=\S+ 'b'=`, ""},
		{[]string{"--config.file=bad.yml", "check", "--output=nagios"}, 3, `^UNKNOWN - .*bad.yml:2: `, ""},
		{[]string{"--config.file=fail.yml", "config", "check"}, 0, `^valid: 2 checks\n$`, ""},
		{[]string{"--config.file=bad.yml", "config", "check"}, 1, `^$`, `bad.yml:2: `},
		{[]string{"config", "default"}, 0, `(?s)checks:.*disk:.*memory:.*load:`, ""},
		{[]string{"config", "types", "nope"}, 2, `^$`, `unknown check type "nope", want one of http, `},
		{[]string{"config", "types"}, 0, `(?s)^http  .*\nredis  .*config types NAME`, ""},
		{[]string{"config", "types", "http", "redis"}, 0, `(?s)http.*url.*redis.*address`, ""},
		{[]string{"check", "--url=not a url"}, 2, `^$`, `--url: want an address such as http://127.0.0.1:10927/healthcheck`},
		{[]string{"check", "--url=http://127.0.0.1:1/healthcheck"}, 1, `^$`, `connecting to 127.0.0.1:1: connection refused`},
	} {
		t.Run(strings.Join(test.args, " "), func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), binary(t), test.args...)
			cmd.Dir = dir
			var out, errs strings.Builder
			cmd.Stdout, cmd.Stderr = &out, &errs
			_ = cmd.Run()
			if got := cmd.ProcessState.ExitCode(); got != test.status {
				t.Errorf("exit status %d, want %d", got, test.status)
			}
			if !regexp.MustCompile(test.stdout).MatchString(out.String()) {
				t.Errorf("stdout %q, want %s", out.String(), test.stdout)
			}
			if !regexp.MustCompile(test.stderr).MatchString(errs.String()) || test.stderr == "" && errs.Len() > 0 {
				t.Errorf("stderr %q, want %s", errs.String(), test.stderr)
			}
		})
	}
}

func TestCheckAsksARunningExporter(t *testing.T) {
	redis := testservers.Redis(t)
	e := start(t, redisChecks(redis.Addr))
	url := "--url=" + e.url + "/healthcheck"
	if out, errs, status := command(t, nil, "check", url); status != 0 || !strings.HasPrefix(out, "[+] redis: ") {
		t.Errorf("status %d: %s%s", status, out, errs)
	}
	if out, errs, status := command(t, nil, "check", url, "--output=json", "redis"); status != 0 || !json.Valid([]byte(out)) {
		t.Errorf("status %d: %s%s", status, out, errs)
	}
	if _, errs, status := command(t, nil, "check", url, "nope"); status != 2 || !strings.Contains(errs, `unknown check "nope"`) {
		t.Errorf("an unknown check: status %d: %s", status, errs)
	}
	redis.Stop()
	eventually(t, func() string {
		out, errs, status := command(t, nil, "check", url, "--output=nagios")
		if status != 2 || !strings.HasPrefix(out, "CRITICAL - redis: ") {
			return out + errs
		}
		return ""
	})
	if _, _, status := command(t, nil, "check", url); status != 1 {
		t.Errorf("status %d, want 1", status)
	}
}

func TestConfigShowAndEnvironmentHideSecrets(t *testing.T) {
	dir := configs(t, map[string]string{"a.yml": `
checks:
  - name: redis
    redis: {address: "127.0.0.1:1", password: "${REDIS_SESAME}"}
  - name: pg
    postgres: {dsn: "postgres://app:opensesame1@db/x"}
environment:
  labels: {cluster: eu1}
`})
	env := []string{"REDIS_SESAME=opensesame2", "DB_PASSWORD=opensesame3", "SAFE=1"}
	file := "--config.file=" + filepath.Join(dir, "a.yml")
	for _, args := range [][]string{{file, "config", "show"}, {file, "environment"}, {file, "environment", "--explain"}} {
		out, errs, status := command(t, env, args...)
		if status != 0 || strings.Contains(out+errs, "opensesame") || out == "" {
			t.Errorf("%q: status %d:\n%s%s", args, status, out, errs)
		}
	}
	if out, _, _ := command(t, env, file, "environment", "--explain"); !strings.Contains(out, "process.environ.DB_PASSWORD\tN1\tthe name contains key, token or pass\n") {
		t.Errorf("explain does not name DB_PASSWORD:\n%s", out)
	}
}

func TestTheDefaultStartsNoProgram(t *testing.T) {
	strace := testservers.Need(t, "strace")
	trace := filepath.Join(t.TempDir(), "trace")
	out, err := exec.CommandContext(t.Context(), strace, "-f", "-e", "trace=execve", "-o", trace, binary(t), "check").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err = exec.CommandContext(t.Context(), strace, "-f", "-A", "-e", "trace=execve", "-o", trace, binary(t), "environment").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	data, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(data), "execve("); n != 2 {
		t.Errorf("%d calls of execve by two programs, want 2:\n%s", n, data)
	}
}

// The script of the packages, in the shell that reads it. The script for zsh, which
// is not installed here, passes the same words.
func TestBashCompletesCommandsAndFlags(t *testing.T) {
	script, _, _ := command(t, nil, "--completion-script-bash")
	const complete = `eval "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _healthcheck_exporter_bash_autocomplete; echo "${COMPREPLY[@]}"`
	for _, test := range []struct {
		line string // The words, split as bash splits them.
		want string
	}{
		{"dr", "drain"},
		{"un", "undrain unmute"},
		{"config sch", "schema"},
		{"--state", "--state.directory"},
		{"drain --rea", "--reason"},
		{"--config.file = x chec", "check"},
		{"--log.level = debug config sh", "show"},
		{"mute redis --f", "--for"},
		{"nothing", ""},
	} {
		words := append([]string{binary(t)}, strings.Fields(test.line)...)
		out, err := exec.CommandContext(t.Context(), "bash", append([]string{"-c", complete, "bash", script}, words...)...).CombinedOutput()
		if got := strings.TrimSpace(string(out)); err != nil || got != test.want {
			t.Errorf("%s: %q, %v, want %q", test.line, got, err, test.want)
		}
	}
	out, _, _ := command(t, nil, "--completion-bash", "")
	for _, name := range []string{"check", "drain", "status", "config"} {
		if !strings.Contains("\n"+out+"\n", "\n"+name+"\n") {
			t.Errorf("after a space: %q, want %s in it", out, name)
		}
	}
}
