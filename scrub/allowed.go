package scrub

import (
	"net/netip"
	"strings"
)

// allowed are well-known names that only look as if they held a secret. Values
// with the shape of a secret are still masked.
var allowed = nameSet(`PWD OLDPWD CREDENTIALS_DIRECTORY SYSTEMD_NSS_BYPASS_BUS XDG_SESSION_ID SSH_AUTH_SOCK SSH_ASKPASS
	SUDO_ASKPASS GNOME_KEYRING_CONTROL GNOME_KEYRING_PID GPG_KEY GPG_KEYS GOPRIVATE NGINX_GPGKEY_PATH
	RABBITMQ_PGP_KEY_ID PGSSLKEY POSTGRES_HOST_AUTH_METHOD MYSQL_ALLOW_EMPTY_PASSWORD MYSQL_RANDOM_ROOT_PASSWORD
	STATS_KEYLIFETIME KEYMAP KEYTABLE CONSOLE_KEYMAP SSLKEYLOGFILE AWS_CONTAINER_CREDENTIALS_RELATIVE_URI`)

func nameSet(list string) map[string]bool {
	set := map[string]bool{}
	for name := range strings.FieldsSeq(list) {
		set[name] = true
	}
	return set
}

// isAllowedWith reports whether a sensitive name is allowed because of its
// value: the service links of Kubernetes, and the paths of secret files.
func isAllowedWith(name, value string) bool {
	if name == "GOOGLE_APPLICATION_CREDENTIALS" || strings.HasSuffix(name, "_FILE") {
		return isPath(value) && value[0] == '/' && !isStrong(value)
	}
	return isServiceLink(name) && isLinkValue(value)
}

// isServiceLink matches TOKEN_SERVICE_HOST, TOKEN_SERVICE_PORT_HTTP, TOKEN_PORT
// and TOKEN_PORT_8080_TCP_ADDR.
func isServiceLink(name string) bool {
	if strings.HasSuffix(name, "_SERVICE_HOST") || strings.HasSuffix(name, "_SERVICE_PORT") ||
		strings.Contains(name, "_SERVICE_PORT_") || strings.HasSuffix(name, "_PORT") {
		return true
	}
	_, port, found := strings.Cut(name, "_PORT_")
	number, rest, _ := strings.Cut(port, "_")
	return found && isDigits(number) && (strings.HasPrefix(rest, "TCP") || strings.HasPrefix(rest, "UDP"))
}

func isLinkValue(value string) bool {
	if isDigits(value) || value == "tcp" || value == "udp" {
		return true
	}
	for _, scheme := range []string{"tcp://", "udp://"} {
		if rest, is := strings.CutPrefix(value, scheme); is {
			return !strings.Contains(rest, "@")
		}
	}
	_, err := netip.ParseAddr(value)
	return err == nil
}

func isDigits(text string) bool {
	for i := range len(text) {
		if !isDigit(text[i]) {
			return false
		}
	}
	return text != ""
}
