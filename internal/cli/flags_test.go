package cli_test

import (
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/cli"
)

func TestFlagsThatAreWrongAreMisuse(t *testing.T) {
	for _, test := range []struct{ flag, want string }{
		{"--web.max-connections=0", "--web.max-connections: 0, want at least 1"},
		{"--agent.degraded-weight=0", "--agent.degraded-weight: 0, want 1 to 100"},
		{"--agent.degraded-weight=101", "--agent.degraded-weight: 101, want 1 to 100"},
		{"--shutdown.delay=-1s", "--shutdown.delay: -1s, want 0s or more"},
		{"--web.telemetry-path=metrics", `--web.telemetry-path: "metrics", want a path of its own such as /metrics`},
		{"--web.telemetry-path=/", `--web.telemetry-path: "/", want a path of its own such as /metrics`},
		{"--web.telemetry-path=/healthcheck", `--web.telemetry-path: "/healthcheck", want a path of its own such as /metrics`},
		{"--web.telemetry-path=/healthcheck/metrics", `--web.telemetry-path: "/healthcheck/metrics", want a path of its own such as /metrics`},
		{"--web.telemetry-path=/environment", `--web.telemetry-path: "/environment", want a path of its own such as /metrics`},
		{"--web.telemetry-path=/-/ready", `--web.telemetry-path: "/-/ready", want a path of its own such as /metrics`},
		{"--web.telemetry-path=/-", `--web.telemetry-path: "/-", want a path of its own such as /metrics`},
		{"--web.telemetry-path=/debug/pprof", `--web.telemetry-path: "/debug/pprof", want a path of its own such as /metrics`},
		{"--web.telemetry-path=/metrics?x", `--web.telemetry-path: "/metrics?x", want a path of its own such as /metrics`},
		{"--web.telemetry-path=//metrics", `--web.telemetry-path: "//metrics", want a path of its own such as /metrics`},
		{"--web.telemetry-path=/a/../metrics", `--web.telemetry-path: "/a/../metrics", want a path of its own such as /metrics`},
	} {
		err := cli.Validate(test.flag)
		if err == nil || err.Error() != test.want {
			t.Errorf("%s: %v, want %s", test.flag, err, test.want)
		}
	}
	for _, right := range []string{"--web.telemetry-path=/metrics", "--web.telemetry-path=/metrics/", "--web.telemetry-path=/a/b", "--web.telemetry-path=/healthchecks"} {
		if err := cli.Validate(right); err != nil {
			t.Errorf("%s: %v", right, err)
		}
	}
}

func TestAllFaultsOfTheFlagsAreToldAtOnce(t *testing.T) {
	err := cli.Validate("--web.max-connections=0", "--shutdown.delay=-1s", "--web.config.file=/nowhere.yml")
	if err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("error %v, want three lines", err)
	}
}

func TestFlagsMayStandBeforeASubcommand(t *testing.T) {
	f := newFile(t, threeChecks)
	for _, args := range [][]string{
		{"--config.file=" + f.path, "config", "check"},
		{"config", "check", "--config.file=" + f.path},
		{"config", "--config.file=" + f.path, "check"},
	} {
		if status, out, errs := runCommand(t, args...); status != cli.ExitPassed || out != "valid: 3 checks\n" {
			t.Errorf("%v: %d %q %q", args, status, out, errs)
		}
	}
	for _, wrong := range [][]string{{"--nothing"}, {"nothing"}, {"check", "--output=xml"}, {"--log.level=loud"}} {
		if status, _, errs := runCommand(t, wrong...); status != cli.ExitMisuse || errs == "" {
			t.Errorf("%v: %d %q, want misuse", wrong, status, errs)
		}
	}
	for _, asked := range []string{"--help", "--version"} {
		if status, out, _ := runCommand(t, asked); status != cli.ExitPassed || out == "" {
			t.Errorf("%s: %d %q", asked, status, out)
		}
	}
}
