package cli

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/prometheus/exporter-toolkit/web"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/listen"
	"github.com/healthcheck-exporter/healthcheck_exporter/internal/server"
	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// webAddress reports whether s is empty or the address of a web server.
func webAddress(s string) bool {
	u, err := url.Parse(s)
	return s == "" || err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil && u.RawQuery == "" && u.Fragment == ""
}

// isHostName reports whether s can be the host in a Host header.
func isHostName(s string) bool {
	return s != "" && !strings.ContainsAny(s, "/:*?@ \t")
}

func addressFaults(fault func(string, ...any), flag string, addresses []string) {
	for _, address := range addresses {
		if err := listen.CheckAddress(address); err != nil {
			fault("%s: %w", flag, err)
		}
	}
}

// validate returns all faults of the flags that parsing alone does not find.
func (f *flags) validate() error {
	var errs []error
	fault := func(format string, a ...any) { errs = append(errs, fmt.Errorf(format, a...)) }
	if f.configWatch && f.configFile == "" {
		fault("--config.watch: needs --config.file")
	}
	if f.maxConnections < 1 {
		fault("--web.max-connections: %d, want at least 1", f.maxConnections)
	}
	if f.webAddressGiven {
		addressFaults(fault, "--web.listen-address", *f.web.WebListenAddresses)
	}
	addressFaults(fault, "--health.listen-address", f.healthAddresses)
	for _, address := range f.agentAddresses {
		where, _, err := listen.AgentView(address)
		if err != nil {
			fault("--agent.listen-address: %w", err)
			continue
		}
		addressFaults(fault, "--agent.listen-address", []string{where})
	}
	for _, name := range f.lifecycleHosts {
		if !isHostName(name) {
			fault("--web.lifecycle-hosts: %.100q, want the name of a host without a port, such as hc.example.org", name)
		}
	}
	if len(f.lifecycleHosts) > 0 && !f.enableLifecycle {
		fault("--web.lifecycle-hosts: needs --web.enable-lifecycle")
	}
	if f.agentWeight < 1 || f.agentWeight > 100 {
		fault("--agent.degraded-weight: %d, want 1 to 100", f.agentWeight)
	}
	if !server.FreePath(f.telemetryPath) {
		fault("--web.telemetry-path: %q, want a path of its own such as /metrics", f.telemetryPath)
	}
	if !webAddress(f.prometheusURL) {
		fault("--web.prometheus-url: %.100q, want an address such as https://prometheus.example.org, without user and query", scrub.New(scrub.Rules{}).Text(f.prometheusURL))
	}
	if f.environmentDeny && f.environmentAllowRemote {
		fault("--environment.deny: cannot be combined with --environment.allow-remote")
	}
	if err := server.ValidateWebConfig(*f.web.WebConfigFile); err != nil {
		fault("--web.config.file: %w", err)
	} else if err := web.Validate(*f.web.WebConfigFile); err != nil {
		fault("--web.config.file: %s", webFault(*f.web.WebConfigFile, err))
	}
	return errors.Join(errs...)
}

// webFault puts a fault of a web config on one line, with the name of the file, and
// words the errors of its decoder.
func webFault(file string, err error) string {
	text := strings.ReplaceAll(strings.TrimPrefix(err.Error(), "yaml: "), "unmarshal errors:\n", "")
	var lines []string
	for line := range strings.Lines(text) {
		lines = append(lines, webLine(strings.TrimSpace(line)))
	}
	text = strings.Join(lines, "; ")
	if strings.Contains(text, file) {
		return text
	}
	return file + ": " + text
}

// webKeys are the keys of a web config, on all levels.
var webKeys = [...]string{
	"tls_server_config", "http_server_config", "basic_auth_users", "rate_limit",
	"cert_file", "key_file", "client_ca_file", "client_auth_type", "client_allowed_sans", "min_version", "max_version",
	"cipher_suites", "curve_preferences", "prefer_server_cipher_suites", "http2", "headers", "interval", "burst",
}

// webLine words one error of the decoder. It does not repeat values: a wrong value
// may be a password.
func webLine(line string) string {
	place, text := "", line
	if before, after, is := strings.Cut(line, ": "); is && strings.HasPrefix(before, "line ") {
		place, text = before+": ", after
	}
	words := strings.Fields(text)
	const fewest = 3
	if len(words) < fewest {
		return line
	}
	last := words[len(words)-1]
	switch {
	case strings.HasPrefix(text, "field ") && strings.Contains(text, " not found in type "):
		return place + fmt.Sprintf("unknown key %q, %s", words[1], meant(words[1], webKeys[:]))
	case strings.HasPrefix(text, "field ") && strings.Contains(text, " already set in type "):
		return place + fmt.Sprintf("key %q is given twice", words[1])
	case strings.HasPrefix(text, "cannot unmarshal "):
		return place + fmt.Sprintf("is %s, want %s", webKind(words[2]), webKind(last))
	case strings.HasPrefix(text, "unknown TLS version: "):
		return line + ", want TLS10, TLS11, TLS12 or TLS13"
	case strings.HasPrefix(text, "invalid ClientAuth: "):
		return fmt.Sprintf("client_auth_type: unknown value %q, want NoClientCert, RequestClientCert, RequireAnyClientCert, VerifyClientCertIfGiven or RequireAndVerifyClientCert", last)
	}
	return line
}

// webKind describes a tag of YAML or a type of Go.
func webKind(name string) string {
	switch {
	case name == "!!map", strings.HasPrefix(name, "map["), strings.HasPrefix(name, "web."):
		return "a mapping"
	case name == "!!seq", strings.HasPrefix(name, "[]"):
		return "a list"
	case name == "bool", name == "!!bool":
		return "true or false"
	case name == "int", name == "!!int":
		return "a whole number"
	}
	return "a text"
}
