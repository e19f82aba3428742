package cli_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/config"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/cli"
)

const withSecret = `
checks:
  - {name: cache, redis: {address: "127.0.0.1:6379", password: correct-horse-battery}}
environment: {scrub: {names: [patient], allow: [SHOP_TOKEN]}, sections: {application: {api_token: another-horse, patient_no: fourth-horse, maintainer: Frank}}}
healthcheck: {failed_headers: {X-Why: broken}}
`

func TestConfigShowPrintsTheConfigurationWithoutSecrets(t *testing.T) {
	f := newFile(t, withSecret)
	status, out, errs := runCommand(t, "--config.file="+f.path, "config", "show")
	if status != cli.ExitPassed || errs != "" {
		t.Errorf("%d %q", status, errs)
	}
	for _, want := range []string{"name: cache", "127.0.0.1:6379", "password: ", "maintainer: Frank", "X-Why: broken"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if strings.Contains(out, "horse") {
		t.Errorf("a secret is shown:\n%s", out)
	}
}

func TestConfigCommandsFailOnAFaultyFile(t *testing.T) {
	f := newFile(t, "checks: [{name: a, exce: {}}]")
	for _, args := range [][]string{{"config", "check"}, {"config", "show"}, {"environment"}, {"check"}} {
		status, out, errs := runCommand(t, append([]string{"--config.file=" + f.path}, args...)...)
		if status == cli.ExitPassed || out != "" || !strings.Contains(errs, f.path+`:1: check "a": unknown key "exce", did you mean "exec"?`) {
			t.Errorf("%v: %d %q %q", args, status, out, errs)
		}
	}
}

func TestTheDefaultConfigurationCanBeUsedAsAFile(t *testing.T) {
	status, out, _ := runCommand(t, "config", "default")
	if status != cli.ExitPassed {
		t.Fatalf("status %d", status)
	}
	f := newFile(t, out)
	if status, out, errs := runCommand(t, "--config.file="+f.path, "config", "check"); status != cli.ExitPassed || !strings.HasPrefix(out, "valid: ") {
		t.Errorf("%d %q %q", status, out, errs)
	}
}

func TestConfigTypesIsAListAndWithANameTheKeys(t *testing.T) {
	status, list, _ := runCommand(t, "config", "types")
	if lines := strings.Count(list, "\n"); status != cli.ExitPassed || lines != len(config.TypeNames())+2 {
		t.Errorf("status %d, %d lines for %d types:\n%s", status, lines, len(config.TypeNames()), list)
	}
	for _, name := range config.TypeNames() {
		if !strings.Contains("\n"+list, "\n"+name+" ") {
			t.Errorf("no %s in the list", name)
		}
	}
	status, keys, _ := runCommand(t, "config", "types", "redis", "disk")
	if status != cli.ExitPassed || !strings.Contains(keys, "== redis") || !strings.Contains(keys, "== disk") || !strings.Contains(keys, "address (string") {
		t.Errorf("%d\n%s", status, keys)
	}
}

func TestTheEnvironmentIsPrintedWithoutSecretsAndExplained(t *testing.T) {
	f := newFile(t, withSecret)
	t.Setenv("SHOP_PASSWORD", "third-horse")
	t.Setenv("SHOP_TOKEN", "not secret here")
	status, out, errs := runCommand(t, "--config.file="+f.path, "environment")
	if status != cli.ExitPassed || errs != "" || strings.Contains(out, "horse") {
		t.Errorf("%d %q\n%s", status, errs, out)
	}
	for _, want := range []string{`"maintainer": "Frank"`, `"patient_no": "********"`, `"SHOP_PASSWORD": "********"`, `"SHOP_TOKEN": "not secret here"`} {
		if !strings.Contains(out, want) {
			t.Errorf("no %s in\n%s", want, out)
		}
	}
	status, out, _ = runCommand(t, "--config.file="+f.path, "environment", "--explain")
	if status != cli.ExitPassed || !strings.Contains(out, "process.environ.SHOP_PASSWORD\t") || !strings.Contains(out, "application.api_token\t") || strings.Contains(out, "horse") {
		t.Errorf("--explain: %d\n%s", status, out)
	}
}

// A secret of the configuration is masked wherever a program repeats it.
func TestSecretsOfTheConfigurationAreInNoOutput(t *testing.T) {
	t.Setenv("HARMLESS", "correct-horse-battery")
	f := newFile(t, `
checks:
  - {name: a, timeout: 1m, exec: {command: [echo, correct-horse-battery]}}
  - {name: cache, redis: {address: "127.0.0.1:1", password: correct-horse-battery}}
`)
	for _, args := range [][]string{{"check", "a"}, {"check", "-v", "a"}, {"check", "--output=json", "a"}, {"environment"}, {"config", "show"}} {
		status, out, errs := runCommand(t, append([]string{"--config.file=" + f.path}, args...)...)
		if status != cli.ExitPassed || strings.Contains(out+errs, "horse") || !strings.Contains(out, "********") {
			t.Errorf("%v: %d %s %s", args, status, out, errs)
		}
	}
}

func TestConfigInitNeverWritesOverAFile(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("config init reads Linux's /proc")
	}
	path := filepath.Join(t.TempDir(), "healthcheck.yml")
	status, out, errs := runCommand(t, "config", "init", "--output="+path)
	if status != cli.ExitPassed || errs != "" || !strings.HasPrefix(out, path+": ") {
		t.Fatalf("%d %q %q", status, out, errs)
	}
	written, err := os.ReadFile(path)
	if err != nil || !strings.HasPrefix(string(written), "# yaml-language-server: $schema=") {
		t.Fatalf("%v\n%s", err, written)
	}
	if status, out, errs := runCommand(t, "--config.file="+path, "config", "check"); status != cli.ExitPassed || errs != "" {
		t.Errorf("config check: %d %q %q\n%s", status, out, errs, written)
	}
	status, out, errs = runCommand(t, "config", "init", "--output="+path)
	if want := "--output: " + path + " exists, and config init never writes over a file\n"; status != cli.ExitFailed || out != "" || errs != want {
		t.Errorf("%d %q %q, want %q", status, out, errs, want)
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(written) {
		t.Errorf("the file has changed (%v):\n%s", err, after)
	}
	if status, _, errs := runCommand(t, "config", "init", "--output=/nowhere/a.yml"); status != cli.ExitFailed || !strings.Contains(errs, "--output: open /nowhere/a.yml: no such file") {
		t.Errorf("%d %q", status, errs)
	}
	if status, out, _ := runCommand(t, "config", "init"); status != cli.ExitPassed || !strings.HasPrefix(out, "# yaml-language-server: ") {
		t.Errorf("to standard output: %d\n%s", status, out)
	}
}

func TestConfigCheckKnowsTheViewsOfAgentChecks(t *testing.T) {
	f := newFile(t, "checks: [{name: a, exec: {command: [\"true\"]}}]\nviews: {live: {checks: []}}\n")
	for address, want := range map[string]string{":1": "", ":1?view=live": "", ":1?view=dead": `agent checks: there is no view "dead", want one of live`} {
		status, _, errs := runCommand(t, "--config.file="+f.path, "--agent.listen-address="+address, "config", "check")
		if (status == cli.ExitPassed) != (want == "") || !strings.Contains(errs, want) {
			t.Errorf("%s: %d %q, want %q", address, status, errs, want)
		}
	}
}
