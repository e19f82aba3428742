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
}

const maxHost = 253

// webhook masks the secret path of the URL whose host begins at start. It
// returns where to go on.
func (p *scan) webhook(start, end int) int {
	hostEnd := start
	for hostEnd < min(end, start+maxHost) && (isAlnum(p.in[hostEnd]) || p.in[hostEnd] == '.' || p.in[hostEnd] == '-') {
		hostEnd++
	}
	path := hostEnd
	if path < end && p.in[path] == ':' {
		path = max(path, p.portEnd(path))
	}
	if path >= end || p.in[path] != '/' {
		return start
	}
	pathEnd := path
	for pathEnd < end && isPath(p.in[pathEnd]) {
		pathEnd++
	}
	from, to := secretPath(p.in[start:hostEnd], p.in[path:pathEnd])
	if from >= to {
		return pathEndOrStart(start, hostEnd)
	}
	return p.mask(path+from, path+to, v4)
}

// pathEndOrStart goes on behind the host: the path may have further secrets.
func pathEndOrStart(start, hostEnd int) int { return max(start, hostEnd) }

// secretPath returns which part of the path is the secret.
func secretPath(host, path string) (from, to int) {
	for _, hook := range webhooks {
		if !isHost(host, hook.host) {
			continue
		}
		from := strings.Index(path, hook.path)
		if from < 0 {
			continue
		}
		from += len(hook.path)
		if n := strings.IndexByte(path[from:], '/'); hook.tail && n >= 0 {
			return from, from + n
		}
		return from, len(path)
	}
	if from := strings.Index(path, "/hooks/"); from >= 0 && isLongID(firstPart(path[from+len("/hooks/"):])) {
		return from + len("/hooks/"), len(path) // Mattermost, Rocket.Chat and others
	}
	return 0, 0
}

func firstPart(path string) string {
	part, _, _ := strings.Cut(path, "/")
	return part
}

func isHost(host, domain string) bool {
	if len(host) < len(domain) || !strings.EqualFold(host[len(host)-len(domain):], domain) {
		return false
	}
	return len(host) == len(domain) || host[len(host)-len(domain)-1] == '.'
}

func isPath(c byte) bool {
	return !isBlank(c) && strings.IndexByte("?#\"'`<>()\\,;", c) < 0
}
