package scrub

import "strings"

// webhooks are the services whose URLs are secrets because of their path (V4).
// The path is masked after its last listed part, to its end or, with tail, to
// the next slash.
var webhooks = []struct {
	host string // or a domain above it
	path string
	tail bool
}{
	{"hooks.slack.com", "/services/", false},
	{"hooks.slack.com", "/workflows/", false},
	{"hooks.slack.com", "/triggers/", false},
	{"hooks.slack-gov.com", "/services/", false},
	{"discord.com", "/webhooks/", false},
	{"discordapp.com", "/webhooks/", false},
	{"webhook.office.com", "/webhookb2/", false},
	{"outlook.office.com", "/webhook/", false},
	{"outlook.office365.com", "/webhook/", false},
	{"api.telegram.org", "/bot", true},
	{"hooks.zapier.com", "/hooks/catch/", false},
	{"maker.ifttt.com", "/with/key/", false},
	{"events.pagerduty.com", "/integration/", true},
	{"hc-ping.com", "/", false},
	{"open.feishu.cn", "/hook/", false},
	{"open.larksuite.com", "/hook/", false},
	{"chat.googleapis.com", "/messages/", false},
	{"webhook.site", "/", false},
	{"hooks.airtable.com", "/workflows/", false},
	{"hook.integromat.com", "/", false},
	{"hook.eu1.make.com", "/", false},
	{"api.opsgenie.com", "/integrations/", false},
	{"alert.victorops.com", "/generic/", false},
	{"ntfy.sh", "/tk_", false},
	{"oapi.dingtalk.com", "/robot/send/", false},
	{"betteruptime.com", "/heartbeat/", false},
	{"uptime.betterstack.com", "/heartbeat/", false},
	{"cronitor.link", "/p/", false},
}

const (
	maxHost = 253 // bytes
	maxPath = 128 // bytes before the secret
	// maxHooks is how many kinds of web hooks one host can have.
	maxHooks = 8
)

// webhook masks the secret path of the URL whose host begins at start. It
// returns the position to continue at.
func (p *scan) webhook(start, end int) int {
	host := start
	for host < min(end, start+maxHost) && (isAlnum(p.in[host]) || p.in[host] == '.' || p.in[host] == '-') {
		host++
	}
	path := host
	if path < end && p.in[path] == ':' {
		path = p.portEnd(path)
	}
	if path >= end || p.in[path] != '/' {
		return start
	}
	from, tail := secretPath(p.in[start:host], p.in[path:min(end, path+maxPath)])
	if from < 0 {
		return host
	}
	from += path
	to := from
	for to < end && pathBytes.has(p.in[to]) && !(tail && p.in[to] == '/') {
		to++
	}
	if from == to {
		return host
	}
	return p.mask(from, to, v4)
}

// secretPath returns where the secret of a path begins, -1 if it has none, and
// whether it ends at the next slash.
func secretPath(host, path string) (from int, tail bool) {
	var hooks [maxHooks]int
	known := hooks[:0]
	for n := range webhooks {
		if isHost(host, webhooks[n].host) {
			known = append(known, n)
		}
	}
	for rest := 0; len(known) > 0; rest++ {
		n := strings.IndexByte(path[rest:], '/')
		if n < 0 {
			break
		}
		rest += n
		for _, n := range known {
			if hook := webhooks[n]; strings.HasPrefix(path[rest:], hook.path) {
				return rest + len(hook.path), hook.tail
			}
		}
	}
	const generic = "/hooks/" // Mattermost, Rocket.Chat and others
	if from := strings.Index(path, generic); from >= 0 && isLongID(firstPart(path[from+len(generic):])) {
		return from + len(generic), false
	}
	return -1, false
}

func firstPart(path string) string {
	i := 0
	for i < len(path) && path[i] != '/' && pathBytes.has(path[i]) {
		i++
	}
	return path[:i]
}

func isHost(host, domain string) bool {
	if len(host) < len(domain) || !strings.EqualFold(host[len(host)-len(domain):], domain) {
		return false
	}
	return len(host) == len(domain) || host[len(host)-len(domain)-1] == '.'
}
