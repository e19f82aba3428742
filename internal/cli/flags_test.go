package cli_test

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/cli"
)

func TestFlagsThatAreWrongAreMisuse(t *testing.T) {
	for _, test := range []struct{ flag, want string }{
		{"--web.max-connections=0", "--web.max-connections: 0, want at least 1"},
		{"--agent.listen-address=:1?veiw=x", `--agent.listen-address: ":1?veiw=x", want :1 or :1?view=NAME`},
		{"--agent.degraded-weight=0", "--agent.degraded-weight: 0, want 1 to 100"},
		{"--agent.degraded-weight=101", "--agent.degraded-weight: 101, want 1 to 100"},
		{"--shutdown.delay=-1s", "--shutdown.delay: -1s, want 0s or more"},
		{"--web.prometheus-url=prometheus:9090", `--web.prometheus-url: "prometheus:9090", want an address such as https://prometheus.example.org, without user and query`},
		{"--web.prometheus-url=ftp://prometheus", `--web.prometheus-url: "ftp://prometheus", want an address such as https://prometheus.example.org, without user and query`},
		{"--web.prometheus-url=https://", `--web.prometheus-url: "https://", want an address such as https://prometheus.example.org, without user and query`},
		{"--web.prometheus-url=https://user:pw@prometheus", `--web.prometheus-url: "https://user:********@prometheus", want an address such as https://prometheus.example.org, without user and query`},
		{"--web.prometheus-url=https://prometheus/?x=1", `--web.prometheus-url: "https://prometheus/?x=1", want an address such as https://prometheus.example.org, without user and query`},
		{"--web.prometheus-url=javascript:alert(1)", `--web.prometheus-url: "javascript:alert(1)", want an address such as https://prometheus.example.org, without user and query`},
		{"--web.listen-address=10927", `--web.listen-address: "10927", want host:port, such as :10927, or unix:PATH`},
		{"--web.listen-address=http://127.0.0.1:10927", `--web.listen-address: "http://127.0.0.1:10927", want host:port, such as :10927, or unix:PATH`},
		{"--health.listen-address=127.0.0.1:", `--health.listen-address: "127.0.0.1:", want host:port, such as :10927, or unix:PATH`},
		{"--health.listen-address=:65536", `--health.listen-address: ":65536", want host:port, such as :10927, or unix:PATH`},
		{"--agent.listen-address=localhost?view=a", `--agent.listen-address: "localhost", want host:port, such as :10927, or unix:PATH`},
		{"--web.listen-address=unix:", `--web.listen-address: "unix:", want host:port, such as :10927, or unix:PATH`},
		{"--web.lifecycle-hosts=hc.example.org", `--web.lifecycle-hosts: needs --web.enable-lifecycle`},
		{"--environment.deny --environment.allow-remote", `--environment.deny: cannot be combined with --environment.allow-remote`},
		{"--web.telemetry-path=metrics", `--web.telemetry-path: "metrics", want a path of its own such as /metrics`},
		{"--web.telemetry-path=/", `--web.telemetry-path: "/", want a path of its own such as /metrics`},
		{"--web.telemetry-path=/healthcheck", `--web.telemetry-path: "/healthcheck", want a path of its own such as /metrics`},
		{"--web.telemetry-path=/healthcheck/metrics", `--web.telemetry-path: "/healthcheck/metrics", want a path of its own such as /metrics`},
		{"--web.telemetry-path=/environment", `--web.telemetry-path: "/environment", want a path of its own such as /metrics`},
		{"--web.telemetry-path=/checks", `--web.telemetry-path: "/checks", want a path of its own such as /metrics`},
		{"--web.telemetry-path=/-/ready", `--web.telemetry-path: "/-/ready", want a path of its own such as /metrics`},
		{"--web.telemetry-path=/-", `--web.telemetry-path: "/-", want a path of its own such as /metrics`},
		{"--web.telemetry-path=/debug/pprof", `--web.telemetry-path: "/debug/pprof", want a path of its own such as /metrics`},
		{"--web.telemetry-path=/metrics?x", `--web.telemetry-path: "/metrics?x", want a path of its own such as /metrics`},
		{"--web.telemetry-path=//metrics", `--web.telemetry-path: "//metrics", want a path of its own such as /metrics`},
		{"--web.telemetry-path=/a/../metrics", `--web.telemetry-path: "/a/../metrics", want a path of its own such as /metrics`},
	} {
		err := cli.Validate(strings.Fields(test.flag)...)
		if err == nil || err.Error() != test.want {
			t.Errorf("%s: %v, want %s", test.flag, err, test.want)
		}
	}
	for _, host := range []string{"http://hc", "hc:80", "*.example.org", "two names"} {
		want := fmt.Sprintf("--web.lifecycle-hosts: %q, want the name of a host without a port, such as hc.example.org", host)
		if err := cli.Validate("--web.enable-lifecycle", "--web.lifecycle-hosts="+host); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	for _, right := range []string{"--web.listen-address=[::1]:http", "--health.listen-address=unix:///run/hc.sock", "--admin.socket=@abstract", "--web.telemetry-path=/metrics", "--web.telemetry-path=/metrics/", "--web.telemetry-path=/a/b", "--web.telemetry-path=/healthchecks"} {
		if err := cli.Validate(right); err != nil {
			t.Errorf("%s: %v", right, err)
		}
	}
}

func TestAllFaultsOfTheFlagsAreToldAtOnce(t *testing.T) {
	err := cli.Validate("--web.max-connections=0", "--agent.degraded-weight=0", "--web.config.file=/nowhere.yml")
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

func TestAWrongCommandLineSaysWhatIsMeant(t *testing.T) {
	f := newFile(t, threeChecks)
	for line, want := range map[string]string{
		"chekc":                                `unknown command "chekc", did you mean "check"? (try --help)`,
		"config chek":                          `unknown command "chek", did you mean "check"? (try --help)`,
		"wrong":                                `unknown command "wrong", want one of serve, check, drain, undrain, mute, unmute, run, reload, diff, status, history, config, environment (try --help)`,
		"config types tpc":                     `unknown check type "tpc", did you mean "tcp"?`,
		"check ap --config.file":               `--config.file: has no value, want --config.file=PATH (try --help)`,
		"check apq":                            `unknown check "apq", did you mean "app"?`,
		"check nothing other":                  `unknown check "nothing", want one of db, app, other`,
		"check --output=jsn":                   `--output: unknown value "jsn", did you mean "json"? (try --help)`,
		"--shutdown.delay=10":                  `--shutdown.delay: "10" has no unit, want 10s (try --help)`,
		"--shutdown.delay=soon":                `--shutdown.delay: "soon" is not a duration, want one such as 500ms, 10s or 24h (try --help)`,
		"--web.max-connections=x":              `--web.max-connections: "x" is not a whole number (try --help)`,
		"--log.level=loud":                     `--log.level: unknown value "loud", want one of info, debug, warn, error (try --help)`,
		"--config.file=":                       `--config.file: the value is empty, want --config.file=PATH, or no such flag`,
		"check --url=":                         `--url: the value is empty, want --url=URL`,
		"--web.listen-address=":                `--web.listen-address: the value is empty, want --web.listen-address=:10927`,
		"--health.listen-address=":             `--health.listen-address: the value is empty`,
		"--web.listen-address":                 `--web.listen-address: has no value, want --web.listen-address=:10927`,
		"--log.level --web.enable-pprof":       `--log.level: has no value, want --log.level=info`,
		"--web.config.file --web.enable-pprof": `--web.config.file: has no value, want --web.config.file=FILE`,
		"--web.enable-lifecycle=true":          `--web.enable-lifecycle: takes no value, want --web.enable-lifecycle or --no-web.enable-lifecycle`,
		"--no-web.enable-lifecycle=1":          `--web.enable-lifecycle: takes no value`,
		"--config.file=other.yml":              `--config.file: given twice`,
		"-config.file=other.yml":               `-config.file=other.yml: flags begin with two dashes, want --config.file=other.yml`,
		"--shutdown.delay=-1s":                 `--shutdown.delay: -1s, want 0s or more`,
		"mute app --reason=x --for=0s":         `--for: 0s, want more than 0s, such as 30m`,
		"check --wait=-5s":                     `--wait: -5s, want 0s or more`,
		"check --url.insecure-skip-verify":     `--url.ca-file and --url.insecure-skip-verify: need --url`,
		"check --url.ca-file=ca.pem":           `--url.ca-file and --url.insecure-skip-verify: need --url`,
		"serve now":                            `unexpected argument "now"`,
		"environment --explain json":           `unexpected argument "json"`,
		"config":                               `config: want one of check, show, diff, default, init, schema, types`,
		"help chek":                            `expected command but got "chek"`,
		"types":                                `unknown command "types", did you mean "config types"?`,
		"version":                              `unknown command "version", did you mean "--version"?`,
		"config show --output=json":            `unknown flag "--output" of config show, it belongs to check and config init`,
		"--tag=web":                            `unknown flag "--tag", it belongs to check`,
		"check --nothing":                      `unknown flag "--nothing" of check`,
		"--log.level=WARNING":                  `--log.level: unknown value "WARNING", did you mean "warn"?`,
		"--metrics.run-duration-histogram=on":  `unknown value "on", want one of off, classic, native`,
		"check APP":                            `unknown check "APP", did you mean "app"?`,
		"--web.enable-pprov":                   `unknown flag "--web.enable-pprov", did you mean "--web.enable-pprof"? (try --help)`,
		"check --ouput=json":                   `unknown flag "--ouput", did you mean "--output"? (try --help)`,
	} {
		status, _, errs := runCommand(t, append([]string{"--config.file=" + f.path}, strings.Fields(line)...)...)
		if status != cli.ExitMisuse || !strings.Contains(errs, want) {
			t.Errorf("%s: %d %q, want %d and %s", line, status, errs, cli.ExitMisuse, want)
		}
	}
}

func TestTheHelpOfACommandHasItsOwnFlagsFirst(t *testing.T) {
	_, help, _ := runCommand(t, "check", "--help")
	own, all := strings.Index(help, "--output=text"), strings.Index(help, "--config.file=")
	if own < 0 || all < own || strings.Count(help, "--output=text") != 1 {
		t.Errorf("--output at %d, --config.file at %d of\n%s", own, all, help)
	}
}

// deaf is a reader that has gone, as in --help | head -1.
type deaf struct{}

func (deaf) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestHelpForAReaderThatHasGoneIsNoPanic(t *testing.T) {
	for _, args := range [][]string{{"--help"}, {"check", "--help"}, {"--version"}} {
		if status := cli.Run(t.Context(), args, deaf{}, deaf{}); status != cli.ExitPassed {
			t.Errorf("%v: status %d, want %d", args, status, cli.ExitPassed)
		}
	}
}

func TestAFaultOfTheWebConfigIsOneLineWithItsFile(t *testing.T) {
	for content, want := range map[string]string{
		"basic_auth_user: {}\nfoo: 1\n":                    `line 1: unknown key "basic_auth_user", did you mean "basic_auth_users"?; line 2: unknown key "foo", want one of tls_server_config, http_server_config, basic_auth_users, rate_limit, cert_file, key_file, client_ca_file, client_auth_type, client_allowed_sans, min_version, max_version, cipher_suites, curve_preferences, prefer_server_cipher_suites, http2, headers, interval, burst`,
		"basic_auth_users: [bob]\n":                        "line 1: is a list, want a mapping",
		"basic_auth_users: bob:hunter2\n":                  "line 1: is a text, want a mapping",
		"http_server_config: {http2: maybe}\n":             "line 1: is a text, want true or false",
		"rate_limit: {burst: x}\n":                         "line 1: is a text, want a whole number",
		"tls_server_config: {cipher_suites: x}\n":          "line 1: is a text, want a list",
		"http_server_config: {}\nhttp_server_config: {}\n": `line 2: key "http_server_config" is given twice`,
		"a: [\n": "line 1: did not find expected node content",
		"tls_server_config: {min_version: TLS9}\n":     "unknown TLS version: TLS9, want TLS10, TLS11, TLS12 or TLS13",
		"tls_server_config: {cert_file: /nowhere.pem}": "missing one of key or key_file",
	} {
		web := newFile(t, content)
		if err := cli.Validate("--web.config.file=" + web.path); err == nil || err.Error() != "--web.config.file: "+web.path+": "+want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestAPasswordThatIsNoHashIsNamed(t *testing.T) {
	web := newFile(t, "basic_auth_users:\n  bob: hunter2\n  ann: secret\n")
	err := cli.Validate("--web.config.file=" + web.path)
	want := "--web.config.file: " + web.path + `: basic_auth_users: user "ann": the password is not a bcrypt hash, make one with: htpasswd -nBC 10 ann`
	if err == nil || !strings.HasPrefix(err.Error(), want+"\n") || strings.Contains(err.Error(), "hunter2") || !strings.Contains(err.Error(), `user "bob"`) {
		t.Errorf("%v, want %s, and the same of bob", err, want)
	}
}
